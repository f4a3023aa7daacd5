/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/buffer.h"
#include "base/text.h"
#include "conf/ini.h"
#include "failing-alloc.h"

/* What a text gives, written as print_table() and print_problems() do. */
struct sample {
	const char *text;
	const char *expected;
};

static void print_value(struct kb_buffer *out, const struct kb_option *option)
{
	kb_buffer_printf(out, "%s=", option->name);
	for (const char *at = option->value.text; *at != '\0'; at++) {
		if (*at == '\n')
			kb_buffer_string(out, "|");
		else
			kb_buffer_byte(out, *at);
	}
	for (size_t i = 0; i < option->value.line_count; i++)
		kb_buffer_printf(out, "%s%u", i == 0 ? "@" : ",", option->value.lines[i].line);
	kb_buffer_string(out, "\n");
}

static void print_table(struct kb_buffer *out, const struct kb_conf_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct kb_conf_section *section = table->items[i];

		kb_buffer_printf(out, "[%s]@%u\n", section->name, section->where.line);
		for (size_t j = 0; j < section->options.count; j++)
			print_value(out, &section->options.items[j]);
	}
}

static void print_problems(struct kb_buffer *out, const struct kb_problem_list *problems)
{
	for (size_t i = 0; i < problems->count; i++)
		kb_buffer_printf(out, "%s! %s\n",
				 problems->items[i].subject != NULL ? problems->items[i].subject
								    : "",
				 kban_error_text(problems->items[i].error));
}

static void check(struct kban_text text, const char *expected)
{
	kb_auto_clear(conf_table) table = { 0 };
	kb_auto_clear(problem_list) problems = { 0 };
	kb_auto_clear(buffer) out = { 0 };

	assert_int_equal(kb_ini_parse("f", text, &table, &problems), KBAN_OK);
	print_table(&out, &table);
	print_problems(&out, &problems);
	assert_string_equal(kb_buffer_content(&out).len > 0 ? out.data : "", expected);
}

static void parse(void **state)
{
	for (const struct sample *row = *state; row->text != NULL; row++)
		check(kb_text(row->text), row->expected);
}

static const struct sample sections_and_options[] = {
	{ "", "" },
	{ "[a]\n", "[a]@1\n" },
	{ "[a]\nx = 1\n[b]\ny = 2", "[a]@1\nx=1@2\n[b]@3\ny=2@4\n" },
	{ "[a]\nx=1\ny:2\nz =\n", "[a]@1\nx=1@2\ny=2@3\nz=@4\n" },
	{ "[a]\nBanTime: 33\n", "[a]@1\nbantime=33@2\n" },
	{ "[a]\nfail:regex = x\nb=c:d\n", "[a]@1\nfail=regex = x@2\nb=c:d@3\n" },
	{ "  [a] foo\n[ b ]\n[c]d]\n", "[a]@1\n[ b ]@2\n[c]d]@3\n" },
	{ "[DEFAULT]\nx=1\n[DEFAULT]\ny=2\n", "[DEFAULT]@1\nx=1@2\ny=2@4\n" },
	{ "[a]\r\nx = 1\r\n", "[a]@1\nx=1@2\n" },
	{ "[a]\rx = 1\r\r  2", "[a]@1\nx=1||2@2,4,4\n" },
	{ "[a]\nx = \"quoted\" 'too'\n", "[a]@1\nx=\"quoted\" 'too'@2\n" },
	{ "[a]\n[x = 1\n", "[a]@1\n[x=1@2\n" },
	{ NULL, NULL },
};

static const struct sample comments[] = {
	{ "# c\n; c\n[a]\n  # c\nx = 1\n", "[a]@3\nx=1@5\n" },
	{ "[a]\nx = 1 ; c\n", "[a]@1\nx=1@2\n" },
	{ "[a]\nx = ^a;x <HOST> ; c1 ; c2\n", "[a]@1\nx=^a;x <HOST>@2\n" },
	{ "[a]\nx = ^a; <HOST>;b ;c\n", "[a]@1\nx=^a; <HOST>;b@2\n" },
	{ "[a]\nx = 6 # c\n", "[a]@1\nx=6 # c@2\n" },
	{ "[a]\nx = 1\t;c\ny=;d\n", "[a]@1\nx=1@2\ny=;d@3\n" },
	{ "[a] ; c]\n", "[a]@1\n" },
	{ "[a]\nx = ; c\n  1\n", "[a]@1\nx=|1@2,3\n" },
	{ "[a]\nx = 1\n# c\n  2\n  ;c\n\t3 ;c\n", "[a]@1\nx=1|2|3@2,4,6\n" },
	{ NULL, NULL },
};

static const struct sample values_of_several_lines[] = {
	{ "[a]\nx = 1\n  2\n", "[a]@1\nx=1|2@2,3\n" },
	{ "[a]\nx =\n  1\n", "[a]@1\nx=|1@2,3\n" },
	{ "[a]\nx = 1\n\n  2\n\n\ny=3\n", "[a]@1\nx=1||2@2,4,4\ny=3@7\n" },
	{ "[a]\nx = 1\n [b]\n y = 2\n", "[a]@1\nx=1|[b]|y = 2@2,3,4\n" },
	{ "[a]\n  x = 1\n  y = 2\n", "[a]@1\nx=1@2\ny=2@3\n" },
	{ "[a]\n    x = 1\n  y = 2\n   z=3\n", "[a]@1\nx=1@2\ny=2|z=3@3,4\n" },
	{ "[a]\nx = 1\n\t2\n        3\n", "[a]@1\nx=1|2|3@2,3,4\n" },
	{ "[a]\n  x = 1\n\ty = 2\n", "[a]@1\nx=1@2\ny=2@3\n" },
	{ "[a]\nx = 1\n\xc2\xa0"
	  "2\xe3\x80\x80\n",
	  "[a]@1\nx=1|2@2,3\n" },
	{ "[a]\n  [b]\n  x = 1\n", "[a]@1\n[b]@2\nx=1@3\n" },
	{ NULL, NULL },
};

static const struct sample mistakes_concern_their_section[] = {
	{ "[a]\nx = 1\nx = 2\ny = 3\n",
	  "[a]@1\nx=1@2\ny=3@4\n"
	  "a! f:3: option 'x' is there already, in line 2; remove one of them\n" },
	{ "[a]\nx = 1\nX : 2\n  3\n",
	  "[a]@1\nx=1@2\na! f:3: option 'x' is there already, in line 2; remove one of them\n" },
	{ "[a]\nwhat is this\n  more\n[b]\ny=1\n",
	  "[a]@1\n[b]@4\ny=1@5\na! f:2: no '=' in 'what is this'; write OPTION = VALUE, or indent "
	  "the line to continue the one above\n" },
	{ "[a]\n = x\n", "[a]@1\na! f:2: no option in front of '= x'; write OPTION = VALUE\n" },
	{ "[a]\n[b\n", "[a]@1\na! f:2: no ']' in section header '[b'; write [NAME]\n" },
	{ "[a]\n[]\n", "[a]@1\na! f:2: no ']' in section header '[]'; write [NAME]\n" },
	{ "[a]\nx=1\n[b]\n[a]\ny=2\n", "[a]@1\nx=1@2\ny=2@5\n[b]@3\na! f:4: section [a] is there "
				       "already, in line 1; make it one section\n" },
	{ NULL, NULL },
};

#define HEADER  "put a header such as [DEFAULT] or [Definition] above it; "
#define NO_TEXT "not UTF-8 text; save the file as UTF-8"

static const struct sample what_belongs_to_no_section_is_lost_alone[] = {
	{ "x = 1\n y = 2\n[a]\nz = 3\n",
	  "[a]@3\nz=3@4\n"
	  "! f:1: no section before 'x = 1'; " HEADER "what stands above line 3 is left out\n" },
	{ "\n# c\nx = 1\ny = 2\n",
	  "! f:3: no section before 'x = 1'; " HEADER "the file is left out\n" },
	{ "[a\nx = 1\n", "! f:1: no section before '[a'; " HEADER "the file is left out\n" },
	{ "\xff\xfe[\n", "! f:1: " NO_TEXT "; the file is left out\n" },
	{ "x\xff = 1\n[a]\n", "[a]@2\n! f:1: " NO_TEXT "; what stands above line 2 is left out\n" },
	{ NULL, NULL },
};

static const struct sample other_encodings_cost_an_option[] = {
	{ "[a]\nx = \xff\ny = 1\n", "[a]@1\ny=1@3\na! f:2: " NO_TEXT "\n" },
	{ "[a]\n\nx = \xc0\x80\n  2\ny = 1\n", "[a]@1\ny=1@5\na! f:3: " NO_TEXT "\n" },
	{ "[a]\nx = 1\n  \xe9\n  2\ny = 1\n", "[a]@1\ny=1@5\na! f:3: " NO_TEXT "\n" },
	{ "[a]\nx = \xff\ny = \xff\n[b]\nx = \xff\nz = 1\n",
	  "[a]@1\n[b]@4\nz=1@6\na! f:2: " NO_TEXT "\nb! f:5: " NO_TEXT "\n" },
	{ "[a]\nx = 1\n[\xff]\ny = 1\n", "[a]@1\nx=1@2\ny=1@4\na! f:3: " NO_TEXT "\n" },
	{ "# \xfc\n[a]\nx = 1\n  ; \xfc\n  2\n", "[a]@2\nx=1|2@3,5\n" },
	{ NULL, NULL },
};

static const struct sample a_byte_order_mark_means_nothing[] = {
	{ "\xef\xbb\xbf[a]\nx = 1\n", "[a]@1\nx=1@2\n" },
	{ "\xef\xbb\xbf# c\n[a]\n", "[a]@2\n" },
	{ "\xef\xbb\xbf", "" },
	{ NULL, NULL },
};

static void nul_bytes_are_no_text(void **state)
{
	(void)state;
	check(KB_TEXT("[a]\nx = 1\0\n"), "[a]@1\na! f:2: " NO_TEXT "\n");
}

/* @a count lines of @a format, each with its number. */
static void repeat(struct kb_buffer *text, const char *format, int count)
{
	const char *percent = strchr(format, '%');

	for (int i = 0; i < count; i++)
		kb_buffer_printf(text, "%.*s%d%s", (int)(percent - format), format, i, percent + 1);
}

static void check_refusal(struct kban_text text, const char *subject, const char *problem)
{
	kb_auto_clear(conf_table) table = { 0 };
	kb_auto_clear(problem_list) problems = { 0 };

	assert_int_equal(kb_ini_parse("f", text, &table, &problems), KBAN_OK);
	assert_int_equal(problems.count, 1);
	if (subject == NULL)
		assert_null(problems.items[0].subject);
	else
		assert_string_equal(problems.items[0].subject, subject);
	assert_string_equal(kban_error_text(problems.items[0].error), problem);
}

static void limits_are_told(void **state)
{
	kb_auto_clear(buffer) options = { 0 };
	kb_auto_clear(buffer) sections = { 0 };
	kb_auto_clear(buffer) value = { 0 };

	(void)state;
	kb_buffer_string(&options, "[a]\n");
	repeat(&options, "x%=\n", KB_INI_OPTIONS_MAX + 1);
	check_refusal(kb_buffer_content(&options), NULL,
		      "f:4098: too many options; split the file; the rest of it is left out");
	repeat(&sections, "[x%]\n", KB_INI_SECTIONS_MAX + 1);
	check_refusal(kb_buffer_content(&sections), NULL,
		      "f:4097: too many sections; split the file; the rest of it is left out");
	kb_buffer_string(&value, "[a]\nx =\n");
	repeat(&value, " % 0123456789 0123456789 0123456789 0123456789\n", 30000);
	check_refusal(kb_buffer_content(&value), "a", "f:21196: too long a value of 'x'; split it");
}

static int attempt(void *data)
{
	kb_auto_clear(conf_table) table = { 0 };
	kb_auto_clear(problem_list) problems = { 0 };

	return kb_ini_parse("f", kb_text(data), &table, &problems);
}

static void memory_may_run_out(void **state)
{
	char text[] =
		"stray\n[a]\nx = 1\n  2\n\n  3\nLong: v\nx = 2\njunk\n[a]\n[b]\ny = 1\n \xff\n";

	(void)state;
	assert_every_allocation_may_fail(attempt, text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(parse, sections_and_options),
		test_case(parse, comments),
		test_case(parse, values_of_several_lines),
		test_case(parse, mistakes_concern_their_section),
		test_case(parse, what_belongs_to_no_section_is_lost_alone),
		test_case(parse, other_encodings_cost_an_option),
		test_case(parse, a_byte_order_mark_means_nothing),
		cmocka_unit_test(nul_bytes_are_no_text),
		cmocka_unit_test(limits_are_told),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("ini", tests, NULL, NULL);
}
