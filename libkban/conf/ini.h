/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One text in the ini dialect of fail2ban's files to sections and options. */
#ifndef KB_CONF_INI_H
#define KB_CONF_INI_H

#include "base/problem-list.h"
#include "conf/conf-table.h"

/* Bytes of a file at most. */
#define KB_INI_SIZE_MAX ((size_t)4 * 1024 * 1024)

/* Sections of a file, and options of all its sections together, at most. */
#define KB_INI_SECTIONS_MAX 4096
#define KB_INI_OPTIONS_MAX  4096

/*
 * Read @a text into @a table, which is empty.
 *
 * A mistake inside a section is a problem with that section as subject, and reading goes on. What
 * belongs to no section, and what is beyond a limit, is left out; that is a problem without
 * subject, and says how much is lost. A byte order mark in front means nothing.
 *
 * @param file  What places point to; it must outlive them.
 *
 * @return KBAN_OK, also with problems, or KBAN_E_NOMEM.
 */
int kb_ini_parse(const char *file, struct kban_text text, struct kb_conf_table *table,
		 struct kb_problem_list *problems);

#endif /* KB_CONF_INI_H */
