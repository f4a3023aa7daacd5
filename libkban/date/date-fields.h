/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a stamp says, as numbers. */
#ifndef KB_DATE_DATE_FIELDS_H
#define KB_DATE_DATE_FIELDS_H

#include <stdbool.h>

#include <kban/base.h>

#include "regex/pattern.h"

/* A group of a date pattern that means something, by the letter of strftime(3). */
struct kb_date_capture {
	char letter;
	unsigned group;
};

/* As many of them as there are letters. */
#define KB_DATE_CAPTURES_MAX 19

enum kb_date_week { KB_DATE_WEEK_NONE, KB_DATE_WEEK_FROM_SUNDAY, KB_DATE_WEEK_FROM_MONDAY };

/* Zero is "not said" for what counts from 1, and the default for the time of day. */
struct kb_date_fields {
	int year;
	int month;    /* 1-12 */
	int day;      /* 1-31 */
	int year_day; /* 1-366 */
	int hour, minute, second;
	int week_kind; /* enum kb_date_week */
	int week;      /* 0-53 */
	int weekday;   /* 1-7, from Monday */
	int has_zone;
	int zone; /* minutes east of UTC */
};

/* Which captures the named groups of @a pattern make; returns how many. */
size_t kb_date_fields_captures(const struct kb_pattern *pattern,
			       struct kb_date_capture captures[KB_DATE_CAPTURES_MAX]);

/*
 * Read the captures of a match in @a line. False: one of them is no number, month or known zone.
 * Whether there is such a day is not looked at.
 */
bool kb_date_fields_read(const struct kb_date_capture *captures, size_t count,
			 struct kban_text line, const struct kb_match *match,
			 struct kb_date_fields *out);

#endif /* KB_DATE_DATE_FIELDS_H */
