/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ban/change-queue.h"

/* More changes than that are not kept room for. */
#define KEEP_ROOM 4096

uint32_t kb_entry_timeout(kban_usec lasts)
{
	kban_usec length = kb_entry_length(lasts);

	return length == KBAN_FOREVER ? 0 : (uint32_t)(length / KBAN_SECOND);
}

/* Where changes of @a set are held back, or NULL without memory. */
static struct kb_change_queue *queue_of(struct kb_change_queues *queues, const struct kb_set *set)
{
	for (size_t i = 0; i < queues->count; i++)
		if (strcmp(queues->items[i].set.name, set->name) == 0)
			return &queues->items[i];
	if (kb_array_room(&queues->items, &queues->capacity, queues->count,
			  sizeof(*queues->items)) < 0)
		return NULL;
	queues->items[queues->count] = (struct kb_change_queue){ .set = *set };
	return &queues->items[queues->count++];
}

static int hold_back(struct kb_change_queues *queues, const struct kb_set *set,
		     const struct kb_set_change *change, struct kban_error **err)
{
	int status = kb_set_check(set, &change->addr, err);
	struct kb_change_queue *queue;

	if (status < 0)
		return status;
	queue = queue_of(queues, set);
	if (queue == NULL || kb_array_room(&queue->changes, &queue->capacity, queue->count,
					   sizeof(*queue->changes)) < 0)
		return kb_fail_memory(err);
	queue->set = *set;
	queue->changes[queue->count++] = *change;
	return KBAN_OK;
}

int kb_change_queues_ban(struct kb_change_queues *queues, const struct kb_set *set,
			 const struct kban_addr *addr, kban_usec lasts, struct kban_error **err)
{
	struct kb_set_change change = { .addr = *addr, .timeout = kb_entry_timeout(lasts) };

	return hold_back(queues, set, &change, err);
}

int kb_change_queues_lift(struct kb_change_queues *queues, const struct kb_set *set,
			  const struct kban_addr *addr, struct kban_error **err)
{
	struct kb_set_change change = { .addr = *addr, .is_lift = true };

	return hold_back(queues, set, &change, err);
}

void kb_change_queue_empty(struct kb_change_queue *queue)
{
	queue->count = 0;
	if (queue->capacity <= KEEP_ROOM)
		return;
	free(queue->changes);
	queue->changes = NULL;
	queue->capacity = 0;
}

void kb_change_queues_forget(struct kb_change_queues *queues, const char *name)
{
	for (size_t i = 0; i < queues->count; i++) {
		if (strcmp(queues->items[i].set.name, name) != 0)
			continue;
		free(queues->items[i].changes);
		queues->items[i] = queues->items[--queues->count];
		return;
	}
}

void kb_change_queues_clear(struct kb_change_queues *queues)
{
	for (size_t i = 0; i < queues->count; i++)
		free(queues->items[i].changes);
	free(queues->items);
	*queues = (struct kb_change_queues){ 0 };
}
