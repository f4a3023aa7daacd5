/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An ordered list of strings that it owns. */
#ifndef KB_BASE_STRING_LIST_H
#define KB_BASE_STRING_LIST_H

#include <stdbool.h>

#include <kban/text.h>

#include "base/memory.h"

struct kb_string_list {
	char **items; /* NULL-terminated; NULL while it is empty */
	size_t count;
	size_t capacity;
};

/* KBAN_OK or KBAN_E_NOMEM. A copy of @a text is kept. */
int kb_string_list_append(struct kb_string_list *list, struct kban_text text);

bool kb_string_list_contains(const struct kb_string_list *list, const char *string);
void kb_string_list_sort(struct kb_string_list *list); /* by bytes */
void kb_string_list_clear(struct kb_string_list *list);

KB_DEFINE_AUTO_CLEAR(string_list)

#endif /* KB_BASE_STRING_LIST_H */
