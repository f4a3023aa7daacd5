/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a byte of the text that rules search stands in the log: the stamp was cut out before it,
 * prefregex took away what is around, other lines of a window are gone.
 */
#ifndef KB_MATCH_POSITION_MAP_H
#define KB_MATCH_POSITION_MAP_H

#include <kban/explainer.h>

#include "base/memory.h"

struct kb_position_run {
	size_t len;
	size_t origin; /* of its first byte; the others follow */
};

struct kb_position_map {
	struct kb_position_run *runs; /* one behind the other, from byte 0 of the text on */
	size_t count;
	size_t capacity;
};

/* Append a run. KBAN_OK or KBAN_E_NOMEM. */
int kb_position_map_add(struct kb_position_map *map, size_t len, size_t origin);

/* Append what @a from says about bytes [start, end) of its text. */
int kb_position_map_add_part(struct kb_position_map *map, const struct kb_position_map *from,
			     size_t start, size_t end);

/* Replace @a map by what it says about bytes [start, end). */
int kb_position_map_keep(struct kb_position_map *map, size_t start, size_t end);

/*
 * Where bytes [from, to) of the text stand: from the first of them to the last, with all that was
 * between. For none, the place where they would be.
 */
struct kban_span kb_position_map_span(const struct kb_position_map *map, size_t from, size_t to);

void kb_position_map_reset(struct kb_position_map *map);
void kb_position_map_clear(struct kb_position_map *map);

KB_DEFINE_AUTO_CLEAR(position_map)

#endif /* KB_MATCH_POSITION_MAP_H */
