/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KB_BAN_BACKEND_H
#define KB_BAN_BACKEND_H

#include <stdbool.h>

#include <kban/backend.h>

#include "base/error.h"
#include "base/memory.h"

/* Bytes of a set's name at most, without NUL: IPSET_MAXNAMELEN less one. */
#define KB_SET_NAME_MAX 31

enum kb_set_type {
	KB_SET_IP,  /* hash:ip */
	KB_SET_NET, /* hash:net, which also holds prefixes */
};

/* A set of one family. A jail has two. */
struct kb_set {
	char name[KB_SET_NAME_MAX + 1];
	enum kban_family family;
	enum kb_set_type type;
	unsigned max_entries; /* 0: the backend's default, 65536 */
};

/*
 * The name of the set for @a jail: PREFIX-JAIL, with a '6' behind it for IPv6. A longer one is cut
 * and ends in six digits of a hash, the same every time.
 */
void kb_set_name(const char *prefix, const char *jail, enum kban_family family,
		 char out[KB_SET_NAME_MAX + 1]);

/* What list tells of an entry. Return nonzero to stop. */
typedef int kb_entry_fn(const struct kban_addr *addr, kban_usec remaining, void *data);

struct kb_backend_ops {
	const char *name;

	/*
	 * Ready @a set: create it if missing, adopt it with its entries if it fits, replace it if a
	 * set of that name has another type or family or no timeouts. Idempotent.
	 */
	int (*open)(struct kban_backend *backend, const struct kb_set *set,
		    struct kban_error **err);

	/*
	 * Ban @a addr for @a lasts. Banning a banned host is no error: the new length replaces the old
	 * one. May be held back until commit. A length beyond what the kernel can hold is cut to
	 * that (the caller renews); KBAN_FOREVER does not end.
	 */
	int (*ban)(struct kban_backend *backend, const struct kb_set *set,
		   const struct kban_addr *addr, kban_usec lasts, struct kban_error **err);

	/* Lift a ban. That there is none is no error. May be held back until commit. */
	int (*lift)(struct kban_backend *backend, const struct kb_set *set,
		    const struct kban_addr *addr, struct kban_error **err);

	/*
	 * Send what was held back and wait until all of it is acknowledged.
	 * On failure some of it may be in force and some not: audit by list, and say it again.
	 * KBAN_E_NOTFOUND: a set is gone. KBAN_E_LIMIT: a set is full.
	 */
	int (*commit)(struct kban_backend *backend, struct kban_error **err);

	/* Visit the entries of @a set. KBAN_E_NOTFOUND: there is no such set. */
	int (*list)(struct kban_backend *backend, const struct kb_set *set, kb_entry_fn *visit,
		    void *data, struct kban_error **err);

	/* Remove all entries of @a set, and the set if nothing refers to it. Missing is no error. */
	int (*remove)(struct kban_backend *backend, const struct kb_set *set,
		      struct kban_error **err);

	void (*free)(struct kban_backend *backend);
};

/* First member of every backend. */
struct kban_backend {
	const struct kb_backend_ops *ops;
	struct kban_context *ctx;
};

/* The longest timeout the kernel takes (ipset(8), TIMEOUT), in seconds; longer bans are renewed. */
#define KB_TIMEOUT_MAX_SECONDS 2147483

#endif /* KB_BAN_BACKEND_H */
