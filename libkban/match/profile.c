/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Watches all searches of a matcher, those for dates included. Each is told by its pattern. After a
 * search its steps are counted by doing it once more with the pattern's trace, beside the time.
 */
#include <kban/profile.h>

#include <assert.h>

#include "date/date-formats.h"
#include "date/date-pattern.h"
#include "filter/filter.h"
#include "match/trace.h"
#include "regex/pattern-trace.h"

struct entry {
	const struct kb_pattern *pattern;
	struct kb_trace *trace; /* NULL until it is needed, or where there can be none */
	bool is_traced;
	struct kban_cost cost;
};

struct kban_profile {
	struct kban_matcher *matcher;
	const struct kban_filter *filter;
	kban_stopwatch_fn *stopwatch; /* may be NULL */
	void *stopwatch_data;
	struct kb_search_watch watch;
	struct kb_match *match; /* of traces */
	struct entry *entries;  /* by the address of the pattern */
	size_t count;
	const struct kban_cost **ranking; /* of those that were tried; valid while is_ranked */
	size_t ranked;
	bool is_ranked;

	/* The search at work. */
	uint64_t number; /* of the line */
	int64_t started;
	bool failed; /* memory ran out */
};

static int64_t read_stopwatch(const struct kban_profile *profile)
{
	return profile->stopwatch != NULL ? profile->stopwatch(profile->stopwatch_data) : 0;
}

static void start_search(void *data)
{
	struct kban_profile *profile = data;

	profile->started = read_stopwatch(profile);
}

static struct entry *find_entry(const struct kban_profile *profile,
				const struct kb_pattern *pattern)
{
	size_t low = 0;
	size_t high = profile->count;

	while (low + 1 < high) {
		size_t middle = low + (high - low) / 2;

		if ((uintptr_t)profile->entries[middle].pattern > (uintptr_t)pattern)
			high = middle;
		else
			low = middle;
	}
	assert(low < profile->count && profile->entries[low].pattern == pattern);
	return &profile->entries[low];
}

static int find_trace(struct entry *entry)
{
	int status = KBAN_OK;

	if (!entry->is_traced)
		status = kb_trace_new(entry->pattern, KB_TRACE_STEPS, &entry->trace);
	if (status == KBAN_E_NOMEM)
		return status;
	entry->is_traced = true;
	return KBAN_OK;
}

static int count_steps(struct kban_profile *profile, struct entry *entry,
		       const struct kb_search *search, uint64_t *steps)
{
	struct kb_trace_result result;
	int found;

	*steps = 0;
	if (find_trace(entry) != KBAN_OK)
		return KBAN_E_NOMEM;
	if (entry->trace == NULL)
		return KBAN_OK;
	found = kb_trace_search(entry->trace, search->subject, search->start, profile->match,
				&result);
	if (found < 0)
		return found;
	*steps = result.steps;
	return KBAN_OK;
}

static void note_limit(struct kban_cost *cost, enum kb_limit limit, uint64_t line)
{
	static const enum kban_limit limits[] = {
		[KB_LIMIT_NONE] = KBAN_LIMIT_NONE,   [KB_LIMIT_EFFORT] = KBAN_LIMIT_EFFORT,
		[KB_LIMIT_DEPTH] = KBAN_LIMIT_DEPTH, [KB_LIMIT_MEMORY] = KBAN_LIMIT_MEMORY,
		[KB_LIMIT_STACK] = KBAN_LIMIT_STACK,
	};

	if (limit == KB_LIMIT_NONE)
		return;
	if (cost->limit_hits++ > 0)
		return;
	cost->limit = limits[limit];
	cost->limit_line = line;
}

static void end_search(const struct kb_search *search, void *data)
{
	struct kban_profile *profile = data;
	int64_t lasted = read_stopwatch(profile) - profile->started;
	struct entry *entry = find_entry(profile, search->pattern);
	struct kban_cost *cost = &entry->cost;
	uint64_t steps;

	if (search->result < 0)
		return;
	if (count_steps(profile, entry, search, &steps) != KBAN_OK) {
		profile->failed = true;
		return;
	}
	cost->attempts++;
	cost->hits += search->result == KB_MATCH_FOUND;
	cost->nanoseconds += lasted;
	cost->steps += steps;
	note_limit(cost, search->limit, profile->number);
	if (cost->worst.line == 0 || steps > cost->worst.steps)
		cost->worst = (struct kban_cost_peak){ profile->number, steps, lasted };
}

static void add_entry(struct kban_profile *profile, const struct kb_pattern *pattern,
		      const struct kban_cost *cost)
{
	profile->entries[profile->count++] = (struct entry){ .pattern = pattern, .cost = *cost };
}

static void add_rules(struct kban_profile *profile, enum kban_rule_kind kind)
{
	struct kban_cost cost = { .kind = kind };
	const struct kb_rule *rule;

	for (; (rule = kb_filter_rule(profile->filter, kind, cost.index)) != NULL; cost.index++)
		add_entry(profile, rule->pattern, &cost);
}

static void add_dates(struct kban_profile *profile, const struct kb_date_formats *formats)
{
	struct kban_cost cost = { .is_date = 1 };

	for (; cost.index < kb_date_formats_count(formats); cost.index++)
		add_entry(profile, kb_date_formats_item(formats, cost.index)->compiled, &cost);
}

static int by_address(const void *left, const void *right)
{
	uintptr_t a = (uintptr_t)((const struct entry *)left)->pattern;
	uintptr_t b = (uintptr_t)((const struct entry *)right)->pattern;

	return (a > b) - (a < b);
}

static int make_entries(struct kban_profile *profile)
{
	const struct kb_date_formats *formats = kb_filter_date_formats(profile->filter);
	size_t count = kb_date_formats_count(formats);

	for (int kind = KBAN_RULE_FAIL; kind <= KBAN_RULE_PREFIX; kind++)
		count += kban_filter_rule_count(profile->filter, (enum kban_rule_kind)kind);
	profile->entries = calloc(count + 1, sizeof(*profile->entries));
	profile->ranking = calloc(count + 1, sizeof(*profile->ranking));
	if (profile->entries == NULL || profile->ranking == NULL)
		return KBAN_E_NOMEM;
	for (int kind = KBAN_RULE_FAIL; kind <= KBAN_RULE_PREFIX; kind++)
		add_rules(profile, (enum kban_rule_kind)kind);
	add_dates(profile, formats);
	qsort(profile->entries, profile->count, sizeof(*profile->entries), by_address);
	return KBAN_OK;
}

int kban_profile_new(struct kban_matcher *matcher, kban_stopwatch_fn *stopwatch, void *data,
		     struct kban_profile **out)
{
	kban_auto(profile) profile = calloc(1, sizeof(*profile));

	if (profile == NULL)
		return KBAN_E_NOMEM;
	profile->matcher = matcher;
	profile->filter = kb_matcher_filter(matcher);
	profile->stopwatch = stopwatch;
	profile->stopwatch_data = data;
	profile->watch = (struct kb_search_watch){ start_search, end_search, profile };
	profile->match = kb_match_new();
	if (profile->match == NULL || make_entries(profile) != KBAN_OK)
		return KBAN_E_NOMEM;
	*out = kb_steal(profile);
	return KBAN_OK;
}

void kban_profile_free(struct kban_profile *profile)
{
	if (profile == NULL)
		return;
	for (size_t i = 0; i < profile->count; i++)
		kb_trace_free(profile->entries[i].trace);
	kb_match_free(profile->match);
	free(profile->entries);
	free(profile->ranking);
	free(profile);
}

int kban_profile_try(struct kban_profile *profile, struct kban_text line, uint64_t number,
		     kban_usec now, struct kban_match *match)
{
	int verdict;

	profile->number = number;
	profile->is_ranked = false;
	profile->failed = false;
	kb_matcher_watch(profile->matcher, &profile->watch);
	verdict = kban_matcher_try(profile->matcher, line, now, match);
	kb_matcher_watch(profile->matcher, NULL);
	return profile->failed ? KBAN_E_NOMEM : verdict;
}

size_t kban_profile_count(const struct kban_profile *profile)
{
	size_t tried = 0;

	for (size_t i = 0; i < profile->count; i++)
		tried += profile->entries[i].cost.attempts > 0;
	return tried;
}

/* Costliest first; of equals prefregex, failregex, ignoreregex and dates in their own order. */
static int by_cost(const void *left, const void *right)
{
	static const int places[] = {
		[KBAN_RULE_PREFIX] = 0,
		[KBAN_RULE_FAIL] = 1,
		[KBAN_RULE_IGNORE] = 2,
	};
	const struct kban_cost *a = *(const struct kban_cost *const *)left;
	const struct kban_cost *b = *(const struct kban_cost *const *)right;

	if (a->nanoseconds != b->nanoseconds)
		return a->nanoseconds > b->nanoseconds ? -1 : 1;
	if (a->steps != b->steps)
		return a->steps > b->steps ? -1 : 1;
	if (a->is_date != b->is_date)
		return a->is_date - b->is_date;
	if (!a->is_date && a->kind != b->kind)
		return places[a->kind] - places[b->kind];
	return (a->index > b->index) - (a->index < b->index);
}

static void rank(struct kban_profile *profile)
{
	profile->ranked = 0;
	for (size_t i = 0; i < profile->count; i++)
		if (profile->entries[i].cost.attempts > 0)
			profile->ranking[profile->ranked++] = &profile->entries[i].cost;
	qsort(profile->ranking, profile->ranked, sizeof(*profile->ranking), by_cost);
	profile->is_ranked = true;
}

const struct kban_cost *kban_profile_cost(struct kban_profile *profile, size_t index)
{
	if (!profile->is_ranked)
		rank(profile);
	return index < profile->ranked ? profile->ranking[index] : NULL;
}
