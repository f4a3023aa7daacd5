/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "regex/automaton.h"

enum { EXITS_MAX = 1000000 };

/* A walk along jumps from one state. */
struct walk {
	const struct kb_automaton *automaton;
	unsigned *marks; /* of each state: the walk that came by last */
	unsigned *stack;
	size_t depth;
	unsigned mark;
};

static void visit(struct walk *walk, unsigned state)
{
	if (walk->marks[state] == walk->mark)
		return;
	walk->marks[state] = walk->mark;
	walk->stack[walk->depth++] = state;
}

static int add_edges(struct kb_exits *exits, const struct kb_automaton *automaton, unsigned state)
{
	unsigned edge = automaton->states[state].edge;

	for (; edge != KB_NO_EDGE; edge = automaton->edges[edge].next) {
		if (exits->edge_count >= EXITS_MAX)
			return KBAN_E_LIMIT;
		if (kb_array_room(&exits->edges, &exits->edge_capacity, exits->edge_count,
				  sizeof(*exits->edges)) < 0)
			return KBAN_E_NOMEM;
		exits->edges[exits->edge_count++] = edge;
	}
	return KBAN_OK;
}

static int find_exits(struct kb_exits *exits, struct walk *walk, unsigned from)
{
	const struct kb_automaton *automaton = walk->automaton;
	int status = KBAN_OK;

	walk->mark = from + 1;
	visit(walk, from);
	while (walk->depth > 0 && status == KBAN_OK) {
		unsigned state = walk->stack[--walk->depth];
		unsigned jump = automaton->states[state].jump;

		for (; jump != KB_NO_EDGE; jump = automaton->jumps[jump].next)
			visit(walk, automaton->jumps[jump].to);
		if (state == automaton->end)
			exits->at_end[from] = true;
		status = add_edges(exits, automaton, state);
	}
	return status;
}

/* States that only jumps lead to are on the way, but nobody stays there. */
static void mark_stops(const struct kb_automaton *automaton, bool *stops)
{
	stops[0] = true;
	for (size_t i = 0; i < automaton->edge_count; i++)
		stops[automaton->edges[i].to] = true;
}

int kb_exits_find(struct kb_exits *exits, const struct kb_automaton *automaton)
{
	kb_autofree unsigned *marks = calloc(automaton->state_count, sizeof(*marks));
	kb_autofree unsigned *stack = calloc(automaton->state_count, sizeof(*stack));
	kb_autofree bool *stops = calloc(automaton->state_count, sizeof(*stops));
	struct walk walk = { .automaton = automaton, .marks = marks, .stack = stack };
	int status = KBAN_OK;

	*exits = (struct kb_exits){ 0 };
	exits->first = calloc(automaton->state_count + 1, sizeof(*exits->first));
	exits->at_end = calloc(automaton->state_count, sizeof(*exits->at_end));
	if (marks == NULL || stack == NULL || stops == NULL || exits->first == NULL ||
	    exits->at_end == NULL)
		return KBAN_E_NOMEM;
	mark_stops(automaton, stops);
	for (unsigned i = 0; i < automaton->state_count && status == KBAN_OK; i++) {
		if (stops[i])
			status = find_exits(exits, &walk, i);
		exits->first[i + 1] = exits->edge_count;
	}
	return status;
}

void kb_exits_clear(struct kb_exits *exits)
{
	free(exits->edges);
	free(exits->first);
	free(exits->at_end);
	*exits = (struct kb_exits){ 0 };
}
