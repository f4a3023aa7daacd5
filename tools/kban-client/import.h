/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Taking over from fail2ban.
 *
 * import.c           the command, and what it prints
 * import-plan.c      jails and their bans, sent to the daemon in batches
 * import-database.c  what fail2ban's database says
 * import-kernel.c    what its sets and chains hold
 * import-listing.c   the listings of ipset, iptables and nft, taken apart
 * import-removal.c   removing them
 */
#ifndef KBAN_CLIENT_IMPORT_H
#define KBAN_CLIENT_IMPORT_H

#include "command.h"

#include <kban/addr.h>

/* Jails of a database that are told apart; a file that names more is none of fail2ban's. */
#define IMPORT_JAILS_MAX 1000

/* What came of the bans of one jail. */
struct import_jail {
	char *name;
	bool is_known;                          /* to the daemon, where it runs */
	json_t *batch;                          /* not sent yet */
	size_t batch_bytes;                     /* about so long it is */
	json_t *seen;                           /* object: hosts with a ban in force */
	json_t *protected_hosts, *refused;      /* arrays of addresses */
	long long in_force, past;               /* found */
	long long banned, changed, known, over; /* as the daemon answered */
	long long no_addresses;
};

struct import_plan {
	const struct options *options;
	kban_usec now;
	bool dry_run;
	struct import_jail *jails;
	size_t jail_count;
	json_t *sets;     /* object: names of the daemon's own sets */
	long long beyond; /* bans of jails beyond IMPORT_JAILS_MAX */
	json_t *problems; /* array of texts: what could not be read or removed */
	json_t *removed;  /* array of texts: chains, sets and tables */
	int status;       /* EXIT_FAILED after a call to the daemon failed */
};

/* One ban that was found. */
struct import_ban {
	struct kban_addr host;
	kban_usec since, until; /* KBAN_TIME_NONE: not known; until may be KBAN_FOREVER */
	unsigned number;
	json_t *lines; /* array of strings, or NULL */
};

/* Learn from the daemon which jails it runs. @return an exit status. */
int import_plan_open(struct import_plan *plan, const struct options *options, bool dry_run);
void import_plan_clear(struct import_plan *plan);

/* The jail called @a name, made if need be; NULL without memory or beyond the limit. */
struct import_jail *import_jail(struct import_plan *plan, const char *name);
/* The running jail that an action's @a name belongs to: JAIL, or JAIL-something; or NULL. */
struct import_jail *import_jail_of_action(struct import_plan *plan, const char *name);

/* Take a ban up; it goes to the daemon with others. Takes ban->lines over. False: give up. */
bool import_add(struct import_plan *plan, struct import_jail *jail, struct import_ban *ban);
/* Send what is left. False: give up. */
bool import_finish(struct import_plan *plan);

/* Note a problem, which is told at the end. */
__attribute__((format(printf, 2, 3))) void import_problem(struct import_plan *plan,
							  const char *format, ...);

/* Read the database at @a path; without @a is_wanted its absence is no problem. */
void import_database(struct import_plan *plan, const char *path, bool is_wanted);

/* A set or chain of fail2ban's, and to whom its entries belong. */
struct import_place {
	enum import_kind {
		IMPORT_IPSET,
		IMPORT_CHAIN4,
		IMPORT_CHAIN6,
		IMPORT_NFT_SET,
	} kind;
	char *name;
	struct import_jail *jail; /* NULL: no jail of the daemon's */
	size_t entries;
};

struct import_kernel {
	struct import_place *places;
	size_t count, capacity;
	char *rules[2]; /* of iptables and ip6tables, as *-save prints them; or NULL */
};

/* Read sets and chains, and take up bans that the database did not have. False: give up. */
bool import_kernel(struct import_plan *plan, struct import_kernel *kernel);
void import_kernel_clear(struct import_kernel *kernel);

/* import-listing.c: take a listing apart, and its entries up. False: give up. */
bool import_ipset_listing(struct import_plan *plan, struct import_kernel *kernel, char *text);
bool import_iptables_listing(struct import_plan *plan, struct import_kernel *kernel,
			     enum import_kind kind, char *text);
bool import_nft_listing(struct import_plan *plan, struct import_kernel *kernel, const char *text);

/* Remove sets and chains whose bans are the daemon's by now. */
void import_remove(struct import_plan *plan, const struct import_kernel *kernel);

#endif /* KBAN_CLIENT_IMPORT_H */
