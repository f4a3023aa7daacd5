/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/explainer.h
 * Why a line of a log is what a matcher says it is, for those who write filters.
 *
 * An explainer works with a matcher of the caller's. A line that is judged through it is judged as
 * by kban_matcher_try(), and then the explainer knows where its date stands, what of it the rules
 * searched, which rule matched which part of it, and of a rule that did not match how far it came.
 * It costs a good deal more than judging alone; lines that nobody asks about go to the matcher.
 *
 * All places are bytes of kban_explainer_text(): the line as it stands in the log, with its date.
 */
#ifndef KBAN_EXPLAINER_H
#define KBAN_EXPLAINER_H

#include <kban/matcher.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kban_explainer;

/** Bytes [from, to) of a text. */
struct kban_span {
	size_t from;
	size_t to;
};

/** What was found of a date. */
enum kban_date_finding {
	KBAN_DATE_MISSING,    /**< no format matched, and no time is remembered */
	KBAN_DATE_FOUND,      /**< it was cut out */
	KBAN_DATE_IMPOSSIBLE, /**< it was cut out, but there is no such time (30 February) */
	KBAN_DATE_UNWANTED,   /**< the format wants none ({NONE}): the line counts as written now */
	KBAN_DATE_REMEMBERED  /**< none; the line counts as written at the time of one before it */
};

struct kban_date_explanation {
	enum kban_date_finding finding;
	int format; /**< index of the format that matched, or -1; kban_filter_date_format_name() */
	struct kban_span stamp; /**< what was cut out; empty if nothing was */
};

/** What became of a rule's attempt at the line. */
enum kban_outcome {
	KBAN_OUTCOME_NO_MATCH,
	KBAN_OUTCOME_GIVEN_UP, /**< it ran into a limit of the engine, which counts as no match */
	KBAN_OUTCOME_MATCH,    /**< prefregex, ignoreregex: it matched */
	KBAN_OUTCOME_IGNORED,  /**< failregex: it matched, and an ignoreregex took it back */
	KBAN_OUTCOME_FAILURE,  /**< failregex: it matched and says whose failure it is */
	KBAN_OUTCOME_NOFAIL,   /**< failregex: it matched, and tells facts only */
	KBAN_OUTCOME_PENDING,  /**< failregex: a failure, but whose it is its session must tell */
	KBAN_OUTCOME_NOBODY,   /**< failregex: no group says whose failure; the next one may try */
	KBAN_OUTCOME_NO_ADDRESS, /**< failregex: it names a host that has no address */
};

/** A named group of a match; data of unset groups is left out. */
struct kban_capture {
	const char *name;
	struct kban_span span;
};

/** How far a rule came that did not match. */
struct kban_progress {
	/** Pieces of the rule that it passed; the rule with the most is probably the one meant. */
	size_t passed;
	/** Where it began to match. */
	size_t start;
	/**
	 * Where it stopped: to. If a wildcard (".*") stands before the piece that failed, from is
	 * where that began, and the piece was looked for all the way; otherwise from is to.
	 */
	struct kban_span place;
	/** The piece that failed there: bytes of kban_filter_rule_text(). */
	struct kban_span wanted;
};

/** A rule that was tried. */
struct kban_attempt {
	enum kban_rule_kind kind;
	size_t rule;
	enum kban_outcome outcome;
	struct kban_span span; /**< with a match: all of it */
	const struct kban_capture *captures;
	size_t capture_count;
	/** Of rules that did not match on a line that was missed; otherwise NULL. */
	const struct kban_progress *progress;
};

/** What a line did to its session (<F-MLFID>). */
enum kban_session_flags {
	KBAN_SESSION_OPENED = 1,        /**< it is the session's first */
	KBAN_SESSION_CLOSED = 2,        /**< its last (<F-MLFFORGET>) */
	KBAN_SESSION_FACTS = 4,         /**< it tells facts only (<F-NOFAIL>, <F-MLFGAINED>) */
	KBAN_SESSION_GAINED = 8,        /**< somebody was let in: what was pending is forgiven */
	KBAN_SESSION_WAS_PENDING = 16,  /**< a failure before it waited to hear whose it is */
	KBAN_SESSION_SEVERAL_USERS = 32 /**< it saw more than one: nothing is no failure any more */
};

struct kban_session_explanation {
	struct kban_text key; /**< by what its lines are known */
	unsigned flags;       /**< of enum kban_session_flags */
	unsigned users;       /**< different names it has seen */
};

/**
 * @param matcher  Must outlive the explainer, and may be used beside it.
 *
 * @return KBAN_OK or KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_explainer_new(struct kban_matcher *matcher,
						struct kban_explainer **out);

/** NULL is allowed. */
KBAN_API void kban_explainer_free(struct kban_explainer *explainer);

/**
 * Judge a line with the matcher, and keep what happened. Parameters and result are those of
 * kban_matcher_try(). All that the explainer tells is about this line, until the next call.
 */
KBAN_API KBAN_MUST_CHECK int kban_explainer_try(struct kban_explainer *explainer,
						struct kban_text line, kban_usec now,
						struct kban_match *match);

/**
 * The line as it stands in the log, as UTF-8. Where rules may span lines (max_lines) these are the
 * lines that were searched, oldest first, with line feeds between them; the last is the line.
 */
KBAN_API struct kban_text kban_explainer_text(const struct kban_explainer *explainer);

/** What is left without dates: this is what prefregex searches, or the rules if there is none. */
KBAN_API struct kban_text kban_explainer_searched(const struct kban_explainer *explainer);

/** What prefregex left of it for the rules (<F-CONTENT>), or data NULL. */
KBAN_API struct kban_text kban_explainer_content(const struct kban_explainer *explainer);

/** The date that was found in the line, and what was cut out as it. */
KBAN_API const struct kban_date_explanation *kban_explainer_date(
	const struct kban_explainer *explainer);

/** The rules that were tried, in that order. NULL ends the walk. */
KBAN_API const struct kban_attempt *kban_explainer_attempt(const struct kban_explainer *explainer,
							   size_t index);

/** Of the attempts at a line that was missed, the one that came furthest; else NULL. */
KBAN_API const struct kban_attempt *kban_explainer_nearest(const struct kban_explainer *explainer);

/** The session that a match joined; NULL if there is none. */
KBAN_API const struct kban_session_explanation *kban_explainer_session(
	const struct kban_explainer *explainer);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_EXPLAINER_H */
