/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's sets, one request a call: the only door to libipset. What a call says of a set is
 * true when it returns. Requests that got lost on the way are repeated a few times.
 *
 * Statuses: KBAN_E_NOTFOUND (no such set, or the kernel does not know the type), KBAN_E_LIMIT (the
 * set is full), KBAN_E_DENIED (no CAP_NET_ADMIN, or the set is in use), KBAN_E_SYSTEM,
 * KBAN_E_NOMEM. The error names the set.
 */
#ifndef KB_BAN_BACKEND_IPSET_SESSION_H
#define KB_BAN_BACKEND_IPSET_SESSION_H

#include "ban/change-queue.h"
#include "base/buffer.h"

struct kb_ipset_session;

/* KBAN_E_NOTFOUND: the kernel has no sets. */
int kb_ipset_session_new(struct kb_ipset_session **out, struct kban_error **err);
void kb_ipset_session_free(struct kb_ipset_session *session);

/*
 * Create @a set, empty, with timeouts, and with so many buckets; 0: as many as the kernel likes to
 * begin with. One that is there already must be the same.
 */
int kb_ipset_create(struct kb_ipset_session *session, const struct kb_set *set, unsigned buckets,
		    struct kban_error **err);

int kb_ipset_flush(struct kb_ipset_session *session, const char *name, struct kban_error **err);

/* KBAN_E_DENIED: it is in use by a rule. */
int kb_ipset_destroy(struct kb_ipset_session *session, const char *name, struct kban_error **err);

/* Of the same type and family. Rules that refer to a name then have the other set. */
int kb_ipset_swap(struct kb_ipset_session *session, const char *name, const char *other,
		  struct kban_error **err);

/* Nothing may refer to it. */
int kb_ipset_rename(struct kb_ipset_session *session, const char *name, const char *to,
		    struct kban_error **err);

enum kb_ipset_part {
	KB_IPSET_HEADER,
	KB_IPSET_ALL,
};

/* The names of all sets, a line each. */
int kb_ipset_names(struct kb_ipset_session *session, struct kb_buffer *out,
		   struct kban_error **err);

/* What ipset list prints of a set: see ban/ipset-listing.h. @a out is emptied first. */
int kb_ipset_list(struct kb_ipset_session *session, const char *name, enum kb_ipset_part part,
		  struct kb_buffer *out, struct kban_error **err);

/*
 * Make changes in order. That an entry is there already, or is not there, is no error.
 *
 * @param done  Receives how many were made: count, or the index of the one that was refused.
 */
int kb_ipset_change(struct kb_ipset_session *session, const struct kb_set *set,
		    const struct kb_set_change *changes, size_t count, size_t *done,
		    struct kban_error **err);

KB_DEFINE_AUTO(ipset_session)

#endif /* KB_BAN_BACKEND_IPSET_SESSION_H */
