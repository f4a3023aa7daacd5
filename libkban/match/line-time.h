/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * When a line was written, also where it does not say so: the time of a line before it that is not
 * long ago. What to do where no time can be told is for those to decide who know the log.
 */
#ifndef KB_MATCH_LINE_TIME_H
#define KB_MATCH_LINE_TIME_H

#include "date/date-detector.h"

struct kb_line_time {
	struct kb_date_detector *detector;
	kban_usec last; /* of the last line that had a time; KBAN_TIME_NONE before it */
};

struct kb_line_stamp {
	size_t from, to; /* bytes of the line to cut out; equal if there is nothing to cut */
	kban_usec time;  /* or KBAN_TIME_NONE */
	bool is_own;     /* the line says it itself */
	bool has_zone;
	enum kb_date_result result; /* what was found in the line */
	size_t format;              /* which format found it, unless KB_DATE_NONE */
};

int kb_line_time_init(struct kb_line_time *line_time, const struct kb_date_formats *formats,
		      const int *zone_minutes);

/*
 * @param unseen  Lines before it that were not asked about, in two parts: where the line has no
 *                time, the last one of them that has it counts. Only the last few are looked at.
 *
 * KBAN_OK, and @a stamp is filled, or KBAN_E_NOMEM.
 */
int kb_line_time_find(struct kb_line_time *line_time, struct kban_text line,
		      const struct kban_text unseen[2], kban_usec now, struct kb_line_stamp *stamp);

/* The same for a line that came with its time. */
void kb_line_time_take(struct kb_line_time *line_time, kban_usec time, struct kb_line_stamp *stamp);

void kb_line_time_clear(struct kb_line_time *line_time);

#endif /* KB_MATCH_LINE_TIME_H */
