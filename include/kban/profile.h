/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/profile.h
 * What the rules and date formats of a filter cost, for those who write filters.
 *
 * A profile works with a matcher of the caller's. Lines that are judged through it are judged as by
 * kban_matcher_try(), and each search is measured: its time by a stopwatch that the caller gives,
 * and its steps. A step is one try of one piece of a rule (a letter, a set, an anchor, each with
 * its quantifier) at one place of the line, as PCRE2's interpreter goes; it depends on rule, line
 * and version of PCRE2 alone, so that two versions of a rule can be compared. Counting steps makes
 * it several times slower than judging alone; the time measured is that of judging.
 */
#ifndef KBAN_PROFILE_H
#define KBAN_PROFILE_H

#include <kban/matcher.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kban_profile;

/** Nanoseconds from any point in the past that stays the same: CLOCK_MONOTONIC. */
typedef int64_t kban_stopwatch_fn(void *data);

/** What a search may run into. */
enum kban_limit {
	KBAN_LIMIT_NONE,
	KBAN_LIMIT_EFFORT, /**< it tried too many ways: a rule that takes too long */
	KBAN_LIMIT_DEPTH,  /**< they were nested too deeply */
	KBAN_LIMIT_MEMORY, /**< or needed too much memory */
	KBAN_LIMIT_STACK   /**< machine code ran out of stack; the interpreter did it, slowly */
};

/** A search for the record. */
struct kban_cost_peak {
	uint64_t line; /**< number of the line, as it was handed in; 0: there is none */
	uint64_t steps;
	int64_t nanoseconds;
};

/** What one rule, or one date format, has cost. */
struct kban_cost {
	int is_date;              /**< nonzero: a date format, and kind means nothing */
	enum kban_rule_kind kind; /**< of a rule */
	size_t index;             /**< of the rule or format */
	uint64_t attempts;        /**< how often it was tried */
	uint64_t hits;            /**< how often it matched */
	int64_t nanoseconds;      /**< all attempts together; 0 without a stopwatch */
	uint64_t steps;
	struct kban_cost_peak worst; /**< the attempt with the most steps, the first of equals */
	uint64_t limit_hits;         /**< attempts that ran into a limit */
	enum kban_limit limit;       /**< which one the first of them ran into */
	uint64_t limit_line;         /**< and on which line */
};

/**
 * @param matcher    Must outlive the profile.
 * @param stopwatch  NULL: no time is measured.
 *
 * @return KBAN_OK or KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_profile_new(struct kban_matcher *matcher,
					      kban_stopwatch_fn *stopwatch, void *data,
					      struct kban_profile **out);

/** NULL is allowed. */
KBAN_API void kban_profile_free(struct kban_profile *profile);

/**
 * Judge a line with the matcher, and add up what that costs.
 *
 * @param number  The line's number, to name it by; from 1.
 *
 * @return As kban_matcher_try().
 */
KBAN_API KBAN_MUST_CHECK int kban_profile_try(struct kban_profile *profile, struct kban_text line,
					      uint64_t number, kban_usec now,
					      struct kban_match *match);

/** How many rules and date formats were tried at least once. */
KBAN_API size_t kban_profile_count(const struct kban_profile *profile);

/**
 * The costliest of them at @a index 0, the next at 1: by time, or by steps without a stopwatch.
 * NULL behind the last. Valid until the next call with @a profile.
 */
KBAN_API const struct kban_cost *kban_profile_cost(struct kban_profile *profile, size_t index);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_PROFILE_H */
