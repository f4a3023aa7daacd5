/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <time.h>

#include "base/text.h"
#include "date/date-detector.h"
#include "failing-alloc.h"

/* 2023-11-14 22:13:20 UTC */
#define NOW 1700000000

#define LINES_MAX 4

static struct kb_date_formats *make_formats(const char *const *texts)
{
	struct kb_date_line lines[LINES_MAX] = { { { 0 }, { NULL, 0 } } };
	struct kb_date_formats *formats = NULL;
	size_t count = 0;

	for (; texts[count] != NULL; count++)
		lines[count].text = kb_text(texts[count]);
	assert_int_equal(kb_date_formats_new(lines, count, NOW * KBAN_SECOND, &formats, NULL),
			 KBAN_OK);
	return formats;
}

static struct kb_date_detector *make_detector(const struct kb_date_formats *formats,
					      const int *zone)
{
	struct kb_date_detector *detector = NULL;

	assert_int_equal(kb_date_detector_new(formats, zone, &detector), KBAN_OK);
	return detector;
}

/* A line by itself, with the default formats. */
struct sample {
	const char *line;
	const char *stamp;
	double time; /* 0: there is none */
	bool has_zone;
};

static const char *const no_lines[] = { NULL };

static void check_sample(struct kb_date_detector *detector, const struct sample *row)
{
	struct kban_text line = kb_text(row->line);
	struct kb_date date;

	assert_int_equal(kb_date_detector_find(detector, line, NOW * KBAN_SECOND, &date), KBAN_OK);
	if (date.result == KB_DATE_NONE)
		fail_msg("nothing in '%s'", row->line);
	if (!kb_text_is(kb_text_slice(line, date.from, date.to), row->stamp))
		fail_msg("'%s': %zu to %zu", row->line, date.from, date.to);
	assert_int_equal(date.result, row->time != 0 ? KB_DATE_FOUND : KB_DATE_UNPARSABLE);
	if (row->time != 0 &&
	    (date.time != (kban_usec)(row->time * 1e6) || date.has_zone != row->has_zone))
		fail_msg("'%s': %lld", row->line, (long long)date.time);
}

static void read_sample(void **state)
{
	kb_auto(date_formats) formats = make_formats(no_lines);

	for (const struct sample *row = *state; row->line != NULL; row++) {
		kb_auto(date_detector) detector = make_detector(formats, NULL);

		check_sample(detector, row);
	}
}

/* The same in one log, so that what was learnt from one format meets the next. */
static void read_samples_of_one_log(void **state)
{
	kb_auto(date_formats) formats = make_formats(no_lines);
	kb_auto(date_detector) detector = make_detector(formats, NULL);

	for (int round = 0; round < 3; round++) {
		for (const struct sample *row = *state; row->line != NULL; row++)
			check_sample(detector, row);
	}
}

static const struct sample default_formats[] = {
	{ "2005-01-23T21:59:59.981746+0200 x", "2005-01-23T21:59:59.981746+0200", 1106510399,
	  true },
	{ "2005/01/23 21:59:59 x", "2005/01/23 21:59:59", 1106517599, false },
	{ "2006.12.21 06:43:20 x", "2006.12.21 06:43:20", 1166683400, false },
	{ "2023-06-01 10:00:00 CET", "2023-06-01 10:00:00", 1685613600, false },
	{ "2023-06-01 10:00:00 GMT+2", "2023-06-01 10:00:00 GMT", 1685613600, true },
	{ "Jun 11 10:00:00 host x", "Jun 11 10:00:00", 1686477600, false },
	{ "Sun Jan 23 21:59:59.011 2005 x", "Sun Jan 23 21:59:59.011 2005", 1106517599, false },
	{ "Sun Jan 23 2005 21:59:59.011 x", "Sun Jan 23 2005 21:59:59.011", 1106517599, false },
	{ "23/01/2005 21:59:59 x", "23/01/2005 21:59:59", 1106517599, false },
	{ "23/01/05 21:59:59 x", "23/01/05 21:59:59", 1106517599, false },
	{ "17-07-2008 17:23:25 x", "17-07-2008 17:23:25", 1216315405, false },
	{ "31/Oct/2006:09:22:55 -0000 x", "31/Oct/2006:09:22:55 -0000", 1162286575, true },
	{ "26-Jul-2007 15:20:52.252 x", "26-Jul-2007 15:20:52.252", 1185463252, false },
	{ "05/20/2008:01:57:39 x", "05/20/2008:01:57:39", 1211248659, false },
	{ "01-27-2012 16:22:44.252 x", "01-27-2012 16:22:44.252", 1327681364, false },
	{ "1138049999 x", "1138049999", 1138049999, false },
	{ "[1138049999.123] x", "1138049999.123", 1138049999.123, false },
	{ "type=X msg=audit(1138049999.123:9): x", "1138049999.123", 1138049999.123, false },
	{ "10:00:00 x", "10:00:00", 1699956000, false },
	{ "22:13:21 x", "22:13:21", 1699913601, false },
	{ "<09/16/08@05:03:30> x", "<09/16/08@05:03:30>", 1221541410, false },
	{ "130322 11:46:11 x", "130322 11:46:11", 1363952771, false },
	{ "Oct 5, 2013 11:12:13 PM x", "Oct 5, 2013 11:12:13 PM", 1381014733, false },
	{ "Apr-27-13 02:33:06 x", "Apr-27-13 02:33:06", 1367029986, false },
	{ "20050123T215959 x", "20050123T215959", 1106517599, false },
	{ "20050123-21:59:59 x", "20050123-21:59:59", 1106517599, false },
	{ "PDT Apr 16 21:05:29 x", "PDT Apr 16 21:05:29", 1681704329, true },
	{ "+00:00 Jan 23 21:59:59.011 2005 x", "+00:00 Jan 23 21:59:59.011 2005", 1106517599,
	  true },
	{ "@4000000043006e3a2b5d6a34 x", "@4000000043006e3a2b5d6a34", 1124101690, true },
	{ NULL, NULL, 0, false },
};

static const struct sample stamps_within_a_line[] = {
	{ "  Jun 11 10:00:00 host msg", "Jun 11 10:00:00", 1686477600, false },
	{ "[Jun 11 10:00:00] host msg", "Jun 11 10:00:00", 1686477600, false },
	{ "<34>Jun 11 10:00:00 host", "Jun 11 10:00:00", 1686477600, false },
	{ "[Sun Jun 11 10:00:00.123456 2023] [core:error] x", "Sun Jun 11 10:00:00.123456 2023",
	  1686477600, false },
	{ "1.2.3.4 - - [11/Jun/2023:10:00:00 +0200] \"GET", "11/Jun/2023:10:00:00 +0200",
	  1686470400, true },
	{ "\u00e9t\u00e9 2023-06-11 10:00:00 x", "2023-06-11 10:00:00", 1686477600, false },
	{ NULL, NULL, 0, false },
};

static const struct sample no_such_times[] = {
	{ "2023-02-30 10:00:00 x", "2023-02-30 10:00:00", 0, false },
	{ "Feb 29 00:00:00 x", "Feb 29 00:00:00", 0, false },
	{ "Jun 11 24:00:00 x", "Jun 11 24:00:00", 0, false },
	{ "2023-06-11 10:00:60 x", "2023-06-11 10:00:60", 0, false },
	{ "host Jun 11 10:00:00 msg", "host Jun 11 10:00:00", 0, false },
	{ "ABCD Jun 11 10:00:00 msg", "ABCD Jun 11 10:00:00", 0, false },
	{ NULL, NULL, 0, false },
};

/* Lines of one log. */
struct step {
	const char *line;
	enum kb_date_result result;
	const char *stamp;
	kban_usec time; /* in seconds */
	int after;      /* seconds from the start of the log */
};

struct log {
	const char *lines[LINES_MAX]; /* of the datepattern */
	const char *zone;
	struct step steps[12];
};

static void follow_log(const struct log *log)
{
	kb_auto(date_formats) formats = make_formats(log->lines);
	int zone = -300;
	kb_auto(date_detector) detector = make_detector(formats, log->zone ? &zone : NULL);

	for (const struct step *step = log->steps; step->line != NULL; step++) {
		struct kban_text line = kb_text(step->line);
		struct kb_date date;

		assert_int_equal(kb_date_detector_find(detector, line,
						       (NOW + step->after) * KBAN_SECOND, &date),
				 KBAN_OK);
		if (date.result != step->result)
			fail_msg("'%s': %d", step->line, date.result);
		if (step->stamp &&
		    !kb_text_is(kb_text_slice(line, date.from, date.to), step->stamp))
			fail_msg("'%s': %zu to %zu", step->line, date.from, date.to);
		if (step->result == KB_DATE_FOUND)
			assert_int_equal(date.time, step->time * KBAN_SECOND);
	}
}

static void follow(void **state)
{
	for (const struct log *log = *state; log->steps[0].line != NULL; log++)
		follow_log(log);
}

static const struct log lines_without_a_stamp[] = {
	{ { NULL },
	  NULL,
	  { { "no date", KB_DATE_NONE, "", 0, 0 },
	    { "", KB_DATE_NONE, "", 0, 0 },
	    { "x 10:00:00 msg", KB_DATE_NONE, "", 0, 0 },
	    { "x 1686478800 msg", KB_DATE_NONE, "", 0, 0 } } },
	{ { "{NONE}" },
	  NULL,
	  { { "2023-06-11 10:00:00", KB_DATE_EMPTY, "", 0, 0 }, { "", KB_DATE_EMPTY, "", 0, 0 } } },
	{ { "^WARN:()**" },
	  NULL,
	  { { "WARN: x", KB_DATE_EMPTY, "", 0, 0 }, { "x", KB_DATE_NONE, "", 0, 0 } } },
	{ { "(a)?%Y" },
	  NULL,
	  { { "x 2023", KB_DATE_EMPTY, "", 0, 0 },
	    { "a2022", KB_DATE_FOUND, "a", 1668384000, 0 } } },
	{ { NULL }, NULL, { { NULL, KB_DATE_NONE, NULL, 0, 0 } } },
};

static const struct log own_patterns[] = {
	{ { "%d/%m/%Y", "%m/%d/%Y" },
	  NULL,
	  { { "06/11/2023", KB_DATE_FOUND, "06/11/2023", 1699228800, 0 },
	    { "06/13/2023", KB_DATE_FOUND, "06/13/2023", 1686614400, 0 },
	    { "06/11/2023", KB_DATE_FOUND, "06/11/2023", 1686441600, 0 } } },
	{ { "^[^\\[]*\\[({DATE})" },
	  NULL,
	  { { "1.2.3.4 - - [11/Jun/2023:10:00:00 +0200]", KB_DATE_FOUND,
	      "11/Jun/2023:10:00:00 +0200", 1686470400, 0 } } },
	{ { "\\[{DATE}\\]" },
	  NULL,
	  { { "a [2023-06-11 10:00:00] b", KB_DATE_FOUND, "[2023-06-11 10:00:00]", 1686477600,
	      0 } } },
	{ { "T={EPOCH};" },
	  NULL,
	  { { "T=1686478800; x", KB_DATE_FOUND, "T=1686478800;", 1686478800, 0 } } },
	{ { "({EPOCH}|now)" },
	  NULL,
	  { { "1686478800 x", KB_DATE_FOUND, "1686478800", 1686478800, 0 },
	    { "now x", KB_DATE_UNPARSABLE, "now", 0, 0 } } },
	{ { "^%Y%m%d" }, NULL, { { "2023114", KB_DATE_FOUND, "2023114", 1673654400, 0 } } },
	{ { "ISO8601" }, NULL, { { "ISO8601", KB_DATE_FOUND, "ISO8601", 1699920000, 0 } } },
	{ { "%b" }, NULL, { { "Mar x", KB_DATE_UNPARSABLE, "Mar", 0, 0 } } },
	{ { NULL }, NULL, { { NULL, KB_DATE_NONE, NULL, 0, 0 } } },
};

static const struct log zone_of_the_log[] = {
	{ { NULL },
	  "EST",
	  { { "2023-11-14 17:13:20 x", KB_DATE_FOUND, "2023-11-14 17:13:20", NOW, 0 },
	    { "2023-11-14T17:13:20Z x", KB_DATE_FOUND, "2023-11-14T17:13:20Z", NOW - 18000, 0 },
	    { "1700000000 x", KB_DATE_FOUND, "1700000000", NOW, 0 } } },
	{ { NULL }, NULL, { { NULL, KB_DATE_NONE, NULL, 0, 0 } } },
};

/* What a year is depends on when a line is read, not only on the stamp. */
static const struct log same_stamp_at_another_time[] = {
	{ { NULL },
	  NULL,
	  { { "Nov 15 22:13:21 x", KB_DATE_FOUND, "Nov 15 22:13:21", NOW + 86401 - 365 * 86400, 0 },
	    { "Nov 15 22:13:21 x", KB_DATE_FOUND, "Nov 15 22:13:21", NOW + 86401, 1 },
	    { "22:13:22 x", KB_DATE_FOUND, "22:13:22", NOW + 2 - 86400, 1 },
	    { "22:13:22 x", KB_DATE_FOUND, "22:13:22", NOW + 2, 2 } } },
	{ { NULL }, NULL, { { NULL, KB_DATE_NONE, NULL, 0, 0 } } },
};

static const struct log leftmost_stamp_wins[] = {
	{ { "%Y-%m-%d", "%d.%m.%Y" },
	  NULL,
	  { { "a 2023-06-11 b", KB_DATE_FOUND, "2023-06-11", 1686441600, 0 },
	    { "12.06.2023 until 2023-06-11", KB_DATE_FOUND, "12.06.2023", 1686528000, 0 },
	    { "a 2023-06-11 12.06.2023", KB_DATE_FOUND, "2023-06-11", 1686441600, 0 } } },
	/* In place of the last stamp, it is not looked further. */
	{ { "%Y-%m-%d", "%d.%m.%Y" },
	  NULL,
	  { { "a b c d 2023-06-11 b", KB_DATE_FOUND, "2023-06-11", 1686441600, 0 },
	    { "1.2.2023 2023-06-11 b", KB_DATE_FOUND, "1.2.2023", 1675209600, 0 },
	    { "1.2.2023 2023-06-11 b", KB_DATE_FOUND, "1.2.2023", 1675209600, 0 } } },
	{ { NULL }, NULL, { { NULL, KB_DATE_NONE, NULL, 0, 0 } } },
};

static const struct log anchored_format_sticks[] = {
	{ { "{^LN-BEG}", "{NONE}" },
	  NULL,
	  { { "2023-06-11 10:00:00 x", KB_DATE_FOUND, "2023-06-11 10:00:00", 1686477600, 0 },
	    { "no date", KB_DATE_EMPTY, "", 0, 0 },
	    { "2023-06-11 10:00:00 x", KB_DATE_EMPTY, "", 0, 0 } } },
	{ { NULL }, NULL, { { NULL, KB_DATE_NONE, NULL, 0, 0 } } },
};

/* Characters are counted, not bytes. */
static const struct log place_is_in_characters[] = {
	{ { "%d/%m/%Y", "%m/%d/%Y" },
	  NULL,
	  { { "\u00e9 13/06/2023 x", KB_DATE_FOUND, "13/06/2023", 1686614400, 0 },
	    { "e 13/06/2023 x", KB_DATE_FOUND, "13/06/2023", 1686614400, 0 },
	    { "\u20ac 13/06/2023 \u20ac", KB_DATE_FOUND, "13/06/2023", 1686614400, 0 },
	    { "\u20ac", KB_DATE_NONE, "", 0, 0 },
	    { "", KB_DATE_NONE, "", 0, 0 } } },
	{ { NULL }, NULL, { { NULL, KB_DATE_NONE, NULL, 0, 0 } } },
};

/* Where in the list the formats are, is seen in which of two that match the same is taken. */
struct order_step {
	const char *line;
	const char *name; /* of the format taken */
	int after;
};

static void watch_order(void **state)
{
	static const char *const lines[] = { "a%d", "b%d", "(?:c|d|a)%d", NULL };
	kb_auto(date_formats) formats = make_formats(lines);
	kb_auto(date_detector) detector = make_detector(formats, NULL);

	for (const struct order_step *step = *state; step->line != NULL; step++) {
		struct kb_date date;

		assert_int_equal(kb_date_detector_find(detector, kb_text(step->line),
						       (NOW + step->after) * KBAN_SECOND, &date),
				 KBAN_OK);
		assert_int_not_equal(date.result, KB_DATE_NONE);
		if (strcmp(kb_date_formats_name(formats, date.format), step->name) != 0)
			fail_msg("'%s' is %s", step->line,
				 kb_date_formats_name(formats, date.format));
	}
}

#define A   "aDay"
#define B   "bDay"
#define CDA "(?:c|d|a)Day"

static const struct order_step first_in_the_list_is_taken[] = {
	{ "a11", A, 0 },
	{ "b11", B, 0 },
	{ "a11", A, 0 },
	{ NULL, NULL, 0 },
};

static const struct order_step last_format_is_tried_first[] = {
	{ "c11", CDA, 0 },
	{ "a11", CDA, 0 },
	{ "d11", CDA, 0 },
	{ NULL, NULL, 0 },
};

static const struct order_step used_format_moves_before_unused[] = {
	{ "c11", CDA, 0 },
	{ "b11", B, 0 },
	{ "a11", CDA, 0 },
	{ NULL, NULL, 0 },
};

/* A has three hits; after five minutes they count no more. */
static const struct order_step old_hits_do_not_count[] = {
	{ "a11", A, 0 },     { "a11", A, 0 },   { "a11", A, 0 },     { "c11", CDA, 100 },
	{ "b11", B, 100 },   { "a11", A, 100 }, { "c11", CDA, 401 }, { "b11", B, 401 },
	{ "a11", CDA, 401 }, { NULL, NULL, 0 },
};

static void hits_are_counted_by_format(void **state)
{
	static const char *const lines[] = { "%d/%m/%Y", "%m/%d/%Y", NULL };
	kb_auto(date_formats) formats = make_formats(lines);
	kb_auto(date_detector) detector = make_detector(formats, NULL);
	struct kb_date date;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(kb_date_detector_find(detector, KB_TEXT("06/13/2023"),
						       NOW * KBAN_SECOND, &date),
				 KBAN_OK);
	assert_int_equal(date.format, 1);
	assert_int_equal(kb_date_detector_find(detector, KB_TEXT("x"), NOW * KBAN_SECOND, &date),
			 KBAN_OK);
	assert_int_equal(kb_date_detector_hits(detector, 0), 0);
	assert_int_equal(kb_date_detector_hits(detector, 1), 3);
}

/* A pattern that gives up is one that does not match. */
static void limits_are_no_error(void **state)
{
	static const char *const lines[] = { "^(?:(?:a+)+b)?(?:a+)+c%Y", "%m/%d", NULL };
	kb_auto(date_formats) formats = make_formats(lines);
	kb_auto(date_detector) detector = make_detector(formats, NULL);
	struct kb_date date;

	(void)state;
	assert_int_equal(
		kb_date_detector_find(detector,
				      KB_TEXT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 06/13"),
				      NOW * KBAN_SECOND, &date),
		KBAN_OK);
	assert_int_equal(date.result, KB_DATE_FOUND);
	assert_int_equal(date.from, 41);
}

static int make_quietly(void *data)
{
	kb_auto(date_detector) detector = NULL;

	return kb_date_detector_new(data, NULL, &detector);
}

static void may_run_out_of_memory(void **state)
{
	kb_auto(date_formats) formats = make_formats(no_lines);

	(void)state;
	assert_every_allocation_may_fail(make_quietly, formats);
	kb_date_detector_free(NULL);
}

static int find_all(struct kb_date_detector *detector)
{
	int status = KBAN_OK;

	for (const struct sample *row = default_formats; row->line != NULL; row++) {
		struct kb_date date;

		if (status == KBAN_OK)
			status = kb_date_detector_find(detector, kb_text(row->line),
						       NOW * KBAN_SECOND, &date);
	}
	return status;
}

/* Find all, over and over; the first that allocates is told that there is no memory. */
static unsigned find_many_times(struct kb_date_detector *detector, unsigned times)
{
	unsigned failed = 0;

	while (times-- > 0) {
		int status;

		failing_alloc_start(failed == 0 ? 1 : 0);
		status = find_all(detector);
		if (failing_alloc_stop()) {
			assert_int_equal(status, KBAN_E_NOMEM);
			failed++;
		} else {
			assert_int_equal(status, KBAN_OK);
		}
	}
	return failed;
}

/* Formats are made ready when they have been tried some times. */
static void finding_again_allocates_nothing(void **state)
{
	kb_auto(date_formats) formats = make_formats(no_lines);
	kb_auto(date_detector) first = make_detector(formats, NULL);
	kb_auto(date_detector) detector = make_detector(formats, NULL);

	(void)state;
	assert_int_equal(find_many_times(first, 100), 1);
	failing_alloc_start(1);
	assert_int_equal(find_all(detector), KBAN_OK);
	assert_false(failing_alloc_stop());
}

static int set_utc(void **state)
{
	(void)state;
	setenv("TZ", "UTC0", 1);
	tzset();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(read_sample, default_formats),
		test_case(read_sample, stamps_within_a_line),
		test_case(read_sample, no_such_times),
		test_case(read_samples_of_one_log, default_formats),
		test_case(follow, lines_without_a_stamp),
		test_case(follow, own_patterns),
		test_case(follow, zone_of_the_log),
		test_case(follow, same_stamp_at_another_time),
		test_case(follow, leftmost_stamp_wins),
		test_case(follow, anchored_format_sticks),
		test_case(follow, place_is_in_characters),
		test_case(watch_order, first_in_the_list_is_taken),
		test_case(watch_order, last_format_is_tried_first),
		test_case(watch_order, used_format_moves_before_unused),
		test_case(watch_order, old_hits_do_not_count),
		cmocka_unit_test(hits_are_counted_by_format),
		cmocka_unit_test(limits_are_no_error),
		cmocka_unit_test(may_run_out_of_memory),
		cmocka_unit_test(finding_again_allocates_nothing),
	};

	return cmocka_run_group_tests_name("date-detector", tests, set_utc, NULL);
}
