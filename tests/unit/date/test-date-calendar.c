/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <time.h>

#include "date/date-calendar.h"

/* 2023-11-14 22:13:20 UTC */
#define NOW (1700000000 * KBAN_SECOND)
#define DAY (86400 * KBAN_SECOND)

#define BERLIN   "CET-1CEST,M3.5.0,M10.5.0/3"
#define ST_JOHNS "NST3:30NDT,M3.2.0,M11.1.0"
#define NO_SUCH  KBAN_TIME_NONE

struct completion {
	kban_usec now;
	struct kb_date_fields fields;
	kban_usec time;
};

static void set_zone(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

/* The answer must not depend on what was asked before: ask in two calendars, one of them new. */
static void check(struct kb_date_calendar *used, const int *zone, const struct completion *row)
{
	struct kb_date_calendar fresh;
	kban_usec time = NO_SUCH;

	kb_date_calendar_init(&fresh, zone);
	assert_int_equal(kb_date_calendar_time(&fresh, &row->fields, row->now, &time),
			 row->time != NO_SUCH);
	assert_int_equal(time, row->time);
	for (int i = 0; i < 2; i++) {
		time = NO_SUCH;
		kb_date_calendar_time(used, &row->fields, row->now, &time);
		assert_int_equal(time, row->time);
	}
}

static void complete_with(const struct completion *row, const char *zone, const int *zone_minutes)
{
	struct kb_date_calendar calendar;

	set_zone(zone);
	kb_date_calendar_init(&calendar, zone_minutes);
	for (; row->now != 0; row++)
		check(&calendar, zone_minutes, row);
}

static void complete_in_utc(void **state)
{
	complete_with(*state, "UTC0", NULL);
}

#define AT(h, m, s) .hour = (h), .minute = (m), .second = (s)

static const struct completion year_is_the_last_that_fits[] = {
	{ NOW, { .month = 11, .day = 14, AT(22, 13, 20) }, NOW },
	{ NOW, { .month = 11, .day = 15, AT(22, 13, 20) }, NOW + DAY },
	{ NOW, { .month = 11, .day = 15, AT(22, 13, 21) }, NOW + DAY + KBAN_SECOND - 365 * DAY },
	{ NOW + 1,
	  { .month = 11, .day = 15, AT(22, 13, 21) },
	  NOW + DAY + KBAN_SECOND - 365 * DAY },
	{ NOW + KBAN_SECOND, { .month = 11, .day = 15, AT(22, 13, 21) }, NOW + DAY + KBAN_SECOND },
	{ NOW, { .month = 12, .day = 31, AT(23, 59, 59) }, 1672531199 * KBAN_SECOND },
	{ NOW, { .month = 2, .day = 29 }, NO_SUCH },
	{ 1704067200 * KBAN_SECOND, { .month = 2, .day = 29 }, NO_SUCH },
	{ 1709164800 * KBAN_SECOND, { .month = 2, .day = 29 }, 1709164800 * KBAN_SECOND },
	{ 0, { 0 }, 0 },
};

static const struct completion day_is_the_last_that_fits[] = {
	{ NOW, { AT(22, 13, 20) }, NOW },
	{ NOW, { AT(22, 13, 21) }, NOW + KBAN_SECOND - DAY },
	{ NOW, { .weekday = 1, AT(5, 6, 0) }, 1699938360 * KBAN_SECOND },
	{ NOW, { .year = 2022 }, 1668384000 * KBAN_SECOND },
	{ 1704067200 * KBAN_SECOND, { AT(1, 0, 0) }, 1703984400 * KBAN_SECOND },
	{ 0, { 0 }, 0 },
};

static const struct completion half_a_date_is_none[] = {
	{ NOW, { .month = 3 }, NO_SUCH },
	{ NOW, { .day = 3 }, NO_SUCH },
	{ 0, { 0 }, 0 },
};

static const struct completion days_of_years_and_weeks[] = {
	{ NOW, { .year = 2022, .year_day = 45 }, 1644796800 * KBAN_SECOND },
	{ NOW, { .year = 2023, .year_day = 366 }, 1704067200 * KBAN_SECOND },
	{ NOW, { .year = 2024, .year_day = 366 }, 1735603200 * KBAN_SECOND },
	{ NOW,
	  { .year = 2022, .week_kind = KB_DATE_WEEK_FROM_MONDAY, .week = 5, .weekday = 1 },
	  1643587200 * KBAN_SECOND },
	{ NOW,
	  { .year = 2022, .week_kind = KB_DATE_WEEK_FROM_SUNDAY, .week = 5, .weekday = 1 },
	  1643587200 * KBAN_SECOND },
	{ NOW,
	  { .year = 2023, .week_kind = KB_DATE_WEEK_FROM_SUNDAY, .week = 0, .weekday = 1 },
	  1672617600 * KBAN_SECOND },
	{ NOW,
	  { .year = 2023, .week_kind = KB_DATE_WEEK_FROM_SUNDAY, .week = 0, .weekday = 7 },
	  1672531200 * KBAN_SECOND },
	{ NOW,
	  { .year = 2023, .week_kind = KB_DATE_WEEK_FROM_MONDAY, .week = 0, .weekday = 1 },
	  1672012800 * KBAN_SECOND },
	{ NOW,
	  { .year = 2023, .week_kind = KB_DATE_WEEK_FROM_MONDAY, .week = 53, .weekday = 6 },
	  1704499200 * KBAN_SECOND },
	{ NOW,
	  { .year = 1969, .week_kind = KB_DATE_WEEK_FROM_MONDAY, .week = 1, .weekday = 1 },
	  -31104000 * KBAN_SECOND },
	/* A week alone says no day; a date says it all. */
	{ NOW,
	  { .year = 2023, .week_kind = KB_DATE_WEEK_FROM_MONDAY, .week = 12 },
	  1699920000 * KBAN_SECOND },
	{ NOW, { .year = 2023, .month = 11, .day = 14, .year_day = 1 }, 1699920000 * KBAN_SECOND },
	{ 0, { 0 }, 0 },
};

static const struct completion no_such_time[] = {
	{ NOW, { .year = 2023, .month = 2, .day = 30 }, NO_SUCH },
	{ NOW, { .year = 2023, .month = 4, .day = 31 }, NO_SUCH },
	{ NOW, { .year = 2023, .month = 13, .day = 1 }, NO_SUCH },
	{ NOW, { .year = 2100, .month = 2, .day = 29 }, NO_SUCH },
	{ NOW, { .year = 2000, .month = 2, .day = 29 }, 951782400 * KBAN_SECOND },
	{ NOW, { .year = 2023, .month = 1, .day = 1, AT(24, 0, 0) }, NO_SUCH },
	{ NOW, { .year = 2023, .month = 1, .day = 1, AT(10, 60, 0) }, NO_SUCH },
	{ NOW, { .year = 2023, .month = 11, .day = 14, AT(10, 20, 60) }, NO_SUCH },
	{ NOW,
	  { .year = 9999, .month = 12, .day = 31, AT(23, 59, 59) },
	  253402300799 * KBAN_SECOND },
	{ NOW, { .year = 10000, .month = 1, .day = 1 }, NO_SUCH },
	{ 0, { 0 }, 0 },
};

static void complete_in_berlin(void **state)
{
	complete_with(*state, BERLIN, NULL);
}

#define ON(y, m, d) .year = (y), .month = (m), .day = (d)

static const struct completion clocks_change[] = {
	{ NOW, { ON(2023, 3, 26), AT(1, 59, 59) }, 1679792399 * KBAN_SECOND },
	{ NOW, { ON(2023, 3, 26), AT(2, 30, 0) }, 1679794200 * KBAN_SECOND }, /* skipped */
	{ NOW, { ON(2023, 3, 26), AT(3, 0, 0) }, 1679792400 * KBAN_SECOND },
	{ NOW, { ON(2023, 10, 29), AT(1, 59, 59) }, 1698537599 * KBAN_SECOND },
	{ NOW, { ON(2023, 10, 29), AT(2, 30, 0) }, 1698543000 * KBAN_SECOND }, /* the second one */
	{ NOW, { ON(2023, 10, 29), AT(3, 0, 0) }, 1698544800 * KBAN_SECOND },
	{ NOW, { ON(2023, 7, 1), AT(12, 0, 0) }, 1688205600 * KBAN_SECOND },
	{ NOW, { ON(2023, 12, 1), AT(12, 0, 0) }, 1701428400 * KBAN_SECOND },
	{ NOW,
	  { ON(2023, 7, 1), AT(12, 0, 0), .has_zone = 1, .zone = -210 },
	  1688225400 * KBAN_SECOND },
	{ 0, { 0 }, 0 },
};

/* Now it is 15 November, 00:30 in Berlin. */
#define LATE (NOW + 4600 * KBAN_SECOND)

static const struct completion today_is_local[] = {
	{ LATE, { AT(0, 30, 0) }, LATE },
	{ LATE, { AT(0, 30, 1) }, LATE + KBAN_SECOND - DAY },
	{ LATE, { AT(23, 0, 0) }, LATE - 5400 * KBAN_SECOND },
	{ LATE, { .month = 11, .day = 16, AT(0, 30, 0) }, LATE + DAY },
	{ LATE, { .month = 11, .day = 16, AT(0, 30, 1) }, LATE + DAY + KBAN_SECOND - 365 * DAY },
	/* A zone of its own makes no difference to which year it is. */
	{ LATE, { .month = 11, .day = 15, AT(23, 30, 0), .has_zone = 1 }, LATE + DAY },
	{ LATE,
	  { .month = 11, .day = 15, AT(23, 30, 1), .has_zone = 1 },
	  LATE + DAY + KBAN_SECOND - 365 * DAY },
	{ LATE,
	  { .month = 12, .day = 31, AT(23, 0, 0), .has_zone = 1, .zone = -300 },
	  1672545600 * KBAN_SECOND },
	/* 1 January in Berlin is still last year elsewhere. */
	{ 1704063600 * KBAN_SECOND, { .month = 1, .day = 1 }, 1704063600 * KBAN_SECOND },
	{ 0, { 0 }, 0 },
};

/* The last second of winter time, and the first of two half past two. */
#define SPRING (1711846799 * KBAN_SECOND)
#define AUTUMN (1729989000 * KBAN_SECOND)

static const struct completion clock_on_the_wall_counts[] = {
	{ SPRING, { .month = 4, .day = 1, AT(1, 59, 59) }, 1711929599 * KBAN_SECOND },
	{ SPRING, { .month = 4, .day = 1, AT(2, 0, 0) }, 1680307200 * KBAN_SECOND },
	{ AUTUMN, { AT(2, 30, 0) }, 1729992600 * KBAN_SECOND },
	{ AUTUMN, { AT(2, 30, 1) }, 1729902601 * KBAN_SECOND },
	{ AUTUMN, { .month = 10, .day = 28, AT(2, 30, 0) }, 1730079000 * KBAN_SECOND },
	{ AUTUMN, { .month = 10, .day = 28, AT(2, 30, 1) }, 1698453001 * KBAN_SECOND },
	{ SPRING,
	  { .month = 4, .day = 1, AT(2, 59, 59), .has_zone = 1, .zone = 120 },
	  1711933199 * KBAN_SECOND },
	{ SPRING,
	  { .month = 4, .day = 1, AT(3, 0, 0), .has_zone = 1, .zone = 120 },
	  1680310800 * KBAN_SECOND },
	{ 0, { 0 }, 0 },
};

static void complete_in_st_johns(void **state)
{
	complete_with(*state, ST_JOHNS, NULL);
}

static const struct completion half_hours[] = {
	{ NOW, { ON(2023, 11, 14), AT(18, 43, 20) }, NOW },
	{ NOW, { ON(2023, 7, 14), AT(18, 43, 20) }, 1689369200 * KBAN_SECOND },
	{ NOW, { AT(18, 43, 20) }, NOW },
	{ 0, { 0 }, 0 },
};

static void complete_in_zone_of_log(void **state)
{
	int zone = -300;

	complete_with(*state, BERLIN, &zone);
}

static const struct completion zone_of_stamp_goes_before_zone_of_log[] = {
	{ NOW, { ON(2023, 11, 14), AT(17, 13, 20) }, NOW },
	{ NOW,
	  { ON(2023, 11, 14), AT(17, 13, 20), .has_zone = 1, .zone = -240 },
	  NOW - 3600 * KBAN_SECOND },
	{ 0, { 0 }, 0 },
};

static void year_is_local(void **state)
{
	(void)state;
	set_zone(BERLIN);
	assert_int_equal(kb_date_calendar_year(NOW), 2023);
	assert_int_equal(kb_date_calendar_year(1704063600 * KBAN_SECOND), 2024);
	assert_int_equal(kb_date_calendar_year(1704063600 * KBAN_SECOND - 1), 2023);
	assert_int_equal(kb_date_calendar_year(-3600 * KBAN_SECOND - 1), 1969);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(complete_in_utc, year_is_the_last_that_fits),
		test_case(complete_in_utc, day_is_the_last_that_fits),
		test_case(complete_in_utc, half_a_date_is_none),
		test_case(complete_in_utc, days_of_years_and_weeks),
		test_case(complete_in_utc, no_such_time),
		test_case(complete_in_berlin, clocks_change),
		test_case(complete_in_berlin, today_is_local),
		test_case(complete_in_berlin, clock_on_the_wall_counts),
		test_case(complete_in_st_johns, half_hours),
		test_case(complete_in_zone_of_log, zone_of_stamp_goes_before_zone_of_log),
		cmocka_unit_test(year_is_local),
	};

	return cmocka_run_group_tests_name("date-calendar", tests, NULL, NULL);
}
