/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scan/trigger-table.h"

#include "base/text.h"

/*
 * What a line costs, in nanoseconds on a machine of our days: to try a filter on it, and to look
 * through it for strings that are shorter than what the search likes (regex/prescan-builtin.c).
 */
#define TRY_COST       700
#define LONG_BYTES     9
#define LESS_LONG_COST 15
#define SHORT_BYTES    4
#define SHORT_COST     50

/* Some lines of the log. */
struct sample {
	struct kban_text text;
	size_t lines;
};

static bool is_same(const struct kb_literal *left, const struct kb_literal *right)
{
	return left->caseless == right->caseless && left->digits == right->digits &&
	       kb_text_equal(left->text, right->text);
}

/* The entry of @a literal, which is copied if it is new. NULL without memory. */
static struct kb_scan_literal *find_literal(struct kb_trigger_table *table,
					    const struct kb_literal *literal)
{
	struct kb_scan_literal *found;
	char *text;

	for (size_t i = 0; i < table->count; i++)
		if (is_same(&table->literals[i].literal, literal))
			return &table->literals[i];
	if (kb_array_room(&table->literals, &table->capacity, table->count,
			  sizeof(*table->literals)) < 0)
		return NULL;
	text = kb_text_copy(literal->text);
	if (text == NULL)
		return NULL;
	found = &table->literals[table->count++];
	*found = (struct kb_scan_literal){
		.text = text,
		.literal = *literal,
		.last_line = KB_NO_LINE,
	};
	found->literal.text.data = text;
	return found;
}

static int add_target(struct kb_scan_literal *literal, const struct kb_scan_target *target)
{
	if (kb_array_room(&literal->targets, &literal->target_capacity, literal->target_count,
			  sizeof(*literal->targets)) < 0)
		return KBAN_E_NOMEM;
	literal->targets[literal->target_count++] = *target;
	return KBAN_OK;
}

/* Have a pattern wait for the strings of @a factor. */
static int add_factor(struct kb_trigger_table *table, const struct kb_scan_target *target,
		      const struct kb_literal_factor *factor)
{
	for (size_t i = 0; i < factor->count; i++) {
		struct kb_scan_literal *literal = find_literal(table, &factor->items[i]);

		if (literal == NULL || add_target(literal, target) != KBAN_OK)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

/* Of two strings as rare as each other the longer one is found in less time. */
static unsigned search_cost(const struct kb_literal_factor *factor)
{
	size_t shortest = SIZE_MAX;

	for (size_t i = 0; i < factor->count; i++)
		if (factor->items[i].text.len < shortest)
			shortest = factor->items[i].text.len;
	return shortest >= LONG_BYTES ? 0 : shortest >= SHORT_BYTES ? LESS_LONG_COST : SHORT_COST;
}

/* What a line costs for one of its strings: looking for them, and trying a rule where one is. */
static size_t cost_of(const struct kb_literal_factor *factor, const struct sample *sample)
{
	size_t hits = kb_literal_factor_measure(factor, sample->text);

	return hits * TRY_COST / sample->lines + search_cost(factor);
}

/* The better one of @a best and the factors of @a literals. */
static const struct kb_literal_factor *choose_of(const struct kb_literals *literals,
						 const struct sample *sample,
						 const struct kb_literal_factor *best,
						 size_t *least)
{
	for (size_t i = 0; literals != NULL && i < literals->count; i++) {
		const struct kb_literal_factor *factor = &literals->factors[i];
		size_t cost = sample->lines > 0 ? cost_of(factor, sample) : i;

		if (cost < *least) {
			best = factor;
			*least = cost;
		}
	}
	return best;
}

/*
 * The factor that costs least; of several the one that is rarest by its look. Those of @a others
 * are as good.
 */
static const struct kb_literal_factor *choose(const struct kb_literals *literals,
					      const struct kb_literals *others,
					      const struct sample *sample)
{
	size_t least = SIZE_MAX;
	const struct kb_literal_factor *best = choose_of(literals, sample, NULL, &least);

	return choose_of(others, sample, best, &least);
}

/* Where stamps may have been cut out, in the words of regex/literal. */
static unsigned cuts_of(const struct kb_date_formats *formats)
{
	static const struct {
		enum kb_date_cut of;
		enum kb_literal_cut is;
	} table[] = {
		{ KB_DATE_CUT_AFTER_MARKS, KB_LITERAL_CUT_AT_BEGIN },
		{ KB_DATE_CUT_WORDS, KB_LITERAL_CUT_AT_WORD_END },
		{ KB_DATE_CUT_MARKED_WORDS, KB_LITERAL_CUT_AT_BEGIN_AND_WORD_END },
		{ KB_DATE_CUT_AFTER_BRACKET, KB_LITERAL_CUT_AFTER_BRACKET },
		{ KB_DATE_CUT_ANYWHERE, KB_LITERAL_CUT_ANYWHERE },
	};
	unsigned date_cuts = kb_date_formats_cuts(formats);
	unsigned cuts = KB_LITERAL_UNCUT;

	for (size_t i = 0; i < kb_array_size(table); i++)
		cuts |= (date_cuts & table[i].of) != 0 ? table[i].is : 0U;
	return cuts;
}

static int find_literals(const struct kb_scan_filter *filter, size_t index,
			 struct kb_literals *literals)
{
	const struct kb_pattern *pattern = kb_scan_filter_pattern(filter, index);
	unsigned cuts = cuts_of(kb_filter_date_formats(filter->filter));

	if (kb_scan_filter_sees_all(filter))
		return KBAN_OK;
	return kb_literals_find(kb_pattern_text(pattern), kb_pattern_flags(pattern), cuts,
				literals);
}

/* What is known of the patterns of a filter, while their triggers are chosen. */
struct choice {
	struct kb_trigger_table *table;
	struct kb_scan_filter *filter;
	const struct sample *sample;
	struct kb_literals prefix; /* of prefregex, without which no failregex is tried */
};

/* Have a pattern wait for @a factor. */
static int wait_for(const struct choice *choice, const struct kb_scan_target *target,
		    const struct kb_literal_factor *factor)
{
	if (factor->or_beyond_ascii)
		kb_scan_filter_add_beyond(choice->filter, target->bit);
	return add_factor(choice->table, target, factor);
}

/* How common @a factor is on lines that have @a trigger; of those that are even there, on all. */
static size_t measure_beside(const struct kb_literal_factor *trigger,
			     const struct kb_literal_factor *factor, const struct sample *sample)
{
	struct kban_text rest = sample->text;
	struct kban_text line;
	size_t all = 0, beside = 0;

	while (kb_text_next_line(&rest, &line)) {
		bool is_there = kb_literal_factor_in(factor, line);

		all += is_there;
		beside += is_there && kb_literal_factor_in(trigger, line);
	}
	return beside * (sample->lines + 1) + all;
}

/* The best of what is left, when a line with the trigger has been found, is the condition. */
static void set_condition(const struct choice *choice, size_t rule, struct kb_literals *literals,
			  const struct kb_literal_factor *trigger)
{
	struct kb_literal_factor *best = NULL;
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < literals->count; i++) {
		struct kb_literal_factor *factor = &literals->factors[i];
		size_t hits;

		if (factor == trigger)
			continue;
		hits = measure_beside(trigger, factor, choice->sample);
		if (hits >= least)
			continue;
		best = factor;
		least = hits;
	}
	if (best != NULL)
		kb_scan_filter_set_condition(choice->filter, rule, best);
}

static int add_pattern(const struct choice *choice, struct kb_scan_target *target)
{
	struct kb_scan_filter *filter = choice->filter;
	bool is_rule = target->pattern < filter->rule_count;
	kb_auto_clear(literals) literals = { 0 };
	const struct kb_literal_factor *factor;
	int status;

	target->bit = kb_scan_filter_bit(filter, target->pattern);
	if (find_literals(filter, target->pattern, &literals) != KBAN_OK)
		return KBAN_E_NOMEM;
	factor = choose(&literals, is_rule ? &choice->prefix : NULL, choice->sample);
	if (factor == NULL) {
		kb_scan_filter_wake_always(filter, target->bit);
		return KBAN_OK;
	}
	status = wait_for(choice, target, factor);
	if (is_rule)
		set_condition(choice, target->pattern, &literals, factor);
	return status;
}

/* An ignoreregex may be asked before prefregex, so the filter as a whole needs that only if not. */
static void set_prefix(struct choice *choice)
{
	struct kb_literals *literals = &choice->prefix;
	const struct kb_literal_factor *factor = choose(literals, NULL, choice->sample);

	if (factor != NULL && choice->filter->ignore_count == 0)
		kb_scan_condition_set(&choice->filter->prefix,
				      &literals->factors[factor - literals->factors]);
}

static int choose_triggers(struct choice *choice, size_t index)
{
	struct kb_scan_filter *filter = choice->filter;
	struct kb_scan_target target = { .filter = index };
	size_t prefix = kb_scan_filter_pattern_count(filter);
	int status = KBAN_OK;

	if (kb_scan_filter_pattern(filter, prefix) != NULL)
		status = find_literals(filter, prefix, &choice->prefix);
	for (; status == KBAN_OK && target.pattern < prefix; target.pattern++)
		status = add_pattern(choice, &target);
	if (status == KBAN_OK)
		set_prefix(choice);
	return status;
}

static int add_filter(struct kb_trigger_table *table, struct kb_scan_filter *filters, size_t index,
		      const struct sample *sample)
{
	struct choice choice = { table, &filters[index], sample, { .count = 0 } };
	int status;

	kb_scan_filter_reset(choice.filter);
	status = choose_triggers(&choice, index);
	kb_literals_clear(&choice.prefix);
	return status;
}

static void clear_literal(struct kb_scan_literal *literal)
{
	free(literal->text);
	free(literal->targets);
}

/* Who waited for the text is tried on every line from now on. */
static void drop_literal(struct kb_trigger_table *table, struct kb_scan_filter *filters,
			 size_t index)
{
	struct kb_scan_literal *literal = &table->literals[index];

	for (size_t i = 0; i < literal->target_count; i++) {
		const struct kb_scan_target *target = &literal->targets[i];

		kb_scan_filter_wake_always(&filters[target->filter], target->bit);
	}
	clear_literal(literal);
	*literal = table->literals[--table->count];
}

int kb_trigger_table_prescan(const struct kb_trigger_table *table, struct kb_prescan **out)
{
	kb_autofree struct kb_literal *strings = NULL;

	if (table->count == 0)
		return KBAN_OK;
	strings = calloc(table->count, sizeof(*strings));
	if (strings == NULL)
		return KBAN_E_NOMEM;
	for (size_t i = 0; i < table->count; i++)
		strings[i] = table->literals[i].literal;
	return kb_prescan_new(strings, table->count, KB_PRESCAN_BEST, out);
}

/* Look for the texts that somebody waits for. */
static int make_prescan(struct kb_trigger_table *table)
{
	kb_prescan_free(table->prescan);
	table->prescan = NULL;
	return kb_trigger_table_prescan(table, &table->prescan);
}

/* What cannot be looked for is not waited for. */
static int look(struct kb_trigger_table *table, struct kb_scan_filter *filters)
{
	int status = make_prescan(table);

	if (status == KBAN_OK || status == KBAN_E_NOMEM)
		return status;
	while (table->count > 0)
		drop_literal(table, filters, table->count - 1);
	return KBAN_OK;
}

int kb_trigger_table_build(struct kb_trigger_table *table, struct kb_scan_filter *filters,
			   size_t count, struct kban_text sample)
{
	struct sample measured = { .text = sample };
	struct kban_text line;
	int status = KBAN_OK;

	while (kb_text_next_line(&sample, &line))
		measured.lines++;
	for (size_t i = 0; status == KBAN_OK && i < count; i++)
		status = add_filter(table, filters, i, &measured);
	return status == KBAN_OK ? look(table, filters) : status;
}

int kb_trigger_table_review(struct kb_trigger_table *table, struct kb_scan_filter *filters,
			    uint64_t lines)
{
	size_t before = table->count;

	for (size_t i = table->count; i-- > 0;) {
		bool is_common = table->literals[i].lines > lines / 2;

		table->literals[i].lines = 0;
		if (!is_common)
			continue;
		if (kb_string_list_append(&table->dropped, table->literals[i].literal.text) < 0)
			return KBAN_E_NOMEM;
		drop_literal(table, filters, i);
	}
	return table->count < before ? look(table, filters) : KBAN_OK;
}

static bool is_waiting(const struct kb_scan_literal *literal, size_t filter, size_t pattern)
{
	for (size_t i = 0; i < literal->target_count; i++)
		if (literal->targets[i].filter == filter && literal->targets[i].pattern == pattern)
			return true;
	return false;
}

const char *kb_trigger_table_text(const struct kb_trigger_table *table, size_t filter,
				  size_t pattern, size_t index)
{
	for (size_t i = 0; i < table->count; i++)
		if (is_waiting(&table->literals[i], filter, pattern) && index-- == 0)
			return table->literals[i].text;
	return NULL;
}

void kb_trigger_table_clear(struct kb_trigger_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		clear_literal(&table->literals[i]);
	free(table->literals);
	kb_prescan_free(table->prescan);
	kb_string_list_clear(&table->dropped);
	*table = (struct kb_trigger_table){ 0 };
}
