/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ban/due-queue.h"

kban_usec kb_ban_due(const struct kb_ban *ban)
{
	return ban->renew < ban->until ? ban->renew : ban->until;
}

static void place(struct kb_due_queue *queue, struct kb_ban *ban, size_t index)
{
	queue->items[index] = ban;
	ban->due_index = index;
}

/* Move @a ban from the hole at @a index towards the front, as far as it is due earlier. */
static void rise(struct kb_due_queue *queue, struct kb_ban *ban, size_t index)
{
	while (index > 0) {
		size_t parent = (index - 1) / 2;

		if (kb_ban_due(queue->items[parent]) <= kb_ban_due(ban))
			break;
		place(queue, queue->items[parent], index);
		index = parent;
	}
	place(queue, ban, index);
}

/* Index of the child of @a index that is due first, or count if it has none. */
static size_t first_child(const struct kb_due_queue *queue, size_t index)
{
	size_t left = 2 * index + 1, right = left + 1;

	if (left >= queue->count)
		return queue->count;
	if (right < queue->count &&
	    kb_ban_due(queue->items[right]) < kb_ban_due(queue->items[left]))
		return right;
	return left;
}

/* Move @a ban from the hole at @a index towards the end, as far as others are due earlier. */
static void sink(struct kb_due_queue *queue, struct kb_ban *ban, size_t index)
{
	size_t child = first_child(queue, index);

	while (child < queue->count && kb_ban_due(queue->items[child]) < kb_ban_due(ban)) {
		place(queue, queue->items[child], index);
		index = child;
		child = first_child(queue, index);
	}
	place(queue, ban, index);
}

int kb_due_queue_add(struct kb_due_queue *queue, struct kb_ban *ban)
{
	if (kb_array_room(&queue->items, &queue->capacity, queue->count, sizeof(struct kb_ban *)) <
	    0)
		return KBAN_E_NOMEM;
	rise(queue, ban, queue->count++);
	return KBAN_OK;
}

void kb_due_queue_update(struct kb_due_queue *queue, struct kb_ban *ban)
{
	size_t index = ban->due_index;

	rise(queue, ban, index);
	if (ban->due_index == index)
		sink(queue, ban, index);
}

void kb_due_queue_remove(struct kb_due_queue *queue, const struct kb_ban *ban)
{
	struct kb_ban *last = queue->items[--queue->count];

	if (last == ban)
		return;
	place(queue, last, ban->due_index);
	kb_due_queue_update(queue, last);
}

struct kb_ban *kb_due_queue_first(const struct kb_due_queue *queue)
{
	if (queue->count == 0 || kb_ban_due(queue->items[0]) == KBAN_FOREVER)
		return NULL;
	return queue->items[0];
}

void kb_due_queue_clear(struct kb_due_queue *queue)
{
	free(queue->items);
	*queue = (struct kb_due_queue){ 0 };
}
