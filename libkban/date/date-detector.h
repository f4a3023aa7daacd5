/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finds the time stamp of a line and remembers which format the log uses. One per log stream and
 * thread; its answers depend on the lines before.
 */
#ifndef KB_DATE_DATE_DETECTOR_H
#define KB_DATE_DATE_DETECTOR_H

#include "date/date-formats.h"
#include "regex/pattern.h"

enum kb_date_result {
	KB_DATE_NONE,       /* no format matched */
	KB_DATE_FOUND,      /* a stamp with a time */
	KB_DATE_UNPARSABLE, /* a stamp, but no such time (30 February); it is cut all the same */
	KB_DATE_EMPTY,      /* a format that wants no stamp matched ({NONE}, "()") */
};

struct kb_date {
	enum kb_date_result result;
	size_t from, to; /* the bytes to cut, group 1 of the format */
	kban_usec time;  /* with KB_DATE_FOUND */
	bool has_zone;   /* the stamp (or the log) said which zone it is in */
	size_t format;   /* index into the formats */
};

struct kb_date_detector;

/*
 * @param formats       Outlives the detector.
 * @param zone_minutes  Zone of stamps that name none, in minutes east of UTC; NULL: local time.
 */
int kb_date_detector_new(const struct kb_date_formats *formats, const int *zone_minutes,
			 struct kb_date_detector **out);

void kb_date_detector_free(struct kb_date_detector *detector);

/*
 * Find the stamp of @a line, which is valid UTF-8.
 *
 * @param now  Completes what a stamp leaves out, and ages what was learnt.
 *
 * @return KBAN_OK and @a out is filled, or KBAN_E_NOMEM.
 */
int kb_date_detector_find(struct kb_date_detector *detector, struct kban_text line, kban_usec now,
			  struct kb_date *out);

/* How often a format was the one. */
uint64_t kb_date_detector_hits(const struct kb_date_detector *detector, size_t format);

KB_DEFINE_AUTO(date_detector)

#endif /* KB_DATE_DATE_DETECTOR_H */
