/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * References <tag> in the options of filters and actions, resolved after %(name)s.
 *
 *   <name>          of the map, exactly as written; else the option of that name, in any case, of
 *                   the variables, the section or DEFAULT
 *   <section/name>  of that section or DEFAULT, resolved there
 *   <default/name>  of DEFAULT
 *   <known/name>    what a later file replaced, else what variables of that name beat
 *
 * A tag that nothing resolves stays: <HOST> and <ip> get their meaning later. A tag is one or more
 * characters without blank, '<' and '>', so in <mode-<name>> the inner one is resolved first and
 * makes the outer one. A tag whose name the map has with a condition (name?family=inet6) stays,
 * too, since which value it has is not known yet.
 */
#ifndef KB_CONF_SUBSTITUTE_H
#define KB_CONF_SUBSTITUTE_H

#include "conf/conf-load.h"

/* Replacements for one map at most; more is taken for tags that refer to each other in a circle. */
#define KB_SUBSTITUTE_MAX 2000

struct kb_substitution {
	const struct kb_conf *conf;         /* NULL: the map alone counts */
	const char *section;                /* usually Definition */
	const struct kb_options *variables; /* beat its options; may be NULL */
	const char *const *keep;            /* tags that stay, NULL-terminated; may be NULL */
};

/* A tag is bytes [from, to) of a text, with its brackets. */
struct kb_tag {
	size_t from, to;
	struct kban_text name;
};

/* The first tag in @a text at or behind @a at. False if there is none. */
bool kb_tag_find(struct kban_text text, size_t at, struct kb_tag *tag);

/*
 * Replace the tags in all values of @a map.
 *
 * @return KBAN_OK; KBAN_E_SYNTAX for tags that refer to each other in a circle and for references
 *         in what they stand for, KBAN_E_LIMIT, with file, line, option and tag; KBAN_E_NOMEM.
 * After a failure some are replaced.
 */
int kb_substitute(const struct kb_substitution *how, struct kb_options *map,
		  struct kban_error **err);

#endif /* KB_CONF_SUBSTITUTE_H */
