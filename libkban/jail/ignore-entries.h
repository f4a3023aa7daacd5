/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KB_JAIL_IGNORE_ENTRIES_H
#define KB_JAIL_IGNORE_ENTRIES_H

#include "base/problem-list.h"
#include "base/string-list.h"
#include "conf/conf-value.h"

/* Entries of one jail at most, with those of files; more is an error. */
#define KB_IGNORE_ENTRIES_MAX 100000

struct kb_ignore_entries {
	struct kb_string_list all;    /* with those of files */
	struct kb_string_list direct; /* those that ignoreip itself has */
	struct kb_string_list files;  /* paths of the files that it names */
};

/*
 * Append the entries of ignoreip to @a out: addresses, networks and host names, separated by blanks
 * and commas. file:PATH stands for the entries of a file, in which '#' and ';' begin comments. What
 * is none of these is left out, which is a problem of @a subject, as is a file that is not there.
 *
 * KBAN_OK, also with problems, or KBAN_E_NOMEM.
 */
int kb_ignore_entries_read(const struct kb_value *value, const char *subject,
			   struct kb_problem_list *problems, struct kb_ignore_entries *out);

void kb_ignore_entries_clear(struct kb_ignore_entries *entries);

KB_DEFINE_AUTO_CLEAR(ignore_entries)

#endif /* KB_JAIL_IGNORE_ENTRIES_H */
