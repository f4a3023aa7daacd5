/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Jails whose lines are the bans of the other jails: recidive. fail2ban has such a jail read
 * fail2ban's own log; here it hears of each ban as it is decided, whatever the log is and wherever.
 */
#ifndef KB_JAIL_OWN_BANS_H
#define KB_JAIL_OWN_BANS_H

#include <stdbool.h>

#include <kban/jail-config.h>
#include <kban/jail.h>

/* What logpath calls the bans of the other jails. */
#define KB_OWN_BANS "kban:bans"

/*
 * True if @a jail wants bans instead of lines: logpath says so, or its filter is fail2ban's
 * recidive and it reads the log of the ban program.
 *
 * @param log_target  Where this program logs, or NULL: not known.
 */
bool kb_own_bans_wanted(const struct kban_jail_config *jail, const char *log_target);

/*
 * Count that @a event banned a host, as a failure in @a jail. As kb_jail_count(). In a file of its
 * own: who only reads configurations has no jails.
 */
int kb_own_bans_count(struct kban_jail *jail, const struct kban_event *event);

#endif /* KB_JAIL_OWN_BANS_H */
