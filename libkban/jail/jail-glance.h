/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A cheap look at the sets of a jail, to be had every second. */
#ifndef KB_JAIL_JAIL_GLANCE_H
#define KB_JAIL_JAIL_GLANCE_H

#include "jail/jail.h"

/*
 * True if a set is gone, if fewer rules refer to it than at the last glance, or if it has fewer
 * entries than there are bans: an audit is called for. False where the backend has no such look.
 */
bool kb_jail_glance(struct kban_jail *jail, kban_usec now);

#endif /* KB_JAIL_JAIL_GLANCE_H */
