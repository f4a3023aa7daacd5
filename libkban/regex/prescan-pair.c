/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Many strings, some of them short. prescan-builtin.c has to look at more places for short strings,
 * and few of these are rare; prescan-few.c finds those with hardly any work, as long as they are
 * not many. So each searches for what it is good at, and what both find is put in order.
 */
#include "regex/prescan-engine.h"

#include "base/buffer.h"

/* Shorter strings are short. */
#define LONG_BYTES 9

/* An engine for some of the strings. */
struct part {
	const struct kb_prescan_engine_ops *ops;
	void *engine; /* NULL if there are none */
	struct kb_literal *strings;
	uint32_t *ids; /* of these among all */
	size_t count;
};

struct hit {
	size_t id, end;
};

struct pair {
	struct part shorts, longs;
	struct hit *hits; /* of short strings in the block */
	size_t count, capacity;
	bool is_full; /* there was no memory for one */
};

/* A search for long strings, and how far hits of short ones have been told. */
struct merge {
	const struct pair *pair;
	size_t told;
	kb_prescan_fn *found;
	void *data;
	int ended; /* the caller wants no more */
};

static bool suits_pair(size_t count)
{
	(void)count;
	return kb_prescan_few.suits(0);
}

static void close_part(struct part *part)
{
	if (part->engine != NULL)
		part->ops->close(part->engine);
	free(part->strings);
	free(part->ids);
}

static void close_pair(void *engine)
{
	struct pair *pair = engine;

	close_part(&pair->shorts);
	close_part(&pair->longs);
	free(pair->hits);
	free(pair);
}

static int open_part(struct part *part, const struct kb_prescan_engine_ops *ops)
{
	part->ops = ops;
	return part->count > 0 ? ops->open(part->strings, part->count, &part->engine) : KBAN_OK;
}

static int make_room(struct part *part, size_t count)
{
	part->strings = calloc(count, sizeof(*part->strings));
	part->ids = calloc(count, sizeof(*part->ids));
	return part->strings != NULL && part->ids != NULL ? KBAN_OK : KBAN_E_NOMEM;
}

static void add_string(struct part *part, const struct kb_literal *string, size_t id)
{
	part->strings[part->count] = *string;
	part->ids[part->count++] = (uint32_t)id;
}

static size_t count_short(const struct kb_literal *strings, size_t count)
{
	size_t shorts = 0;

	for (size_t i = 0; i < count; i++)
		shorts += strings[i].text.len < LONG_BYTES;
	return shorts;
}

static int fill(struct pair *pair, const struct kb_literal *strings, size_t count)
{
	bool is_pair = kb_prescan_few.suits(count_short(strings, count));

	if (make_room(&pair->shorts, count) != KBAN_OK || make_room(&pair->longs, count) != KBAN_OK)
		return KBAN_E_NOMEM;
	for (size_t i = 0; i < count; i++) {
		bool is_short = is_pair && strings[i].text.len < LONG_BYTES;

		add_string(is_short ? &pair->shorts : &pair->longs, &strings[i], i);
	}
	if (open_part(&pair->shorts, &kb_prescan_few) != KBAN_OK)
		return KBAN_E_NOMEM;
	return open_part(&pair->longs, &kb_prescan_builtin);
}

static int open_pair(const struct kb_literal *strings, size_t count, void **out)
{
	struct pair *pair = calloc(1, sizeof(*pair));

	if (pair == NULL)
		return KBAN_E_NOMEM;
	if (fill(pair, strings, count) != KBAN_OK) {
		close_pair(pair);
		return KBAN_E_NOMEM;
	}
	*out = pair;
	return KBAN_OK;
}

/* Without memory for one the search ends. */
static int keep_short(size_t id, size_t end, void *data)
{
	struct pair *pair = data;

	pair->is_full =
		kb_array_room(&pair->hits, &pair->capacity, pair->count, sizeof(*pair->hits)) < 0;
	if (!pair->is_full)
		pair->hits[pair->count++] = (struct hit){ pair->shorts.ids[id], end };
	return pair->is_full;
}

/* Tell of short strings that end before @a end. */
static void tell_short(struct merge *merge, size_t end)
{
	const struct pair *pair = merge->pair;

	while (merge->ended == 0 && merge->told < pair->count &&
	       pair->hits[merge->told].end < end) {
		const struct hit *hit = &pair->hits[merge->told++];

		merge->ended = merge->found(hit->id, hit->end, merge->data);
	}
}

static int tell_long(size_t id, size_t end, void *data)
{
	struct merge *merge = data;

	tell_short(merge, end);
	if (merge->ended == 0)
		merge->ended = merge->found(merge->pair->longs.ids[id], end, merge->data);
	return merge->ended;
}

static int search_part(const struct part *part, struct kban_text block, kb_prescan_fn *found,
		       void *data)
{
	return part->engine != NULL ? part->ops->block(part->engine, block, found, data) : KBAN_OK;
}

/* Of each line both parts tell before they go on to the next: so does what is made of them. */
static int search_block(void *engine, struct kban_text block, kb_prescan_fn *found, void *data)
{
	struct pair *pair = engine;
	struct merge merge = { .pair = pair, .found = found, .data = data };
	int status;

	pair->count = 0;
	pair->is_full = false;
	status = search_part(&pair->shorts, block, keep_short, pair);
	if (pair->is_full)
		status = KBAN_E_NOMEM;
	if (status == KBAN_OK)
		status = search_part(&pair->longs, block, tell_long, &merge);
	if (status == KBAN_OK)
		tell_short(&merge, SIZE_MAX);
	return status;
}

const struct kb_prescan_engine_ops kb_prescan_pair = {
	.name = "builtin",
	.suits = suits_pair,
	.open = open_pair,
	.close = close_pair,
	.block = search_block,
};
