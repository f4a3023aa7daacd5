/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who is banned in one jail, since when and until when. Knows nothing of kernel or disk. Kept in
 * the order they were added; the next to end is found at once (ban/due-queue.h).
 */
#ifndef KB_BAN_BANS_H
#define KB_BAN_BANS_H

#include <stdbool.h>

#include <kban/addr.h>

#include "base/memory.h"

enum kb_ban_state {
	KB_BAN_WANTED,  /* decided, not yet acknowledged by the kernel */
	KB_BAN_APPLIED, /* the kernel has it */
	KB_BAN_FAILED,  /* the kernel refused it; tried again at the next audit */
};

struct kb_ban {
	struct kban_addr addr;
	enum kb_ban_state state;
	kban_usec since; /* time of the event that completed it */
	kban_usec until; /* KBAN_FOREVER: does not end */
	kban_usec renew; /* when the kernel's entry is to be renewed, if before until; else until */
	unsigned number; /* how often this host was banned here, this one included; 0: not known yet
			  */
	bool is_fresh;   /* just decided: its connections are still to be cut */
	unsigned seen;   /* number of the audit that found it in the kernel */
	size_t due_index;               /* place in the due queue; its own business */
	struct kb_ban *previous, *next; /* order of banning */
};

struct kb_bans;

/* NULL without memory. */
struct kb_bans *kb_bans_new(void);
void kb_bans_free(struct kb_bans *bans);

/*
 * Ban @a addr. One that is banned already is made longer if @a until is later, never shorter; then
 * it is wanted again, until the kernel has the new end.
 *
 * @param out  Receives the ban; may be NULL.
 * @return 1 if it is new, 0 if it was banned already, KBAN_E_NOMEM.
 */
int kb_bans_add(struct kb_bans *bans, const struct kban_addr *addr, kban_usec since,
		kban_usec until, struct kb_ban **out);

struct kb_ban *kb_bans_find(const struct kb_bans *bans, const struct kban_addr *addr);

/* False if it is not banned. */
bool kb_bans_remove(struct kb_bans *bans, const struct kban_addr *addr);

/* The ban that is due first (to end or to be renewed), or NULL if none ever is. */
struct kb_ban *kb_bans_first_due(const struct kb_bans *bans);

/* Tell that until or renew of @a ban changed. */
void kb_bans_update(struct kb_bans *bans, struct kb_ban *ban);

/* The clock was set: bans began and end by @a by later; those that do not end stay so. */
void kb_bans_move(struct kb_bans *bans, kban_usec by);

/* Walk in order of banning: first, then ban->next. */
struct kb_ban *kb_bans_first(const struct kb_bans *bans);
size_t kb_bans_count(const struct kb_bans *bans);

KB_DEFINE_AUTO(bans)

#endif /* KB_BAN_BANS_H */
