/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses, networks and host names, as ignoreip has them; names are looked up when asked for. */
#ifndef KB_DECIDE_ALLOW_ENTRIES_H
#define KB_DECIDE_ALLOW_ENTRIES_H

#include <kban/context.h>

#include "base/memory.h"
#include "base/string-list.h"
#include "decide/network-set.h"

/* Starts zeroed. */
struct kb_allow_entries {
	struct kb_string_list texts; /* as they were written; reasons point to them */
	struct kb_network_set networks;
	struct kb_allow_name *names;
	size_t name_count, name_capacity;
};

/* KBAN_OK, KBAN_E_SYNTAX (neither address, network nor name), KBAN_E_NOMEM. */
int kb_allow_entries_add(struct kb_allow_entries *list, const char *entry);

/*
 * Take an entry back, however it is written. KBAN_OK, KBAN_E_NOTFOUND, or KBAN_E_NOMEM, and then
 * the list is as it was.
 */
int kb_allow_entries_remove(struct kb_allow_entries *list, const char *entry);

/* Take over what @a from knows about names of @a list. */
void kb_allow_entries_learn(struct kb_allow_entries *list, const struct kb_allow_entries *from);

/* The entry that @a addr is one with, or NULL; it belongs to the list. */
const char *kb_allow_entries_find(const struct kb_allow_entries *list,
				  const struct kban_context *ctx, const struct kban_addr *addr);

void kb_allow_entries_clear(struct kb_allow_entries *list);

KB_DEFINE_AUTO_CLEAR(allow_entries)

#endif /* KB_DECIDE_ALLOW_ENTRIES_H */
