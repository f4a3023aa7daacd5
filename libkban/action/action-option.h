/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The options of an action as a jail has it. What the jail says in brackets beats what the file
 * says for the family in [Init?family=inet6], that beats [Init], that [Definition], and that what
 * fail2ban comes with, which holds where there is no file.
 */
#ifndef KB_ACTION_ACTION_OPTION_H
#define KB_ACTION_ACTION_OPTION_H

#include <kban/addr.h>

#include "conf/conf-load.h"
#include "conf/option-list.h"

/* What fail2ban comes with; names may have a condition: "blocktype?family=inet6". */
struct kb_action_default {
	const char *name, *value;
};

struct kb_action_options {
	const struct kb_named_options *item; /* as the jail names it */
	const char *jail;
	const struct kb_conf *conf;               /* its file; NULL: there is none */
	const struct kb_action_default *defaults; /* ended by a name of NULL; may be NULL */
};

/*
 * The value of an option with its <tags> replaced; those that nothing resolves stay.
 *
 * @return KBAN_OK; KBAN_E_NOTFOUND, with no error text, if there is no such option; KBAN_E_SYNTAX;
 *         KBAN_E_LIMIT; KBAN_E_NOMEM.
 */
int kb_action_option(const struct kb_action_options *options, const char *name,
		     enum kban_family family, struct kb_value *out, struct kban_error **err);

#endif /* KB_ACTION_ACTION_OPTION_H */
