/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options that mean nothing, which are mostly slips of the pen. */
#ifndef KB_CONF_OPTION_CHECK_H
#define KB_CONF_OPTION_CHECK_H

#include "conf/conf-load.h"

/*
 * Warn of @a name, at @a where, which is none of @a known (NULL-terminated), and to which no option
 * of @a conf refers as %(name)s, %(section/name)s, <name> or <section/name>, with any case; @a
 * place says of what it is an option: "[sshd]". With @a only_near, only if one of them must be
 * meant. KBAN_OK or KBAN_E_NOMEM.
 */
struct kb_option_check {
	const struct kb_conf *conf;
	const char *name;
	const char *place;
	const struct kb_where *where;
	const char *const *known;
	bool only_near;
};

int kb_option_check(const struct kb_option_check *check, const char *subject,
		    struct kb_problem_list *problems);

#endif /* KB_CONF_OPTION_CHECK_H */
