/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening the database: what it must look like, and how it came to look so. */
#ifndef KB_STORE_STORE_SCHEMA_H
#define KB_STORE_STORE_SCHEMA_H

#include <sqlite3.h>

#include <kban/error.h>

/* "kban": what PRAGMA application_id says of a file of ours. */
#define KB_SCHEMA_APPLICATION 0x6b62616e

/* PRAGMA user_version of the newest schema; that of an empty file is 0. */
extern const int kb_schema_version;

/*
 * Open @a path, bring its tables to the newest version and check them. NULL opens an empty database
 * in memory. The file must exist; an empty one is filled.
 *
 * KBAN_E_SYNTAX if the file is damaged, not ours or of a newer kban, KBAN_E_DENIED, KBAN_E_LIMIT
 * (the disk is full), KBAN_E_SYSTEM, KBAN_E_NOMEM.
 */
int kb_schema_open(const char *path, sqlite3 **out, struct kban_error **err);

/* A file may hold anything, also views and triggers that somebody put there. */
void kb_schema_distrust(sqlite3 *db);

/* Write the reason why SQLite answered @a code and return the status it comes to. */
int kb_schema_fail(sqlite3 *db, int code, const char *path, struct kban_error **err);

#endif /* KB_STORE_STORE_SCHEMA_H */
