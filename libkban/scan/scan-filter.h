/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A filter as a scanner sees it: what each of its rules waits for, and which of them the line at
 * hand woke.
 */
#ifndef KB_SCAN_SCAN_FILTER_H
#define KB_SCAN_SCAN_FILTER_H

#include "filter/filter.h"
#include "match/attempt.h"
#include "scan/condition.h"

#define KB_NO_LINE UINT64_MAX

/* A bit for each failregex, and one more for all ignoreregex where these are asked first. */
struct kb_scan_filter {
	struct kban_matcher *matcher;
	const struct kban_filter *filter;
	size_t rule_count;
	size_t ignore_count; /* 0: they are asked after a hit only */
	size_t words;        /* of 64 bits */
	uint64_t *always;    /* bits that are set on every line */
	bool is_always;      /* any of them is */
	uint64_t *beyond;    /* bits that are set where a line has a byte beyond ASCII */
	bool has_beyond;     /* any of them is */

	uint64_t *awake;    /* bits of the line at hand … */
	uint64_t awake_end; /* … if its number is below this */
	size_t window;      /* so many lines belong together: a text wakes for as many */

	struct kb_scan_condition prefix;      /* what prefregex cannot do without */
	struct kb_scan_condition *conditions; /* and each failregex, besides what wakes it … */
	uint64_t *asking;                     /* … with a bit for each that is worth asking */

	uint64_t unseen_from; /* number of the line behind the last one that was tried */
};

/* KBAN_OK or KBAN_E_NOMEM; then it is to be cleared all the same. */
int kb_scan_filter_init(struct kb_scan_filter *filter, struct kban_matcher *matcher);
void kb_scan_filter_clear(struct kb_scan_filter *filter);

/* Patterns, and the bit that each of them has: failregex, then ignoreregex. Behind the last one is
 * prefregex, which has no bit, and may be NULL. */
size_t kb_scan_filter_pattern_count(const struct kb_scan_filter *filter);
const struct kb_pattern *kb_scan_filter_pattern(const struct kb_scan_filter *filter, size_t index);
size_t kb_scan_filter_bit(const struct kb_scan_filter *filter, size_t index);

/* Whether a bit is set on every line. */
bool kb_scan_filter_is_always(const struct kb_scan_filter *filter, size_t bit);

/* How many bits there are, and how many of them are set on every line. */
size_t kb_scan_filter_bit_count(const struct kb_scan_filter *filter);
size_t kb_scan_filter_always_count(const struct kb_scan_filter *filter);

/*
 * Where the log's bytes are no text that can be searched, or what lines leave behind cannot be told
 * from their text.
 */
bool kb_scan_filter_sees_all(const struct kb_scan_filter *filter);

/* Nothing waits any more, or nothing is tried unless it waits. */
void kb_scan_filter_wake_always(struct kb_scan_filter *filter, size_t bit);
void kb_scan_filter_reset(struct kb_scan_filter *filter);

/* @a bit is woken by bytes beyond ASCII, too. */
void kb_scan_filter_add_beyond(struct kb_scan_filter *filter, size_t bit);

/* Line @a line has such a byte. */
void kb_scan_filter_wake_beyond(struct kb_scan_filter *filter, uint64_t line);

/* A text of @a bit is in line @a line. */
void kb_scan_filter_wake(struct kb_scan_filter *filter, size_t bit, uint64_t line);

/* A failregex cannot match without one of the texts of @a factor, which becomes the filter's. */
void kb_scan_filter_set_condition(struct kb_scan_filter *filter, size_t rule,
				  struct kb_literal_factor *factor);

/* Whether lines that wake the filter have to meet conditions. */
bool kb_scan_filter_asks(const struct kb_scan_filter *filter);

/* Whether any of those that the line woke has: that is soon told. */
static inline bool kb_scan_filter_asks_now(const struct kb_scan_filter *filter)
{
	bool asks = kb_scan_condition_asks(&filter->prefix);

	for (size_t i = 0; i < filter->words; i++)
		asks |= (filter->awake[i] & filter->asking[i]) != 0;
	return asks;
}

/*
 * Let those rules sleep on that cannot match the line that woke them, as it does not meet their
 * conditions. True: all of them, and so the filter.
 */
bool kb_scan_filter_hold_back(struct kb_scan_filter *filter, uint64_t line, struct kban_text text);

/* Lines up to and with @a line may stay in the window: who is awake stays so. */
void kb_scan_filter_stay_awake(struct kb_scan_filter *filter, uint64_t line);

/* Whether line @a line is to be tried, and with what. */
bool kb_scan_filter_is_awake(const struct kb_scan_filter *filter, uint64_t line);
const uint64_t *kb_scan_filter_bits(const struct kb_scan_filter *filter, uint64_t line);
bool kb_scan_filter_may_ignore(const struct kb_scan_filter *filter, uint64_t line);

#endif /* KB_SCAN_SCAN_FILTER_H */
