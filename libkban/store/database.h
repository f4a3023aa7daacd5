/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is behind a struct kban_store: the file, or what stands in for it. */
#ifndef KB_STORE_DATABASE_H
#define KB_STORE_DATABASE_H

#include <stdbool.h>

#include <kban/store.h>

#include "store/names.h"
#include "store/query.h"
#include "store/state-directory.h"

struct kban_store {
	struct kban_context *ctx;
	struct kb_state_directory *directory; /* NULL: in memory only */
	sqlite3 *db;                          /* NULL only if there was no memory for one */
	sqlite3_stmt *statements[KB_SQL_STATEMENTS];
	struct kb_name_memo memos[KB_NAME_KINDS];
	bool stand_in; /* nothing can be written: db is empty or a file mounted read-only */
	bool damaged;  /* SQLite said so of the file since it was opened */
	bool changing; /* between begin and commit */
	int failed;    /* status of the first change of the transaction that failed */
	kban_usec saved;
};

/*
 * Open the file of the directory in place of what is open. If it is damaged, or of a newer kban, it
 * is set aside, which is logged, and a new one is begun. If it cannot be written now, the status
 * says so, and what can be read, or an empty database, stands in for it; try again later.
 */
int kb_database_attach(struct kban_store *store, struct kban_error **err);

void kb_database_detach(struct kban_store *store);

/* True if what is open is not, or no longer, the file of the directory. */
bool kb_database_is_stale(const struct kban_store *store);

/* Path of the file, for errors; NULL in memory. */
const char *kb_database_path(const struct kban_store *store);

#endif /* KB_STORE_DATABASE_H */
