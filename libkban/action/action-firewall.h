/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Recognises fail2ban's firewall actions by name and turns them into sets and rules, with their
 * ports, protocols, chain and blocktype. Their shell commands are not run.
 */
#ifndef KB_ACTION_ACTION_FIREWALL_H
#define KB_ACTION_ACTION_FIREWALL_H

#include <kban/rules.h>

#include "action/nft-place.h"
#include "base/memory.h"
#include "conf/option-list.h"

/* What one firewall action of a jail asks for. Texts are owned. */
struct kb_firewall {
	char *action;          /* "iptables-multiport" */
	struct kb_where where; /* of the action in its jail */
	char *set; /* name of the IPv4 set that the action names, or NULL: the jail's own */
	char *chains, *protocols;
	char *ports; /* NULL: all */
	char *target4, *target6;
	struct kb_nft_place place; /* in nft, if the action is one of nftables */
	char *log_prefix;          /* NULL: packets are not logged */
	bool new_only;             /* only packets that begin a connection */
	bool inverted;             /* the banned are let in, and the targets are for all others */
	bool networks;             /* ipsettype = hash:net */
	unsigned max_entries;      /* maxelem, or 0 */
};

/* True if @a name is one of the firewall actions that map to sets. */
bool kb_firewall_is_known(const char *name);

/*
 * @param config_dir  Its action.d/NAME.conf and .local, where there are, give defaults such as
 *                    blocktype; without them those of fail2ban hold.
 * @param jail        Name of the jail.
 *
 * @return KBAN_OK; KBAN_E_NOTFOUND: not a firewall action, or one with commands, or in a form, of
 *         somebody's own, which only running it can honour; KBAN_E_SYNTAX: an option that makes no
 *         sense; both with file, line and option; KBAN_E_NOMEM.
 */
int kb_firewall_load(const char *config_dir, const char *jail, const struct kb_named_options *item,
		     struct kb_firewall **out, struct kban_error **err);

void kb_firewall_free(struct kb_firewall *firewall);

KB_DEFINE_AUTO(firewall)

#endif /* KB_ACTION_ACTION_FIREWALL_H */
