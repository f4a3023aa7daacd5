/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads what nft list prints of tables, chains, rules and sets. */
#ifndef KB_BAN_NFT_LISTING_H
#define KB_BAN_NFT_LISTING_H

#include "ban/backend.h"
#include "base/text.h"

enum kb_nft_kind {
	KB_NFT_TABLE, /* begins; its family is part of table: "inet kban" */
	KB_NFT_CHAIN, /* begins */
	KB_NFT_BASE,  /* the chain that began is called by the kernel: "type filter hook …" */
	KB_NFT_RULE,  /* of the chain that began */
	KB_NFT_SET,   /* begins */
	KB_NFT_TYPE,  /* of the set that began: "ipv4_addr" */
	KB_NFT_FLAGS, /* of the set that began: "interval,timeout" */
	KB_NFT_OTHER, /* something else that a table may contain begins */
};

/* A line of a listing that says something; texts are parts of the listing. */
struct kb_nft_item {
	enum kb_nft_kind kind;
	struct kban_text table;  /* "inet kban" */
	struct kban_text name;   /* of the chain or set */
	struct kban_text text;   /* of a rule, type, flags: without its handle */
	struct kban_text handle; /* digits; empty where none is listed */
};

struct kb_nft_listing {
	struct kban_text rest; /* what is still to be read; to be set */
	struct kban_text table, name;
	enum kb_nft_kind inside;
};

/* Take the next item off @a listing. False: there is none. */
bool kb_nft_listing_next(struct kb_nft_listing *listing, struct kb_nft_item *out);

/* The comment of a rule, without quotes; empty if it has none. */
struct kban_text kb_nft_comment(struct kban_text rule);

/* Visit the entries of the listing of one set that are of @a family, up to a nonzero answer. */
void kb_nft_entries_visit(struct kban_text listing, enum kban_family family, kb_entry_fn *visit,
			  void *data);

#endif /* KB_BAN_NFT_LISTING_H */
