/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/store.h"

#include <assert.h>

#include "base/context.h"
#include "base/error.h"
#include "store/database.h"
#include "store/store-schema.h"

void kban_store_close(struct kban_store *store)
{
	if (store == NULL)
		return;
	kb_store_rollback(store);
	kb_database_detach(store);
	kb_state_directory_free(store->directory);
	kban_context_unref(store->ctx);
	free(store);
}

/* What time may heal does not keep a daemon from protecting; what an operator must heal does. */
static bool may_pass(int status)
{
	return status == KBAN_E_LIMIT || status == KBAN_E_SYSTEM || status == KBAN_E_SYNTAX;
}

static int open_database(struct kban_store *store, struct kban_error **err)
{
	kban_auto(error) reason = NULL;
	int status = kb_database_attach(store, &reason);

	if (status == KBAN_OK)
		return KBAN_OK;
	if (store->directory != NULL && may_pass(status)) {
		kb_log(store->ctx, KBAN_ERROR, "database", "%s; the state is not saved until it is",
		       kban_error_text(reason));
		return KBAN_OK;
	}
	if (err != NULL)
		*err = kb_steal(reason);
	return status;
}

int kban_store_open(struct kban_context *ctx, const char *directory, struct kban_store **out,
		    struct kban_error **err)
{
	kban_auto(store) store = calloc(1, sizeof(*store));
	int status = KBAN_OK;

	if (store == NULL)
		return kb_fail_memory(err);
	store->ctx = kban_context_ref(ctx);
	store->saved = KBAN_TIME_NONE;
	if (directory != NULL)
		status = kb_state_directory_open(directory, &store->directory, err);
	if (status == KBAN_OK)
		status = open_database(store, err);
	if (status == KBAN_OK)
		*out = kb_steal(store);
	return status;
}

static int execute(struct kban_store *store, const char *sql, struct kban_error **err)
{
	int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);

	if (code == SQLITE_OK)
		return KBAN_OK;
	store->damaged |= (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
	return kb_schema_fail(store->db, code, kb_database_path(store), err);
}

int kb_store_begin(struct kban_store *store, struct kban_error **err)
{
	int status = KBAN_OK;

	assert(!store->changing);
	if (kb_database_is_stale(store))
		status = kb_database_attach(store, err);
	if (status == KBAN_OK)
		status = execute(store, "BEGIN IMMEDIATE", err);
	store->changing = status == KBAN_OK;
	store->failed = KBAN_OK;
	return status;
}

/* What is in the log moves to its place, where the disk may have room for it already. */
static void make_room(struct kban_store *store)
{
	sqlite3_wal_checkpoint_v2(store->db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

int kb_store_commit(struct kban_store *store, struct kban_error **err)
{
	int status = store->failed;

	assert(store->changing);
	if (status != KBAN_OK)
		status = kb_fail(err, status, &(struct kb_where){ kb_database_path(store), 0 },
				 "not saved after an earlier failure");
	else
		status = execute(store, "COMMIT", err);
	if (status != KBAN_OK) {
		kb_store_rollback(store);
		if (status == KBAN_E_LIMIT)
			make_room(store);
		return status;
	}
	store->changing = false;
	store->saved = kban_context_now(store->ctx);
	return KBAN_OK;
}

void kb_store_rollback(struct kban_store *store)
{
	/* SQLite itself may have rolled back when it ran out of disk or memory. */
	if (store->changing && !sqlite3_get_autocommit(store->db))
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	store->changing = false;
	store->failed = KBAN_OK;
	kb_name_forget_all(store);
}

kban_usec kb_store_saved(const struct kban_store *store)
{
	return store->saved;
}
