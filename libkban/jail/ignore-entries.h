/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KB_JAIL_IGNORE_ENTRIES_H
#define KB_JAIL_IGNORE_ENTRIES_H

#include "base/problem-list.h"
#include "base/string-list.h"
#include "conf/conf-value.h"

/* Entries of one jail at most, with those of files; more is an error. */
#define KB_IGNORE_ENTRIES_MAX 100000

/* Bytes at most of a file that ignoreip names. */
#define KB_IGNORE_FILE_SIZE_MAX ((size_t)4 * 1024 * 1024)

/*
 * Append the entries of ignoreip to @a out: addresses, networks and host names, separated by blanks
 * and commas. file:PATH stands for the entries of a file, in which '#' and ';' begin comments. What
 * is none of these is left out with a warning about @a subject.
 *
 * KBAN_OK, also with problems, or KBAN_E_NOMEM.
 */
int kb_ignore_entries_read(const struct kb_value *value, const char *subject,
			   struct kb_problem_list *problems, struct kb_string_list *out);

#endif /* KB_JAIL_IGNORE_ENTRIES_H */
