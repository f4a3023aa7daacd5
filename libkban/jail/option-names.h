/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KB_JAIL_OPTION_NAMES_H
#define KB_JAIL_OPTION_NAMES_H

#include "base/problem-list.h"
#include "conf/conf-load.h"

/*
 * Warn about options of @a section that look like a slip for one that means something: unknown,
 * near to a known name, and not referred to anywhere. @a subject is the jail concerned, or NULL.
 *
 * KBAN_OK or KBAN_E_NOMEM.
 */
int kb_option_names_check(const struct kb_conf *conf, const char *section, const char *subject,
			  struct kb_problem_list *problems);

#endif /* KB_JAIL_OPTION_NAMES_H */
