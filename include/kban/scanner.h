/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/scanner.h
 * Blocks of a log against many filters in one pass.
 *
 * Most lines of a log concern no filter. A scanner looks for the texts that rules cannot do without
 * in a whole block at once, and a line that has none of them is not touched: no date is looked for,
 * nothing is copied. What a matcher says of the others is what it would have said without a
 * scanner. Which formats the dates of the log have, it learns from all lines until 5000 of them,
 * one after another, have taught it nothing new, and from then on from those that it may match.
 *
 *     kban_scanner_add(scanner, matcher);                  // once for each filter
 *     kban_scanner_block(scanner, block, now);             // whole lines
 *     while ((more = kban_scanner_next(scanner, &line)) > 0)
 *         for (size_t i = 0; i < filters; i++)
 *             verdict = kban_scanner_try(scanner, i, KBAN_TIME_NONE, now, &match);
 *
 * One for each log and thread. Nothing but kban_scanner_add() and a longer list of literals
 * allocates.
 */
#ifndef KBAN_SCANNER_H
#define KBAN_SCANNER_H

#include <kban/matcher.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kban_scanner;

/** @return KBAN_OK or KBAN_E_NOMEM. */
KBAN_API KBAN_MUST_CHECK int kban_scanner_new(struct kban_scanner **out);

/** NULL is allowed. The matchers stay the caller's, and can go on with the lines that follow. */
KBAN_API void kban_scanner_free(struct kban_scanner *scanner);

/**
 * Add a filter, by a matcher for it; both have to outlive the scanner. Filters are known by the
 * order in which they were added, from 0. A block that is being looked at is over.
 *
 * @return KBAN_OK or KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_scanner_add(struct kban_scanner *scanner,
					      struct kban_matcher *matcher);

/** Nonzero if @a line is none of the log: a remark, say. */
typedef int kban_scan_skip_fn(struct kban_text line, void *data);

/**
 * Tell of lines that will be shown to no filter although they are in the blocks. Where lines belong
 * together, those before and behind such a line do, too.
 *
 * @param skips  NULL: there are no such lines.
 */
KBAN_API void kban_scanner_leave_out(struct kban_scanner *scanner, kban_scan_skip_fn *skips,
				     void *data);

/**
 * Begin a block: lines that follow those of the block before. What was not read of that, to its
 * end, is left, and filters learn nothing from it.
 *
 * @param block  Lines, each ended by a line feed, which the last one may lack; in the encoding that
 *               the filters were compiled for. Has to stay as it is while its lines are asked for.
 * @param now    As in kban_matcher_try(), for lines that are stepped over.
 *
 * @return KBAN_OK or KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_scanner_block(struct kban_scanner *scanner,
						struct kban_text block, kban_usec now);

/** A line of the block. */
struct kban_scan_line {
	struct kban_text text; /**< without its line feed; it points into the block */
	uint64_t index;        /**< of the line in the block, from 0 */
	int is_candidate;      /**< zero if no filter can match it */
};

/** The next line. @return 1, 0 at the block's end, or KBAN_E_NOMEM. */
KBAN_API KBAN_MUST_CHECK int kban_scanner_line(struct kban_scanner *scanner,
					       struct kban_scan_line *line);

/**
 * The next line that some filter may match; those in between are stepped over.
 *
 * @return 1, 0 where there is none left in the block, or KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_scanner_next(struct kban_scanner *scanner,
					       struct kban_scan_line *line);

/**
 * The filters that may match the line at hand, one after the other.
 *
 * @param from  0, or the number behind that of the last one.
 *
 * @return The number of the first from there on, or how many filters there are if there is none.
 */
KBAN_API size_t kban_scanner_awake(const struct kban_scanner *scanner, size_t from);

/**
 * Judge the line at hand with a filter. Filters may be asked in any order, each once for a line.
 *
 * @param filter  Its number.
 * @param when    As in kban_matcher_try_at(); KBAN_TIME_NONE: the line has a stamp.
 *
 * @return As kban_matcher_try(). KBAN_MISSED where the filter cannot match: then @a match has no
 *         time, and kban_matcher_text() is still that of the line before.
 */
KBAN_API KBAN_MUST_CHECK int kban_scanner_try(struct kban_scanner *scanner, size_t filter,
					      kban_usec when, kban_usec now,
					      struct kban_match *match);

/**
 * The same, but the line is looked at also where the filter cannot match: it is decoded, and its
 * stamp is read.
 */
KBAN_API KBAN_MUST_CHECK int kban_scanner_look(struct kban_scanner *scanner, size_t filter,
					       kban_usec when, kban_usec now,
					       struct kban_match *match);

/**
 * The text without which a rule is not tried: several, of which one is enough. NULL beyond the
 * last, and for a rule that is tried on every line. Valid until the next block.
 *
 * @param kind  KBAN_RULE_FAIL, or KBAN_RULE_IGNORE for those that are asked before any rule is.
 */
KBAN_API const char *kban_scanner_trigger(const struct kban_scanner *scanner, size_t filter,
					  enum kban_rule_kind kind, size_t rule, size_t index);

/**
 * How many rules of a filter the scanner chooses from: all failregex, and the ignoreregex where
 * those are asked before any rule is.
 */
KBAN_API size_t kban_scanner_rule_count(const struct kban_scanner *scanner, size_t filter,
					enum kban_rule_kind kind);

/**
 * Texts that turned out to be on most lines, so that they are not looked for any more, and rules
 * that waited for them are tried on every line. NULL beyond the last. Valid until the next block.
 */
KBAN_API const char *kban_scanner_dropped(const struct kban_scanner *scanner, size_t index);

/** What a scanner has done. */
struct kban_scan_count {
	uint64_t lines;      /**< stepped over or handed out */
	uint64_t candidates; /**< lines that some filter might have matched */
	uint64_t tried;      /**< attempts of filters on them */
	size_t always;       /**< rules that are tried on every line */
	size_t triggered;    /**< rules that wait for their text */
	size_t literals;     /**< texts that are looked for */
	const char *engine;  /**< what looks for them: "hyperscan", "builtin", "none" */
};

KBAN_API void kban_scanner_count(const struct kban_scanner *scanner, struct kban_scan_count *out);

/**
 * A look at a block that is still to come, for another thread. What is costly for lines that match
 * nothing is done by it; a scanner that has the block after that goes on from there.
 */
struct kban_lookahead;

/**
 * Look for what @a scanner looks for now: best after its first block, which tells what that is.
 *
 * @param out  Receives what is the caller's, and what any thread may use, one at a time. The
 * scanner need not outlive it.
 *
 * @return KBAN_OK or KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_lookahead_new(const struct kban_scanner *scanner,
						struct kban_lookahead **out);

/** NULL is allowed. */
KBAN_API void kban_lookahead_free(struct kban_lookahead *ahead);

/**
 * Look through a block, as the scanner would. Knows nothing of other blocks, nor of the scanner, to
 * which other threads may do meanwhile what they want.
 *
 * @return KBAN_OK or KBAN_E_NOMEM; then the block is to be given to kban_scanner_block().
 */
KBAN_API KBAN_MUST_CHECK int kban_lookahead_block(struct kban_lookahead *ahead,
						  struct kban_text block);

/**
 * Begin a block as kban_scanner_block() does: the one that @a ahead last looked through. If the
 * scanner looks for something else by now it looks again, and @a ahead for the same from now on.
 *
 * @return KBAN_OK or KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_scanner_block_ahead(struct kban_scanner *scanner,
						      struct kban_lookahead *ahead, kban_usec now);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_SCANNER_H */
