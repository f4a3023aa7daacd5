/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Room in the sets of a jail: a set that is full grows; at the most, the newest offender goes in
 * for whoever would be free soonest. */
#ifndef KB_JAIL_JAIL_ROOM_H
#define KB_JAIL_JAIL_ROOM_H

#include "jail/jail.h"

/*
 * Bans beyond the most that sets may hold end: of those in force, the ones with the least time
 * left. KBAN_OK or KBAN_E_NOMEM.
 */
int kb_jail_end_beyond_most(struct kban_jail *jail, kban_usec now);

/* Make sets larger that are too small for the bans. What the backend answered. */
int kb_jail_grow_sets(struct kban_jail *jail, struct kban_error **err);

#endif /* KB_JAIL_JAIL_ROOM_H */
