/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/retired-sets.h"

#include <stdlib.h>
#include <string.h>

static bool is_same_set(const struct kb_set *left, const struct kb_set *right)
{
	return strcmp(left->name, right->name) == 0 && strcmp(left->table, right->table) == 0;
}

void kb_retired_sets_add(struct kb_retired_sets *retired, const struct kb_set *set)
{
	kb_retired_sets_take_back(retired, set);
	if (kb_array_room(&retired->items, &retired->capacity, retired->count,
			  sizeof(*retired->items)) == 0)
		retired->items[retired->count++] = *set;
}

void kb_retired_sets_take_back(struct kb_retired_sets *retired, const struct kb_set *set)
{
	size_t kept = 0;

	for (size_t i = 0; i < retired->count; i++)
		if (!is_same_set(&retired->items[i], set))
			retired->items[kept++] = retired->items[i];
	retired->count = kept;
}

void kb_retired_sets_remove(struct kb_retired_sets *retired, struct kban_backend *backend)
{
	size_t kept = 0;

	for (size_t i = 0; i < retired->count; i++)
		if (backend->ops->remove(backend, &retired->items[i], NULL) != KBAN_OK)
			retired->items[kept++] = retired->items[i];
	retired->count = kept;
}

void kb_retired_sets_clear(struct kb_retired_sets *retired)
{
	free(retired->items);
	*retired = (struct kb_retired_sets){ 0 };
}
