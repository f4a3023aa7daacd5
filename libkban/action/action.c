/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "action/action.h"

static const struct {
	const char *option, *name;
} events[KB_ACTION_EVENTS] = {
	[KB_ACTION_START] = { "actionstart", "start" },
	[KB_ACTION_STOP] = { "actionstop", "stop" },
	[KB_ACTION_CHECK] = { "actioncheck", "check" },
	[KB_ACTION_BAN] = { "actionban", "ban" },
	[KB_ACTION_REBAN] = { "actionreban", "reban" },
	[KB_ACTION_UNBAN] = { "actionunban", "unban" },
	[KB_ACTION_PROLONG] = { "actionprolong", "prolong" },
	[KB_ACTION_FLUSH] = { "actionflush", "flush" },
	[KB_ACTION_REPAIR] = { "actionrepair", "repair" },
	[KB_ACTION_RELOAD] = { "actionreload", "reload" },
};

const char *kb_action_event_option(enum kb_action_event event)
{
	return events[event].option;
}

const char *kb_action_event_name(enum kb_action_event event)
{
	return events[event].name;
}

const char *kb_action_family_name(enum kb_action_family family)
{
	static const char *const names[KB_FAMILIES] = { "", "inet4", "inet6" };

	return names[family];
}

enum kb_action_family kb_action_family_of(const struct kb_action *action,
					  const struct kban_addr *addr)
{
	if (!action->is_conditional)
		return KB_FAMILY_NONE;
	return addr->family == KBAN_IPV6 ? KB_FAMILY_INET6 : KB_FAMILY_INET4;
}

bool kb_action_has(const struct kb_action *action, enum kb_action_event event)
{
	for (int family = 0; family < KB_FAMILIES; family++)
		if (action->scripts[event][family] != NULL)
			return true;
	return false;
}

struct kb_action *kb_action_ref(struct kb_action *action)
{
	atomic_fetch_add_explicit(&action->references, 1, memory_order_relaxed);
	return action;
}

void kb_action_unref(struct kb_action *action)
{
	if (action == NULL || atomic_fetch_sub(&action->references, 1) != 1)
		return;
	for (int event = 0; event < KB_ACTION_EVENTS; event++)
		for (int family = 0; family < KB_FAMILIES; family++)
			free(action->scripts[event][family]);
	kb_options_clear(&action->properties);
	free(action->name);
	free(action->jail);
	free(action);
}
