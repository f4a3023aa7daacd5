/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a filter is told that its file does not understand. */
#ifndef KB_FILTER_FILTER_NAMES_H
#define KB_FILTER_FILTER_NAMES_H

#include "base/problem-list.h"
#include "filter/filter-map.h"

/*
 * Warn of arguments of @a map that mean nothing, and of rules of @a source that are nothing but
 * the name of an option that there is not, as where an argument has a slip in its value.
 * KBAN_OK or KBAN_E_NOMEM.
 */
int kb_filter_names_check(const struct kb_filter_map *map, const struct kb_filter_source *source,
			  struct kb_problem_list *problems);

#endif /* KB_FILTER_FILTER_NAMES_H */
