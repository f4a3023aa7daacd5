/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/matcher.h
 * One line of a log against one filter.
 *
 * A matcher holds what changes while a filter is at work: which date format the log uses, the
 * lines and sessions that belong together, working memory. One for each log and thread.
 */
#ifndef KBAN_MATCHER_H
#define KBAN_MATCHER_H

#include <kban/addr.h>
#include <kban/filter.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kban_matcher;

enum kban_verdict {
	KBAN_MISSED,  /**< no rule matched */
	KBAN_FAILURE, /**< a rule matched and says whose failure it is */
	KBAN_NOFAIL,  /**< a rule matched, but it tells facts only, or the host is not known yet */
	KBAN_IGNORED  /**< a rule matched, and an ignoreregex did, too */
};

enum kban_matcher_flags {
	/** Try every rule on every line and merge nothing, as fail2ban-regex does; the first rule
	 *  that gives a failure counts. Without it the first rule that matches ends the search. */
	KBAN_MATCH_ALL_RULES = 1
};

/** What a line was. Texts and lists belong to the matcher and live until its next call. */
struct kban_match {
	enum kban_verdict verdict;
	int rule;        /**< index of the failregex that made the verdict, or -1 */
	int ignore_rule; /**< index of the ignoreregex that hit, or -1 */
	kban_usec time;  /**< the event's time, or KBAN_TIME_NONE where none can be told */
	int time_is_own; /**< nonzero if the line itself has the stamp, zero if remembered */
	int has_zone;    /**< nonzero if stamp or filter named the zone */
	/**
	 * The part of the line that was cut out as its date, or empty. It points into the line
	 * that was handed in, unless bytes of that were not UTF-8.
	 */
	struct kban_text stamp;

	/** With KBAN_FAILURE: */
	struct kban_text id; /**< what is to be banned: an address in canonical form, or any text */
	struct kban_text host; /**< the peer: an address, or the name that stands in the log */
	struct kban_text user; /**< user name, empty where the rule tells none */
	unsigned attempts;     /**< lines of the log merged into this failure, at least 1 */
	/** The addresses to ban: one, none if the id is no address, several by the resolver. */
	const struct kban_addr *addresses;
	size_t address_count;
	/** Nonzero if the host is a name whose addresses the resolver cannot tell yet. */
	int lookup_pending;
};

/** A named part of what a rule matched, and its text; data is NULL for a part that is unset. */
struct kban_field {
	const char *name;
	struct kban_text value;
};

/**
 * @param filter  The matcher keeps a reference to it.
 * @param flags   Of enum kban_matcher_flags.
 */
KBAN_API KBAN_MUST_CHECK int kban_matcher_new(struct kban_filter *filter, unsigned flags,
					      struct kban_matcher **out);

/** NULL is allowed. */
KBAN_API void kban_matcher_free(struct kban_matcher *matcher);

/**
 * Judge a line.
 *
 * @param line   The line's bytes without line feed. Bytes that are not UTF-8 count as U+FFFD; NUL
 *               is a byte like any other; trailing CR are dropped.
 * @param now    Completes dates that say no year or day, and ages what is remembered.
 * @param match  Always filled on success.
 *
 * @return An enum kban_verdict, or KBAN_E_NOMEM and then the line was not judged.
 */
KBAN_API KBAN_MUST_CHECK int kban_matcher_try(struct kban_matcher *matcher, struct kban_text line,
					      kban_usec now, struct kban_match *match);

/** Named parts of the last match, in the order of the rule's groups. NULL ends the walk. */
KBAN_API const struct kban_field *kban_matcher_field(const struct kban_matcher *matcher,
						     size_t index);

/** Users seen in the session of the last match, or the one user. data NULL ends the walk. */
KBAN_API struct kban_text kban_matcher_user(const struct kban_matcher *matcher, size_t index);

/** Whole log lines that make up the last match, oldest first. data NULL ends the walk. */
KBAN_API struct kban_text kban_matcher_line(const struct kban_matcher *matcher, size_t index);

/** How often a date format was the one. */
KBAN_API uint64_t kban_matcher_date_hits(const struct kban_matcher *matcher, size_t format);

/** How often a rule of @a kind matched. */
KBAN_API uint64_t kban_matcher_rule_hits(const struct kban_matcher *matcher,
					 enum kban_rule_kind kind, size_t index);

/** How often a rule was given up at a limit of the matching engine (see pcre2api(3)). */
KBAN_API uint64_t kban_matcher_limit_hits(const struct kban_matcher *matcher,
					  enum kban_rule_kind kind, size_t index);

/** Nonzero if a line of the past could still be part of a match (max_lines or open sessions). */
KBAN_API int kban_matcher_has_memory(const struct kban_matcher *matcher);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_MATCHER_H */
