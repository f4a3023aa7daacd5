/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scan/scan-filter.h"

#include "base/decoder.h"
#include "base/text.h"
#include "match/trace.h"

int kb_scan_filter_init(struct kb_scan_filter *filter, struct kban_matcher *matcher)
{
	*filter = (struct kb_scan_filter){
		.matcher = matcher,
		.filter = kb_matcher_filter(matcher),
		.window = kban_filter_max_lines(kb_matcher_filter(matcher)),
	};
	filter->rule_count = kban_filter_rule_count(filter->filter, KBAN_RULE_FAIL);
	if (kb_matcher_ignores_early(matcher))
		filter->ignore_count = kban_filter_rule_count(filter->filter, KBAN_RULE_IGNORE);
	filter->words = filter->rule_count / 64 + 1;
	filter->always = calloc(filter->words, sizeof(*filter->always));
	filter->beyond = calloc(filter->words, sizeof(*filter->beyond));
	filter->awake = calloc(filter->words, sizeof(*filter->awake));
	filter->asking = calloc(filter->words, sizeof(*filter->asking));
	filter->conditions = calloc(filter->rule_count + 1, sizeof(*filter->conditions));
	return filter->always && filter->beyond && filter->awake && filter->asking &&
			       filter->conditions
		       ? KBAN_OK
		       : KBAN_E_NOMEM;
}

static void clear_conditions(struct kb_scan_filter *filter)
{
	kb_scan_condition_clear(&filter->prefix);
	for (size_t i = 0; filter->conditions != NULL && i < filter->rule_count; i++)
		kb_scan_condition_clear(&filter->conditions[i]);
}

void kb_scan_filter_clear(struct kb_scan_filter *filter)
{
	clear_conditions(filter);
	free(filter->conditions);
	free(filter->always);
	free(filter->beyond);
	free(filter->awake);
	free(filter->asking);
}

size_t kb_scan_filter_pattern_count(const struct kb_scan_filter *filter)
{
	return filter->rule_count + filter->ignore_count;
}

const struct kb_pattern *kb_scan_filter_pattern(const struct kb_scan_filter *filter, size_t index)
{
	enum kban_rule_kind kind = KBAN_RULE_FAIL;
	const struct kb_rule *rule;

	if (index >= filter->rule_count + filter->ignore_count) {
		kind = KBAN_RULE_PREFIX;
		index = 0;
	} else if (index >= filter->rule_count) {
		kind = KBAN_RULE_IGNORE;
		index -= filter->rule_count;
	}
	rule = kb_filter_rule(filter->filter, kind, index);
	return rule != NULL ? rule->pattern : NULL;
}

size_t kb_scan_filter_bit(const struct kb_scan_filter *filter, size_t index)
{
	return index < filter->rule_count ? index : filter->rule_count;
}

bool kb_scan_filter_sees_all(const struct kb_scan_filter *filter)
{
	bool narrows = kb_filter_rule(filter->filter, KBAN_RULE_PREFIX, 0) != NULL;

	return (filter->window > 1 && narrows) ||
	       !kb_encoding_keeps_ascii(kban_filter_encoding(filter->filter));
}

static void set_bit(uint64_t *bits, size_t bit)
{
	bits[bit / 64] |= (uint64_t)1 << bit % 64;
}

void kb_scan_filter_wake_always(struct kb_scan_filter *filter, size_t bit)
{
	set_bit(filter->always, bit);
	filter->is_always = true;
}

void kb_scan_filter_reset(struct kb_scan_filter *filter)
{
	memset(filter->always, 0, filter->words * sizeof(*filter->always));
	memset(filter->asking, 0, filter->words * sizeof(*filter->asking));
	memset(filter->beyond, 0, filter->words * sizeof(*filter->beyond));
	filter->is_always = false;
	filter->has_beyond = false;
	filter->awake_end = 0;
	clear_conditions(filter);
}

void kb_scan_filter_wake(struct kb_scan_filter *filter, size_t bit, uint64_t line)
{
	if (line >= filter->awake_end)
		memcpy(filter->awake, filter->always, filter->words * sizeof(*filter->awake));
	filter->awake_end = line + filter->window;
	set_bit(filter->awake, bit);
}

/* A filter that is tried on every line anyway gains nothing. */
static bool asks_prefix(const struct kb_scan_filter *filter)
{
	return !filter->is_always && kb_scan_condition_asks(&filter->prefix);
}

bool kb_scan_filter_asks(const struct kb_scan_filter *filter)
{
	bool asks = asks_prefix(filter);

	for (size_t i = 0; i < filter->words; i++)
		asks = asks || filter->asking[i] != 0;
	return asks;
}

/* Let a rule sleep on that cannot match the line. */
static void ask(struct kb_scan_filter *filter, size_t rule, struct kban_text line)
{
	struct kb_scan_condition *condition = &filter->conditions[rule];
	uint64_t bit = (uint64_t)1 << rule % 64;

	if (kb_scan_condition_fails(condition, line))
		filter->awake[rule / 64] &= ~bit;
	if (!kb_scan_condition_asks(condition))
		filter->asking[rule / 64] &= ~bit;
}

/* Whether a rule is left that may match. */
static bool is_any_left(struct kb_scan_filter *filter, struct kban_text line)
{
	uint64_t left = 0;

	for (size_t i = 0; i < filter->words; i++) {
		uint64_t asked = filter->awake[i] & filter->asking[i] & ~filter->always[i];

		for (; asked != 0; asked &= asked - 1)
			ask(filter, i * 64 + (size_t)__builtin_ctzll(asked), line);
		left |= filter->awake[i];
	}
	return left != 0;
}

void kb_scan_filter_set_condition(struct kb_scan_filter *filter, size_t rule,
				  struct kb_literal_factor *factor)
{
	kb_scan_condition_set(&filter->conditions[rule], factor);
	set_bit(filter->asking, rule);
}

bool kb_scan_filter_hold_back(struct kb_scan_filter *filter, uint64_t line, struct kban_text text)
{
	/* Where lines belong together, it is not this one that has to have all texts. */
	if (filter->window > 1 || line >= filter->awake_end)
		return false;
	if ((filter->is_always || !kb_scan_condition_fails(&filter->prefix, text)) &&
	    is_any_left(filter, text))
		return false;
	filter->awake_end = line;
	return true;
}

void kb_scan_filter_add_beyond(struct kb_scan_filter *filter, size_t bit)
{
	set_bit(filter->beyond, bit);
	filter->has_beyond = true;
}

void kb_scan_filter_wake_beyond(struct kb_scan_filter *filter, uint64_t line)
{
	for (size_t i = 0; i < kb_scan_filter_bit_count(filter); i++)
		if ((filter->beyond[i / 64] >> i % 64 & 1) != 0)
			kb_scan_filter_wake(filter, i, line);
}

void kb_scan_filter_stay_awake(struct kb_scan_filter *filter, uint64_t line)
{
	if (line < filter->awake_end)
		filter->awake_end = line + filter->window;
}

bool kb_scan_filter_is_awake(const struct kb_scan_filter *filter, uint64_t line)
{
	return filter->is_always || line < filter->awake_end;
}

const uint64_t *kb_scan_filter_bits(const struct kb_scan_filter *filter, uint64_t line)
{
	return line < filter->awake_end ? filter->awake : filter->always;
}

bool kb_scan_filter_may_ignore(const struct kb_scan_filter *filter, uint64_t line)
{
	const uint64_t *bits = kb_scan_filter_bits(filter, line);
	size_t bit = filter->rule_count;

	return (bits[bit / 64] >> bit % 64 & 1) != 0;
}

size_t kb_scan_filter_bit_count(const struct kb_scan_filter *filter)
{
	return filter->rule_count + (filter->ignore_count > 0);
}

bool kb_scan_filter_is_always(const struct kb_scan_filter *filter, size_t bit)
{
	return (filter->always[bit / 64] >> bit % 64 & 1) != 0;
}

size_t kb_scan_filter_always_count(const struct kb_scan_filter *filter)
{
	size_t count = 0;

	for (size_t i = 0; i < filter->words; i++)
		count += (size_t)__builtin_popcountll(filter->always[i]);
	return count;
}
