/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * When a line was written, also where it does not say so: the time of a line before it that is not
 * long ago. What to do where no time can be told is for those to decide who know the log.
 */
#ifndef KB_MATCH_LINE_TIME_H
#define KB_MATCH_LINE_TIME_H

#include "date/date-detector.h"

struct kb_line_stamp {
	size_t from, to; /* bytes of the line to cut out; equal if there is nothing to cut */
	kban_usec time;  /* or KBAN_TIME_NONE */
	bool is_own;     /* the line says it itself */
	bool has_zone;
	bool is_open; /* lines before it may tell its time: ask kb_line_time_complete() */
	enum kb_date_result result; /* what was found in the line */
	size_t format;              /* which format found it, unless KB_DATE_NONE */
};

/*
 * What is known of a log's times. Matchers that are shown the lines of one log may share it; then
 * each line is asked about once, as long as its number is told.
 */
struct kb_line_time {
	struct kb_date_detector *detector;
	kban_usec last;             /* of the last line with a time; KBAN_TIME_NONE before it */
	uint64_t number;            /* of the last line that was asked about; 0: it had none */
	uint64_t complete;          /* of the last one of them that is not open */
	struct kb_line_stamp stamp; /* of that line */
};

/* A line, and what is known about it. */
struct kb_dated_line {
	struct kban_text text;
	uint64_t number; /* of the log's lines, from 1 on; 0: nobody knows it */
	/*
	 * Lines before it that were not asked about, or some of them were, in two parts: where the
	 * line has no time, the last one of them that has it counts. Only the last few are looked
	 * at.
	 */
	const struct kban_text *unseen;
};

int kb_line_time_init(struct kb_line_time *line_time, const struct kb_date_formats *formats,
		      const int *zone_minutes);

/* Whether both would answer the same, whatever comes. */
bool kb_line_time_is_like(const struct kb_line_time *line_time, const struct kb_line_time *other);

/* Know what @a from knows, which is like it or was when they began. Numbers of lines begin anew. */
void kb_line_time_copy(struct kb_line_time *line_time, const struct kb_line_time *from);

/* KBAN_OK, and @a stamp is filled, or KBAN_E_NOMEM. */
int kb_line_time_find(struct kb_line_time *line_time, const struct kb_dated_line *line,
		      kban_usec now, struct kb_line_stamp *stamp);

/*
 * Look at lines before the last one for its time, as it is wanted: few lines without a time are
 * anything that a filter looks for. As kb_line_time_find(), for the same line.
 */
int kb_line_time_complete(struct kb_line_time *line_time, const struct kb_dated_line *line,
			  kban_usec now, struct kb_line_stamp *stamp);

/* The same for a line that came with its time. */
void kb_line_time_take(struct kb_line_time *line_time, kban_usec time, struct kb_line_stamp *stamp);

void kb_line_time_clear(struct kb_line_time *line_time);

#endif /* KB_MATCH_LINE_TIME_H */
