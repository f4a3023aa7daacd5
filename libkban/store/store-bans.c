/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>

#include "store/database.h"
#include "store/query.h"
#include "store/store.h"

/* A host has one ban in force in a jail: an older one ends where the new one begins. */
static int replace_ban(struct kban_store *store, const struct kb_ban_record *record,
		       struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, KB_SQL_REPLACE_BAN);

	kb_query_string(&query, record->jail);
	kb_query_addr(&query, &record->addr);
	kb_query_number(&query, record->since);
	return kb_query_run(&query, err);
}

static int insert_ban(struct kban_store *store, struct kb_ban_record *record,
		      struct kban_error **err)
{
	bool is_over = record->end != KB_END_NONE;
	kb_auto_clear(query) query =
		kb_query_begin(store, is_over ? KB_SQL_ADD_PAST_BAN : KB_SQL_ADD_BAN);
	struct kb_name name = { .text = record->jail };
	int64_t jail = 0;
	int status = kb_name_id(store, KB_NAME_JAIL, &name, &jail, err);

	if (status != KBAN_OK)
		return status;
	kb_query_number(&query, jail);
	kb_query_addr(&query, &record->addr);
	kb_query_number(&query, record->since);
	kb_query_number(&query, record->until);
	kb_query_number(&query, record->number);
	kb_query_number(&query, record->manual);
	if (is_over) {
		kb_query_number(&query, record->end);
		kb_query_number(&query, record->ended);
	}
	status = kb_query_run(&query, err);
	if (status == KBAN_OK)
		record->id = sqlite3_last_insert_rowid(store->db);
	return status;
}

int kb_store_add_past_ban(struct kban_store *store, struct kb_ban_record *record,
			  struct kban_error **err)
{
	return insert_ban(store, record, err);
}

/* Run one of the two steps of claiming, which differ in what their number means. */
static int claim_step(struct kban_store *store, enum kb_sql which,
		      const struct kb_ban_record *record, int64_t number, struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, which);

	kb_query_string(&query, record->jail);
	kb_query_addr(&query, &record->addr);
	kb_query_number(&query, number);
	return kb_query_run(&query, err);
}

/* What led to the ban of a network may be failures of hosts in it. */
static int claim_hosts(struct kban_store *store, const struct kb_ban_record *record, int64_t keep,
		       struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, KB_SQL_CLAIM_HOSTS);
	struct kban_addr first = record->addr, last;

	first.prefix = first.family == KBAN_IPV4 ? 32 : 128;
	last = first;
	for (unsigned bit = record->addr.prefix; bit < first.prefix; bit++)
		last.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	kb_query_string(&query, record->jail);
	kb_query_addr(&query, &first);
	kb_query_number(&query, record->id);
	kb_query_addr(&query, &last);
	kb_query_number(&query, keep);
	return kb_query_run(&query, err);
}

int kb_store_add_ban(struct kban_store *store, struct kb_ban_record *record, size_t keep_lines,
		     struct kban_error **err)
{
	int64_t keep = keep_lines < INT64_MAX ? (int64_t)keep_lines : INT64_MAX;
	int status = replace_ban(store, record, err);

	if (status == KBAN_OK)
		status = insert_ban(store, record, err);
	if (status == KBAN_OK)
		status = claim_step(store, KB_SQL_DROP_OLDEST, record, keep, err);
	if (status == KBAN_OK)
		status = claim_step(store, KB_SQL_CLAIM, record, record->id, err);
	if (status == KBAN_OK && kban_addr_is_network(&record->addr))
		status = claim_hosts(store, record, keep, err);
	return status;
}

/* KBAN_E_NOTFOUND where the change before this call changed nothing. */
static int changed_one(struct kban_store *store, const char *jail, const struct kban_addr *addr,
		       struct kban_error **err)
{
	char text[KBAN_ADDR_TEXT_SIZE];

	if (sqlite3_changes(store->db) > 0)
		return KBAN_OK;
	return kb_fail(err, KBAN_E_NOTFOUND, NULL, "%s is not banned in %s",
		       kban_addr_print(addr, text), jail);
}

int kb_store_extend_ban(struct kban_store *store, const char *jail, const struct kban_addr *addr,
			kban_usec until, struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, KB_SQL_EXTEND_BAN);
	int status;

	kb_query_string(&query, jail);
	kb_query_addr(&query, addr);
	kb_query_number(&query, until);
	status = kb_query_run(&query, err);
	return status == KBAN_OK ? changed_one(store, jail, addr, err) : status;
}

_Static_assert(KBAN_FOREVER == INT64_MAX, "as the statement has it");

static int move_some(struct kban_store *store, enum kb_sql which, const char *jail, kban_usec by,
		     struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, which);

	kb_query_string(&query, jail);
	kb_query_number(&query, by);
	return kb_query_run(&query, err);
}

int kb_store_move(struct kban_store *store, const char *jail, kban_usec by, struct kban_error **err)
{
	int status = move_some(store, KB_SQL_MOVE_BANS, jail, by, err);

	return status == KBAN_OK ? move_some(store, KB_SQL_MOVE_FAILURES, jail, by, err) : status;
}

int kb_store_end_ban(struct kban_store *store, const char *jail, const struct kban_addr *addr,
		     enum kb_ban_end end, kban_usec when, struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, KB_SQL_END_BAN);
	int status;

	kb_query_string(&query, jail);
	kb_query_addr(&query, addr);
	kb_query_number(&query, end);
	kb_query_number(&query, when);
	status = kb_query_run(&query, err);
	return status == KBAN_OK ? changed_one(store, jail, addr, err) : status;
}

static int purge_step(struct kban_store *store, enum kb_sql which, kban_usec before,
		      struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, which);

	kb_query_number(&query, before);
	return kb_query_run(&query, err);
}

static int shrink(struct kban_store *store, struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, KB_SQL_SHRINK);

	return kb_query_run(&query, err);
}

int kb_store_purge(struct kban_store *store, kban_usec before, struct kban_error **err)
{
	int status = purge_step(store, KB_SQL_PURGE_EVIDENCE, before, err);

	if (status == KBAN_OK)
		status = purge_step(store, KB_SQL_PURGE_BANS, before, err);
	return status == KBAN_OK ? shrink(store, err) : status;
}

/* The ban of a row; false if a damaged file gave an address that is none. */
static bool read_ban(const struct kb_query *query, struct kb_ban_record *out)
{
	sqlite3_stmt *row = query->statement;

	if (!kb_query_column_addr(query, 2, &out->addr))
		return false;
	out->id = sqlite3_column_int64(row, 0);
	out->jail = (const char *)sqlite3_column_text(row, 1);
	out->since = sqlite3_column_int64(row, 3);
	out->until = sqlite3_column_int64(row, 4);
	out->number = (unsigned)sqlite3_column_int64(row, 5);
	out->manual = sqlite3_column_int64(row, 6) != 0;
	out->end = (enum kb_ban_end)sqlite3_column_int(row, 7);
	out->ended = sqlite3_column_int64(row, 8);
	return true;
}

static int visit_all(struct kb_query *query, kb_ban_fn *visit, void *data, struct kban_error **err)
{
	int status;

	while ((status = kb_query_next(query, err)) > 0) {
		struct kb_ban_record record = { 0 };

		if (!read_ban(query, &record))
			continue;
		if (record.jail == NULL)
			return kb_fail_memory(err);
		status = visit(&record, data);
		if (status != 0)
			return status;
	}
	return status;
}

int kb_store_each_ban(struct kban_store *store, const char *jail, kb_ban_fn *visit, void *data,
		      struct kban_error **err)
{
	kb_auto_clear(query) query =
		kb_query_begin(store, jail != NULL ? KB_SQL_EACH_BAN_IN : KB_SQL_EACH_BAN);

	if (jail != NULL)
		kb_query_string(&query, jail);
	return visit_all(&query, visit, data, err);
}

int kb_store_each_ban_of(struct kban_store *store, const struct kban_addr *addr, kb_ban_fn *visit,
			 void *data, struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, KB_SQL_EACH_BAN_OF);

	kb_query_addr(&query, addr);
	return visit_all(&query, visit, data, err);
}

/* ?1 is the jail, ?2 the host where both are asked for. */
int kb_store_count_bans(struct kban_store *store, const char *jail, const struct kban_addr *addr,
			struct kban_error **err)
{
	kb_auto_clear(query) query =
		kb_query_begin(store, jail != NULL ? KB_SQL_COUNT_IN : KB_SQL_COUNT);
	int status;
	int64_t count;

	if (jail != NULL)
		kb_query_string(&query, jail);
	kb_query_addr(&query, addr);
	status = kb_query_next(&query, err);
	if (status <= 0)
		return status;
	count = sqlite3_column_int64(query.statement, 0);
	return count < INT_MAX ? (int)count : INT_MAX;
}

int kb_store_has_ban(struct kban_store *store, const char *jail, const struct kban_addr *addr,
		     kban_usec since, struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, KB_SQL_HAS_BAN);
	int status;

	kb_query_string(&query, jail);
	kb_query_addr(&query, addr);
	kb_query_number(&query, since);
	status = kb_query_next(&query, err);
	return status > 0 ? sqlite3_column_int(query.statement, 0) : status;
}

int kb_store_renumber_ban(struct kban_store *store, const char *jail, const struct kban_addr *addr,
			  unsigned number, struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, KB_SQL_RENUMBER_BAN);

	kb_query_string(&query, jail);
	kb_query_addr(&query, addr);
	kb_query_number(&query, number);
	return kb_query_run(&query, err);
}

int kb_store_last_ban(struct kban_store *store, const char *jail, const struct kban_addr *addr,
		      kban_usec *since, struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, KB_SQL_LAST_BAN);
	int status;

	kb_query_string(&query, jail);
	kb_query_addr(&query, addr);
	status = kb_query_next(&query, err);
	if (status <= 0 || sqlite3_column_type(query.statement, 0) == SQLITE_NULL)
		return status < 0 ? status : 0;
	*since = sqlite3_column_int64(query.statement, 0);
	return 1;
}
