/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bans and lifts that a backend holds back until commit, one queue for each set. */
#ifndef KB_BAN_CHANGE_QUEUE_H
#define KB_BAN_CHANGE_QUEUE_H

#include "ban/backend.h"

/* An entry to be put in or taken out. */
struct kb_set_change {
	struct kban_addr addr;
	uint32_t timeout; /* seconds; 0: does not end */
	bool is_lift;
};

struct kb_change_queue {
	struct kb_set set; /* as it was last spoken of */
	struct kb_set_change *changes;
	size_t count;
	size_t capacity;
};

struct kb_change_queues {
	struct kb_change_queue *items;
	size_t count;
	size_t capacity;
};

/* The timeout of an entry for a ban of @a lasts; see kb_entry_length(). */
uint32_t kb_entry_timeout(kban_usec lasts);

/* Hold a ban or a lift back. KBAN_E_INVAL: what the set cannot hold; KBAN_E_NOMEM. */
int kb_change_queues_ban(struct kb_change_queues *queues, const struct kb_set *set,
			 const struct kban_addr *addr, kban_usec lasts, struct kban_error **err);
int kb_change_queues_lift(struct kb_change_queues *queues, const struct kb_set *set,
			  const struct kban_addr *addr, struct kban_error **err);

/* Forget what is held back in one queue; a large one gives its memory back. */
void kb_change_queue_empty(struct kb_change_queue *queue);

/* Forget what is held back for the set called @a name. */
void kb_change_queues_forget(struct kb_change_queues *queues, const char *name);

void kb_change_queues_clear(struct kb_change_queues *queues);

#endif /* KB_BAN_CHANGE_QUEUE_H */
