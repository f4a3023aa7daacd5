/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/string-list.h"

#include "base/text.h"

int kb_string_list_append(struct kb_string_list *list, struct kban_text text)
{
	char *copy;

	/* One more than the new item: the NULL at the end. */
	if (kb_array_room(&list->items, &list->capacity, list->count + 1, sizeof(*list->items)) < 0)
		return KBAN_E_NOMEM;
	copy = kb_text_copy(text);
	list->items[list->count] = copy;
	if (copy == NULL)
		return KBAN_E_NOMEM;
	list->items[++list->count] = NULL;
	return KBAN_OK;
}

bool kb_string_list_contains(const struct kb_string_list *list, const char *string)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (strcmp(list->items[i], string) == 0)
			return true;
	}
	return false;
}

static int compare(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

void kb_string_list_sort(struct kb_string_list *list)
{
	if (list->count > 1)
		qsort(list->items, list->count, sizeof(*list->items), compare);
}

void kb_string_list_clear(struct kb_string_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct kb_string_list){ 0 };
}
