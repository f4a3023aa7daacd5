/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records of one size, named by numbers of four bytes where pointers would take eight. They lie in
 * chunks that never move; a record given back is used again before a new one.
 */
#ifndef KB_COUNT_SLAB_H
#define KB_COUNT_SLAB_H

#include <stdint.h>

#include "base/memory.h"

/* No record; the first is 1. */
#define KB_SLAB_NONE UINT32_C(0)

struct kb_slab {
	size_t record_size;
	unsigned char **chunks;
	size_t chunk_count;
	size_t capacity; /* of the array of chunks */
	uint32_t used;   /* the highest number handed out so far */
	uint32_t spare;  /* first of a chain of records given back, or none */
};

/* @a record_size is a multiple of four. Allocates nothing. */
void kb_slab_init(struct kb_slab *slab, size_t record_size);

/* Make sure that the next kb_slab_take() needs no memory. KBAN_OK or KBAN_E_NOMEM. */
int kb_slab_reserve(struct kb_slab *slab);

/* A record, zeroed. Only after kb_slab_reserve(). */
uint32_t kb_slab_take(struct kb_slab *slab);

void kb_slab_give(struct kb_slab *slab, uint32_t record);

void *kb_slab_at(const struct kb_slab *slab, uint32_t record);

/* Bytes of memory in use. */
size_t kb_slab_memory(const struct kb_slab *slab);

/* Take all records back, and keep no more memory than a few records need. */
void kb_slab_reset(struct kb_slab *slab);

/* Take all records and their memory back. */
void kb_slab_clear(struct kb_slab *slab);

KB_DEFINE_AUTO_CLEAR(slab)

#endif /* KB_COUNT_SLAB_H */
