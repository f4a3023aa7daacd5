/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Addresses and networks, each with a reason why it is there. Asked by halving: thousands of
 * entries cost a dozen comparisons.
 */
#ifndef KB_DECIDE_NETWORK_SET_H
#define KB_DECIDE_NETWORK_SET_H

#include <kban/addr.h>

#include "base/memory.h"

struct kb_network {
	struct kban_addr addr;
	const char *reason; /* not owned */
};

struct kb_network_set {
	struct kb_network *items; /* in order, and none within another */
	size_t count;
	size_t capacity;
};

/*
 * KBAN_OK or KBAN_E_NOMEM. @a reason lives as long as the set. What lies within an entry that is
 * there already is not added, and what lies within @a addr leaves.
 */
int kb_network_set_add(struct kb_network_set *set, const struct kban_addr *addr,
		       const char *reason);

/* The reason of an entry that contains @a addr or lies within it, or NULL. */
const char *kb_network_set_find(const struct kb_network_set *set, const struct kban_addr *addr);

void kb_network_set_clear(struct kb_network_set *set);

KB_DEFINE_AUTO_CLEAR(network_set)

#endif /* KB_DECIDE_NETWORK_SET_H */
