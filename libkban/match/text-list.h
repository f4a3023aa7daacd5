/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The last texts of a kind: lines that make up a failure, users of a session. Bounded: beyond
 * KB_TEXT_LIST_MAX the oldest is dropped, and each text is kept up to KB_TEXT_LIST_LENGTH bytes.
 * Memory is kept when the list is emptied.
 */
#ifndef KB_MATCH_TEXT_LIST_H
#define KB_MATCH_TEXT_LIST_H

#include <stdbool.h>

#include "base/buffer.h"

enum {
	KB_TEXT_LIST_MAX = 100,
	KB_TEXT_LIST_LENGTH = 8192,
};

struct kb_text_list {
	struct kb_buffer bytes;
	size_t *ends; /* of each text in bytes */
	size_t count;
	size_t capacity;
	unsigned dropped; /* how many there were beyond count */
};

/* KBAN_OK or KBAN_E_NOMEM. */
int kb_text_list_append(struct kb_text_list *list, struct kban_text text);
int kb_text_list_append_all(struct kb_text_list *list, const struct kb_text_list *more);

void kb_text_list_swap(struct kb_text_list *left, struct kb_text_list *right);

/* Unless it is there already. */
int kb_text_list_add(struct kb_text_list *list, struct kban_text text);

/* data is NULL beyond the last; valid until the list changes. */
struct kban_text kb_text_list_at(const struct kb_text_list *list, size_t index);

/* All that were appended since the last reset, kept or not. */
unsigned kb_text_list_total(const struct kb_text_list *list);

void kb_text_list_reset(struct kb_text_list *list);
void kb_text_list_clear(struct kb_text_list *list);

KB_DEFINE_AUTO_CLEAR(text_list)

#endif /* KB_MATCH_TEXT_LIST_H */
