/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/reader-list.h"

static size_t index_of(const struct kb_reader_list *list, const void *reader)
{
	size_t i = 0;

	while (i < list->count && list->items[i] != reader)
		i++;
	return i;
}

int kb_reader_list_add(struct kb_reader_list *list, void *reader)
{
	if (kb_reader_list_contains(list, reader))
		return KBAN_OK;
	if (kb_array_room(&list->items, &list->capacity, list->count, sizeof(*list->items)) < 0)
		return KBAN_E_NOMEM;
	list->items[list->count++] = reader;
	return KBAN_OK;
}

int kb_reader_list_reserve(struct kb_reader_list *list, size_t count)
{
	while (list->capacity < count) {
		if (kb_array_room(&list->items, &list->capacity, list->capacity,
				  sizeof(*list->items)) < 0)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

int kb_reader_list_add_all(struct kb_reader_list *list, const struct kb_reader_list *others)
{
	for (size_t i = 0; i < others->count; i++) {
		if (kb_reader_list_add(list, others->items[i]) < 0)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

void kb_reader_list_remove(struct kb_reader_list *list, const void *reader)
{
	size_t i = index_of(list, reader);

	if (i == list->count)
		return;
	list->count--;
	memmove(list->items + i, list->items + i + 1, (list->count - i) * sizeof(*list->items));
}

bool kb_reader_list_contains(const struct kb_reader_list *list, const void *reader)
{
	return index_of(list, reader) < list->count;
}

void kb_reader_list_clear(struct kb_reader_list *list)
{
	free(list->items);
	*list = (struct kb_reader_list){ 0 };
}
