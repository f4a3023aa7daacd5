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
	 * that was handed in, unless that is not UTF-8.
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

	/** Nonzero if bytes of the line mean nothing in the log's encoding; U+FFFD stands for them.
	 */
	int malformed;
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
 * @param line   The line's bytes without line feed, in the encoding of kban_filter_options. Bytes
 *               that mean nothing there count as U+FFFD; NUL is a byte like any other; trailing CR
 *               are dropped.
 * @param now    Completes dates that say no year or day, and ages what is remembered.
 * @param match  Always filled on success.
 *
 * @return An enum kban_verdict, or KBAN_E_NOMEM and then the line was not judged.
 */
KBAN_API KBAN_MUST_CHECK int kban_matcher_try(struct kban_matcher *matcher, struct kban_text line,
					      kban_usec now, struct kban_match *match);

/**
 * Judge a line whose time is known from elsewhere, as that of a journal entry is. No date is looked
 * for in it, and nothing is cut out.
 *
 * @param when  Its time; KBAN_TIME_NONE makes it kban_matcher_try().
 *
 * @return As kban_matcher_try().
 */
KBAN_API KBAN_MUST_CHECK int kban_matcher_try_at(struct kban_matcher *matcher,
						 struct kban_text line, kban_usec when,
						 kban_usec now, struct kban_match *match);

/** What one pattern made of a line. All of it lives until the observer returns. */
struct kban_hit {
	enum kban_rule_kind kind;        /**< KBAN_RULE_PREFIX, or KBAN_RULE_FAIL */
	size_t rule;                     /**< index of the pattern */
	const struct kban_field *fields; /**< named parts, as kban_matcher_field() */
	size_t field_count;

	kban_usec time; /**< as in struct kban_match */

	/** With KBAN_RULE_FAIL, where no ignoreregex took it back: */
	enum kban_verdict verdict;         /**< KBAN_FAILURE or KBAN_NOFAIL */
	struct kban_text id;               /**< what would be banned; data NULL: not known yet */
	const struct kban_addr *addresses; /**< as in struct kban_match */
	size_t address_count;
};

typedef void kban_hit_fn(const struct kban_hit *hit, void *data);

/**
 * Have @a observe called for each match of prefregex and of a failregex, in the order in which they
 * are tried; with KBAN_MATCH_ALL_RULES there may be several for a line. NULL ends it.
 */
KBAN_API void kban_matcher_observe(struct kban_matcher *matcher, kban_hit_fn *observe, void *data);

/**
 * The last line, as text: decoded, without the CR at its end. It may point into what was handed in.
 */
KBAN_API struct kban_text kban_matcher_text(const struct kban_matcher *matcher);

/** Named parts of the last match, in the order of the rule's groups. NULL ends the walk. */
KBAN_API const struct kban_field *kban_matcher_field(const struct kban_matcher *matcher,
						     size_t index);

/** Users seen in the session of the last match, or the one user. data NULL ends the walk. */
KBAN_API struct kban_text kban_matcher_user(const struct kban_matcher *matcher, size_t index);

/** Whole log lines that make up the last match, oldest first. data NULL ends the walk. */
KBAN_API struct kban_text kban_matcher_line(const struct kban_matcher *matcher, size_t index);

/** How often a date format was the one. */
KBAN_API uint64_t kban_matcher_date_hits(const struct kban_matcher *matcher, size_t format);

/**
 * The format at @a position in the order in which they are tried now: what a log uses moves up.
 * @a position itself beyond the last.
 */
KBAN_API size_t kban_matcher_date_at(const struct kban_matcher *matcher, size_t position);

/** What a format counts for now: its weight by its hits, the less the further right it stood. */
KBAN_API double kban_matcher_date_weight(const struct kban_matcher *matcher, size_t format);

/** How often a rule of @a kind matched. */
KBAN_API uint64_t kban_matcher_rule_hits(const struct kban_matcher *matcher,
					 enum kban_rule_kind kind, size_t index);

/** How often a rule was given up at a limit of the matching engine (see pcre2api(3)). */
KBAN_API uint64_t kban_matcher_limit_hits(const struct kban_matcher *matcher,
					  enum kban_rule_kind kind, size_t index);

/** How often a date format was given up so. */
KBAN_API uint64_t kban_matcher_date_limit_hits(const struct kban_matcher *matcher, size_t format);

/**
 * How often that happened to all rules and formats together. A change after a line asks for a
 * closer look.
 */
KBAN_API uint64_t kban_matcher_limit_total(const struct kban_matcher *matcher);

/** Nonzero if a line of the past could still be part of a match (max_lines or open sessions). */
KBAN_API int kban_matcher_has_memory(const struct kban_matcher *matcher);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_MATCHER_H */
