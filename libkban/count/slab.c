/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "count/slab.h"

#include <assert.h>

/* A power of two. Small, because every jail has a counter and most count few hosts. */
#define CHUNK_RECORDS 256

void kb_slab_init(struct kb_slab *slab, size_t record_size)
{
	assert(record_size % sizeof(uint32_t) == 0 && record_size > 0);
	memset(slab, 0, sizeof(*slab));
	slab->record_size = record_size;
}

void *kb_slab_at(const struct kb_slab *slab, uint32_t record)
{
	uint32_t i = record - 1;

	assert(record != KB_SLAB_NONE && record <= slab->used);
	return slab->chunks[i / CHUNK_RECORDS] + i % CHUNK_RECORDS * slab->record_size;
}

int kb_slab_reserve(struct kb_slab *slab)
{
	unsigned char *chunk;

	if (slab->spare != KB_SLAB_NONE || slab->used < slab->chunk_count * CHUNK_RECORDS)
		return KBAN_OK;
	if (slab->used > UINT32_MAX - CHUNK_RECORDS ||
	    kb_array_room(&slab->chunks, &slab->capacity, slab->chunk_count,
			  sizeof(*slab->chunks)) < 0)
		return KBAN_E_NOMEM;
	chunk = calloc(CHUNK_RECORDS, slab->record_size);
	if (chunk == NULL)
		return KBAN_E_NOMEM;
	slab->chunks[slab->chunk_count++] = chunk;
	return KBAN_OK;
}

uint32_t kb_slab_take(struct kb_slab *slab)
{
	uint32_t record = slab->spare;
	uint32_t *at;

	if (record == KB_SLAB_NONE)
		return ++slab->used;
	at = kb_slab_at(slab, record);
	slab->spare = *at;
	*at = 0;
	return record;
}

/* The chain runs through the first four bytes; the rest is zeroed here, while it is in the cache.
 */
void kb_slab_give(struct kb_slab *slab, uint32_t record)
{
	uint32_t *at = kb_slab_at(slab, record);

	memset(at, 0, slab->record_size);
	*at = slab->spare;
	slab->spare = record;
}

size_t kb_slab_memory(const struct kb_slab *slab)
{
	return slab->chunk_count * CHUNK_RECORDS * slab->record_size +
	       slab->capacity * sizeof(*slab->chunks);
}

static void free_chunks(struct kb_slab *slab, size_t from)
{
	while (slab->chunk_count > from)
		free(slab->chunks[--slab->chunk_count]);
	slab->used = 0;
	slab->spare = KB_SLAB_NONE;
}

void kb_slab_reset(struct kb_slab *slab)
{
	free_chunks(slab, 1);
	if (slab->chunk_count > 0)
		memset(slab->chunks[0], 0, CHUNK_RECORDS * slab->record_size);
}

void kb_slab_clear(struct kb_slab *slab)
{
	free_chunks(slab, 0);
	free(slab->chunks);
	slab->chunks = NULL;
	slab->capacity = 0;
}
