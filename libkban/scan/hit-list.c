/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scan/hit-list.h"

/* Without memory for one the search ends. */
static int note_hit(size_t literal, size_t end, void *data)
{
	struct kb_hit_list *list = data;

	list->is_full =
		kb_array_room(&list->hits, &list->capacity, list->count, sizeof(*list->hits)) < 0;
	if (!list->is_full)
		list->hits[list->count++] = (struct kb_hit){ end, literal };
	return list->is_full;
}

int kb_hit_list_find(struct kb_hit_list *list, struct kb_prescan *prescan, struct kban_text block)
{
	list->count = 0;
	list->is_full = false;
	if (prescan == NULL)
		return KBAN_OK;
	if (kb_prescan_block(prescan, block, note_hit, list) == KBAN_OK && !list->is_full)
		return KBAN_OK;
	list->count = 0;
	return KBAN_E_NOMEM;
}

void kb_hit_list_clear(struct kb_hit_list *list)
{
	free(list->hits);
	*list = (struct kb_hit_list){ 0 };
}
