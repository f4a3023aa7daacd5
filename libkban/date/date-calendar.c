/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "date/date-calendar.h"

#include <string.h>

#define DAY_SECONDS 86400

/* A date and time of day without a zone, as struct tm has it except for the year and the month. */
struct moment {
	int year, month, day; /* 2024, 1-12, 1-31 */
	int hour, minute, second;
};

/* Whole seconds, rounded down also before 1970. Stamps have no fractions, so none are missed. */
static int64_t seconds_of(kban_usec time)
{
	int64_t seconds = time / KBAN_SECOND;

	return time % KBAN_SECOND < 0 ? seconds - 1 : seconds;
}

static bool is_leap_year(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month == 2 && is_leap_year(year) ? 29 : days[month - 1];
}

static bool is_possible(const struct moment *moment)
{
	return moment->year >= 1 && moment->year <= 9999 && moment->month >= 1 &&
	       moment->month <= 12 && moment->day >= 1 &&
	       moment->day <= days_in_month(moment->year, moment->month) && moment->hour <= 23 &&
	       moment->minute <= 59 && moment->second <= 59;
}

/* Seconds since 1970 if @a moment were in UTC. A day may lie outside of its month. */
static int64_t seconds_in_utc(const struct moment *moment)
{
	struct tm tm = {
		.tm_year = moment->year - 1900,
		.tm_mon = moment->month - 1,
		.tm_mday = moment->day,
		.tm_hour = moment->hour,
		.tm_min = moment->minute,
		.tm_sec = moment->second,
	};

	return timegm(&tm);
}

static int64_t local_offset(int64_t seconds)
{
	time_t time = seconds;
	struct tm local;

	return localtime_r(&time, &local) ? local.tm_gmtoff : 0;
}

/*
 * A moment that clocks show twice is the second of the two, in standard time; one that they skip is
 * read as if they had not been changed yet.
 */
static int64_t seconds_in_local_time(const struct moment *moment)
{
	int64_t seconds = seconds_in_utc(moment);
	int64_t before = local_offset(seconds - DAY_SECONDS);
	int64_t after = local_offset(seconds + DAY_SECONDS);

	return local_offset(seconds - after) == after ? seconds - after : seconds - before;
}

static int64_t seconds_of_moment(const struct kb_date_calendar *calendar,
				 const struct kb_date_fields *fields, const struct moment *moment)
{
	if (fields->has_zone)
		return seconds_in_utc(moment) - fields->zone * (int64_t)60;
	if (calendar->has_zone)
		return seconds_in_utc(moment) - calendar->zone * (int64_t)60;
	return seconds_in_local_time(moment);
}

/* The day of the year, from 1, that a week and a weekday mean; outside of the year at its ends. */
static int day_of_week(int year, const struct kb_date_fields *fields)
{
	struct moment new_year = { .year = year, .month = 1, .day = 1 };
	int64_t days = seconds_in_utc(&new_year) / DAY_SECONDS;
	int first = (int)(((days + 3) % 7 + 7) % 7); /* of 1 January, from Monday; 1970: Thursday */
	int weekday = fields->weekday - 1;
	int days_before_first_week;

	if (fields->week_kind == KB_DATE_WEEK_FROM_SUNDAY) {
		first = (first + 1) % 7;
		weekday = (weekday + 1) % 7;
	}
	days_before_first_week = (7 - first) % 7;
	if (fields->week == 0)
		return 1 + weekday - first;
	return 1 + days_before_first_week + 7 * (fields->week - 1) + weekday;
}

/* Turn day @a year_day of the year into a date, perhaps one of a neighbouring year. */
static void set_year_day(struct moment *moment, int year_day)
{
	struct moment day = { .year = moment->year, .month = 1, .day = year_day };
	time_t seconds = seconds_in_utc(&day);
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL)
		return;
	moment->year = tm.tm_year + 1900;
	moment->month = tm.tm_mon + 1;
	moment->day = tm.tm_mday;
}

static const struct tm *today_at(struct kb_date_calendar *calendar, int64_t now)
{
	time_t time = now;

	if (!calendar->knows_today || calendar->today_second != now) {
		localtime_r(&time, &calendar->today);
		calendar->today_second = now;
		calendar->knows_today = true;
	}
	return &calendar->today;
}

enum assumed { ASSUMED_YEAR = 1, ASSUMED_DAY = 2 };

static void complete(struct kb_date_calendar *calendar, const struct kb_date_fields *fields,
		     int64_t now, struct moment *moment, unsigned *assumed)
{
	if (moment->year == 0) {
		moment->year = today_at(calendar, now)->tm_year + 1900;
		*assumed |= ASSUMED_YEAR;
	}
	if (moment->month != 0 && moment->day != 0)
		return;
	if (fields->year_day != 0)
		set_year_day(moment, fields->year_day);
	else if (fields->week_kind != KB_DATE_WEEK_NONE && fields->weekday != 0)
		set_year_day(moment, day_of_week(moment->year, fields));
	if (moment->month != 0 || moment->day != 0)
		return;
	moment->month = today_at(calendar, now)->tm_mon + 1;
	moment->day = calendar->today.tm_mday;
	*assumed |= ASSUMED_DAY;
}

/*
 * By how many seconds a time is still to come. Without a zone that is by the clock on the wall, to
 * which days of 23 and 25 hours are days, and an hour that comes twice is over after the first.
 */
static int64_t seconds_ahead(struct kb_date_calendar *calendar, const struct kb_date_fields *fields,
			     const struct moment *moment, int64_t now)
{
	if (fields->has_zone || calendar->has_zone)
		return seconds_of_moment(calendar, fields, moment) - now;
	return seconds_in_utc(moment) - (now + today_at(calendar, now)->tm_gmtoff);
}

/* What was assumed is wrong if the time is still to come; a year may be up to a day early. */
static bool resolve(struct kb_date_calendar *calendar, const struct kb_date_fields *fields,
		    int64_t now, unsigned *assumed, int64_t *seconds)
{
	struct moment moment = {
		.year = fields->year,
		.month = fields->month,
		.day = fields->day,
		.hour = fields->hour,
		.minute = fields->minute,
		.second = fields->second,
	};

	complete(calendar, fields, now, &moment, assumed);
	if (!is_possible(&moment))
		return false;
	if ((*assumed & ASSUMED_DAY) && seconds_ahead(calendar, fields, &moment, now) > 0)
		moment.day--;
	if ((*assumed & ASSUMED_YEAR) &&
	    seconds_ahead(calendar, fields, &moment, now) > DAY_SECONDS) {
		moment.year--;
		if (!is_possible(&moment))
			return false;
	}
	*seconds = seconds_of_moment(calendar, fields, &moment);
	return true;
}

void kb_date_calendar_init(struct kb_date_calendar *calendar, const int *zone_minutes)
{
	*calendar = (struct kb_date_calendar){ 0 };
	if (zone_minutes == NULL)
		return;
	calendar->has_zone = true;
	calendar->zone = *zone_minutes;
}

static bool remembers(const struct kb_date_calendar *calendar, const struct kb_date_fields *fields,
		      int64_t now)
{
	return calendar->knows_last && memcmp(&calendar->last, fields, sizeof(*fields)) == 0 &&
	       (!calendar->last_needs_now || calendar->last_now == now);
}

static struct kb_date_fields hour_of(const struct kb_date_fields *fields)
{
	struct kb_date_fields hour = *fields;

	hour.minute = 0;
	hour.second = 0;
	return hour;
}

static bool is_in_hour(const struct kb_date_calendar *calendar, const struct kb_date_fields *fields,
		       int64_t now)
{
	struct kb_date_fields hour = hour_of(fields);

	return calendar->knows_hour && memcmp(&calendar->hour, &hour, sizeof(hour)) == 0 &&
	       (!calendar->hour_needs_now || calendar->hour_now == now) && fields->minute <= 59 &&
	       fields->second <= 59;
}

/* Where the first and the last second of an hour are that far apart, so are all between them. */
static void remember_hour(struct kb_date_calendar *calendar, const struct kb_date_fields *fields,
			  int64_t now)
{
	struct kb_date_fields hour = hour_of(fields);
	struct kb_date_fields end = hour;
	unsigned assumed = 0;
	int64_t last;

	end.minute = 59;
	end.second = 59;
	calendar->knows_hour = resolve(calendar, &hour, now, &assumed, &calendar->hour_seconds) &&
			       resolve(calendar, &end, now, &assumed, &last) &&
			       last - calendar->hour_seconds == 3599;
	calendar->hour = hour;
	calendar->hour_now = now;
	calendar->hour_needs_now = assumed != 0;
}

/* What is asked is answered from what is known, or looked up in the hour, which is then known. */
static void answer(struct kb_date_calendar *calendar, const struct kb_date_fields *fields,
		   int64_t now)
{
	unsigned assumed = 0;

	calendar->last = *fields;
	calendar->last_now = now;
	calendar->knows_last = true;
	if (is_in_hour(calendar, fields, now)) {
		calendar->last_needs_now = calendar->hour_needs_now;
		calendar->last_exists = true;
		calendar->last_seconds =
			calendar->hour_seconds + fields->minute * (int64_t)60 + fields->second;
		return;
	}
	calendar->last_exists = resolve(calendar, fields, now, &assumed, &calendar->last_seconds);
	calendar->last_needs_now = assumed != 0;
	remember_hour(calendar, fields, now);
}

bool kb_date_calendar_time(struct kb_date_calendar *calendar, const struct kb_date_fields *fields,
			   kban_usec now, kban_usec *time)
{
	int64_t second = seconds_of(now);

	if (!remembers(calendar, fields, second))
		answer(calendar, fields, second);
	if (calendar->last_exists)
		*time = calendar->last_seconds * KBAN_SECOND;
	return calendar->last_exists;
}

int kb_date_calendar_year(kban_usec now)
{
	time_t time = seconds_of(now);
	struct tm local;

	return localtime_r(&time, &local) ? local.tm_year + 1900 : 1970;
}
