/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a matcher is made of, and the steps of its work, each in a file of its own: the line is
 * read (matcher-line), patterns are searched in it (matcher-search), a rule takes lines
 * (matcher-taken) and a verdict is found (matcher-verdict). The order of the steps is matcher.c's.
 */
#ifndef KB_MATCH_MATCHER_STATE_H
#define KB_MATCH_MATCHER_STATE_H

#include <kban/matcher.h>

#include "base/decoder.h"
#include "filter/filter.h"
#include "match/attempt.h"
#include "match/identity.h"
#include "match/line-time.h"
#include "match/line-window.h"
#include "match/record.h"
#include "match/sessions.h"
#include "match/trace.h"

struct kb_rule_count {
	uint64_t hits;
	uint64_t limits;
};

/* What a rule's match comes to. */
struct kb_finding {
	struct kb_record record;
	struct kb_identity identity;
};

struct kban_matcher {
	struct kban_filter *filter;
	unsigned flags;
	struct kb_rule_count *counts[KBAN_RULE_PREFIX + 1]; /* by enum kban_rule_kind */
	uint64_t limits;                                    /* of all rules */
	struct kb_line_time own_time; /* used unless it shares that of another one */
	struct kb_line_time *line_time;
	struct kb_line_window *window; /* NULL where lines are judged one by one */
	struct kb_sessions *sessions;
	kban_usec now;                      /* of the last line */
	const struct kb_follower *follower; /* mostly NULL */
	kban_hit_fn *observe;               /* may be NULL */
	void *observe_data;

	/* The line at work. */
	const struct kb_attempt *attempt;
	struct kb_effort effort; /* of all searches in it */
	struct kb_match *match;
	struct kb_match *prefix_match; /* of prefregex; NULL where there is none */
	unsigned content_group;        /* of prefregex */
	struct kb_decoder *decoder;
	struct kb_buffer decoded; /* the line, if its bytes were not UTF-8 */
	struct kb_line_stamp stamp;
	struct kb_cut_line line;
	struct kb_buffer cut;       /* the line without its stamp, and a line feed */
	struct kb_buffer content;   /* the same for what prefregex left of it */
	struct kb_buffer ignorable; /* the lines a rule took, for an ignoreregex */
	struct kban_text subject;   /* what rules search: one of these, or the window */
	bool is_plain;              /* as kb_subject means it: so are all of these */
	struct kban_text prefixed;  /* what prefregex matched */
	struct kb_text_list taken;  /* lines of the log that the rule took */
	bool took_lines;            /* a rule did, out of the window */
	struct kb_fields groups;    /* of the rule */
	struct kb_finding findings[2];
	struct kb_finding *found;  /* by the rule: one of these */
	struct kb_finding *result; /* what the caller sees: the other one */
	/* Of the result: its own, or that of a session, as long as this does not change. */
	struct kb_record *known;
	struct kban_match *out;
};

static inline bool kb_matcher_tries_all(const struct kban_matcher *matcher)
{
	return (matcher->flags & KBAN_MATCH_ALL_RULES) != 0;
}

/*
 * Make the line of the attempt the one at work: its bytes UTF-8, its stamp read and cut out, the
 * rest, or the window it joins, what is searched. KBAN_OK or KBAN_E_NOMEM, as of all these.
 */
int kb_matcher_read(struct kban_matcher *matcher);

/* The line is wanted: know its time, if anything tells it. */
int kb_matcher_complete_time(struct kban_matcher *matcher);

/* Make [from, to) of what is searched, as prefregex left it, what is searched. */
int kb_matcher_narrow(struct kban_matcher *matcher, size_t from, size_t to);

/* 1: the rule matches, 0: it does not, or KBAN_E_NOMEM. */
int kb_matcher_search(struct kban_matcher *matcher, enum kban_rule_kind kind, size_t index,
		      struct kban_text subject);

void kb_matcher_count_hit(struct kban_matcher *matcher, enum kban_rule_kind kind, size_t index);

/*
 * Does an ignoreregex match @a text? 1 and the verdict is given, 0, or KBAN_E_NOMEM. @a rule is
 * the failregex that took the text, or -1.
 */
int kb_matcher_is_ignored(struct kban_matcher *matcher, struct kban_text text, int rule);

/* The same before any failregex, for filters of which that is asked first. */
int kb_matcher_is_ignored_early(struct kban_matcher *matcher);

/* 1: the failregex may be tried, 0: prefregex does not match, or KBAN_E_NOMEM. */
int kb_matcher_pass_prefix(struct kban_matcher *matcher);

/*
 * Note what a failregex took: its groups and its lines. @a text receives what an ignoreregex is
 * asked about.
 */
int kb_matcher_take(struct kban_matcher *matcher, const struct kb_rule *rule,
		    struct kban_text *text);

/* Lines that a rule took, or that are ignored, are not searched again. */
void kb_matcher_forget_taken(struct kban_matcher *matcher);

/* Note what the line is, unless something graver is known, which gives false. */
bool kb_matcher_conclude(struct kban_matcher *matcher, enum kban_verdict verdict, int rule);

/* What the match that was taken comes to. 1: the line is judged, 0: go on, or KBAN_E_NOMEM. */
int kb_matcher_judge(struct kban_matcher *matcher, size_t rule);

void kb_matcher_tell_outcome(const struct kban_matcher *matcher, enum kban_outcome outcome);

/* Point the caller at what was kept. */
void kb_matcher_publish(struct kban_matcher *matcher);

#endif /* KB_MATCH_MATCHER_STATE_H */
