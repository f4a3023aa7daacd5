/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* NAME[option=value, option="v,]2"][more='x']: how jails name filters and actions. */
#ifndef KB_CONF_OPTION_LIST_H
#define KB_CONF_OPTION_LIST_H

#include "conf/conf-value.h"

/* Options of an item, and items of a list, at most; more is an error. */
#define KB_NAMED_OPTIONS_MAX 1000

struct kb_named_options {
	char *name;
	struct kb_options options;
	struct kb_where where;
};

/*
 * Read one item that takes all of @a value. A later option replaces one of the same name.
 * KBAN_E_SYNTAX names the place, the option and the column.
 */
int kb_named_options_parse(const struct kb_value *value, struct kb_named_options *out,
			   struct kban_error **err);

void kb_named_options_clear(struct kb_named_options *item);

/* Several items, separated by blanks or line feeds, as in the option action of a jail. */
struct kb_named_options_list {
	struct kb_named_options *items;
	size_t count;
	size_t capacity;
};

int kb_named_options_list_parse(const struct kb_value *value, struct kb_named_options_list *out,
				struct kban_error **err);
void kb_named_options_list_clear(struct kb_named_options_list *list);

KB_DEFINE_AUTO_CLEAR(named_options)
KB_DEFINE_AUTO_CLEAR(named_options_list)

#endif /* KB_CONF_OPTION_LIST_H */
