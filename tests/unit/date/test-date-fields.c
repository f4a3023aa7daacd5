/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/text.h"
#include "date/date-fields.h"

struct reading {
	const char *pattern;
	const char *line;
	bool readable;
	struct kb_date_fields fields;
};

static bool read_line(const struct reading *row, struct kb_date_fields *fields)
{
	kb_auto(pattern) pattern = NULL;
	kb_auto(match) match = kb_match_new();
	struct kb_date_capture captures[KB_DATE_CAPTURES_MAX];
	struct kban_text line = kb_text(row->line);
	size_t count;

	assert_non_null(match);
	assert_int_equal(kb_pattern_compile(kb_text(row->pattern), KB_PATTERN_CASELESS, NULL,
					    &pattern, NULL),
			 KBAN_OK);
	assert_int_equal(kb_pattern_search(pattern, line, 0, match), KB_MATCH_FOUND);
	count = kb_date_fields_captures(pattern, captures);
	return kb_date_fields_read(captures, count, line, match, fields);
}

static void read(void **state)
{
	for (const struct reading *row = *state; row->pattern != NULL; row++) {
		struct kb_date_fields fields;

		if (read_line(row, &fields) != row->readable)
			fail_msg("'%s' on '%s'", row->pattern, row->line);
		if (row->readable && memcmp(&fields, &row->fields, sizeof(fields)) != 0)
			fail_msg("'%s' on '%s' differs", row->pattern, row->line);
	}
}

#define DATE "(?P<Y>\\d+)-(?P<m>\\d+)-(?P<d>\\d+)"

static const struct reading numbers[] = {
	{ DATE, "2023-11-04", true, { .year = 2023, .month = 11, .day = 4 } },
	{ "(?P<H>[ \\d]+):(?P<M>\\d+):(?P<S>\\d+)",
	  " 9:05:00",
	  true,
	  { .hour = 9, .minute = 5, .second = 0 } },
	{ "(?P<j>\\d+)", "045", true, { .year_day = 45 } },
	{ "(?P<d>[ \\d]+)", " 5", true, { .day = 5 } },
	{ "(?P<f>\\d+)(?P<u>\\d)(?P<x>\\d)(?P<YY>\\d)", "123456", true, { 0 } },
	{ "(?P<Y>\\d+)|(?P<m>x)", "2023", true, { .year = 2023 } },
	{ DATE, "0-11-04", false, { 0 } },
	{ DATE, "2023-0-04", false, { 0 } },
	{ DATE, "2023-11-0", false, { 0 } },
	{ DATE, "20231-11-04", false, { 0 } },
	{ "(?P<Y>\\S+)", "MMXXIII", false, { 0 } },
	{ "(?P<j>\\d+)", "000", false, { 0 } },
	{ NULL, NULL, false, { 0 } },
};

static const struct reading two_hours[] = {
	{ "(?P<H>\\d+) (?P<I>\\d+) (?P<p>\\w+)", "9 12 pm", true, { .hour = 12 } },
	{ "(?P<I>\\d+) (?P<p>\\w+) (?P<H>\\d+)", "3 pm 12", true, { .hour = 12 } },
	{ "(?P<I>\\d+)(?P<H>x)?", "12", true, { .hour = 0 } },
	{ NULL, NULL, false, { 0 } },
};

static const struct reading short_years[] = {
	{ "(?P<y>\\d+)", "05", true, { .year = 2005 } },
	{ "(?P<y>\\d+)", "99", true, { .year = 2099 } },
	{ "(?P<y>\\d+)", "2001", true, { .year = 2001 } },
	{ "(?P<y>\\S+)", "x", false, { 0 } },
	{ NULL, NULL, false, { 0 } },
};

static const struct reading words[] = {
	{ "(?P<b>\\w+)", "Jan", true, { .month = 1 } },
	{ "(?P<b>\\w+)", "dEC", true, { .month = 12 } },
	{ "(?P<B>\\w+)", "September", true, { .month = 9 } },
	{ "(?P<b>\\w+)", "Juni", true, { .month = 6 } },
	{ "(?P<b>\\w+)", "Okt", false, { 0 } },
	{ "(?P<b>\\w+)", "Ja", false, { 0 } },
	{ "(?P<a>\\w+)", "Mon", true, { .weekday = 1 } },
	{ "(?P<A>\\w+)", "Sunday", true, { .weekday = 7 } },
	{ "(?P<a>\\w+)", "Mit", false, { 0 } },
	{ NULL, NULL, false, { 0 } },
};

static const struct reading weeks[] = {
	{ "(?P<W>\\d+) (?P<w>\\d)",
	  "05 1",
	  true,
	  { .week_kind = KB_DATE_WEEK_FROM_MONDAY, .week = 5, .weekday = 1 } },
	{ "(?P<U>\\d+) (?P<w>\\d)",
	  "0 0",
	  true,
	  { .week_kind = KB_DATE_WEEK_FROM_SUNDAY, .week = 0, .weekday = 7 } },
	{ "(?P<w>\\d)", "7", false, { 0 } },
	{ NULL, NULL, false, { 0 } },
};

static const struct reading halves_of_a_day[] = {
	{ "(?P<I>\\d+) (?P<p>\\w+)", "12 AM", true, { .hour = 0 } },
	{ "(?P<I>\\d+) (?P<p>\\w+)", "1 am", true, { .hour = 1 } },
	{ "(?P<I>\\d+) (?P<p>\\w+)", "12 pm", true, { .hour = 12 } },
	{ "(?P<I>\\d+) (?P<p>\\w+)", "1 PM", true, { .hour = 13 } },
	{ "(?P<p>\\w+) (?P<I>\\d+)", "pm 11", true, { .hour = 23 } },
	{ "(?P<I>\\d+)", "12", true, { .hour = 0 } },
	{ "(?P<H>\\d+) (?P<p>\\w+)", "11 pm", true, { .hour = 11 } },
	{ NULL, NULL, false, { 0 } },
};

static const struct reading zones[] = {
	{ "(?P<z>\\S+)", "+0530", true, { .has_zone = 1, .zone = 330 } },
	{ "(?P<z>\\S+)", "Z", true, { .has_zone = 1 } },
	{ "(?P<Z>\\S+)", "EST", true, { .has_zone = 1, .zone = -300 } },
	{ "(?P<Z>\\S+)", "host", false, { 0 } },
	{ "(?P<z>\\S+)", "gmt", false, { 0 } },
	{ NULL, NULL, false, { 0 } },
};

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(read, numbers),     test_case(read, two_hours),
		test_case(read, short_years), test_case(read, words),
		test_case(read, weeks),       test_case(read, halves_of_a_day),
		test_case(read, zones),
	};

	return cmocka_run_group_tests_name("date-fields", tests, NULL, NULL);
}
