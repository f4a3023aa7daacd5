/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-filter.h"

#include "failing-alloc.h"
#include "match/line-time.h"

static const struct kban_text none[2];

/* A line that comes some seconds after TEST_NOW. */
struct timed {
	kban_usec at;
	const char *line;
	kban_usec time; /* seconds after TEST_NOW, or none */
	bool is_own;
	size_t from, to; /* what is cut out */
};

#define NONE KBAN_TIME_NONE

struct diary {
	const char *date_pattern; /* NULL: the default formats */
	struct timed lines[6];
};

static struct kb_date_formats *make_formats(const char *pattern)
{
	const struct kb_date_line line = { .text = kb_text(pattern) };
	struct kb_date_formats *formats = NULL;

	assert_int_equal(kb_date_formats_new(&line, pattern != NULL, TEST_NOW, &formats, NULL),
			 KBAN_OK);
	return formats;
}

static void check(const struct timed *row, const struct kb_line_stamp *stamp)
{
	kban_usec expected = row->time == NONE ? NONE : TEST_NOW + row->time * KBAN_SECOND;

	if (stamp->time != expected)
		fail_msg("'%s': time %lld", row->line, (long long)stamp->time);
	if (stamp->is_own != row->is_own || stamp->from != row->from || stamp->to != row->to)
		fail_msg("'%s': own %d, cut %zu to %zu", row->line, stamp->is_own, stamp->from,
			 stamp->to);
}

static void is_timed(void **state)
{
	const struct diary *diary = *state;
	kb_auto(date_formats) formats = make_formats(diary->date_pattern);
	struct kb_line_time line_time = { 0 };
	const int utc = 0;

	assert_int_equal(kb_line_time_init(&line_time, formats, &utc), KBAN_OK);
	for (const struct timed *row = diary->lines; row->line != NULL; row++) {
		const struct kb_dated_line line = { kb_text(row->line), 0, none };
		struct kb_line_stamp stamp;

		assert_int_equal(kb_line_time_find(&line_time, &line,
						   TEST_NOW + row->at * KBAN_SECOND, &stamp),
				 KBAN_OK);
		check(row, &stamp);
	}
	kb_line_time_clear(&line_time);
}

static const struct diary time_is_remembered_for_a_minute = {
	NULL,
	{
		{ 0, "no date", NONE, false, 0, 0 },
		{ 0, "2023-11-14 22:13:00 a", -20, true, 0, 19 },
		{ 39, "no date", -20, false, 0, 0 },
		{ 40, "no date", NONE, false, 0, 0 },
		{ 40, "2023-11-14 22:14:00 a", 40, true, 0, 19 },
	},
};

/* An impossible date is cut out, unless a time is remembered: then the whole line is searched. */
static const struct diary impossible_dates = {
	NULL,
	{
		{ 0, "2023-02-30 22:13:00 a", NONE, false, 0, 19 },
		{ 0, "2023-11-14 22:13:20 a", 0, true, 0, 19 },
		{ 1, "2023-02-30 22:13:00 a", 0, false, 0, 0 },
		{ 61, "2023-02-30 22:13:00 a", NONE, false, 0, 19 },
	},
};

static const struct diary no_date_is_wanted = {
	"{NONE}",
	{
		{ 0, "2023-11-14 22:13:00 a", 0, false, 0, 0 },
		{ 7, "b", 7, false, 0, 0 },
	},
};

static int find_once(void *data)
{
	const struct kb_dated_line line = { KB_TEXT("2023-11-14 22:13:00"), 0, none };
	struct kb_line_time line_time = { 0 };
	struct kb_line_stamp stamp;
	const int utc = 0;
	int status = kb_line_time_init(&line_time, data, &utc);

	if (status == KBAN_OK)
		status = kb_line_time_find(&line_time, &line, TEST_NOW, &stamp);
	kb_line_time_clear(&line_time);
	return status;
}

static void without_memory(void **state)
{
	kb_auto(date_formats) formats = make_formats(NULL);

	(void)state;
	assert_every_allocation_may_fail(find_once, formats);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(is_timed, &time_is_remembered_for_a_minute),
		test_case(is_timed, &impossible_dates),
		test_case(is_timed, &no_date_is_wanted),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests_name("line-time", tests, NULL, NULL);
}
