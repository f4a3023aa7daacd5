/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an action's file or a jail's brackets say that nobody understands. */
#ifndef KB_ACTION_ACTION_NAMES_H
#define KB_ACTION_ACTION_NAMES_H

#include "conf/conf-load.h"
#include "conf/option-list.h"

/*
 * Warn of names and values that mean nothing in the file @a conf and in the parameters of @a item,
 * with @a subject. KBAN_OK or KBAN_E_NOMEM.
 */
int kb_action_names_check(const struct kb_conf *conf, const struct kb_named_options *item,
			  const char *subject, struct kb_problem_list *problems);

/* The same of an action in @a dir whose file is not loaded. Without a file nothing is checked. */
int kb_action_names_check_file(const char *dir, const struct kb_named_options *item,
			       const char *subject, struct kb_problem_list *problems);

#endif /* KB_ACTION_ACTION_NAMES_H */
