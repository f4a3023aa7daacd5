/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the options of a jail section to the parts that a jail is made of. */
#ifndef KB_JAIL_JAIL_SETTINGS_H
#define KB_JAIL_JAIL_SETTINGS_H

#include <kban/config.h>
#include <kban/follow.h>
#include <kban/jail.h>
#include <kban/rules.h>

#include "base/memory.h"
#include "base/string-list.h"

struct kb_log_pattern {
	char *pattern; /* absolute path or glob */
	enum kban_follow_from from;
};

struct kb_jail_settings {
	struct kban_jail_options options; /* texts live as long as the settings */
	unsigned *multipliers;
	struct kban_filter *filter;
	struct kban_allow_list *allowed;
	bool ignore_self;
	struct kb_log_pattern *logs;
	size_t log_count;
	struct kb_firewall **firewalls; /* what its firewall actions ask for */
	size_t firewall_count;
	char *name, *set;
};

/*
 * @param index  Of the jail in @a config.
 *
 * KBAN_E_SYNTAX and others: the jail cannot run; the error says why, with file, line and key.
 */
int kb_jail_settings_new(struct kban_context *ctx, const struct kban_config *config, size_t index,
			 struct kb_jail_settings **out, struct kban_error **err);

void kb_jail_settings_free(struct kb_jail_settings *settings);

/* Add the rules that let the jail's sets take effect. */
int kb_jail_settings_rules(const struct kb_jail_settings *settings, const struct kban_jail *jail,
			   struct kban_rules *rules, struct kban_error **err);

KB_DEFINE_AUTO(jail_settings)

#endif /* KB_JAIL_JAIL_SETTINGS_H */
