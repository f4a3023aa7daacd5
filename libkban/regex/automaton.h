/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A pattern as an automaton: which texts it can match, and in which ways. It is for questions about
 * a pattern, not for matching. It is rough: what must not follow, or must be repeated, is not in
 * it, letters are not folded, and long repetitions are shortened.
 *
 * Of an address only that it is one is known: a group that tells whose failure it is takes the
 * character KB_CHARACTER_ADDRESS and nothing else.
 */
#ifndef KB_REGEX_AUTOMATON_H
#define KB_REGEX_AUTOMATON_H

#include "base/memory.h"
#include "regex/character-set.h"

/* What a text that an edge takes may be. */
enum kb_edge_kind {
	KB_EDGE_TEXT,    /* what the pattern says */
	KB_EDGE_ADDRESS, /* the address itself */
	KB_EDGE_WILD,    /* part of a text of any length that may hold blanks and an address */
	KB_EDGE_BEFORE,  /* what stands before a pattern that does not begin with ^ */
	KB_EDGE_BEHIND,  /* what stands behind a pattern that does not end with $ */
};

struct kb_edge {
	unsigned to;
	enum kb_edge_kind kind;
	struct kb_character_set set;
	struct kban_text source; /* of KB_EDGE_WILD: as it is written, "[^,]*" */
	unsigned next;           /* edge of the same state, or KB_NO_EDGE */
};

#define KB_NO_EDGE UINT32_MAX

/* From one state to another without any text. */
struct kb_jump {
	unsigned to;
	unsigned next; /* jump of the same state, or KB_NO_EDGE */
};

struct kb_state {
	unsigned edge; /* the first of each, or KB_NO_EDGE */
	unsigned jump;
};

struct kb_automaton {
	struct kb_state *states; /* it begins in the first */
	size_t state_count, state_capacity;
	struct kb_edge *edges;
	size_t edge_count, edge_capacity;
	struct kb_jump *jumps;
	size_t jump_count, jump_capacity;
	unsigned end;
};

/* What was seen of a pattern on the way. */
struct kb_automaton_facts {
	bool is_anchored; /* whichever way it matches, it begins with ^ */
	bool begins_wild; /* or with a wildcard */
	bool has_address;
	bool is_open;                /* before the address is no text, or a wildcard */
	struct kban_text first_wild; /* as it is written; data NULL: none */
};

/*
 * Make the automaton of what it takes to find @a pattern in a line. Where @a pattern has a group
 * "content", and @a inner is not NULL, this is what @a inner must be found in. Both must outlive
 * the automaton.
 *
 * @param address_groups  Groups that are addresses, NULL-terminated.
 * @param facts           Receives what is true of @a inner if that was used, else of @a pattern.
 *
 * @return KBAN_OK; KBAN_E_LIMIT: it is too large, or it has something that was not foreseen; or
 *         KBAN_E_NOMEM.
 */
int kb_automaton_build(struct kb_automaton *automaton, struct kban_text pattern,
		       const struct kban_text *inner, const char *const *address_groups,
		       struct kb_automaton_facts *facts);

void kb_automaton_clear(struct kb_automaton *automaton);

/* Where one can go from each state: all jumps are made. */
struct kb_exits {
	unsigned *edges; /* those of state i from first[i] on, up to first[i + 1] */
	size_t *first;
	bool *at_end; /* of each state: the text may end there */
	size_t edge_count, edge_capacity;
};

/* KBAN_OK, KBAN_E_LIMIT or KBAN_E_NOMEM. Clear them whatever the status. */
int kb_exits_find(struct kb_exits *exits, const struct kb_automaton *automaton);

void kb_exits_clear(struct kb_exits *exits);

KB_DEFINE_AUTO_CLEAR(automaton)
KB_DEFINE_AUTO_CLEAR(exits)

#endif /* KB_REGEX_AUTOMATON_H */
