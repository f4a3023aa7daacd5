/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a firewall action still is what fail2ban has under its name. */
#ifndef KB_ACTION_FIREWALL_COMMANDS_H
#define KB_ACTION_FIREWALL_COMMANDS_H

#include "action/action-option.h"

/*
 * KBAN_E_NOTFOUND if somebody changed the action's commands or asks for what only they can do: in
 * the jail, in a file NAME.local or in one below NAME.d. The error names place and option.
 */
int kb_firewall_check_commands(const struct kb_action_options *options, struct kban_error **err);

/* Tell that only the action's own commands can do what @a option asks for. KBAN_E_NOTFOUND. */
int kb_firewall_fail_foreign(const char *action, const char *option, const struct kb_where *where,
			     struct kban_error **err);

#endif /* KB_ACTION_FIREWALL_COMMANDS_H */
