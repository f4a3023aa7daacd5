/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who belongs to what: hosts of a network that failed, hosts that failed as one user. For each
 * group the newest members within a window of time, at most as many as are enough for a ban, and
 * groups in bounded number. Not for use by two threads at once.
 */
#ifndef KB_COUNT_SPREAD_H
#define KB_COUNT_SPREAD_H

#include <stdbool.h>

#include <kban/addr.h>

#include "base/memory.h"

/* Members of a group that can be told apart. */
#define KB_SPREAD_MEMBERS_MAX 1000

struct kb_spread;

struct kb_spread_options {
	kban_usec window;
	unsigned enough;   /* members, 1 to KB_SPREAD_MEMBERS_MAX; more are not kept */
	size_t max_groups; /* beyond it the group that failed longest ago is forgotten */
	bool distinct;     /* a member counts once, at its newest time */
};

/* NULL without memory. */
struct kb_spread *kb_spread_new(const struct kb_spread_options *options);

/* NULL is allowed. */
void kb_spread_free(struct kb_spread *spread);

KB_DEFINE_AUTO(spread)

/*
 * Note that @a member of @a group failed. How many members lie in the window that ends at the
 * newest, or KBAN_E_NOMEM, and then nothing was noted.
 */
int kb_spread_add(struct kb_spread *spread, const struct kban_addr *group,
		  const struct kban_addr *member, kban_usec when);

/* Different members of @a group, oldest first; @return how many were put in @a out. */
size_t kb_spread_members(const struct kb_spread *spread, const struct kban_addr *group,
			 struct kban_addr *out, size_t room);

void kb_spread_forget(struct kb_spread *spread, const struct kban_addr *group);

/* Forget groups without a failure since @a before. */
void kb_spread_expire(struct kb_spread *spread, kban_usec before);

/* The clock was set: all of it was by @a by later. */
void kb_spread_move(struct kb_spread *spread, kban_usec by);

size_t kb_spread_groups(const struct kb_spread *spread);

#endif /* KB_COUNT_SPREAD_H */
