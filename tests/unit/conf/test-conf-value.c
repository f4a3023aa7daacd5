/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <stdio.h>

#include "base/buffer.h"
#include "base/text.h"
#include "conf/conf-value.h"
#include "failing-alloc.h"

/* Lines of a value that was read from @a file, the first in line @a line. */
static struct kb_value value_from(const char *text, const char *file, unsigned line)
{
	struct kb_value value = { 0 };
	struct kb_where where = { file, line };

	assert_int_equal(kb_value_init(&value, kb_text(text), &where), KBAN_OK);
	for (size_t i = 0; i < value.line_count; i++)
		value.lines[i].line = line + (unsigned)i;
	return value;
}

struct replacement {
	const char *text;
	size_t from, to;
	const char *with;
	const char *expected;
	const char *origins; /* of the lines: o1 from line 1 of the value, i1 of what is inserted */
};

static void replace(void **state)
{
	for (const struct replacement *row = *state; row->text != NULL; row++) {
		kb_auto_clear(value) value = value_from(row->text, "o", 1);
		kb_auto_clear(value) with = value_from(row->with, "i", 1);
		kb_auto_clear(buffer) origins = { 0 };

		assert_int_equal(kb_value_replace(&value, row->from, row->to, &with), KBAN_OK);
		assert_string_equal(value.text, row->expected);
		for (size_t i = 0; i < value.line_count; i++)
			kb_buffer_printf(&origins, " %s%u", value.lines[i].file,
					 value.lines[i].line);
		assert_string_equal(origins.data, row->origins);
	}
}

static const struct replacement lines_keep_their_origin[] = {
	{ "a%b", 1, 2, "x", "axb", " o1" },
	{ "%", 0, 1, "x", "x", " i1" },
	{ "  %  ", 2, 3, "x", "  x  ", " i1" },
	{ "%b", 0, 1, "x", "xb", " o1" },
	{ "%", 0, 1, "x\ny", "x\ny", " i1 i2" },
	{ "^%$", 1, 2, "x\ny\nz", "^x\ny\nz$", " o1 i2 o1" },
	{ "a\n%\nc", 2, 3, "x\ny", "a\nx\ny\nc", " o1 i1 i2 o3" },
	{ "a\n%", 2, 3, "", "a\n", " o1 o2" },
	{ "a\nb%c\nd", 3, 4, "\n", "a\nb\nc\nd", " o1 o2 o2 o3" },
	{ "ab\ncd", 1, 4, "x", "axd", " o1" },
	{ "", 0, 0, "x", "x", " i1" },
	{ NULL, 0, 0, NULL, NULL, NULL },
};

struct reading {
	const char *text;
	long long expected;
	const char *error; /* NULL: none */
};

static void read_number(void **state)
{
	for (const struct reading *row = *state; row->text != NULL; row++) {
		kb_auto_clear(value) value = value_from(row->text, "f", 7);
		kban_auto(error) err = NULL;
		long long number = -7;
		int status = kb_value_int(&value, "maxretry", &number, &err);

		assert_int_equal(status, row->error == NULL ? KBAN_OK : KBAN_E_SYNTAX);
		assert_int_equal(number, row->expected);
		if (row->error != NULL)
			assert_string_equal(kban_error_text(err), row->error);
	}
}

static const struct reading numbers[] = {
	{ "5", 5, NULL },
	{ " -1\n", -1, NULL },
	{ "\n+3", 3, NULL },
	{ "2147483647", 2147483647, NULL },
	{ "2147483648", -7,
	  "f:7: maxretry must be a whole number below 2147483648, not '2147483648'" },
	{ "", -7, "f:7: maxretry must be a whole number below 2147483648, not ''" },
	{ "many", -7, "f:7: maxretry must be a whole number below 2147483648, not 'many'" },
	{ "1.5", -7, "f:7: maxretry must be a whole number below 2147483648, not '1.5'" },
	{ "6 # x", -7,
	  "f:7: maxretry must be a whole number below 2147483648, not '6 # x'; '#' does not start "
	  "a comment behind a value, ' ;' does" },
	{ "6#x", -7, "f:7: maxretry must be a whole number below 2147483648, not '6#x'" },
	{ NULL, 0, NULL },
};

static void read_duration(void **state)
{
	for (const struct reading *row = *state; row->text != NULL; row++) {
		kb_auto_clear(value) value = value_from(row->text, "f", 7);
		kban_auto(error) err = NULL;
		kban_usec span = -7;
		int status = kb_value_duration(&value, "bantime", &span, &err);

		assert_int_equal(status, row->error == NULL ? KBAN_OK : KBAN_E_SYNTAX);
		assert_int_equal(span, row->error == NULL ? row->expected * KBAN_SECOND : -7);
		if (row->error != NULL)
			assert_string_equal(kban_error_text(err), row->error);
	}
}

static const struct reading durations[] = {
	{ "10", 10, NULL },
	{ "-1", -1, NULL },
	{ " 1d 12h ", 129600, NULL },
	{ "1.9", 1, NULL },
	{ "1mo", 2629800, NULL },
	{ "999y", 31526042400, NULL },
	{ "1001y", 0, "f:7: bantime must be less than 1000 years, not '1001y'" },
	{ "soon", 0, "f:7: bantime must be a span of time such as 10m or '1d 12h', not 'soon'" },
	{ "1h # x", 0,
	  "f:7: bantime must be a span of time such as 10m or '1d 12h', not '1h # x'; '#' does not "
	  "start a comment behind a value, ' ;' does" },
	{ NULL, 0, NULL },
};

struct word {
	const char *text;
	bool value, is_bool;
};

static void read_word(void **state)
{
	for (const struct word *row = *state; row->text != NULL; row++) {
		kb_auto_clear(value) value = value_from(row->text, "f", 7);

		assert_int_equal(kb_value_bool(&value), row->value);
		assert_int_equal(kb_value_is_bool(&value), row->is_bool);
	}
}

static const struct word booleans[] = {
	{ "1", true, true },          { " True ", true, true }, { "yes", true, true },
	{ "ON", true, true },         { "0", false, true },     { "false", false, true },
	{ "No", false, true },        { "off", false, true },   { "maybe", false, false },
	{ "true # x", false, false }, { "", false, false },     { "2", false, false },
	{ NULL, false, false },
};

static void place_is_that_of_the_first_line_with_text(void **state)
{
	kb_auto_clear(value) below = value_from("\n\nx\n", "f", 4);
	kb_auto_clear(value) none = value_from("\n", "f", 4);

	(void)state;
	assert_int_equal(kb_value_where(&below)->line, 6);
	assert_int_equal(kb_value_where(&none)->line, 4);
}

static void too_long_is_refused_and_changes_nothing(void **state)
{
	kb_autofree char *half = malloc(KB_VALUE_SIZE_MAX / 2 + 2);
	kb_auto_clear(value) value = { 0 };
	kb_auto_clear(value) with = { 0 };
	size_t len = KB_VALUE_SIZE_MAX / 2 + 1;

	(void)state;
	assert_non_null(half);
	memset(half, 'x', len);
	assert_int_equal(kb_value_init(&value, (struct kban_text){ half, len }, NULL), KBAN_OK);
	assert_int_equal(kb_value_copy(&with, &value), KBAN_OK);
	assert_int_equal(kb_value_replace(&value, 0, 0, &with), KBAN_E_LIMIT);
	assert_int_equal(strlen(value.text), len);
	assert_int_equal(kb_value_replace(&value, 0, 2, &with), KBAN_OK);
	assert_int_equal(strlen(value.text), KB_VALUE_SIZE_MAX);
}

static void options_replace_append_and_remove(void **state)
{
	kb_auto_clear(options) options = { 0 };
	kb_auto_clear(value) one = value_from("1", "f", 1);
	kb_auto_clear(value) two = value_from("2", "f", 2);

	(void)state;
	assert_null(kb_options_find(&options, "a"));
	assert_int_equal(kb_options_set(&options, "a", &one), KBAN_OK);
	assert_int_equal(kb_options_set(&options, "b", &one), KBAN_OK);
	assert_int_equal(kb_options_take(&options, KB_TEXT("a"), &two), KBAN_OK);
	assert_null(two.text);
	assert_int_equal(options.count, 2);
	assert_string_equal(kb_options_find(&options, "a")->text, "2");
	assert_int_equal(kb_options_append(&options, KB_TEXT("b"), &one), KBAN_OK);
	assert_int_equal(options.count, 3);
	kb_options_remove(&options, "a");
	kb_options_remove(&options, "missing");
	assert_int_equal(options.count, 2);
	assert_null(kb_options_find(&options, "a"));
}

static int attempt(void *data)
{
	kb_auto_clear(options) options = { 0 };
	kb_auto_clear(value) value = { 0 };
	int status = kb_value_init(&value, KB_TEXT("a\nb"), data);

	if (status == KBAN_OK)
		status = kb_options_set(&options, "x", &value);
	if (status == KBAN_OK)
		status = kb_value_replace(&value, 1, 2, &options.items[0].value);
	return status == KBAN_OK ? kb_options_take(&options, KB_TEXT("y"), &value) : status;
}

static void memory_may_run_out(void **state)
{
	struct kb_where where = { "f", 1 };

	(void)state;
	assert_every_allocation_may_fail(attempt, &where);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(replace, lines_keep_their_origin),
		test_case(read_number, numbers),
		test_case(read_duration, durations),
		test_case(read_word, booleans),
		cmocka_unit_test(place_is_that_of_the_first_line_with_text),
		cmocka_unit_test(too_long_is_refused_and_changes_nothing),
		cmocka_unit_test(options_replace_append_and_remove),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("conf-value", tests, NULL, NULL);
}
