/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the nftables actions of fail2ban put their rules: table and chain, and how it is called. */
#ifndef KB_ACTION_NFT_PLACE_H
#define KB_ACTION_NFT_PLACE_H

#include "action/action-option.h"

/* Texts are owned; NULL where the action says nothing. */
struct kb_nft_place {
	char *table; /* of the family inet */
	char *chain;
	char *base; /* "type filter hook input priority -1" */
};

/*
 * Read the options table_family, table, chain, chain_type, chain_hook and chain_priority.
 * KBAN_E_SYNTAX: one that makes no sense; KBAN_E_NOTFOUND: only the action's own commands can do
 * it; both with file, line and option.
 */
int kb_nft_place_read(const struct kb_action_options *options, struct kb_nft_place *out,
		      struct kban_error **err);

void kb_nft_place_clear(struct kb_nft_place *place);

#endif /* KB_ACTION_NFT_PLACE_H */
