/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The index is cut into parts of some hundred numbers, by the low bits of the hash. A part is a
 * table with linear probing of its own, which begins at the high bits, and grows by a quarter when
 * it is full: at no time is more than one part copied. Parts are split one after the other as in
 * linear hashing (W. Litwin, "Linear Hashing: a new tool for file and table addressing", 1980), so
 * that they stay small.
 *
 * With the hash beside the number, neither a search nor a split looks at any host but the one that
 * is looked for: that would be a miss of the processor's cache each time.
 */
#include "count/host-index.h"

#include <assert.h>
#include <stdbool.h>

/* Mean of a part. Larger ones differ less in how full they are, and take longer to copy. */
#define PART_NUMBERS 512

/* While a round lasts, its last parts are not there yet. */
static struct kb_host_index_part *part_of(const struct kb_host_index *index, uint32_t hash)
{
	size_t i = hash & (2 * index->round - 1);

	if (i >= index->part_count)
		i = hash & (index->round - 1);
	return &index->parts[i];
}

static uint32_t first_slot(uint32_t capacity, uint32_t hash)
{
	return (uint32_t)(((uint64_t)hash * capacity) >> 32);
}

static uint32_t slot_after(uint32_t capacity, uint32_t slot)
{
	return slot + 1 == capacity ? 0 : slot + 1;
}

/* What @a count numbers need so that some slots are free and searches short. */
static uint32_t capacity_for(uint32_t count)
{
	return count + count / 4 + 8;
}

static bool is_full(const struct kb_host_index_part *part)
{
	return part->count >= part->capacity - part->capacity / 8;
}

static void place(struct kb_host_index_part *part, struct kb_host_index_slot entry)
{
	uint32_t i = first_slot(part->capacity, entry.hash);

	while (part->slots[i].number != KB_HOST_INDEX_NONE)
		i = slot_after(part->capacity, i);
	part->slots[i] = entry;
	part->count++;
}

static int make_part(uint32_t count, struct kb_host_index_part *out)
{
	out->count = 0;
	out->capacity = capacity_for(count);
	out->slots = calloc(out->capacity, sizeof(*out->slots));
	return out->slots != NULL ? KBAN_OK : KBAN_E_NOMEM;
}

static int grow_part(struct kb_host_index *index, struct kb_host_index_part *part)
{
	struct kb_host_index_part grown;
	uint32_t i;

	if (make_part(part->capacity, &grown) != KBAN_OK)
		return KBAN_E_NOMEM;
	for (i = 0; i < part->capacity; i++) {
		if (part->slots[i].number != KB_HOST_INDEX_NONE)
			place(&grown, part->slots[i]);
	}
	index->slots -= part->capacity;
	index->slots += grown.capacity;
	free(part->slots);
	*part = grown;
	return KBAN_OK;
}

static int add_part(struct kb_host_index *index)
{
	if (kb_array_room(&index->parts, &index->part_capacity, index->part_count,
			  sizeof(*index->parts)) < 0)
		return KBAN_E_NOMEM;
	index->parts[index->part_count++] = (struct kb_host_index_part){ NULL, 0, 0 };
	return KBAN_OK;
}

/* Share out what is in @a whole between two new parts of which @a high has the bit. */
static int divide(const struct kb_host_index_part *whole, size_t bit,
		  struct kb_host_index_part *low, struct kb_host_index_part *high)
{
	uint32_t highs = 0;
	uint32_t i;

	for (i = 0; i < whole->capacity; i++)
		highs += whole->slots[i].number != KB_HOST_INDEX_NONE &&
			 (whole->slots[i].hash & bit) != 0;
	if (make_part(whole->count - highs, low) != KBAN_OK)
		return KBAN_E_NOMEM;
	if (make_part(highs, high) != KBAN_OK) {
		free(low->slots);
		return KBAN_E_NOMEM;
	}
	for (i = 0; i < whole->capacity; i++) {
		if (whole->slots[i].number != KB_HOST_INDEX_NONE)
			place(whole->slots[i].hash & bit ? high : low, whole->slots[i]);
	}
	return KBAN_OK;
}

static void split_part(struct kb_host_index *index)
{
	struct kb_host_index_part *whole;
	struct kb_host_index_part low;
	struct kb_host_index_part high;

	if (kb_array_room(&index->parts, &index->part_capacity, index->part_count,
			  sizeof(*index->parts)) < 0)
		return;
	whole = &index->parts[index->part_count - index->round];
	if (divide(whole, index->round, &low, &high) != KBAN_OK)
		return;
	index->slots -= whole->capacity;
	index->slots += (size_t)low.capacity + high.capacity;
	free(whole->slots);
	*whole = low;
	index->parts[index->part_count++] = high;
	if (index->part_count == 2 * index->round)
		index->round *= 2;
}

int kb_host_index_reserve(struct kb_host_index *index, uint32_t hash)
{
	struct kb_host_index_part *part;

	if (index->part_count == 0) {
		if (add_part(index) != KBAN_OK)
			return KBAN_E_NOMEM;
		index->round = 1;
	}
	part = part_of(index, hash);
	return is_full(part) ? grow_part(index, part) : KBAN_OK;
}

void kb_host_index_add(struct kb_host_index *index, uint32_t hash, uint32_t number)
{
	struct kb_host_index_part *part = part_of(index, hash);

	assert(number != KB_HOST_INDEX_NONE && !is_full(part));
	place(part, (struct kb_host_index_slot){ hash, number });
	index->count++;
	if (index->count > index->part_count * PART_NUMBERS)
		split_part(index);
}

/* What follows without a gap moves up, unless that were before where it begins to be looked for. */
static void close_gap(struct kb_host_index_part *part, uint32_t gap)
{
	uint32_t capacity = part->capacity;
	uint32_t i = slot_after(capacity, gap);

	while (part->slots[i].number != KB_HOST_INDEX_NONE) {
		uint32_t first = first_slot(capacity, part->slots[i].hash);
		uint32_t from_first = i >= first ? i - first : i + capacity - first;
		uint32_t from_gap = i >= gap ? i - gap : i + capacity - gap;

		if (from_first >= from_gap) {
			part->slots[gap] = part->slots[i];
			gap = i;
		}
		i = slot_after(capacity, i);
	}
	part->slots[gap] = (struct kb_host_index_slot){ 0, KB_HOST_INDEX_NONE };
}

void kb_host_index_remove(struct kb_host_index *index, uint32_t hash, uint32_t number)
{
	struct kb_host_index_part *part = part_of(index, hash);
	uint32_t i = first_slot(part->capacity, hash);

	while (part->slots[i].number != number) {
		assert(part->slots[i].number != KB_HOST_INDEX_NONE);
		i = slot_after(part->capacity, i);
	}
	close_gap(part, i);
	part->count--;
	index->count--;
}

void kb_host_index_start(const struct kb_host_index *index, uint32_t hash,
			 struct kb_host_index_probe *probe)
{
	probe->part = index->part_count > 0 ? part_of(index, hash) : NULL;
	if (probe->part != NULL && probe->part->capacity == 0)
		probe->part = NULL;
	probe->slot = probe->part != NULL ? first_slot(probe->part->capacity, hash) : 0;
	probe->hash = hash;
}

uint32_t kb_host_index_next(struct kb_host_index_probe *probe)
{
	const struct kb_host_index_part *part = probe->part;

	while (part != NULL && part->slots[probe->slot].number != KB_HOST_INDEX_NONE) {
		const struct kb_host_index_slot *slot = &part->slots[probe->slot];

		probe->slot = slot_after(part->capacity, probe->slot);
		if (slot->hash == probe->hash)
			return slot->number;
	}
	return KB_HOST_INDEX_NONE;
}

size_t kb_host_index_memory(const struct kb_host_index *index)
{
	return index->slots * sizeof(struct kb_host_index_slot) +
	       index->part_capacity * sizeof(*index->parts);
}

void kb_host_index_clear(struct kb_host_index *index)
{
	while (index->part_count > 0)
		free(index->parts[--index->part_count].slots);
	free(index->parts);
	memset(index, 0, sizeof(*index));
}
