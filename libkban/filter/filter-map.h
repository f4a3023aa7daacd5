/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of a filter with all they refer to: what filter-load makes patterns of. */
#ifndef KB_FILTER_FILTER_MAP_H
#define KB_FILTER_FILTER_MAP_H

#include "conf/option-list.h"
#include "filter/filter-load.h"

struct kb_filter_map {
	struct kb_named_options item; /* name and arguments; name NULL: no filter is wanted */
	size_t written;               /* of the arguments, those that were not added to them */
	struct kb_conf *conf;         /* its files, to which places point; NULL: none are wanted */
	struct kb_options options;    /* expanded: a later rank has replaced an earlier one */
};

/*
 * The settings of the filter that the jail does not replace, [Init] and the arguments, into @a map,
 * which is zeroed. Statuses are those of kb_filter_source_load(); after a failure @a map is still
 * to be cleared.
 */
int kb_filter_map_load(const struct kb_filter_request *request, struct kb_filter_map *map,
		       struct kban_error **err);

/*
 * The same with every option of the filter that can be resolved, whatever the jail replaces: what
 * a jail may refer to.
 */
int kb_filter_map_load_all(const struct kb_filter_request *request, struct kb_filter_map *map,
			   struct kban_error **err);

void kb_filter_map_clear(struct kb_filter_map *map);

KB_DEFINE_AUTO_CLEAR(filter_map)

#endif /* KB_FILTER_FILTER_MAP_H */
