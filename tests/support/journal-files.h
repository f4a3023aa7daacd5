/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of a systemd journal without systemd: made by systemd-journal-remote(8) from texts. */
#ifndef KBAN_JOURNAL_FILES_H
#define KBAN_JOURNAL_FILES_H

#include <stdbool.h>

#include <kban/base.h>

/* False where there is no systemd-journal-remote. */
bool journal_files_possible(void);

/*
 * Append an entry to the file, which is made if it is not there.
 *
 * @param fields  "NAME=value", NULL-terminated; a value may have line feeds.
 */
void journal_write(const char *path, kban_usec time, const char *const *fields);

#endif /* KBAN_JOURNAL_FILES_H */
