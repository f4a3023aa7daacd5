/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads what ipset list prints of one set. */
#ifndef KB_BAN_IPSET_LISTING_H
#define KB_BAN_IPSET_LISTING_H

#include "ban/backend.h"
#include "base/text.h"

/* What a set is. */
struct kb_ipset_header {
	struct kban_text type; /* "hash:ip"; part of the listing */
	unsigned family;       /* an enum kban_family, or 0 */
	unsigned max_entries;
	unsigned buckets; /* of its hash table */
	size_t entries;
	size_t references; /* rules that refer to it */
	bool has_timeouts;
	bool has_mask; /* entries are cut to networks (netmask, bitmask) */
};

/* False if @a listing is not one of a set. */
bool kb_ipset_header_parse(struct kban_text listing, struct kb_ipset_header *out);

/* Visit the entries of @a listing that are addresses or networks of @a family, up to a nonzero
 * answer. */
void kb_ipset_entries_visit(struct kban_text listing, enum kban_family family, kb_entry_fn *visit,
			    void *data);

#endif /* KB_BAN_IPSET_LISTING_H */
