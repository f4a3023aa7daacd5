/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A line of which it is known beforehand which rules can match it. */
#ifndef KB_MATCH_ATTEMPT_H
#define KB_MATCH_ATTEMPT_H

#include <stdbool.h>

#include <kban/matcher.h>

/* What is known of a line. */
struct kb_attempt {
	struct kban_text line;
	uint64_t number; /* of the log's lines, from 1 on; 0: nobody knows it */
	kban_usec when;  /* as in kban_matcher_try_at() */
	kban_usec now;
	const uint64_t
		*rules; /* a bit for each failregex that may match, from the lowest; NULL: all */
	bool may_be_ignored; /* by an ignoreregex that is asked before any failregex */
	/*
	 * Lines before it, in two parts, the newest last, with all that this matcher was not shown.
	 * Where the line has no stamp of its own, it has that of the last one here that has.
	 */
	struct kban_text unseen[2];
};

/* As kban_matcher_try(). The other rules are left out as if they had not matched. */
int kb_matcher_attempt(struct kban_matcher *matcher, const struct kb_attempt *attempt,
		       struct kban_match *match);

/*
 * Read a line on which no rule can match, for what it is to the lines behind it: it joins the
 * window of those that belong together, and its time is known. Only line, when, now and unseen
 * count of the attempt, and its number. KBAN_OK or KBAN_E_NOMEM.
 */
int kb_matcher_pass(struct kban_matcher *matcher, const struct kb_attempt *attempt);

/* Whether lines have taught nothing new about dates for so long that nothing new is expected. */
bool kb_matcher_is_settled(const struct kban_matcher *matcher);

/*
 * Look for the stamp of each line once, and know of dates what @a other knows, as long as both are
 * shown lines of the same log by one thread. False: they look for stamps in other ways, or learnt
 * other things; then nothing is changed. The line's number has to be told from now on.
 */
bool kb_matcher_share_times(struct kban_matcher *matcher, struct kban_matcher *other);

/* Share no longer; what was learnt is kept. Numbers of lines may begin anew. */
void kb_matcher_own_times(struct kban_matcher *matcher);

/* Number of the last line whose stamp was looked for, by any of those that share; 0: none. */
uint64_t kb_matcher_dated(const struct kban_matcher *matcher);

/*
 * Whether rules took lines out of the window in the last attempt, so that those before them stay
 * there for longer.
 */
bool kb_matcher_took_lines(const struct kban_matcher *matcher);

/* With clearly fewer ignoreregex than failregex they are asked first, on the whole text. */
bool kb_matcher_ignores_early(const struct kban_matcher *matcher);

#endif /* KB_MATCH_ATTEMPT_H */
