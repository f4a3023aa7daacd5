/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which time stamps a log may have: the default formats, or those of a filter's datepattern.
 * Immutable, and so may serve any number of filters and threads; which of them a log uses is
 * learnt by a struct kb_date_detector.
 */
#ifndef KB_DATE_DATE_FORMATS_H
#define KB_DATE_DATE_FORMATS_H

#include <stdbool.h>

#include <kban/context.h>

#include "base/error.h"
#include "base/memory.h"

struct kb_date_formats;
struct kb_date_pattern;

/* What stands in a line before and behind the stamp that is cut out. Added up: any of it may. */
enum kb_date_cut {
	KB_DATE_CUT_FIRST = 0,       /* nothing before it, or nothing is cut out */
	KB_DATE_CUT_AFTER_MARKS = 1, /* before it two characters at most, no letters, digits or _ */
	KB_DATE_CUT_WORDS = 2,       /* no letter, digit or _ behind it */
	KB_DATE_CUT_MARKED_WORDS = 4,  /* both of these */
	KB_DATE_CUT_AFTER_BRACKET = 8, /* a [ before it */
	KB_DATE_CUT_ANYWHERE = 16,
};

/* More formats are no list that anybody wrote; each is tried on each line. */
#define KB_DATE_FORMATS_MAX 200

/* One line of a datepattern. */
struct kb_date_line {
	struct kban_text text;
	struct kb_where where;
};

/*
 * Compile @a lines; none, or lines that add nothing, give the default formats.
 *
 * @param now   Decides which decades a four-digit year may be from.
 *
 * KBAN_E_SYNTAX and KBAN_E_LIMIT name the place and the pattern; KBAN_E_NOMEM.
 */
int kb_date_formats_new(const struct kb_date_line *lines, size_t count, kban_usec now,
			struct kb_date_formats **out, struct kban_error **err);

void kb_date_formats_free(struct kb_date_formats *formats);

/* Whether both find the same stamps in the same lines. */
bool kb_date_formats_equal(const struct kb_date_formats *formats,
			   const struct kb_date_formats *other);

size_t kb_date_formats_count(const struct kb_date_formats *formats);

/* Name as reports show it: "{^LN-BEG}(?:DAY )?MON Day %k:Minute:Second". */
const char *kb_date_formats_name(const struct kb_date_formats *formats, size_t index);

/* What it counts for among the others. */
unsigned kb_date_formats_weight(const struct kb_date_formats *formats, size_t index);

/* The pattern as it was written, and the regular expression made of it. */
const char *kb_date_formats_pattern(const struct kb_date_formats *formats, size_t index);
const char *kb_date_formats_regex(const struct kb_date_formats *formats, size_t index);

/* All their cuts, of enum kb_date_cut. */
unsigned kb_date_formats_cuts(const struct kb_date_formats *formats);

/* For the detector. Belongs to @a formats. */
const struct kb_date_pattern *kb_date_formats_item(const struct kb_date_formats *formats,
						   size_t index);

KB_DEFINE_AUTO(date_formats)

#endif /* KB_DATE_DATE_FORMATS_H */
