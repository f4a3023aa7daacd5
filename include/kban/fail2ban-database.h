/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/fail2ban-database.h
 * What fail2ban remembers: the bans in its SQLite database, for taking them over.
 *
 * The file is only read, and may be in use by fail2ban meanwhile. It is not trusted: what makes no
 * sense in it is passed over or reported, and nothing in it is run.
 */
#ifndef KBAN_FAIL2BAN_DATABASE_H
#define KBAN_FAIL2BAN_DATABASE_H

#include <kban/base.h>
#include <kban/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Where fail2ban's database is unless its dbfile says otherwise. */
#define KBAN_FAIL2BAN_DATABASE "/var/lib/fail2ban/fail2ban.sqlite3"

/** Bans that are read at most; the rest is left out. */
#define KBAN_FAIL2BAN_BANS_MAX 1000000

/** A ban as fail2ban wrote it down. Texts live during the call that hands it over. */
struct kban_fail2ban_ban {
	const char *jail;
	const char *host; /**< an address, or whatever a filter took for an id */
	int jail_enabled; /**< zero: fail2ban does not run the jail any more */
	kban_usec since;  /**< KBAN_TIME_NONE if what is written there is no time */
	kban_usec until;  /**< KBAN_FOREVER; KBAN_TIME_NONE: as long as the jail's bans last */
	unsigned number; /**< how often it was banned in this jail, this one included; at least 1 */
	int is_last;     /**< nonzero: the newest of this host in this jail */
	const char *data; /**< JSON with the log lines, or "" */
};

/** Nonzero from it ends the walk, and is what the walk returns. */
typedef int kban_fail2ban_ban_fn(const struct kban_fail2ban_ban *ban, void *data);

/**
 * Visit the bans in a database of fail2ban of any version, older ones of a host first.
 *
 * @param path   The file.
 * @param visit  Called for each ban.
 *
 * @return 0, or what @a visit returned; KBAN_E_NOTFOUND (no such file); KBAN_E_SYNTAX (no database
 *         of fail2ban, or damaged); KBAN_E_LIMIT (more than KBAN_FAIL2BAN_BANS_MAX bans, of which
 *         the first were visited); KBAN_E_DENIED; KBAN_E_SYSTEM; KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_fail2ban_each_ban(const char *path, kban_fail2ban_ban_fn *visit,
						    void *data, struct kban_error **err);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_FAIL2BAN_DATABASE_H */
