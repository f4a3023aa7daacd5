/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines that mislead a rule: they can be read in two ways, and where one reading sees free text, in
 * which a stranger may write, the other sees the address.
 */
#ifndef KB_FILTER_FORGERY_H
#define KB_FILTER_FORGERY_H

#include "base/buffer.h"
#include "regex/automaton.h"

/* Whose failure it is, and what a stranger would like it to be. */
#define KB_FORGERY_TRUE   "192.0.2.1"
#define KB_FORGERY_FORGED "198.51.100.66"

struct kb_forgery {
	struct kban_text line;
	size_t forged_at;           /* where KB_FORGERY_FORGED stands in it */
	const struct kb_edge *edge; /* the free text that it is part of */
};

/* Does it mislead the rule indeed? 1, 0 or a status, which ends it. */
typedef int kb_forgery_fn(const struct kb_forgery *forgery, void *data);

/*
 * Think of lines that could mislead the rule with this automaton, until @a try has found one that
 * does. 1: one does; 0: none of those that were thought of, of which there are not more than a few
 * hundred; KBAN_E_LIMIT: it is too much to look through; KBAN_E_NOMEM, or what @a try said.
 */
int kb_forgery_search(const struct kb_automaton *automaton, kb_forgery_fn *try, void *data);

#endif /* KB_FILTER_FORGERY_H */
