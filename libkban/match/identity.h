/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose failure it is: from the fields of a match to an id, a host and the addresses to ban. */
#ifndef KB_MATCH_IDENTITY_H
#define KB_MATCH_IDENTITY_H

#include <kban/filter.h>

#include "match/fields.h"

/* More addresses of one name are not banned. */
enum { KB_IDENTITY_ADDRESSES = 16 };

enum kb_identity_result {
	KB_IDENTITY_KNOWN,
	KB_IDENTITY_NONE,    /* no field says who: in a session it may come, else nobody is meant */
	KB_IDENTITY_NO_HOST, /* a name that has no address */
};

struct kb_identity {
	enum kb_identity_result result;
	struct kb_buffer id; /* canonical where it is an address */
	struct kb_buffer host;
	struct kban_addr addresses[KB_IDENTITY_ADDRESSES];
	size_t address_count;
	bool lookup_pending; /* a name whose addresses are being looked up */
};

/* KBAN_OK, and @a identity is filled, or KBAN_E_NOMEM. */
int kb_identity_tell(struct kb_identity *identity, const struct kb_fields *fields,
		     const struct kban_filter *filter);

/* Log what a resolver said: how many addresses @a name has, none, or a status. */
void kb_identity_log_lookup(const struct kban_filter *filter, const char *name,
			    const struct kban_addr *addresses, int count);

void kb_identity_clear(struct kb_identity *identity);

#endif /* KB_MATCH_IDENTITY_H */
