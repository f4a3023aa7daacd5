/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From what a stamp says to a time: completes what it leaves out from the time that is now, and
 * knows local time. It remembers its last answer and the hour it was in, because log lines come
 * in bursts of the same second, and one hour has many.
 *
 * Local time is that of the process and is asked of localtime_r() only. mktime() would answer the
 * hour that a day in autumn has twice by what it was asked before.
 */
#ifndef KB_DATE_DATE_CALENDAR_H
#define KB_DATE_DATE_CALENDAR_H

#include <time.h>

#include "date/date-fields.h"

struct kb_date_calendar {
	bool has_zone; /* stamps that name no zone are in this one, else in local time */
	int zone;      /* minutes east of UTC */

	bool knows_today;
	int64_t today_second; /* since 1970 */
	struct tm today;      /* what that is in local time */

	bool knows_last;
	struct kb_date_fields last;
	bool last_needs_now; /* the answer holds only for this now: */
	int64_t last_now;    /* in seconds */
	bool last_exists;
	int64_t last_seconds;

	bool knows_hour;            /* one in which no clock is changed: */
	struct kb_date_fields hour; /* its minute and second are 0 */
	bool hour_needs_now;
	int64_t hour_now;
	int64_t hour_seconds; /* when it begins */
};

/* @a zone_minutes: of stamps that name none; NULL: local time. */
void kb_date_calendar_init(struct kb_date_calendar *calendar, const int *zone_minutes);

/*
 * The time that @a fields mean. A year that is not given is the one that puts the time at most a
 * day behind @a now, a day that is not given is the last day on which it was that time.
 *
 * @return False: there is no such time (30 February, hour 24, second 60).
 */
bool kb_date_calendar_time(struct kb_date_calendar *calendar, const struct kb_date_fields *fields,
			   kban_usec now, kban_usec *time);

/* The local year at @a now. */
int kb_date_calendar_year(kban_usec now);

#endif /* KB_DATE_DATE_CALENDAR_H */
