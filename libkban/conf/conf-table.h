/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sections with their options, of one file or merged from several. */
#ifndef KB_CONF_CONF_TABLE_H
#define KB_CONF_CONF_TABLE_H

#include "conf/conf-value.h"

/* Options that every section falls back to. */
#define KB_CONF_DEFAULT "DEFAULT"

struct kb_conf_section {
	char *name;
	struct kb_where where; /* of its first header */
	struct kb_options options;
	/*
	 * What later files replaced, oldest first, so a name may stand there more than once: what
	 * %(known/NAME)s refers to.
	 */
	struct kb_options known;
};

struct kb_conf_table {
	struct kb_conf_section **items; /* in the order they appeared */
	size_t count;
	size_t capacity;
};

/* NULL if there is none. */
struct kb_conf_section *kb_conf_table_find(const struct kb_conf_table *table, const char *name);

/* The section of that name, which is added if there is none. NULL without memory. */
struct kb_conf_section *kb_conf_table_add(struct kb_conf_table *table, struct kban_text name,
					  const struct kb_where *where);

/*
 * Let the options of @a from, which are moved, replace those of @a into. A section NAME?COND is
 * merged into NAME, as options OPTION?COND.
 */
int kb_conf_table_merge(struct kb_conf_table *into, struct kb_conf_table *from);

/* The section's own or DEFAULT's value, or NULL. */
const struct kb_value *kb_conf_table_value(const struct kb_conf_table *table, const char *section,
					   const char *option);

/*
 * The value of @a option that holds where @a after does not: without @a after the one in force,
 * then what that replaced, and so on, the section's before DEFAULT's. NULL behind the last.
 */
const struct kb_value *kb_conf_table_older(const struct kb_conf_table *table, const char *section,
					   const char *option, const struct kb_value *after);

void kb_conf_table_clear(struct kb_conf_table *table);

KB_DEFINE_AUTO_CLEAR(conf_table)

#endif /* KB_CONF_CONF_TABLE_H */
