/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is to get lines: pointers that mean something to the caller alone, each once. */
#ifndef KB_SOURCE_READER_LIST_H
#define KB_SOURCE_READER_LIST_H

#include <stdbool.h>

#include "base/memory.h"

struct kb_reader_list {
	void **items; /* in order of adding */
	size_t count;
	size_t capacity;
};

/* KBAN_OK, also if it is there already, or KBAN_E_NOMEM. */
int kb_reader_list_add(struct kb_reader_list *list, void *reader);
/* Room for @a count readers, so that adding up to that cannot fail. KBAN_OK or KBAN_E_NOMEM. */
int kb_reader_list_reserve(struct kb_reader_list *list, size_t count);
int kb_reader_list_add_all(struct kb_reader_list *list, const struct kb_reader_list *others);
void kb_reader_list_remove(struct kb_reader_list *list, const void *reader);
bool kb_reader_list_contains(const struct kb_reader_list *list, const void *reader);
void kb_reader_list_clear(struct kb_reader_list *list);

#endif /* KB_SOURCE_READER_LIST_H */
