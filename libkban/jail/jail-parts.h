/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What of a jail is compiled when its configuration is read, so that every mistake is known then:
 * the filter and the actions. Shared by all who use the configuration, and never changed.
 */
#ifndef KB_JAIL_JAIL_PARTS_H
#define KB_JAIL_JAIL_PARTS_H

#include <kban/filter.h>
#include <kban/jail-config.h>
#include <kban/rules.h>

#include "action/action-firewall.h"
#include "action/action-load.h"
#include "base/problem-list.h"
#include "filter/filter-load.h"

struct kb_jail_parts {
	struct kban_filter *filter; /* NULL with problems */
	struct kb_firewall **firewalls;
	size_t firewall_count;
	struct kb_action **actions; /* all others, in their order */
	size_t action_count;
};

/* Of a jail of the configuration; see jail/jail-config.h. */
const struct kb_jail_parts *kb_jail_config_parts(const struct kban_jail_config *jail);

struct kb_jail_parts_request {
	struct kban_context *ctx;
	const char *config_dir;
	const char *jail;
	const struct kb_filter_source *source; /* NULL: there is none, which was told */
	enum kban_usedns usedns;
	const char *time_zone; /* or NULL */
	const char *encoding;  /* of logs, or NULL */
	const struct kb_named_options *actions;
	char *const *action_names; /* what the jail calls each */
	size_t action_count;
	const struct kb_options *options; /* of the jail, that its actions see */
	enum kban_rule_language language; /* that its rules must be possible in */
};

/*
 * Compile what can be; each mistake is one problem with the jail as its subject.
 * KBAN_OK also with problems, or KBAN_E_NOMEM.
 */
int kb_jail_parts_make(const struct kb_jail_parts_request *request,
		       struct kb_problem_list *problems, struct kb_jail_parts *out);

void kb_jail_parts_clear(struct kb_jail_parts *parts);

/*
 * Add the rules of all firewall actions, with jail, sets, networks and table as @a usual has them.
 * A reason why not has the place of the action.
 */
int kb_jail_parts_rules(const struct kb_jail_parts *parts, const struct kban_rule *usual,
			struct kban_rules *rules, struct kban_error **err);

#endif /* KB_JAIL_JAIL_PARTS_H */
