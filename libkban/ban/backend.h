/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KB_BAN_BACKEND_H
#define KB_BAN_BACKEND_H

#include <stdbool.h>

#include <kban/backend.h>

#include "ban/connections.h"
#include "base/error.h"
#include "base/memory.h"

/* Bytes of a set's name at most, without NUL: IPSET_MAXNAMELEN less one. */
#define KB_SET_NAME_MAX 31

/* Bytes of the name of a table of nft, without NUL. */
#define KB_TABLE_NAME_MAX 63

/* The table of those sets that name none. */
#define KB_TABLE_DEFAULT "kban"

enum kb_set_type {
	KB_SET_IP,  /* hash:ip */
	KB_SET_NET, /* hash:net, which also holds prefixes */
};

/* A set of one family. A jail has two. */
struct kb_set {
	char name[KB_SET_NAME_MAX + 1];
	enum kban_family family;
	enum kb_set_type type;
	unsigned max_entries; /* 0: the backend's default, 65536; see kb_backend_ops.grows */
	char table[KB_TABLE_NAME_MAX + 1]; /* of nft, of its family inet; empty: kban */
};

/*
 * The name of the set for @a jail: PREFIX-JAIL, with a '6' behind it for IPv6; without @a prefix
 * (NULL) JAIL alone. A name that is longer than a set's may be, or has other characters than
 * letters, digits, '.', '_' and '-', is cut and mended and ends in six digits of a hash of the
 * whole, the same every time; so does that of a jail whose own name ends in '6'.
 */
void kb_set_name(const char *prefix, const char *jail, enum kban_family family,
		 char out[KB_SET_NAME_MAX + 1]);

/* What list tells of an entry. Return nonzero to stop. */
typedef int kb_entry_fn(const struct kban_addr *addr, kban_usec remaining, void *data);

/* Told the name of a set and its table. Return nonzero to stop. */
typedef int kb_set_fn(const struct kb_set *set, void *data);

/* What can be known of a set at little cost. */
struct kb_set_glance {
	size_t entries;
	size_t references; /* rules that refer to it */
};

/* What remove returns for a set that a rule refers to: no failure, and not KBAN_OK. */
#define KB_SET_HELD 1

struct kb_backend_ops {
	const char *name;

	/* Sets have room for any number of entries, whatever max_entries says. */
	bool grows;

	/*
	 * Ready @a set: create it if missing, adopt it with its entries if it fits, else replace it
	 * and keep the entries that fit. One of another type or family, without timeouts, with a
	 * netmask or for fewer entries does not fit; a KB_SET_NET serves as KB_SET_IP. Idempotent.
	 * KBAN_E_DENIED: rules refer to the one to be replaced, whose type or family the kernel
	 * cannot change under them. Remove those rules first.
	 */
	int (*open)(struct kban_backend *backend, const struct kb_set *set,
		    struct kban_error **err);

	/*
	 * Ban @a addr for @a lasts. Banning a banned host is no error: the new length replaces the
	 * old one. May be held back until commit. See kb_entry_length(); the caller renews.
	 * KBAN_E_INVAL: what @a set cannot hold (kb_set_check()).
	 */
	int (*ban)(struct kban_backend *backend, const struct kb_set *set,
		   const struct kban_addr *addr, kban_usec lasts, struct kban_error **err);

	/* Lift a ban. That there is none is no error. May be held back until commit. */
	int (*lift)(struct kban_backend *backend, const struct kb_set *set,
		    const struct kban_addr *addr, struct kban_error **err);

	/*
	 * Send what was held back and wait until all of it is acknowledged.
	 * What the kernel refuses does not keep the rest from being sent. On failure some may be in
	 * force and some not, and nothing is held any more: audit by list, and say it again.
	 * KBAN_E_NOTFOUND: a set is gone, or another has its name: open it. KBAN_E_LIMIT: a set is
	 * full; open it for more entries.
	 */
	int (*commit)(struct kban_backend *backend, struct kban_error **err);

	/* Visit the entries of @a set. KBAN_E_NOTFOUND: there is no such set. */
	int (*list)(struct kban_backend *backend, const struct kb_set *set, kb_entry_fn *visit,
		    void *data, struct kban_error **err);

	/*
	 * Remove the entries of @a set, and it if nothing refers to it. Missing is no error.
	 * KB_SET_HELD: it is empty now, but stays.
	 */
	int (*remove)(struct kban_backend *backend, const struct kb_set *set,
		      struct kban_error **err);

	/*
	 * True if @a addr, or a network that contains it, is banned in @a set now; the longest of
	 * them ends in @a remaining. NULL: found by list.
	 */
	bool (*contains)(struct kban_backend *backend, const struct kb_set *set,
			 const struct kban_addr *addr, kban_usec *remaining);

	/*
	 * KBAN_E_NOTFOUND: there is no such set. NULL: the kernel tells of changes by itself, or
	 * there are none.
	 */
	int (*glance)(struct kban_backend *backend, const struct kb_set *set,
		      struct kb_set_glance *out);

	/*
	 * Cut connections that @a addr has open. Returns how many sockets were closed. NULL: there
	 * are none to be cut.
	 */
	int (*cut)(struct kban_backend *backend, const struct kban_addr *addr,
		   struct kban_error **err);

	/* Visit sets whose name begins with "kban-"; name and table are told. NULL: there are none.
	 */
	int (*each_set)(struct kban_backend *backend, kb_set_fn *visit, void *data,
			struct kban_error **err);

	/*
	 * Make the packet filter contain @a rules (NULL: none of ours), in one transaction. NULL
	 * where programs do that.
	 * Returns how many were added or removed.
	 */
	int (*put_rules)(struct kban_backend *backend, const struct kban_rules *rules,
			 struct kban_error **err);

	void (*free)(struct kban_backend *backend);
};

/* First member of every backend. */
struct kban_backend {
	const struct kb_backend_ops *ops;
	struct kban_context *ctx;
	struct kb_connections *connections; /* NULL until something was cut */
};

/* The cut of backends of the kernel. */
int kb_backend_cut(struct kban_backend *backend, const struct kban_addr *addr,
		   struct kban_error **err);

/* The longest timeout the kernel takes (ipset(8), TIMEOUT), in seconds; longer bans are renewed. */
#define KB_TIMEOUT_MAX_SECONDS 2147483

/* Entries of a set that does not say how many. */
#define KB_SET_ENTRIES 65536

/*
 * How long a ban of @a lasts is in a set: whole seconds, rounded up, from one to
 * KB_TIMEOUT_MAX_SECONDS; KBAN_FOREVER stays.
 */
kban_usec kb_entry_length(kban_usec lasts);

/* KBAN_E_INVAL if @a addr is of another family than @a set, or of a kind that it cannot hold. */
int kb_set_check(const struct kb_set *set, const struct kban_addr *addr, struct kban_error **err);

#endif /* KB_BAN_BACKEND_H */
