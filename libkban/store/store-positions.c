/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SQLite has signed numbers only: unsigned ones are kept by their bits. */
#include "store/names.h"
#include "store/query.h"
#include "store/store.h"

int kb_store_put_position(struct kban_store *store, const char *path,
			  const struct kban_follow_position *position, struct kban_error **err)
{
	kb_auto_clear(query) put = kb_query_begin(store, KB_SQL_PUT_POSITION);
	struct kb_name name = { .text = path };
	int64_t source = 0;
	int status = kb_name_id(store, KB_NAME_SOURCE, &name, &source, err);

	if (status != KBAN_OK)
		return status;
	kb_query_number(&put, source);
	kb_query_number(&put, (int64_t)position->device);
	kb_query_number(&put, (int64_t)position->inode);
	kb_query_number(&put, (int64_t)position->offset);
	kb_query_number(&put, (int64_t)position->lines);
	kb_query_number(&put, (int64_t)position->head_hash);
	kb_query_number(&put, (int64_t)position->tail_hash);
	kb_query_number(&put, position->head_len);
	kb_query_number(&put, position->tail_len);
	kb_query_number(&put, (int64_t)position->born);
	kb_query_number(&put, (int64_t)position->seen);
	kb_query_number(&put, (int64_t)position->old_inode);
	kb_query_number(&put, (int64_t)position->old_born);
	kb_query_number(&put, (int64_t)position->old_offset);
	kb_query_number(&put, (int64_t)position->old_tail_hash);
	return kb_query_run(&put, err);
}

static void read_position(sqlite3_stmt *row, struct kban_follow_position *out)
{
	out->device = (uint64_t)sqlite3_column_int64(row, 1);
	out->inode = (uint64_t)sqlite3_column_int64(row, 2);
	out->offset = (uint64_t)sqlite3_column_int64(row, 3);
	out->lines = (uint64_t)sqlite3_column_int64(row, 4);
	out->head_hash = (uint64_t)sqlite3_column_int64(row, 5);
	out->tail_hash = (uint64_t)sqlite3_column_int64(row, 6);
	out->head_len = (uint32_t)sqlite3_column_int64(row, 7);
	out->tail_len = (uint32_t)sqlite3_column_int64(row, 8);
	out->born = (uint64_t)sqlite3_column_int64(row, 9);
	out->seen = (uint64_t)sqlite3_column_int64(row, 10);
	out->old_inode = (uint64_t)sqlite3_column_int64(row, 11);
	out->old_born = (uint64_t)sqlite3_column_int64(row, 12);
	out->old_offset = (uint64_t)sqlite3_column_int64(row, 13);
	out->old_tail_hash = (uint64_t)sqlite3_column_int64(row, 14);
}

int kb_store_each_position(struct kban_store *store, kb_position_fn *visit, void *data,
			   struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, KB_SQL_EACH_POSITION);
	int status;

	while ((status = kb_query_next(&query, err)) > 0) {
		const char *path = (const char *)sqlite3_column_text(query.statement, 0);
		struct kban_follow_position position = { 0 };

		if (path == NULL)
			return kb_fail_memory(err);
		read_position(query.statement, &position);
		status = visit(path, &position, data);
		if (status != 0)
			return status;
	}
	return status;
}

int kb_store_put_cursor(struct kban_store *store, const char *journal, const char *cursor,
			kban_usec time, struct kban_error **err)
{
	kb_auto_clear(query) put = kb_query_begin(store, KB_SQL_PUT_CURSOR);
	struct kb_name name = { .text = journal };
	int64_t source = 0;
	int status = kb_name_id(store, KB_NAME_SOURCE, &name, &source, err);

	if (status != KBAN_OK)
		return status;
	kb_query_number(&put, source);
	kb_query_string(&put, cursor);
	kb_query_number(&put, time);
	return kb_query_run(&put, err);
}

int kb_store_each_cursor(struct kban_store *store, kb_cursor_fn *visit, void *data,
			 struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, KB_SQL_EACH_CURSOR);
	int status;

	while ((status = kb_query_next(&query, err)) > 0) {
		const char *journal = (const char *)sqlite3_column_text(query.statement, 0);
		const char *cursor = (const char *)sqlite3_column_text(query.statement, 1);

		if (journal == NULL || cursor == NULL)
			return kb_fail_memory(err);
		status = visit(journal, cursor, sqlite3_column_int64(query.statement, 2), data);
		if (status != 0)
			return status;
	}
	return status;
}
