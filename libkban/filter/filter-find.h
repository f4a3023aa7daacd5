/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KB_FILTER_FILTER_FIND_H
#define KB_FILTER_FILTER_FIND_H

#include "conf/conf-load.h"

/*
 * Read the files of filter @a name: one of the names in CONFIG_DIR/filter.d, or a path, with or
 * without suffix. A file in a directory filter.d, and a path without suffix, are read with all that
 * belongs to them (NAME.conf, NAME.d, NAME.local); any other file with its sibling .local alone.
 *
 * KBAN_E_NOTFOUND, without error text, if there is none; else as kb_conf_load().
 */
int kb_filter_find(const char *config_dir, const char *name, struct kb_problem_list *problems,
		   struct kb_conf **out);

/* @a name without directory and suffix, or NULL without memory. */
char *kb_filter_base_name(const char *name);

#endif /* KB_FILTER_FILTER_FIND_H */
