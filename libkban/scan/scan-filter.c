/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scan/scan-filter.h"

#include "base/decoder.h"
#include "base/text.h"
#include "match/trace.h"

/* After so many lines it is known whether prefregex holds back one in so many. */
#define TRIAL_LINES 256
#define HELD_LEAST  8

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
	return filter->always && filter->beyond && filter->awake ? KBAN_OK : KBAN_E_NOMEM;
}

void kb_scan_filter_clear(struct kb_scan_filter *filter)
{
	kb_prescan_free(filter->prefix);
	free(filter->always);
	free(filter->beyond);
	free(filter->awake);
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
	memset(filter->beyond, 0, filter->words * sizeof(*filter->beyond));
	filter->is_always = false;
	filter->has_beyond = false;
	filter->awake_end = 0;
	kb_prescan_free(filter->prefix);
	filter->prefix = NULL;
	filter->asked_prefix = 0;
	filter->held = 0;
}

void kb_scan_filter_wake(struct kb_scan_filter *filter, size_t bit, uint64_t line)
{
	if (line >= filter->awake_end)
		memcpy(filter->awake, filter->always, filter->words * sizeof(*filter->awake));
	filter->awake_end = line + filter->window;
	set_bit(filter->awake, bit);
}

static int note_word(size_t id, size_t end, void *data)
{
	(void)id;
	(void)end;
	*(bool *)data = true;
	return 1;
}

bool kb_scan_filter_asks_prefix(const struct kb_scan_filter *filter)
{
	bool is_vain = filter->asked_prefix >= TRIAL_LINES &&
		       filter->held < filter->asked_prefix / HELD_LEAST;

	return filter->prefix != NULL && !filter->is_always && !is_vain;
}

bool kb_scan_filter_hold_back(struct kb_scan_filter *filter, uint64_t line, struct kban_text text)
{
	bool has_word = false;

	if (!kb_scan_filter_asks_prefix(filter) || line + 1 != filter->awake_end)
		return false;
	filter->asked_prefix++;
	/* A character that is not ASCII may be one in another case. */
	if (!kb_text_is_ascii(text) ||
	    kb_prescan_block(filter->prefix, text, note_word, &has_word) != KBAN_OK || has_word)
		return false;
	filter->held++;
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

size_t kb_scan_filter_always_count(const struct kb_scan_filter *filter)
{
	size_t count = 0;

	for (size_t i = 0; i < filter->words; i++)
		count += (size_t)__builtin_popcountll(filter->always[i]);
	return count;
}
