/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of jails that are gone, which go as soon as no rule refers to them. */
#ifndef KB_JAIL_RETIRED_SETS_H
#define KB_JAIL_RETIRED_SETS_H

#include "ban/backend.h"

struct kb_retired_sets {
	struct kb_set *items;
	size_t count, capacity;
};

/* Have @a set removed. Without memory it stays in the kernel, until the next start finds it. */
void kb_retired_sets_add(struct kb_retired_sets *retired, const struct kb_set *set);

/* A jail has @a set again: it is not to be removed. */
void kb_retired_sets_take_back(struct kb_retired_sets *retired, const struct kb_set *set);

/* Remove what can be removed, and empty the others. They are tried again the next time. */
void kb_retired_sets_remove(struct kb_retired_sets *retired, struct kban_backend *backend);

void kb_retired_sets_clear(struct kb_retired_sets *retired);

#endif /* KB_JAIL_RETIRED_SETS_H */
