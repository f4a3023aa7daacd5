/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Looking over a matcher's shoulder: what it does with a line, step by step, for an explainer, and
 * what its searches cost, for a profile. Nobody looks in the daemon; then it is one comparison with
 * NULL.
 */
#ifndef KB_MATCH_TRACE_H
#define KB_MATCH_TRACE_H

#include <kban/explainer.h>

#include "match/line-time.h"
#include "match/line-window.h"
#include "match/sessions.h"

/* A rule that was tried. */
struct kb_rule_search {
	enum kban_rule_kind kind;
	size_t index;
	struct kban_text subject;
	int result; /* enum kb_match_result */
	const struct kb_match *match;
};

/* Called in this order, those from "narrowed" on as often as it happens. All are needed. */
struct kb_follower {
	void (*dated)(const struct kb_line_stamp *stamp, void *data);
	/* The line without its stamp; @a window is NULL where lines are judged one by one. */
	void (*began)(const struct kb_cut_line *line, const struct kb_line_window *window,
		      struct kban_text subject, void *data);
	/* prefregex left [from, to) of what was searched, which @a subject is now. */
	void (*narrowed)(size_t from, size_t to, struct kban_text subject, void *data);
	void (*searched)(const struct kb_rule_search *search, void *data);
	/* A failregex took the lines that are marked; an ignoreregex searches these alone now. */
	void (*taking)(const struct kb_line_window *window, void *data);
	/* They are about to leave the window. */
	void (*forgetting)(const struct kb_line_window *window, void *data);
	/* The match of the last failregex joined its session. */
	void (*joined)(const struct kb_record *record, const struct kb_session_turn *turn,
		       void *data);
	/* What the last failregex came to. */
	void (*judged)(enum kban_outcome outcome, void *data);
	void *data;
};

/* NULL ends it. It is not copied. */
void kb_matcher_follow(struct kban_matcher *matcher, const struct kb_follower *follower);

/* Let @a watch see all searches, also those for dates. NULL ends it. It is not copied. */
void kb_matcher_watch(struct kban_matcher *matcher, const struct kb_search_watch *watch);

struct kban_filter *kb_matcher_filter(const struct kban_matcher *matcher);

#endif /* KB_MATCH_TRACE_H */
