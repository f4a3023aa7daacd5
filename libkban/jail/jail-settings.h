/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From what the configuration says about a jail to the parts that a jail is made of: options, an
 * allow list, logs to follow, rules for the packet filter. Filter and firewall actions are compiled
 * with the configuration (jail/jail-parts.h) and shared.
 */
#ifndef KB_JAIL_JAIL_SETTINGS_H
#define KB_JAIL_JAIL_SETTINGS_H

#include <stdbool.h>

#include <kban/config.h>
#include <kban/jail.h>
#include <kban/rules.h>

#include "base/memory.h"

struct kb_jail_settings {
	const struct kban_jail_config *config; /* outlives the settings */
	struct kban_jail_options options;      /* texts belong to config */
	struct kban_allow_list *allowed;
	bool ignore_self;
};

/* Files of ignoreip, each of which is read once, whatever the number of jails that name it. */
struct kb_ignore_pool {
	struct kb_allow_file **items;
	size_t count, capacity;
};

void kb_ignore_pool_clear(struct kb_ignore_pool *pool);

/* KBAN_E_SYNTAX: the jail cannot run; the error says why. */
int kb_jail_settings_new(struct kban_context *ctx, const struct kban_config *config,
			 const struct kban_jail_config *jail, struct kb_ignore_pool *pool,
			 struct kb_jail_settings **out, struct kban_error **err);

void kb_jail_settings_free(struct kb_jail_settings *settings);

/* Add the rules that let the jail's sets take effect. */
int kb_jail_settings_rules(const struct kb_jail_settings *settings, const struct kban_jail *jail,
			   struct kban_rules *rules, struct kban_error **err);

KB_DEFINE_AUTO(jail_settings)

#endif /* KB_JAIL_JAIL_SETTINGS_H */
