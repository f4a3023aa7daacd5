/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/buffer.h"
#include "base/text.h"
#include "conf/option-list.h"
#include "failing-alloc.h"

struct sample {
	const char *text;
	const char *expected; /* NAME {option=value, …}; or the error */
};

static void init(struct kb_value *value, const char *text)
{
	struct kb_where where = { "f", 1 };

	assert_int_equal(kb_value_init(value, kb_text(text), &where), KBAN_OK);
	for (size_t i = 0; i < value->line_count; i++)
		value->lines[i].line = (unsigned)i + 1;
}

static void print_item(struct kb_buffer *out, const struct kb_named_options *item)
{
	kb_buffer_printf(out, "%s@%u {", item->name, item->where.line);
	for (size_t i = 0; i < item->options.count; i++) {
		const struct kb_option *option = &item->options.items[i];

		kb_buffer_printf(out, "%s%s=%s", i > 0 ? ", " : "", option->name,
				 option->value.text);
		if (option->value.lines[0].line != 1)
			kb_buffer_printf(out, "@%u", option->value.lines[0].line);
	}
	kb_buffer_string(out, "}");
}

static void parse(void **state)
{
	for (const struct sample *row = *state; row->text != NULL; row++) {
		kb_auto_clear(value) value = { 0 };
		kb_auto_clear(named_options) item = { 0 };
		kb_auto_clear(buffer) out = { 0 };
		kban_auto(error) err = NULL;

		init(&value, row->text);
		if (kb_named_options_parse(&value, &item, &err) == KBAN_OK)
			print_item(&out, &item);
		else
			kb_buffer_string(&out, kban_error_text(err));
		assert_string_equal(out.data, row->expected);
	}
}

static const struct sample one_item[] = {
	{ "sshd", "sshd@1 {}" },
	{ "sshd[mode=a][x=b]", "sshd@1 {mode=a, x=b}" },
	{ "sshd[mode=a] [x=b]", "sshd@1 {mode=a, x=b}" },
	{ "sshd[mode=\"a,b]\", x='y\"z']", "sshd@1 {mode=a,b], x=y\"z}" },
	{ "sshd[a=x=y]", "sshd@1 {a=x=y}" },
	{ "sshd[a==x]", "sshd@1 {a==x}" },
	{ "sshd[mode= a b ]", "sshd@1 {mode=a b}" },
	{ "sshd[]", "sshd@1 {}" },
	{ "sshd[ ]", "sshd@1 {}" },
	{ "sshd[mode=a,]", "sshd@1 {mode=a}" },
	{ "sshd[a=]", "sshd@1 {a=}" },
	{ "sshd[a=, b= ]", "sshd@1 {a=, b=}" },
	{ "sshd[a=\"\", b='']", "sshd@1 {a=, b=}" },
	{ "sshd[a=1,a=2]", "sshd@1 {a=2}" },
	{ "sshd[a=x]  ", "sshd@1 {a=x}" },
	{ "sshd[a=b\"c]", "sshd@1 {a=b\"c}" },
	{ "sshd[x=[a]", "sshd@1 {x=[a}" },
	{ "sshd[a.b-c_d=x]", "sshd@1 {a.b-c_d=x}" },
	{ "z[port=\"25,587\", q='a \"b\" ]c, d', i=x y z]",
	  "z@1 {port=25,587, q=a \"b\" ]c, d, i=x y z}" },
	{ "z[q=\" a \"]", "z@1 {q=a}" },
	{ "z[q?family=inet6=\"x\"]", "z@1 {q?family=inet6=x}" },
	{ "z[q?family=inet6=q6]", "z@1 {q?family=inet6=q6}" },
	{ "\nz[a=1,\n  b=\"2\n3\"\n]", "z@2 {a=1@2, b=2\n3@3}" },
	{ NULL, NULL },
};

/* fail2ban looks for files with a blank in their name, or keeps the quotes. */
static const struct sample blanks_are_harmless[] = {
	{ "sshd [x=1]", "sshd@1 {x=1}" },
	{ "sshd[a =x]", "sshd@1 {a=x}" },
	{ "sshd[a=\"x\" ,b=1]", "sshd@1 {a=x, b=1}" },
	{ "sshd[a= \"x y\" ]", "sshd@1 {a=x y}" },
	{ NULL, NULL },
};

static const struct sample mistakes[] = {
	{ "", "f:1: expected a name at column 1 of ''" },
	{ "[a=b]", "f:1: expected a name at column 1 of '[a=b]'" },
	{ "sshd[mode=a", "f:1: expected ',' or ']' behind a value at column 12 of 'sshd[mode=a'" },
	{ "sshd[", "f:1: missing ']' at column 6 of 'sshd['" },
	{ "sshd[a=b] c", "f:1: unexpected text at column 11 of 'sshd[a=b] c'" },
	{ "sshd[mode]", "f:1: expected '=' and a value at column 10 of 'sshd[mode]'" },
	{ "sshd[=a]", "f:1: expected an option (NAME=VALUE) at column 6 of 'sshd[=a]'" },
	{ "sshd[a=b\\,c]", "f:1: expected '=' and a value at column 12 of 'sshd[a=b\\,c]'" },
	{ "sshd[a=b,,c=d]",
	  "f:1: expected an option (NAME=VALUE) at column 10 of 'sshd[a=b,,c=d]'" },
	{ "sshd[mode=\"a\" b]",
	  "f:1: expected ',' or ']' behind a value at column 15 of 'sshd[mode=\"a\" b]'" },
	{ "sshd[x=a]b]", "f:1: unexpected text at column 10 of 'sshd[x=a]b]'" },
	{ "sshd[x=[a]]", "f:1: unexpected text at column 11 of 'sshd[x=[a]]'" },
	{ "sshd[x=\"a\\\"b\"]",
	  "f:1: expected ',' or ']' behind a value at column 12 of 'sshd[x=\"a\\\"b\"]'" },
	{ "act[name=\"x, port=1]",
	  "f:1: quote that is not closed at column 10 of 'act[name=\"x, port=1]'" },
	{ "act[a=b,\n  c]", "f:2: expected '=' and a value at column 13 of 'act[a=b,\\n  c]'" },
	{ "z[q?family]", "f:1: expected a condition (NAME?NAME=VALUE=VALUE) at column 4 of "
			 "'z[q?family]'" },
	{ NULL, NULL },
};

static void parse_list(void **state)
{
	for (const struct sample *row = *state; row->text != NULL; row++) {
		kb_auto_clear(value) value = { 0 };
		kb_auto_clear(named_options_list) list = { 0 };
		kb_auto_clear(buffer) out = { 0 };
		kban_auto(error) err = NULL;

		init(&value, row->text);
		if (kb_named_options_list_parse(&value, &list, &err) != KBAN_OK)
			kb_buffer_string(&out, kban_error_text(err));
		for (size_t i = 0; i < list.count; i++)
			print_item(&out, &list.items[i]);
		assert_string_equal(kb_buffer_content(&out).len > 0 ? out.data : "", row->expected);
	}
}

static const struct sample items_are_separated_by_blanks[] = {
	{ "", "" },
	{ " \n ", "" },
	{ "z", "z@1 {}" },
	{ "z[name=a] z[name=b]", "z@1 {name=a}z@1 {name=b}" },
	{ "z[name=a]\n\ny\n", "z@1 {name=a}y@3 {}" },
	{ "z, y", "z,@1 {}y@1 {}" },
	{ "z[a=\"x y\"] y", "z@1 {a=x y}y@1 {}" },
	{ "z[a=b] [c=d] y", "z@1 {a=b, c=d}y@1 {}" },
	{ "z[a=x\n b=y] w", "z@1 {a=x\n b=y}w@2 {}" },
	{ "z[a=b]y",
	  "f:1: expected a blank or line end between two items at column 7 of 'z[a=b]y'" },
	{ "z[a=b]\n y[c", "f:2: expected '=' and a value at column 4 of 'y[c'" },
	{ NULL, NULL },
};

static void too_many_are_refused(void **state)
{
	kb_auto_clear(buffer) text = { 0 };
	kb_auto_clear(value) value = { 0 };
	kb_auto_clear(named_options_list) list = { 0 };
	kban_auto(error) err = NULL;

	(void)state;
	for (int i = 0; i <= KB_NAMED_OPTIONS_MAX; i++)
		kb_buffer_string(&text, "z ");
	init(&value, text.data);
	assert_int_equal(kb_named_options_list_parse(&value, &list, &err), KBAN_E_SYNTAX);
	assert_string_equal(kban_error_text(err), "f:1: too many items at column 3 of 'z '");
	kb_value_clear(&value);
	kb_buffer_reset(&text);
	kb_buffer_string(&text, "z[");
	for (int i = 0; i <= KB_NAMED_OPTIONS_MAX; i++)
		kb_buffer_printf(&text, "x%d=,", i);
	kb_buffer_string(&text, "]");
	init(&value, text.data);
	assert_int_equal(kb_named_options_list_parse(&value, &list, &err), KBAN_E_SYNTAX);
	assert_non_null(strstr(kban_error_text(err), "too many options"));
}

static int attempt(void *data)
{
	kb_auto_clear(named_options_list) list = { 0 };

	return kb_named_options_list_parse(data, &list, NULL);
}

static void memory_may_run_out(void **state)
{
	kb_auto_clear(value) value = { 0 };

	(void)state;
	init(&value, "z[a=b, c=\"d\"]\ny[e=f]\nx");
	assert_every_allocation_may_fail(attempt, &value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(parse, one_item),
		test_case(parse, blanks_are_harmless),
		test_case(parse, mistakes),
		test_case(parse_list, items_are_separated_by_blanks),
		cmocka_unit_test(too_many_are_refused),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("option-list", tests, NULL, NULL);
}
