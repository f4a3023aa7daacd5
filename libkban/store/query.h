/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One use of a prepared statement: what it asks for is bound in the order of its parameters, then
 * it is run, or its rows are taken one after another. A failure on the way is kept until then.
 *
 *	kb_auto_clear(query) query = kb_query_begin(store, KB_SQL_FORGET_HOST);
 *
 *	kb_query_string(&query, jail);
 *	kb_query_addr(&query, addr);
 *	return kb_query_run(&query, err);
 */
#ifndef KB_STORE_QUERY_H
#define KB_STORE_QUERY_H

#include <sqlite3.h>

#include <kban/addr.h>

#include "base/error.h"
#include "base/memory.h"

/* Statements of query.c, in the order of its table. */
enum kb_sql {
	KB_SQL_FIND_JAIL,
	KB_SQL_FIND_SOURCE,
	KB_SQL_FIND_RULE,
	KB_SQL_ADD_JAIL,
	KB_SQL_ADD_SOURCE,
	KB_SQL_ADD_RULE,
	KB_SQL_PUT_POSITION,
	KB_SQL_EACH_POSITION,
	KB_SQL_PUT_CURSOR,
	KB_SQL_EACH_CURSOR,
	KB_SQL_ADD_FAILURE,
	KB_SQL_ADD_EVIDENCE,
	KB_SQL_FORGET_HOST,
	KB_SQL_FORGET_ALL,
	KB_SQL_PRUNE,
	KB_SQL_MOVE_FAILURES,
	KB_SQL_EACH_FAILURE,
	KB_SQL_EACH_FAILURE_OF,
	KB_SQL_EACH_EVIDENCE,
	KB_SQL_ADD_LOOKUP,
	KB_SQL_FORGET_LOOKUPS,
	KB_SQL_EACH_LOOKUP,
	KB_SQL_REPLACE_BAN,
	KB_SQL_ADD_BAN,
	KB_SQL_ADD_PAST_BAN,
	KB_SQL_DROP_OLDEST,
	KB_SQL_CLAIM,
	KB_SQL_CLAIM_HOSTS,
	KB_SQL_EXTEND_BAN,
	KB_SQL_MOVE_BANS,
	KB_SQL_END_BAN,
	KB_SQL_EACH_BAN,
	KB_SQL_EACH_BAN_IN,
	KB_SQL_EACH_BAN_OF,
	KB_SQL_COUNT,
	KB_SQL_COUNT_IN,
	KB_SQL_LAST_BAN,
	KB_SQL_HAS_BAN,
	KB_SQL_FIND_BAN,
	KB_SQL_RENUMBER_BAN,
	KB_SQL_PURGE_EVIDENCE,
	KB_SQL_PURGE_BANS,
	KB_SQL_SHRINK,
	KB_SQL_PUT_ACTION_HOST,
	KB_SQL_DROP_ACTION_HOST,
	KB_SQL_EACH_ACTION_HOST,
	KB_SQL_STATEMENTS
};

struct kban_store;

struct kb_query {
	struct kban_store *store;
	sqlite3_stmt *statement;
	int parameter; /* the last that was bound */
	int code;      /* of SQLite, of the first call that failed */
};

/* Statements may run side by side, but not one inside itself. */
struct kb_query kb_query_begin(struct kban_store *store, enum kb_sql which);
void kb_query_clear(struct kb_query *query);

void kb_query_number(struct kb_query *query, int64_t number);
void kb_query_null(struct kb_query *query);
void kb_query_string(struct kb_query *query, const char *string);
void kb_query_blob(struct kb_query *query, struct kban_text bytes);
void kb_query_addr(struct kb_query *query, const struct kban_addr *addr);

/*
 * Run what changes something. If it fails, so does all else of the transaction, which must be given
 * up: SQLite may have done so already.
 */
int kb_query_run(struct kb_query *query, struct kban_error **err);

/* 1: there is a row, to be had by sqlite3_column_…(); 0: no more; or a status. */
int kb_query_next(struct kb_query *query, struct kban_error **err);

/* The address in a column; false if it is none, as in a damaged file. */
int kb_query_column_addr(const struct kb_query *query, int column, struct kban_addr *out);

/* Prepare all statements, KB_SQL_STATEMENTS of them. A code of SQLite. */
int kb_query_prepare_all(sqlite3 *db, sqlite3_stmt **statements);

KB_DEFINE_AUTO_CLEAR(query)

#endif /* KB_STORE_QUERY_H */
