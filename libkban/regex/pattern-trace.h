/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a pattern searches: how far it comes in a text that it does not match, and how many steps it
 * takes. A trace is a copy of a pattern whose every item reports when it is tried; it is a good
 * deal slower than the pattern, and for people who debug one.
 *
 * An item is the least part of a pattern that is tried by itself: a letter, a set or an escape with
 * its quantifier, an anchor, a parenthesis. A step is one try of one item at one place of the text
 * by PCRE2's interpreter. The number of steps depends on pattern, text and version of PCRE2 alone.
 */
#ifndef KB_REGEX_PATTERN_TRACE_H
#define KB_REGEX_PATTERN_TRACE_H

#include "regex/pattern.h"

enum kb_trace_purpose {
	KB_TRACE_PROGRESS, /* every place is tried, also where it is plain that nothing can match */
	KB_TRACE_STEPS,    /* what a search skips is skipped */
};

struct kb_trace;

/*
 * Make a trace of @a pattern, which must outlive it. KBAN_E_LIMIT: the pattern is too large to be
 * traced; KBAN_E_NOMEM.
 */
int kb_trace_new(const struct kb_pattern *pattern, enum kb_trace_purpose purpose,
		 struct kb_trace **out);

void kb_trace_free(struct kb_trace *trace);

/* The item that lies furthest in the pattern of those that were tried, without what is ahead or
 * behind in assertions. Of several that lie equally far, the one furthest in the text. */
struct kb_trace_result {
	uint64_t steps;
	size_t passed;      /* items that lie before it on the way there; 0: it was the first */
	size_t start;       /* where in the text the match would have begun */
	size_t place;       /* where in the text the item was tried last */
	size_t first_place; /* where first, if ".*" or the like stands before it; else as place */
	size_t item_from, item_to; /* bytes of kb_pattern_text() */
};

/*
 * Search as kb_pattern_search() does, within the same limits.
 *
 * @return As kb_pattern_search(); @a out is filled whatever it is, unless KBAN_E_NOMEM.
 */
int kb_trace_search(struct kb_trace *trace, struct kban_text subject, size_t start,
		    struct kb_match *match, struct kb_trace_result *out);

KB_DEFINE_AUTO(trace)

#endif /* KB_REGEX_PATTERN_TRACE_H */
