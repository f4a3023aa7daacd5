/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A reload: a new jail goes on where the old one of its name stands. Bans, counters and what is not
 * saved yet are moved, not copied, so nothing is told twice and nothing can fail half-way.
 */
#include <kban/counter.h>

#include "base/text.h"
#include "filter/filter.h"
#include "jail/actions.h"
#include "jail/jail.h"
#include "jail/questions.h"

#define SWAP(left, right)                          \
	do {                                       \
		__typeof__(left) kb_kept = (left); \
		(left) = (right);                  \
		(right) = kb_kept;                 \
	} while (0)

static bool same_rules(const struct kban_filter *left, const struct kban_filter *right,
		       enum kban_rule_kind kind)
{
	size_t count = kban_filter_rule_count(left, kind);

	if (count != kban_filter_rule_count(right, kind))
		return false;
	for (size_t i = 0; i < count; i++)
		if (strcmp(kban_filter_rule_text(left, kind, i),
			   kban_filter_rule_text(right, kind, i)) != 0)
			return false;
	return true;
}

static bool same_dates(const struct kban_filter *left, const struct kban_filter *right)
{
	size_t count = kban_filter_date_format_count(left);

	if (count != kban_filter_date_format_count(right))
		return false;
	for (size_t i = 0; i < count; i++)
		if (strcmp(kban_filter_date_format_name(left, i),
			   kban_filter_date_format_name(right, i)) != 0)
			return false;
	return true;
}

/* True if both read bytes, stamps and names of hosts in the same way. */
static bool same_reading(const struct kban_filter *left, const struct kban_filter *right)
{
	const char *codes[] = { kban_filter_encoding(left), kban_filter_encoding(right) };
	const int *zones[] = { kb_filter_zone(left), kb_filter_zone(right) };
	bool same_code = codes[0] == NULL || codes[1] == NULL ? codes[0] == codes[1]
							      : strcmp(codes[0], codes[1]) == 0;
	bool same_zone = zones[0] == NULL || zones[1] == NULL ? zones[0] == zones[1]
							      : *zones[0] == *zones[1];

	return same_code && same_zone && kb_filter_usedns(left) == kb_filter_usedns(right);
}

/* True if sessions and date formats that one has learnt are of use to the other. */
static bool same_filter(const struct kban_filter *left, const struct kban_filter *right)
{
	if (left == NULL || right == NULL)
		return false;
	return kban_filter_max_lines(left) == kban_filter_max_lines(right) &&
	       same_rules(left, right, KBAN_RULE_FAIL) &&
	       same_rules(left, right, KBAN_RULE_IGNORE) &&
	       same_rules(left, right, KBAN_RULE_PREFIX) && same_dates(left, right) &&
	       same_reading(left, right);
}

static bool same_sets(const struct kban_jail *jail, const struct kban_jail *old)
{
	for (size_t i = 0; i < kb_array_size(jail->sets); i++)
		if (strcmp(jail->sets[i].name, old->sets[i].name) != 0 ||
		    strcmp(jail->sets[i].table, old->sets[i].table) != 0 ||
		    jail->sets[i].type != old->sets[i].type)
			return false;
	return true;
}

static bool same_counting(const struct kban_jail *jail, const struct kban_jail *old)
{
	const struct kban_jail_options *left = &jail->options, *right = &old->options;

	return left->find_time == right->find_time && left->estimate == right->estimate &&
	       kb_policy_threshold(&jail->policy) == kb_policy_threshold(&old->policy) &&
	       left->max_hosts == right->max_hosts && left->prefix4 == right->prefix4 &&
	       left->prefix6 == right->prefix6 && left->subnet_retry == right->subnet_retry &&
	       left->subnet4 == right->subnet4 && left->subnet6 == right->subnet6;
}

/* Other limits need another counter; what the store remembers goes into it. */
static void inherit_counter(struct kban_jail *jail, struct kban_jail *old)
{
	if (same_counting(jail, old)) {
		SWAP(jail->counter, old->counter);
		SWAP(jail->ids, old->ids);
		SWAP(jail->subnets, old->subnets);
		jail->id_key = old->id_key;
	} else {
		kb_jail_count_again(jail, old->clock - jail->options.find_time);
	}
}

void kb_jail_inherit(struct kban_jail *jail, struct kban_jail *old)
{
	inherit_counter(jail, old);
	SWAP(jail->bans, old->bans);
	if (jail->actions != NULL)
		kb_actions_attach(jail->actions, jail);
	SWAP(jail->changes, old->changes);
	kb_jail_inherit_questions(jail, old);
	SWAP(jail->lookups, old->lookups);
	SWAP(jail->lookup_count, old->lookup_count);
	SWAP(jail->lookup_capacity, old->lookup_capacity);
	jail->lookups_changed = old->lookups_changed;
	SWAP(jail->dirty, old->dirty);
	SWAP(jail->dirty_count, old->dirty_count);
	SWAP(jail->dirty_capacity, old->dirty_capacity);
	jail->clock = old->clock;
	jail->clock_lead = old->clock_lead;
	jail->knows_clock_lead = old->knows_clock_lead;
	jail->stats = old->stats;
	jail->audits = old->audits;
	/* Bans that other sets held are missing in the new ones; the next look puts them in. */
	jail->audit_due = !same_sets(jail, old);
	if (same_filter(jail->parts.filter, old->parts.filter)) {
		SWAP(jail->sources, old->sources);
		SWAP(jail->source_count, old->source_count);
		SWAP(jail->source_capacity, old->source_capacity);
	}
}
