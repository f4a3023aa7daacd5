/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Linear probing in a power of two of slots, at most three quarters of them in use. A slot is
 * empty when its value is NULL. Between the slot that an address hashes to and the slot it is in
 * there is never an empty one; so a search may stop at the first empty slot, and removing closes
 * the gap by moving later entries back instead of leaving a mark.
 */
#include "base/addr-map.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"

#define FIRST_CAPACITY 16

struct slot {
	struct kban_addr addr;
	void *value; /* NULL: empty */
};

struct kb_addr_map {
	struct kb_hash_key key;
	struct slot *slots;
	size_t capacity; /* zero, or a power of two */
	size_t count;
};

struct kb_addr_map *kb_addr_map_new(void)
{
	struct kb_addr_map *map = calloc(1, sizeof(*map));

	if (map != NULL)
		kb_hash_key_init(&map->key);
	return map;
}

void kb_addr_map_free(struct kb_addr_map *map)
{
	if (map == NULL)
		return;
	free(map->slots);
	free(map);
}

/* The slot where @a addr would be if no other were in its way. */
static size_t home(const struct kb_addr_map *map, const struct kban_addr *addr)
{
	return kb_hash(&map->key, addr, sizeof(*addr)) & (map->capacity - 1);
}

/* The slot of @a addr, or the empty one where it belongs. The map has slots. */
static size_t locate(const struct kb_addr_map *map, const struct kban_addr *addr)
{
	size_t i = home(map, addr);

	while (map->slots[i].value != NULL && !kban_addr_equal(&map->slots[i].addr, addr))
		i = (i + 1) & (map->capacity - 1);
	return i;
}

void *kb_addr_map_find(const struct kb_addr_map *map, const struct kban_addr *addr)
{
	return map->count > 0 ? map->slots[locate(map, addr)].value : NULL;
}

static int grow(struct kb_addr_map *map)
{
	struct kb_addr_map larger = *map;
	size_t i;

	larger.capacity = map->capacity > 0 ? map->capacity * 2 : FIRST_CAPACITY;
	larger.slots = calloc(larger.capacity, sizeof(*larger.slots));
	if (larger.slots == NULL)
		return KBAN_E_NOMEM;
	for (i = 0; i < map->capacity; i++) {
		if (map->slots[i].value != NULL)
			larger.slots[locate(&larger, &map->slots[i].addr)] = map->slots[i];
	}
	free(map->slots);
	*map = larger;
	return KBAN_OK;
}

int kb_addr_map_put(struct kb_addr_map *map, const struct kban_addr *addr, void *value)
{
	if (kb_addr_map_find(map, addr) == NULL) {
		if (map->count >= map->capacity / 4 * 3 && grow(map) != KBAN_OK)
			return KBAN_E_NOMEM;
		map->count++;
	}
	map->slots[locate(map, addr)] = (struct slot){ *addr, value };
	return KBAN_OK;
}

/* Move back into @a gap whatever would no longer be found beyond it, and so on with its slot. */
static void close_gap(struct kb_addr_map *map, size_t gap)
{
	size_t mask = map->capacity - 1;
	size_t i;

	for (i = (gap + 1) & mask; map->slots[i].value != NULL; i = (i + 1) & mask) {
		size_t distance = (i - home(map, &map->slots[i].addr)) & mask;

		if (distance < ((i - gap) & mask))
			continue;
		map->slots[gap] = map->slots[i];
		gap = i;
	}
	map->slots[gap].value = NULL;
}

void *kb_addr_map_remove(struct kb_addr_map *map, const struct kban_addr *addr)
{
	size_t i;
	void *value;

	if (map->count == 0)
		return NULL;
	i = locate(map, addr);
	value = map->slots[i].value;
	if (value == NULL)
		return NULL;
	close_gap(map, i);
	map->count--;
	return value;
}

size_t kb_addr_map_count(const struct kb_addr_map *map)
{
	return map->count;
}

int kb_addr_map_next(const struct kb_addr_map *map, size_t *position, struct kban_addr *addr,
		     void **value)
{
	size_t i = *position;

	while (i < map->capacity && map->slots[i].value == NULL)
		i++;
	*position = i + 1;
	if (i >= map->capacity)
		return false;
	if (addr != NULL)
		*addr = map->slots[i].addr;
	if (value != NULL)
		*value = map->slots[i].value;
	return true;
}
