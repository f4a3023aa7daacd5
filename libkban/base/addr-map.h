/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hash table from addresses (or networks) to pointers. Open addressing, linear probing, keyed
 * hash: who chooses addresses cannot choose collisions. The table does not own the values.
 */
#ifndef KB_BASE_ADDR_MAP_H
#define KB_BASE_ADDR_MAP_H

#include <kban/addr.h>

#include "base/memory.h"

struct kb_addr_map;

/* NULL without memory. */
struct kb_addr_map *kb_addr_map_new(void);
void kb_addr_map_free(struct kb_addr_map *map);

/* The value of @a addr, or NULL. */
void *kb_addr_map_find(const struct kb_addr_map *map, const struct kban_addr *addr);

/* Put @a value (not NULL) in, replacing what was there. KBAN_OK or KBAN_E_NOMEM. */
int kb_addr_map_put(struct kb_addr_map *map, const struct kban_addr *addr, void *value);

/* Take @a addr out. Returns its value, or NULL. */
void *kb_addr_map_remove(struct kb_addr_map *map, const struct kban_addr *addr);

size_t kb_addr_map_count(const struct kb_addr_map *map);

/*
 * Visit all in no particular order: start with *position = 0, go on until false. The map must not
 * change meanwhile. @a addr and @a value may be NULL.
 */
int kb_addr_map_next(const struct kb_addr_map *map, size_t *position, struct kban_addr *addr,
		     void **value);

KB_DEFINE_AUTO(addr_map)

#endif /* KB_BASE_ADDR_MAP_H */
