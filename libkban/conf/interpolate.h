/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * References %(name)s in values. %% is a percent sign; any other % is a mistake.
 *
 *   %(name)s            of the variables, else of the section, else of DEFAULT
 *   %(__name__)s        the name of the section
 *   %(section/name)s    as written there, else in DEFAULT, and then resolved here
 *   %(default/name)s    of DEFAULT
 *   %(known/name)s      of the variable of that name; else what the value replaced that refers to
 *                       it, however often it was replaced, and at last that of DEFAULT
 *
 * Names are looked up in lower case, sections as written. Variables named known/name are inserted
 * as they are; all else is resolved in its turn.
 */
#ifndef KB_CONF_INTERPOLATE_H
#define KB_CONF_INTERPOLATE_H

#include "conf/conf-table.h"

/* How deep references may nest, and how many of them may go into one value; more is an error. */
#define KB_INTERPOLATE_DEPTH_MAX      64
#define KB_INTERPOLATE_REFERENCES_MAX 20000

/* Where references are looked up. */
struct kb_scope {
	const struct kb_conf_table *table;
	const char *section;
	const struct kb_options *variables; /* beat the section's own options; may be NULL */
	const char *option;                 /* that is being read, for errors */
};

/*
 * KBAN_OK, KBAN_E_NOMEM; KBAN_E_SYNTAX, KBAN_E_LIMIT with file, line, option and reference.
 * @a out is untouched on failure.
 */
int kb_interpolate(const struct kb_scope *scope, const struct kb_value *raw, struct kb_value *out,
		   struct kban_error **err);

#endif /* KB_CONF_INTERPOLATE_H */
