/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "match/line-time.h"

/* How long a time counts for lines without one. */
#define REMEMBERED_FOR (60 * KBAN_SECOND)

int kb_line_time_init(struct kb_line_time *line_time, const struct kb_date_formats *formats,
		      const int *zone_minutes)
{
	line_time->last = KBAN_TIME_NONE;
	return kb_date_detector_new(formats, zone_minutes, &line_time->detector);
}

static bool is_remembered(const struct kb_line_time *line_time, kban_usec now)
{
	return line_time->last != KBAN_TIME_NONE && line_time->last > now - REMEMBERED_FOR;
}

int kb_line_time_find(struct kb_line_time *line_time, struct kban_text line, kban_usec now,
		      struct kb_line_stamp *stamp)
{
	struct kb_date date;
	int status = kb_date_detector_find(line_time->detector, line, now, &date);

	if (status != KBAN_OK)
		return status;
	*stamp = (struct kb_line_stamp){ .time = KBAN_TIME_NONE };
	if (date.result == KB_DATE_FOUND) {
		line_time->last = date.time;
		*stamp = (struct kb_line_stamp){ date.from, date.to, date.time, true,
						 date.has_zone };
	} else if (is_remembered(line_time, now)) {
		/* Then the whole line is searched, even one with an impossible date. */
		stamp->time = line_time->last;
	} else if (date.result == KB_DATE_UNPARSABLE) {
		stamp->from = date.from;
		stamp->to = date.to;
	} else if (date.result == KB_DATE_EMPTY) {
		stamp->time = now;
	}
	return KBAN_OK;
}

void kb_line_time_clear(struct kb_line_time *line_time)
{
	kb_date_detector_free(line_time->detector);
	line_time->detector = NULL;
}
