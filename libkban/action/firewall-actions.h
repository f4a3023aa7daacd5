/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The firewall actions of fail2ban that map to sets, as data. */
#ifndef KB_ACTION_FIREWALL_ACTIONS_H
#define KB_ACTION_FIREWALL_ACTIONS_H

#include "action/action-option.h"
#include "action/block-type.h"

/* Which packets of a banned host an action is about. */
enum kb_firewall_extent {
	KB_EXTENT_TYPE,      /* as the option type says */
	KB_EXTENT_ACTION,    /* as the option actiontype says */
	KB_EXTENT_PORTS,     /* to the ports, of the protocols */
	KB_EXTENT_PROTOCOLS, /* of the protocols */
	KB_EXTENT_ALL,
};

struct kb_firewall_action {
	const char *name;
	const struct kb_action_default *defaults; /* what fail2ban comes with */
	const char *type;                         /* if the file does not say */
	const char *chain;                        /* option with the chains; NULL: INPUT */
	const char *block;      /* option with what happens to packets; NULL: they are dropped */
	const char *set;        /* option with the name of the set; NULL: the jail's own */
	const char *log_suffix; /* packets are logged, with "f2b-NAME" and this in front */
	enum kb_block_terms terms;
	enum kb_firewall_extent extent;
	bool new_only;
	bool has_return; /* returntype says what happens to the packets of all others */
};

/* NULL if @a name is none of them. */
const struct kb_firewall_action *kb_firewall_action_find(const char *name);

#endif /* KB_ACTION_FIREWALL_ACTIONS_H */
