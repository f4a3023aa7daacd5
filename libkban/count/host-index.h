/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which numbers belong to a hash of 32 bits: open addressing, eight bytes a number and no more than
 * a quarter of them free. The hashes come from a keyed function, or else strangers choose them.
 */
#ifndef KB_COUNT_HOST_INDEX_H
#define KB_COUNT_HOST_INDEX_H

#include <stdint.h>

#include "base/memory.h"

/* No number; the first is 1. */
#define KB_HOST_INDEX_NONE UINT32_C(0)

struct kb_host_index_slot {
	uint32_t hash;
	uint32_t number; /* none: the slot is free */
};

struct kb_host_index_part {
	struct kb_host_index_slot *slots;
	uint32_t capacity;
	uint32_t count;
};

/* All zeros is an empty index. */
struct kb_host_index {
	struct kb_host_index_part *parts;
	size_t part_count;
	size_t part_capacity;
	size_t round; /* power of two: parts when this round of splitting began */
	size_t count;
	size_t slots; /* in all parts, used or free */
};

/* Where a search is. Good until the index changes. */
struct kb_host_index_probe {
	const struct kb_host_index_part *part; /* NULL: there is nothing more */
	uint32_t slot;
	uint32_t hash;
};

/* Make sure that the next kb_host_index_add() of @a hash finds room. KBAN_OK or KBAN_E_NOMEM. */
int kb_host_index_reserve(struct kb_host_index *index, uint32_t hash);

/* Only after kb_host_index_reserve(). Without memory to split parts they get longer. */
void kb_host_index_add(struct kb_host_index *index, uint32_t hash, uint32_t number);

/* Take out @a number, which is there under @a hash. */
void kb_host_index_remove(struct kb_host_index *index, uint32_t hash, uint32_t number);

/* Begin to look for @a hash. */
void kb_host_index_start(const struct kb_host_index *index, uint32_t hash,
			 struct kb_host_index_probe *probe);

/* The next number that was added under the hash of @a probe, or none. */
uint32_t kb_host_index_next(struct kb_host_index_probe *probe);

/* Bytes of memory in use. */
size_t kb_host_index_memory(const struct kb_host_index *index);

/* Take everything out and give the memory back. */
void kb_host_index_clear(struct kb_host_index *index);

KB_DEFINE_AUTO_CLEAR(host_index)

#endif /* KB_COUNT_HOST_INDEX_H */
