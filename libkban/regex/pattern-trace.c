/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PCRE2 calls back before each item of a pattern compiled with PCRE2_AUTO_CALLOUT. Which item is
 * furthest cannot be told from its place in the pattern alone: the second of two alternatives is
 * not further than the first. So each item has a rank, the number of items that lie before it on
 * the longest way to it: alternatives begin with the same rank, and behind them it goes on with
 * the highest. Assertions have none; where one fails, its parenthesis is the furthest item.
 */
#include "regex/pattern-trace.h"

#include "base/text.h"
#include "regex/pattern-engine.h"

/* More than a search takes; a trace, which goes where that would not, must end, too. */
#define STEPS_MAX 5000000

/* Parentheses in parentheses; PCRE2 allows no more. */
#define DEPTH_MAX 256

struct item {
	size_t len;
	uint32_t rank; /* 0: none starts here, or it does not count */
	bool after_wildcard;
};

struct kb_trace {
	const struct kb_pattern *pattern;
	struct kb_buffer translated;
	pcre2_code *code;
	struct item *items; /* by where they start in the translation */

	/* The search at work. */
	uint64_t steps;
	size_t best; /* item */
	size_t start, first, last;
};

/* An open parenthesis. */
struct frame {
	uint32_t base; /* rank at which each alternative begins */
	uint32_t highest;
	bool is_assertion;
};

/* What one pass over the items knows. */
struct ranking {
	struct kb_trace *trace;
	struct frame frames[DEPTH_MAX];
	size_t depth; /* frames[0] is the pattern as a whole */
	uint32_t rank;
	size_t assertions; /* that are open */
	size_t next;       /* where no item was seen yet; those of x{3} come three times */
	bool after_wildcard;
};

static bool is_assertion(struct kban_text item)
{
	return kb_text_starts_with(item, "(?=") || kb_text_starts_with(item, "(?!") ||
	       kb_text_starts_with(item, "(?<=") || kb_text_starts_with(item, "(?<!");
}

static bool is_wildcard(struct kban_text item)
{
	return item.len > 1 && item.data[0] == '.' && strchr("*+{", item.data[1]) != NULL;
}

static void open_group(struct ranking *ranking, struct kban_text item)
{
	struct frame frame = { .base = ranking->rank + 1, .is_assertion = is_assertion(item) };

	ranking->assertions += frame.is_assertion;
	if (ranking->depth + 1 < DEPTH_MAX)
		ranking->frames[++ranking->depth] = frame;
	ranking->rank++;
}

static void next_alternative(struct ranking *ranking)
{
	struct frame *frame = &ranking->frames[ranking->depth];

	if (ranking->rank > frame->highest)
		frame->highest = ranking->rank;
	ranking->rank = frame->base;
}

static void close_group(struct ranking *ranking)
{
	const struct frame *frame = &ranking->frames[ranking->depth];

	if (ranking->depth == 0)
		return;
	if (frame->highest > ranking->rank)
		ranking->rank = frame->highest;
	if (frame->is_assertion)
		ranking->rank = frame->base;
	ranking->assertions -= frame->is_assertion;
	ranking->depth--;
}

/* Note an item and what the next one's rank will be. */
static void rank_item(struct ranking *ranking, size_t at, size_t len)
{
	struct kban_text text = kb_buffer_content(&ranking->trace->translated);
	struct kban_text item = kb_text_slice(text, at, at + len);
	char first = item.len > 0 ? item.data[0] : '\0';
	/* What ends an alternative or a group cannot fail; the group may begin again. */
	bool counts = ranking->assertions == 0 && first != ')' && first != '|';

	if (first == ')')
		close_group(ranking);
	ranking->trace->items[at] = (struct item){
		.len = len,
		.rank = counts ? ranking->rank : 0,
		.after_wildcard = ranking->after_wildcard,
	};
	if (first == '(')
		open_group(ranking, item);
	else if (first == '|')
		next_alternative(ranking);
	else
		ranking->rank++;
	if (first != '(' && first != ')')
		ranking->after_wildcard = is_wildcard(item);
}

static int see_item(pcre2_callout_enumerate_block *block, void *data)
{
	struct ranking *ranking = data;

	if (block->pattern_position < ranking->next)
		return 0;
	ranking->next = block->pattern_position + 1;
	rank_item(ranking, block->pattern_position, block->next_item_length);
	return 0;
}

static int rank_items(struct kb_trace *trace)
{
	struct ranking ranking = { .trace = trace, .rank = 1, .frames[0].base = 1 };

	trace->items = calloc(trace->translated.len + 1, sizeof(*trace->items));
	if (trace->items == NULL)
		return KBAN_E_NOMEM;
	pcre2_callout_enumerate(trace->code, see_item, &ranking);
	return KBAN_OK;
}

int kb_trace_new(const struct kb_pattern *pattern, enum kb_trace_purpose purpose,
		 struct kb_trace **out)
{
	kb_auto(trace) trace = calloc(1, sizeof(*trace));
	uint32_t options = PCRE2_AUTO_CALLOUT;
	int status;

	if (trace == NULL)
		return KBAN_E_NOMEM;
	if (purpose == KB_TRACE_PROGRESS)
		options |= PCRE2_NO_START_OPTIMIZE;
	trace->pattern = pattern;
	status = kb_pattern_compile_again(pattern, options, &trace->translated, &trace->code);
	if (status == KBAN_OK)
		status = rank_items(trace);
	if (status != KBAN_OK)
		return status;
	*out = kb_steal(trace);
	return KBAN_OK;
}

void kb_trace_free(struct kb_trace *trace)
{
	if (trace == NULL)
		return;
	pcre2_code_free(trace->code);
	kb_buffer_clear(&trace->translated);
	free(trace->items);
	free(trace);
}

static void take_best(struct kb_trace *trace, const pcre2_callout_block *block)
{
	trace->best = block->pattern_position;
	trace->start = block->start_match;
	trace->first = block->current_position;
	trace->last = block->current_position;
}

/* The furthest item is tried again, in another place of the same attempt. */
static void widen_best(struct kb_trace *trace, size_t at)
{
	if (at < trace->first)
		trace->first = at;
	if (at > trace->last)
		trace->last = at;
}

/* An item is about to be tried. */
static int step(pcre2_callout_block *block, void *data)
{
	struct kb_trace *trace = data;
	uint32_t rank = trace->items[block->pattern_position].rank;
	uint32_t best = trace->items[trace->best].rank;
	size_t at = block->current_position;

	if (++trace->steps > STEPS_MAX)
		return PCRE2_ERROR_MATCHLIMIT;
	if (rank == 0 || rank < best)
		return 0;
	if (rank == best && block->pattern_position == trace->best &&
	    block->start_match == trace->start)
		widen_best(trace, at);
	else if (rank > best || at > trace->last)
		take_best(trace, block);
	return 0;
}

static int report(const struct kb_trace *trace, struct kb_trace_result *out)
{
	struct kban_text text = kb_pattern_text(trace->pattern);
	const struct item *best = &trace->items[trace->best];

	*out = (struct kb_trace_result){
		.steps = trace->steps,
		.passed = best->rank > 0 ? best->rank - 1 : 0,
		.start = trace->start,
		.place = trace->last,
		.first_place = best->after_wildcard ? trace->first : trace->last,
		.item_from = kb_python_syntax_origin(text, trace->best),
		.item_to = kb_python_syntax_origin(text, trace->best + best->len),
	};
	return out->item_from == SIZE_MAX || out->item_to == SIZE_MAX ? KBAN_E_NOMEM : KBAN_OK;
}

int kb_trace_search(struct kb_trace *trace, struct kban_text subject, size_t start,
		    struct kb_match *match, struct kb_trace_result *out)
{
	int found;

	trace->steps = 0;
	trace->best = 0;
	trace->start = start;
	trace->first = start;
	trace->last = start;
	pcre2_set_callout(match->context, step, trace);
	found = kb_pattern_interpret(trace->code, subject, start, match);
	pcre2_set_callout(match->context, NULL, NULL);
	match->filled = 0;
	if (found == PCRE2_ERROR_NOMEMORY || report(trace, out) != KBAN_OK)
		return KBAN_E_NOMEM;
	if (found >= 0)
		return KB_MATCH_FOUND;
	return found == PCRE2_ERROR_NOMATCH ? KB_MATCH_NONE : KB_MATCH_LIMIT;
}
