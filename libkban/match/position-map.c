/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "match/position-map.h"

int kb_position_map_add(struct kb_position_map *map, size_t len, size_t origin)
{
	if (len == 0)
		return KBAN_OK;
	if (kb_array_room(&map->runs, &map->capacity, map->count, sizeof(*map->runs)) < 0)
		return KBAN_E_NOMEM;
	map->runs[map->count++] = (struct kb_position_run){ len, origin };
	return KBAN_OK;
}

int kb_position_map_add_part(struct kb_position_map *map, const struct kb_position_map *from,
			     size_t start, size_t end)
{
	size_t at = 0;

	for (size_t i = 0; i < from->count && at < end; at += from->runs[i++].len) {
		const struct kb_position_run *run = &from->runs[i];
		size_t first = start > at ? start - at : 0;
		size_t last = end - at < run->len ? end - at : run->len;

		if (first < last &&
		    kb_position_map_add(map, last - first, run->origin + first) != KBAN_OK)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

int kb_position_map_keep(struct kb_position_map *map, size_t start, size_t end)
{
	struct kb_position_map kept = { 0 };

	if (kb_position_map_add_part(&kept, map, start, end) != KBAN_OK) {
		kb_position_map_clear(&kept);
		return KBAN_E_NOMEM;
	}
	kb_position_map_clear(map);
	*map = kept;
	return KBAN_OK;
}

/* Where byte @a at stands; behind the end, where the last one ends. */
static size_t origin_of(const struct kb_position_map *map, size_t at)
{
	const struct kb_position_run *last;

	for (size_t i = 0; i < map->count; i++) {
		if (at < map->runs[i].len)
			return map->runs[i].origin + at;
		at -= map->runs[i].len;
	}
	if (map->count == 0)
		return 0;
	last = &map->runs[map->count - 1];
	return last->origin + last->len;
}

struct kban_span kb_position_map_span(const struct kb_position_map *map, size_t from, size_t to)
{
	size_t start = origin_of(map, from);

	if (to <= from)
		return (struct kban_span){ start, start };
	return (struct kban_span){ start, origin_of(map, to - 1) + 1 };
}

void kb_position_map_reset(struct kb_position_map *map)
{
	map->count = 0;
}

void kb_position_map_clear(struct kb_position_map *map)
{
	free(map->runs);
	*map = (struct kb_position_map){ 0 };
}
