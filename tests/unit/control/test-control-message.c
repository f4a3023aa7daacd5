/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <stdbool.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/text.h"
#include "failing-alloc.h"

struct reading {
	const char *text;
	const char *method;
	const char *error;
	const char *parameters;
	unsigned flags;
};

static void assert_same(const char *actual, const char *expected)
{
	if (expected == NULL)
		assert_null(actual);
	else
		assert_string_equal(actual, expected);
}

static void reads(void **state)
{
	const struct reading *row = *state;

	for (; row->text != NULL; row++) {
		kban_auto(message) message = NULL;
		kban_auto(error) err = NULL;

		if (kban_message_parse(kb_text(row->text), &message, &err) != KBAN_OK)
			fail_msg("%s: %s", row->text, kban_error_text(err));
		assert_same(kban_message_method(message), row->method);
		assert_same(kban_message_error(message), row->error);
		assert_string_equal(kban_message_parameters(message), row->parameters);
		assert_int_equal(kban_message_flags(message), row->flags);
	}
}

static const struct reading calls[] = {
	{ "{\"method\":\"io.kban.Ping\"}", "io.kban.Ping", NULL, "{}", 0 },
	{ " {\n\"parameters\" : { \"a\" : [ 1, 2.5, null ] }, \"method\":\"a.B\" } ", "a.B", NULL,
	  "{\"a\":[1,2.5,null]}", 0 },
	{ "{\"method\":\"a.B\",\"more\":true}", "a.B", NULL, "{}", KBAN_MESSAGE_MORE },
	{ "{\"method\":\"a.B\",\"oneway\":true,\"more\":false}", "a.B", NULL, "{}",
	  KBAN_MESSAGE_ONEWAY },
	{ "{\"method\":\"a.B\",\"parameters\":null,\"more\":null,\"error\":null}", "a.B", NULL,
	  "{}", 0 },
	{ "{\"method\":\"a.B\",\"upgrade\":false,\"later\":[{}]}", "a.B", NULL, "{}", 0 },
	{ "{\"method\":\"\\u00e9\\n\xe2\x82\xac\"}", "\xc3\xa9\n\xe2\x82\xac", NULL, "{}", 0 },
	{ .text = NULL },
};

static const struct reading replies[] = {
	{ "{}", NULL, NULL, "{}", 0 },
	{ "{\"parameters\":{\"time\":1732413214.123456}}", NULL, NULL,
	  "{\"time\":1732413214.123456}", 0 },
	{ "{\"continues\":true,\"parameters\":{}}", NULL, NULL, "{}", KBAN_MESSAGE_CONTINUES },
	{ "{\"error\":\"io.kban.Failed\",\"parameters\":{\"reason\":\"[{\"}}", NULL,
	  "io.kban.Failed", "{\"reason\":\"[{\"}", 0 },
	{ .text = NULL },
};

struct refusal {
	const char *text;
	const char *reason; /* part of what is said */
};

static void refuses(void **state)
{
	const struct refusal *row = *state;

	for (; row->text != NULL; row++) {
		struct kban_message *message = NULL;
		kban_auto(error) err = NULL;

		assert_int_equal(kban_message_parse(kb_text(row->text), &message, &err),
				 KBAN_E_SYNTAX);
		assert_null(message);
		if (strstr(kban_error_text(err), row->reason) == NULL)
			fail_msg("%s: %s", row->text, kban_error_text(err));
	}
}

static const struct refusal no_json[] = {
	{ "", "byte " },
	{ " ", "byte " },
	{ "nonsense", "byte " },
	{ "{", "byte " },
	{ "{\"method\":", "byte " },
	{ "{\"method\":\"a.B\"", "byte " },
	{ "{\"method\":\"a.B\"} {}", "byte " },
	{ "{\"method\":\"a.B\",}", "byte " },
	{ "{'method':'a.B'}", "byte " },
	{ "{\"a\":01}", "byte " },
	{ "{\"a\":1e999}", "byte " },
	{ "{\"a\":99999999999999999999}", "byte " },
	{ "{\"a\":NaN}", "byte " },
	{ "{\"a\":\"\n\"}", "byte " },
	{ "{\"a\":\"\\x\"}", "byte " },
	{ .text = NULL },
};

static const struct refusal no_clean_text[] = {
	{ "{\"a\":\"\xff\"}", "byte " },
	{ "{\"a\":\"\xc0\x80\"}", "byte " },
	{ "{\"a\":\"\xed\xa0\x80\"}", "byte " },
	{ "{\"a\":\"\xf4\x90\x80\x80\"}", "byte " },
	{ "{\"a\":\"\xe2\x82\"}", "byte " },
	{ "{\"a\":\"\\ud800\"}", "byte " },
	{ "{\"a\":\"\\u0000\"}", "byte " },
	{ "{\"\\u0000\":1}", "byte " },
	{ .text = NULL },
};

static const struct refusal no_message[] = {
	{ "[]", "not an object" },
	{ "[{\"method\":\"a.B\"}]", "not an object" },
	{ "{\"method\":\"a.B\",\"method\":\"a.C\"}", "duplicate object key" },
	{ "{\"method\":\"a.B\",\"parameters\":{\"x\":1,\"x\":2}}", "duplicate object key" },
	{ "{\"method\":5}", "'method' is not a name" },
	{ "{\"method\":\"\"}", "'method' is not a name" },
	{ "{\"method\":[\"a.B\"]}", "'method' is not a name" },
	{ "{\"error\":{}}", "'error' is not a name" },
	{ "{\"method\":\"a.B\",\"parameters\":[]}", "'parameters' is not an object" },
	{ "{\"method\":\"a.B\",\"parameters\":\"x\"}", "'parameters' is not an object" },
	{ "{\"method\":\"a.B\",\"more\":1}", "'more' is not true or false" },
	{ "{\"method\":\"a.B\",\"oneway\":\"true\"}", "'oneway' is not true or false" },
	{ "{\"method\":\"a.B\",\"upgrade\":{}}", "'upgrade' is not true or false" },
	{ "{\"method\":\"a.B\",\"upgrade\":true}", "a connection cannot be upgraded" },
	{ "{\"method\":\"a.B\",\"more\":true,\"oneway\":true}",
	  "several replies wanted, and none" },
	{ "{\"method\":\"a.B\",\"error\":\"a.C\"}", "both a call and a reply" },
	{ "{\"method\":\"a.B\",\"continues\":true}", "both a call and a reply" },
	{ "{\"more\":true}", "a call without a method" },
	{ "{\"oneway\":true}", "a call without a method" },
	{ .text = NULL },
};

static void nul_within(void **state)
{
	struct kban_message *message = NULL;

	(void)state;
	assert_int_equal(kban_message_parse(KB_TEXT("{}\0{}"), &message, NULL), KBAN_E_SYNTAX);
	assert_int_equal(kban_message_parse(KB_TEXT("{\"a\":\"\0\"}"), &message, NULL),
			 KBAN_E_SYNTAX);
}

/* {"parameters":{"a":[[…]]}} with @a depth brackets in all */
static int parse_nested(int depth)
{
	kb_auto_clear(buffer) text = { 0 };
	kban_auto(message) message = NULL;
	int i;

	kb_buffer_string(&text, "{\"parameters\":{\"a\":");
	for (i = 2; i < depth; i++)
		kb_buffer_byte(&text, '[');
	for (i = 2; i < depth; i++)
		kb_buffer_byte(&text, ']');
	kb_buffer_string(&text, "}}");
	return kban_message_parse(kb_buffer_content(&text), &message, NULL);
}

static void depth_has_a_limit(void **state)
{
	(void)state;
	assert_int_equal(parse_nested(32), KBAN_OK);
	assert_int_equal(parse_nested(33), KBAN_E_SYNTAX);
	assert_int_equal(parse_nested(10000), KBAN_E_SYNTAX);
}

static void length_has_a_limit(void **state)
{
	size_t len = KBAN_REPLY_MAX + 1;
	kb_autofree char *text = calloc(1, len);
	struct kban_message *message = NULL;

	(void)state;
	memset(text, ' ', len);
	assert_int_equal(kban_message_parse((struct kban_text){ text, len }, &message, NULL),
			 KBAN_E_LIMIT);
}

struct writing {
	int (*write)(const char *name, const char *parameters, unsigned flags,
		     struct kban_text *out);
	const char *name;
	const char *parameters;
	unsigned flags;
	int status;
	const char *expected;
};

static int write_reply(const char *name, const char *parameters, unsigned flags,
		       struct kban_text *out)
{
	(void)name;
	return kban_message_write_reply(parameters, flags, out);
}

static int write_error(const char *name, const char *parameters, unsigned flags,
		       struct kban_text *out)
{
	(void)flags;
	return kban_message_write_error(name, parameters, out);
}

static void writes(void **state)
{
	const struct writing *row = *state;

	for (; row->write != NULL; row++) {
		struct kban_text out = { NULL, 0 };

		assert_int_equal(row->write(row->name, row->parameters, row->flags, &out),
				 row->status);
		if (row->status == KBAN_OK) {
			assert_string_equal(out.data, row->expected);
			assert_int_equal(out.len, strlen(row->expected) + 1);
		} else {
			assert_null(out.data);
		}
		free((char *)(uintptr_t)out.data);
	}
}

static const struct writing written_calls[] = {
	{ kban_message_write_call, "io.kban.Ping", NULL, 0, KBAN_OK,
	  "{\"method\":\"io.kban.Ping\"}" },
	{ kban_message_write_call, "io.kban.Why", " {\"address\" : \"192.0.2.7\"} ", 0, KBAN_OK,
	  "{\"method\":\"io.kban.Why\",\"parameters\":{\"address\":\"192.0.2.7\"}}" },
	{ kban_message_write_call, "a.B", "{}", KBAN_MESSAGE_MORE, KBAN_OK,
	  "{\"method\":\"a.B\",\"parameters\":{},\"more\":true}" },
	{ kban_message_write_call, "a.B", NULL, KBAN_MESSAGE_ONEWAY, KBAN_OK,
	  "{\"method\":\"a.B\",\"oneway\":true}" },
	{ kban_message_write_call, NULL, NULL, 0, KBAN_E_INVAL, NULL },
	{ kban_message_write_call, "\xff", NULL, 0, KBAN_E_INVAL, NULL },
	{ kban_message_write_call, "a.B", "[]", 0, KBAN_E_INVAL, NULL },
	{ kban_message_write_call, "a.B", "", 0, KBAN_E_INVAL, NULL },
	{ kban_message_write_call, "a.B", "{\"a\":\"\xff\"}", 0, KBAN_E_INVAL, NULL },
	{ .write = NULL },
};

static const struct writing written_replies[] = {
	{ write_reply, NULL, NULL, 0, KBAN_OK, "{}" },
	{ write_reply, NULL, "{\"count\":1}", 0, KBAN_OK, "{\"parameters\":{\"count\":1}}" },
	{ write_reply, NULL, "{\"since\":1732413214.123456,\"text\":\"\\u001b\xe2\x82\xac\"}",
	  KBAN_MESSAGE_CONTINUES, KBAN_OK,
	  "{\"parameters\":{\"since\":1732413214.123456,\"text\":\"\\u001B\xe2\x82\xac\"},"
	  "\"continues\":true}" },
	{ write_reply, NULL, "null", 0, KBAN_E_INVAL, NULL },
	{ write_error, "io.kban.NoSuchJail", "{\"jail\":\"x\"}", 0, KBAN_OK,
	  "{\"error\":\"io.kban.NoSuchJail\",\"parameters\":{\"jail\":\"x\"}}" },
	{ write_error, "io.kban.Failed", NULL, 0, KBAN_OK, "{\"error\":\"io.kban.Failed\"}" },
	{ write_error, NULL, NULL, 0, KBAN_E_INVAL, NULL },
	{ write_error, "io.kban.Failed", "{", 0, KBAN_E_INVAL, NULL },
	{ .write = NULL },
};

static int parse_and_drop(void *data)
{
	kban_auto(message) message = NULL;
	kban_auto(error) err = NULL;

	(void)data;
	return kban_message_parse(KB_TEXT("{\"method\":\"a.B\"}"), &message, &err);
}

static void out_of_memory(void **state)
{
	(void)state;
	assert_every_allocation_may_fail(parse_and_drop, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(reads, calls),
		test_case(reads, replies),
		test_case(refuses, no_json),
		test_case(refuses, no_clean_text),
		test_case(refuses, no_message),
		cmocka_unit_test(nul_within),
		cmocka_unit_test(depth_has_a_limit),
		cmocka_unit_test(length_has_a_limit),
		test_case(writes, written_calls),
		test_case(writes, written_replies),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests_name("control-message", tests, NULL, NULL);
}
