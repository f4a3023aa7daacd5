/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/database.h"

#include <errno.h>

#include "base/context.h"
#include "base/error.h"
#include "store/store-schema.h"

const char *kb_database_path(const struct kban_store *store)
{
	return store->directory != NULL ? kb_state_directory_file(store->directory) : NULL;
}

void kb_database_detach(struct kban_store *store)
{
	size_t i;

	kb_name_forget_all(store);
	for (i = 0; i < kb_array_size(store->statements); i++) {
		sqlite3_finalize(store->statements[i]);
		store->statements[i] = NULL;
	}
	sqlite3_close(store->db);
	store->db = NULL;
}

/* Take @a db over, whether that succeeds or not. */
static int take(struct kban_store *store, sqlite3 *db, struct kban_error **err)
{
	int code;
	int status;

	store->db = db;
	code = kb_query_prepare_all(db, store->statements);
	if (code == SQLITE_OK)
		return KBAN_OK;
	status = kb_schema_fail(db, code, kb_database_path(store), err);
	kb_database_detach(store);
	return status;
}

/* KBAN_E_SYNTAX if the file is to be set aside. */
static int open_file(struct kban_store *store, struct kban_error **err)
{
	sqlite3 *db = NULL;
	int status = kb_state_directory_ready(store->directory, err);

	if (status == KBAN_OK)
		status = kb_schema_open(kb_database_path(store), &db, err);
	return status == KBAN_OK ? take(store, db, err) : status;
}

static int set_aside(struct kban_store *store, const char *reason, struct kban_error **err)
{
	kb_autofree char *aside = NULL;
	int status = kb_state_directory_set_aside(store->directory, kban_context_now(store->ctx),
						  &aside, err);

	if (status == KBAN_OK)
		kb_log(store->ctx, KBAN_ERROR, "database", "%s; set aside as %s, starting anew",
		       reason, aside);
	return status;
}

static int open_or_replace(struct kban_store *store, struct kban_error **err)
{
	kban_auto(error) reason = NULL;
	int status = KBAN_E_SYNTAX;

	if (store->damaged)
		(void)kb_fail(&reason, status, &(struct kb_where){ kb_database_path(store), 0 },
			      "damaged");
	else
		status = open_file(store, &reason);
	if (status == KBAN_E_SYNTAX) {
		status = set_aside(store, kban_error_text(reason), err);
		if (status == KBAN_OK)
			status = open_file(store, err);
	} else if (err != NULL) {
		*err = kb_steal(reason);
	}
	store->damaged = status == KBAN_E_SYNTAX;
	return status;
}

static int stand_in(struct kban_store *store, struct kban_error **err)
{
	sqlite3 *db = NULL;
	int status = kb_schema_open(NULL, &db, err);

	return status == KBAN_OK ? take(store, db, err) : status;
}

int kb_database_attach(struct kban_store *store, struct kban_error **err)
{
	int status;

	kb_database_detach(store);
	store->stand_in = false;
	if (store->directory == NULL)
		return stand_in(store, err);
	status = open_or_replace(store, err);
	if (status == KBAN_OK && sqlite3_db_readonly(store->db, "main"))
		status = kb_fail_errno(err, EROFS, &(struct kb_where){ kb_database_path(store), 0 },
				       "cannot be written");
	store->stand_in = status != KBAN_OK;
	if (store->db == NULL && stand_in(store, NULL) != KBAN_OK)
		return kb_fail_memory(err);
	return status;
}

bool kb_database_is_stale(const struct kban_store *store)
{
	int moved = 0;

	if (store->stand_in || store->damaged || store->db == NULL)
		return true;
	if (store->directory != NULL)
		sqlite3_file_control(store->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	return moved != 0;
}
