/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An action of a jail, as fail2ban's action.d defines it: shell scripts for what happens to a host.
 * It never changes once it is made, and is shared by whoever holds a reference.
 */
#ifndef KB_ACTION_ACTION_H
#define KB_ACTION_ACTION_H

#include <stdatomic.h>
#include <stdbool.h>

#include <kban/addr.h>

#include "conf/conf-value.h"

/* What may be done: each is an option of [Definition] with a script, which may be empty. */
enum kb_action_event {
	KB_ACTION_START,
	KB_ACTION_STOP,
	KB_ACTION_CHECK,
	KB_ACTION_BAN,
	KB_ACTION_REBAN, /* a ban once more, after what held it was made anew */
	KB_ACTION_UNBAN,
	KB_ACTION_PROLONG,
	KB_ACTION_FLUSH,
	KB_ACTION_REPAIR,
	KB_ACTION_RELOAD,
	KB_ACTION_EVENTS
};

/* A script may differ by family, where options do: blocktype?family=inet6. */
enum kb_action_family {
	KB_FAMILY_NONE, /* neither, or it makes no difference */
	KB_FAMILY_INET4,
	KB_FAMILY_INET6,
	KB_FAMILIES
};

struct kb_action {
	atomic_uint references;
	char *jail;
	char *name;                   /* what the jail calls it */
	struct kb_options properties; /* commands and options, without tags that are known */
	char *scripts[KB_ACTION_EVENTS][KB_FAMILIES]; /* NULL: nothing is to be done */
	kban_usec timeout;
	bool is_conditional;  /* started for each family by itself */
	bool start_on_demand; /* not before the first ban */
	bool skips_restored;  /* norestored */
	bool repair_on_unban;
	bool uses_host_name; /* <ip-host> stands in one of its scripts */
	bool uses_merged;    /* <ipmatches> and the like do */
	bool uses_machine;   /* the name of this machine does */
	bool uses_fields;    /* <F-...> do */
};

/* The option of [Definition]: "actionban". */
const char *kb_action_event_option(enum kb_action_event event);
/* In a word: "ban". */
const char *kb_action_event_name(enum kb_action_event event);

/* What <family> stands for: "inet4", "inet6", or "". */
const char *kb_action_family_name(enum kb_action_family family);

/* The family whose start is needed for @a addr: none where the action makes no difference. */
enum kb_action_family kb_action_family_of(const struct kb_action *action,
					  const struct kban_addr *addr);

bool kb_action_has(const struct kb_action *action, enum kb_action_event event);

struct kb_action *kb_action_ref(struct kb_action *action);
void kb_action_unref(struct kb_action *action);

static inline void kb_action_free(struct kb_action *action)
{
	kb_action_unref(action);
}

KB_DEFINE_AUTO(action)

#endif /* KB_ACTION_ACTION_H */
