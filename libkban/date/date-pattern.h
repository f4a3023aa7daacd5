/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One format of a time stamp: a line of a datepattern made into a regular expression, and how to
 * read what it matches. Immutable.
 *
 * The text is a regular expression with %-tokens. The first group of what is made of it is the
 * stamp that will be cut out of a line; where the text has no group of its own, that is all of it.
 * Bounds are added where the text does not say itself where a stamp begins and ends: at a word's
 * end, or with {^LN-BEG} in front at the beginning of a line; {UNB} in front or ** at an end means
 * none.
 */
#ifndef KB_DATE_DATE_PATTERN_H
#define KB_DATE_DATE_PATTERN_H

#include <stdbool.h>

#include "base/error.h"
#include "base/memory.h"
#include "date/date-fields.h"
#include "date/date-formats.h"
#include "regex/pattern.h"

enum kb_date_kind {
	KB_DATE_BY_FIELDS,
	KB_DATE_BY_EPOCH,      /* seconds since 1970, perhaps with a fraction */
	KB_DATE_BY_LONG_EPOCH, /* the same, or milli- or microseconds: by its length */
	KB_DATE_BY_TAI64N,     /* @4000000043006e3a2b5d6a34 */
};

struct kb_date_pattern {
	enum kb_date_kind kind;
	char *name;  /* the text with a word for each token; tells formats apart */
	char *text;  /* as written */
	char *regex; /* as made of it */
	struct kb_pattern *compiled;
	bool line_begin; /* can match at the beginning of a line only */
	bool anchored;   /* there or at its end */
	bool is_default; /* nobody wrote it: one of the default formats */
	enum kb_date_cut cut;
	unsigned weight;       /* in the competition for the top of the list */
	unsigned number_group; /* what is the number of an epoch */

	struct kb_date_capture captures[KB_DATE_CAPTURES_MAX];
	size_t capture_count;
};

/*
 * Make a format of @a text, which is not empty and has no white space at its ends.
 *
 * @param year  The year it is: four-digit years are accepted up to the end of its decade at least.
 *
 * @return KBAN_OK, KBAN_E_SYNTAX or KBAN_E_LIMIT for a text that is no format, KBAN_E_NOMEM.
 */
int kb_date_pattern_new(struct kban_text text, int year, const struct kb_where *where,
			struct kb_date_pattern **out, struct kban_error **err);

void kb_date_pattern_free(struct kb_date_pattern *pattern);

KB_DEFINE_AUTO(date_pattern)

#endif /* KB_DATE_DATE_PATTERN_H */
