/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "action/action-option.h"
#include "base/buffer.h"
#include "base/text.h"
#include "failing-alloc.h"
#include "file-tree.h"

static const struct test_file files[] = {
	{ "action.d/base.conf", "[Init]\n"
				"chain = OLD\n" },
	{ "action.d/test.conf", "[INCLUDES]\n"
				"before = base.conf\n"
				"[DEFAULT]\n"
				"far = from default\n"
				"[Definition]\n"
				"where = definition\n"
				"only = <chain> of <name>\n"
				"nested = <mode-<kind>>\n"
				"mode-a = chosen\n"
				"percent = %(where)s\n"
				"circle = <circle2>\n"
				"circle2 = <circle>\n"
				"other = <extra/key>\n"
				"[extra]\n"
				"key = of another section\n"
				"[Init]\n"
				"where = init\n"
				"chain = FILE\n"
				"kind = a\n"
				"[Init?family=inet6]\n"
				"where = init6\n" },
	{ NULL, NULL },
};

static const struct kb_action_default defaults[] = {
	{ "where", "built in" },
	{ "spare", "spare of <name>" },
	{ "spare?family=inet6", "spare6" },
	{ NULL, NULL },
};

/* The options in brackets, one asked for, and what it is; or the error. */
struct row {
	const char *given, *option;
	const char *value4, *value6;
	const char *error;
};

static void check(const struct kb_action_options *options, const struct row *row,
		  enum kban_family family, const char *expected)
{
	kb_auto_clear(value) value = { 0 };
	kban_auto(error) err = NULL;
	int status = kb_action_option(options, row->option, family, &value, &err);

	if (row->error != NULL) {
		assert_int_equal(status, KBAN_E_SYNTAX);
		assert_non_null(strstr(kban_error_text(err), row->error));
	} else if (expected == NULL) {
		assert_int_equal(status, KBAN_E_NOTFOUND);
		assert_null(err);
	} else {
		assert_int_equal(status, KBAN_OK);
		assert_string_equal(value.text, expected);
	}
}

static void parse_item(const char *given, struct kb_named_options *out)
{
	kb_auto_clear(value) value = { 0 };
	kb_auto_clear(buffer) text = { 0 };

	kb_buffer_printf(&text, "test%s", given);
	assert_int_equal(kb_value_init(&value, kb_buffer_content(&text), NULL), KBAN_OK);
	assert_int_equal(kb_named_options_parse(&value, out, NULL), KBAN_OK);
}

static void asked(const struct row *row, const struct kb_conf *conf)
{
	for (; row->given != NULL; row++) {
		kb_auto_clear(named_options) item = { 0 };
		struct kb_action_options options = {
			.item = &item, .jail = "mail", .conf = conf, .defaults = defaults
		};

		parse_item(row->given, &item);
		check(&options, row, KBAN_IPV4, row->value4);
		check(&options, row, KBAN_IPV6, row->value6);
	}
}

static void with_file(void **state)
{
	kb_auto_clear(problem_list) problems = { 0 };
	kb_auto(conf) conf = NULL;
	char *root = make_tree(files);

	assert_int_equal(kb_conf_load(root, "action.d/test", &problems, &conf, NULL), KBAN_OK);
	asked(*state, conf);
	remove_tree(root);
}

static void without_file(void **state)
{
	asked(*state, NULL);
}

static const struct row jail_beats_family_beats_init_beats_definition[] = {
	{ "", "where", "init", "init6", NULL },
	{ "[where=jail]", "where", "jail", "jail", NULL },
	{ "[where=jail, where?family=inet6=\"jail6\"]", "where", "jail", "jail6", NULL },
	{ "[where?family=inet6=\"jail6\"]", "where", "init", "jail6", NULL },
	{ "", "only", "FILE of mail", "FILE of mail", NULL },
	{ "[name=x]", "only", "FILE of x", "FILE of x", NULL },
	{ "", "far", "from default", "from default", NULL },
	{ "", "spare", "spare of mail", "spare6", NULL },
	{ "", "nosuch", NULL, NULL, NULL },
	{ NULL, NULL, NULL, NULL, NULL },
};

static const struct row tags_are_replaced[] = {
	{ "[chain=\"<known/chain>\"]", "chain", "FILE", "FILE", NULL },
	{ "[where=\"not <known/where>\"]", "where", "not init", "not init6", NULL },
	{ "", "nested", "chosen", "chosen", NULL },
	{ "[kind=b]", "nested", "<mode-b>", "<mode-b>", NULL },
	{ "", "other", "of another section", "of another section", NULL },
	{ "", "percent", "definition", "definition", NULL },
	{ "[x=\"<nothing/here> <ip> <chain>\"]", "x", "<nothing/here> <ip> FILE",
	  "<nothing/here> <ip> FILE", NULL },
	{ "", "circle", NULL, NULL, "circle: tags refer to each other in a circle" },
	{ NULL, NULL, NULL, NULL, NULL },
};

static const struct row without_a_file_there_are_defaults[] = {
	{ "", "where", "built in", "built in", NULL },
	{ "[where=jail]", "where", "jail", "jail", NULL },
	{ "[where=\"<known/where>!\"]", "where", "built in!", "built in!", NULL },
	{ "", "spare", "spare of mail", "spare6", NULL },
	{ "[x=\"<extra/key>\"]", "x", "<extra/key>", "<extra/key>", NULL },
	{ "", "chain", NULL, NULL, NULL },
	{ "", "name", "mail", "mail", NULL },
	{ NULL, NULL, NULL, NULL, NULL },
};

static int get_one(void *data)
{
	kb_auto_clear(value) value = { 0 };

	return kb_action_option(data, "spare", KBAN_IPV4, &value, NULL);
}

static void memory_may_run_out(void **state)
{
	kb_auto_clear(named_options) item = { 0 };
	struct kb_action_options options = { .item = &item, .jail = "mail", .defaults = defaults };

	(void)state;
	parse_item("[a=b]", &item);
	assert_every_allocation_may_fail(get_one, &options);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(with_file, jail_beats_family_beats_init_beats_definition),
		test_case(with_file, tags_are_replaced),
		test_case(without_file, without_a_file_there_are_defaults),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("action-option", tests, NULL, NULL);
}
