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

/* Whether both have the same formats and zone, and have learnt the same. */
bool kb_date_detector_is_like(const struct kb_date_detector *detector,
			      const struct kb_date_detector *other);

/* Learn all that @a from has learnt, which has as many formats. */
void kb_date_detector_copy(struct kb_date_detector *detector, const struct kb_date_detector *from);

/* Expect lines of several programs to take turns. */
void kb_date_detector_serve_many(struct kb_date_detector *detector);

/*
 * Find the stamp of @a line, which is valid UTF-8.
 *
 * @param now  Completes what a stamp leaves out, and ages what was learnt.
 *
 * @return KBAN_OK and @a out is filled, or KBAN_E_NOMEM.
 */
int kb_date_detector_find(struct kb_date_detector *detector, struct kban_text line, kban_usec now,
			  struct kb_date *out);

/*
 * Whether what is found in @a line may depend on the line before it: a format that is not bound to
 * the beginning is looked for where it was last.
 */
bool kb_date_detector_follows(const struct kb_date_detector *detector, struct kban_text line);

/*
 * Whether the last few thousand lines taught nothing new: no format matched for the first time, and
 * none moved up.
 */
bool kb_date_detector_is_settled(const struct kb_date_detector *detector);

/* How often a format was the one. */
uint64_t kb_date_detector_hits(const struct kb_date_detector *detector, size_t format);

/* How often a format, or any of them, was given up at a limit of the matching engine. */
uint64_t kb_date_detector_limits(const struct kb_date_detector *detector, size_t format);
uint64_t kb_date_detector_limit_total(const struct kb_date_detector *detector);

/* Let @a watch see all searches; NULL ends it. */
void kb_date_detector_watch(struct kb_date_detector *detector, const struct kb_search_watch *watch);

/* All searches share @a effort, which is not copied; see kb_match_share(). */
void kb_date_detector_share(struct kb_date_detector *detector, struct kb_effort *effort);

/* The format at @a position in the order in which they are tried now. */
size_t kb_date_detector_at(const struct kb_date_detector *detector, size_t position);

/* What a format counts for now, in the competition for the top of the order. */
double kb_date_detector_weight(const struct kb_date_detector *detector, size_t format);

KB_DEFINE_AUTO(date_detector)

#endif /* KB_DATE_DATE_DETECTOR_H */
