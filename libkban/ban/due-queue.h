/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which ban is due next, to end or to be renewed. A binary heap; each ban knows its place in it, so
 * one that changes or goes is found at once. The queue does not own the bans.
 */
#ifndef KB_BAN_DUE_QUEUE_H
#define KB_BAN_DUE_QUEUE_H

#include "ban/bans.h"

struct kb_due_queue {
	struct kb_ban **items; /* none is due before the one at (index - 1) / 2 */
	size_t count;
	size_t capacity;
};

/* When something is to be done about @a ban; KBAN_FOREVER: never. */
kban_usec kb_ban_due(const struct kb_ban *ban);

/* KBAN_OK or KBAN_E_NOMEM. */
int kb_due_queue_add(struct kb_due_queue *queue, struct kb_ban *ban);

/* @a ban must be in the queue. */
void kb_due_queue_remove(struct kb_due_queue *queue, const struct kb_ban *ban);

/* Tell that @a ban, which is in the queue, is due at another time than before. */
void kb_due_queue_update(struct kb_due_queue *queue, struct kb_ban *ban);

/* The ban that is due first, or NULL if none ever is. */
struct kb_ban *kb_due_queue_first(const struct kb_due_queue *queue);

void kb_due_queue_clear(struct kb_due_queue *queue);

KB_DEFINE_AUTO_CLEAR(due_queue)

#endif /* KB_BAN_DUE_QUEUE_H */
