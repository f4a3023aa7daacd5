/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where in a block the texts are that were looked for. */
#ifndef KB_SCAN_HIT_LIST_H
#define KB_SCAN_HIT_LIST_H

#include "regex/prescan.h"

struct kb_hit {
	size_t end; /* in the block, behind the text */
	size_t literal;
};

/* Line by line; within a line in any order. */
struct kb_hit_list {
	struct kb_hit *hits;
	size_t count;
	size_t capacity;
	bool is_full; /* there was no memory for one */
};

/* Look through @a block. NULL looks for nothing. KBAN_OK, or KBAN_E_NOMEM and there are none. */
int kb_hit_list_find(struct kb_hit_list *list, struct kb_prescan *prescan, struct kban_text block);

void kb_hit_list_clear(struct kb_hit_list *list);

#endif /* KB_SCAN_HIT_LIST_H */
