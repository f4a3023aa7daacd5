/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/buffer.h"
#include "base/text.h"
#include "conf/ini.h"
#include "conf/interpolate.h"
#include "failing-alloc.h"

/* Three files at most, merged in this order, and what option x of [s] gives. */
struct sample {
	const char *files[4];
	const char *expected; /* the value, or the error */
};

static const char *const file_names[] = { "one", "two", "three" };

static int merge_files(const char *const *files, struct kb_conf_table *table)
{
	int status = KBAN_OK;

	for (size_t i = 0; files[i] != NULL && status == KBAN_OK; i++) {
		kb_auto_clear(problem_list) problems = { 0 };
		kb_auto_clear(conf_table) file = { 0 };

		status = kb_ini_parse(file_names[i], kb_text(files[i]), &file, &problems);
		assert_int_equal(problems.count, 0);
		if (status == KBAN_OK)
			status = kb_conf_table_merge(table, &file);
	}
	return status;
}

static int fetch(const struct kb_conf_table *table, const struct kb_options *variables,
		 struct kb_value *out, struct kban_error **err)
{
	const struct kb_scope scope = { table, "s", variables, "x" };
	const struct kb_value *raw = kb_conf_table_value(table, "s", "x");

	assert_non_null(raw);
	return kb_interpolate(&scope, raw, out, err);
}

static void interpolate(void **state)
{
	for (const struct sample *row = *state; row->files[0] != NULL; row++) {
		kb_auto_clear(conf_table) table = { 0 };
		kb_auto_clear(value) value = { 0 };
		kban_auto(error) err = NULL;

		assert_int_equal(merge_files(row->files, &table), KBAN_OK);
		if (fetch(&table, NULL, &value, &err) == KBAN_OK)
			assert_string_equal(value.text, row->expected);
		else
			assert_string_equal(kban_error_text(err), row->expected);
	}
}

#define FOREIGN "[DEFAULT]\na=def\nq=Q\n[sec]\na=seca\nc=%(a)s-%(q)s\n[s]\na=own\n"

static const struct sample references[] = {
	{ { "[s]\nx = plain" }, "plain" },
	{ { "[s]\nx = 100%% of %%(a)s" }, "100% of %(a)s" },
	{ { "[s]\na=1\nx = %(a)s%(A)s" }, "11" },
	{ { "[DEFAULT]\na=1\n[s]\nx = <%(a)s>" }, "<1>" },
	{ { "[DEFAULT]\na=1\n[s]\na=2\nx = %(a)s" }, "2" },
	{ { "[s]\na=%(b)s\nb=%(c)s\nc=deep\nx = %(a)s" }, "deep" },
	{ { "[s]\nx = %(__name__)s" }, "s" },
	{ { "[DEFAULT]\nx = f-%(__name__)s[a=%(m)s]\nm=1\n[s]\nm=2\n" }, "f-s[a=2]" },
	{ { FOREIGN "x = %(sec/a)s" }, "seca" },
	{ { FOREIGN "x = %(default/a)s%(DEFAULT/a)s" }, "defdef" },
	{ { FOREIGN "x = %(sec/q)s" }, "Q" },
	{ { FOREIGN "x = %(a)s" }, "own" },
	{ { FOREIGN "x = %(sec/c)s" }, "own-Q" },
	{ { "[Sec]\na=1\n[s]\nx = %(Sec/A)s" }, "1" },
	{ { "[s]\nx = a\n  %(b)s\n  c\nb = 1\n  2" }, "a\n1\n2\nc" },
	{ { NULL }, NULL },
};

static const struct sample known_is_what_was_replaced[] = {
	{ { "[s]\nx=1", "[s]\nx=%(known/x)s2" }, "12" },
	{ { "[s]\nx=1", "[s]\nx=%(known/x)s2", "[s]\nx=%(known/x)s3" }, "123" },
	{ { "[s]\nx=1\ny=a", "[s]\nx=2\ny=b", "[s]\nx=%(known/y)s" }, "a" },
	{ { "[s]\nx=%(y)s\ny=1", "[s]\ny=%(known/y)s2", "[s]\ny=%(known/y)s3" }, "123" },
	{ { "[s]\nx=1\ny=a", "[s]\nx=%(known/x)s%(known/y)s\ny=%(known/y)sb",
	    "[s]\nx=%(known/x)s%(y)s" },
	  "1aab" },
	{ { "[DEFAULT]\nx=1\n[s]\nx=%(known/x)s0" }, "10" },
	{ { "[DEFAULT]\nx=1", "[DEFAULT]\nx=%(known/x)s2\n[s]\nx=%(known/x)s3" }, "123" },
	{ { "[DEFAULT]\nx=1", "[DEFAULT]\nx=%(known/x)s2", "[s]\n" }, "12" },
	{ { "[DEFAULT]\ny=d\n[s]\nx=%(known/y)s" }, "d" },
	{ { "[DEFAULT]\ny=d\n[s]\nx=%(known/y)s\ny=s" }, "d" },
	{ { "[s]\nx=%(known/y)s\ny=s" },
	  "one:2: option 'x' of [s]: '%(known/y)s' refers to no option; define it, or write %% for "
	  "a percent sign" },
	{ { "[s]\nx=%(known/x)s" },
	  "one:2: option 'x' of [s]: '%(known/x)s' refers to no option; define it, or write %% for "
	  "a percent sign" },
	{ { "[s?f=6]\nx=1", "[s]\nx=%(x?f=6)s" }, "1" },
	{ { NULL }, NULL },
};

static const struct sample mistakes[] = {
	{ { "[s]\nx = a\n  100% sure" },
	  "one:3: option 'x' of [s]: '% sure' begins with a single percent sign; write %%" },
	{ { "[s]\nx = %" },
	  "one:2: option 'x' of [s]: '%' begins with a single percent sign; write %%" },
	{ { "[s]\nx = %(a" },
	  "one:2: option 'x' of [s]: '%(a' begins with no whole reference; write %(NAME)s" },
	{ { "[s]\nx = %(a)d" },
	  "one:2: option 'x' of [s]: '%(a)d' begins with no whole reference; write %(NAME)s" },
	{ { "[s]\nx = %()s" },
	  "one:2: option 'x' of [s]: '%()s' begins with no whole reference; write %(NAME)s" },
	{ { "[s]\nx = %(nope)s" },
	  "one:2: option 'x' of [s]: '%(nope)s' refers to no option; define it, or write %% for a "
	  "percent sign" },
	{ { "[s]\nx = %(t/nope)s" },
	  "one:2: option 'x' of [s]: '%(t/nope)s' refers to no option; define it, or write %% for "
	  "a percent sign" },
	{ { "[s]\nx = %(a)s\na = %(x)s" }, "one:3: option 'x' of [s]: '%(x)s' refers to itself" },
	{ { "[s]\nx = 1", "[s]\nx=%(a)s\n\na = b\n  %(A)s" },
	  "two:5: option 'x' of [s]: '%(A)s' refers to itself" },
	{ { NULL }, NULL },
};

struct variable_sample {
	const char *file;
	const char *name, *value;
	const char *expected;
};

static void with_variable(void **state)
{
	for (const struct variable_sample *row = *state; row->file != NULL; row++) {
		const char *files[] = { row->file, NULL };
		kb_auto_clear(conf_table) table = { 0 };
		kb_auto_clear(options) variables = { 0 };
		kb_auto_clear(value) variable = { 0 };
		kb_auto_clear(value) value = { 0 };
		kban_auto(error) err = NULL;

		assert_int_equal(merge_files(files, &table), KBAN_OK);
		assert_int_equal(kb_value_init(&variable, kb_text(row->value), NULL), KBAN_OK);
		assert_int_equal(kb_options_take(&variables, kb_text(row->name), &variable),
				 KBAN_OK);
		if (fetch(&table, &variables, &value, &err) == KBAN_OK)
			assert_string_equal(value.text, row->expected);
		else
			assert_string_equal(kban_error_text(err), row->expected);
	}
}

static const struct variable_sample variables_come_first[] = {
	{ "[s]\na=1\nx=%(a)s", "a", "v", "v" },
	{ "[s]\na=1\nx=%(a)s", "A", "v", "v" },
	{ "[s]\na=1\nx=%(b)s", "b", "v%(a)s", "v1" },
	{ "[s]\nx=%(known/x)s 2", "known/x", "100% %(a)s", "100% %(a)s 2" },
	{ "[s]\nx=%(a)s\na=1", "x", "v", "1" },
	{ NULL, NULL, NULL, NULL },
};

static void lines_keep_their_origin(void **state)
{
	static const char *const files[] = {
		"[s]\np = ^\ny = 1\n  2",
		"[s]\nx = %(y)s\n  %(p)s3\n  4%(y)s5\n  %(p)s%(y)s\n",
		NULL,
	};
	kb_auto_clear(conf_table) table = { 0 };
	kb_auto_clear(value) value = { 0 };
	kb_auto_clear(buffer) origins = { 0 };

	(void)state;
	assert_int_equal(merge_files(files, &table), KBAN_OK);
	assert_int_equal(fetch(&table, NULL, &value, NULL), KBAN_OK);
	assert_string_equal(value.text, "1\n2\n^3\n41\n25\n^1\n2");
	for (size_t i = 0; i < value.line_count; i++)
		kb_buffer_printf(&origins, " %s%u", value.lines[i].file, value.lines[i].line);
	assert_string_equal(origins.data, " one3 one4 two3 two4 two4 one2 one4");
}

static void expect_failure(const char *file, int status, const char *text)
{
	const char *files[] = { file, NULL };
	kb_auto_clear(conf_table) table = { 0 };
	kb_auto_clear(value) value = { 0 };
	kban_auto(error) err = NULL;

	assert_int_equal(merge_files(files, &table), KBAN_OK);
	assert_int_equal(fetch(&table, NULL, &value, &err), status);
	assert_string_equal(kban_error_text(err), text);
	assert_null(value.text);
}

/* [s] with options x = @a first, v1 … v@a levels, each @a count times the next one. */
static void write_levels(struct kb_buffer *text, const char *first, int levels, int count)
{
	kb_buffer_printf(text, "[s]\nx = %%(v1)s\nv%d = %s\n", levels, first);
	for (int i = 1; i < levels; i++) {
		kb_buffer_printf(text, "v%d = ", i);
		for (int j = 0; j < count; j++)
			kb_buffer_printf(text, "%%(v%d)s", i + 1);
		kb_buffer_string(text, "\n");
	}
}

static void growth_has_limits(void **state)
{
	kb_auto_clear(buffer) deep = { 0 };
	kb_auto_clear(buffer) wide = { 0 };
	kb_auto_clear(buffer) empty = { 0 };

	(void)state;
	write_levels(&deep, "end", KB_INTERPOLATE_DEPTH_MAX + 1, 1);
	expect_failure(deep.data, KBAN_E_LIMIT,
		       "one:67: option 'x' of [s]: '%(v65)s' is nested too deeply");
	write_levels(&wide,
		     "0123456789012345678901234567890123456789012345678901234567890123456789"
		     "0123456789012345678901234567890123456789012345678901234567890123456789",
		     6, 10);
	expect_failure(wide.data, KBAN_E_LIMIT,
		       "one:3: option 'x' of [s] grows beyond 1048576 bytes; look for references "
		       "that repeat each other");
	write_levels(&empty, "", 9, 10);
	expect_failure(empty.data, KBAN_E_LIMIT,
		       "one:11: option 'x' of [s]: '%(v9)s' is one reference too many");
}

static int attempt(void *data)
{
	const char *files[] = { "[s]\nx=1\na=2%%", "[s]\nx=%(known/x)s%(A)s%(__name__)s", NULL };
	kb_auto_clear(conf_table) table = { 0 };
	kb_auto_clear(value) value = { 0 };
	int status = merge_files(files, &table);

	(void)data;
	return status == KBAN_OK ? fetch(&table, NULL, &value, NULL) : status;
}

static void memory_may_run_out(void **state)
{
	(void)state;
	assert_every_allocation_may_fail(attempt, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(interpolate, references),
		test_case(interpolate, known_is_what_was_replaced),
		test_case(interpolate, mistakes),
		test_case(with_variable, variables_come_first),
		cmocka_unit_test(lines_keep_their_origin),
		cmocka_unit_test(growth_has_limits),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("interpolate", tests, NULL, NULL);
}
