/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/query.h"

#include <assert.h>

#include "base/text.h"
#include "store/database.h"
#include "store/store-schema.h"

#define JAIL_ID "(SELECT id FROM jail WHERE name = ?1)"

/*
 * Failures that no ban has claimed. SQLite knows nothing of how many there are for a host, or in a
 * jail, so that it is told by which index to look: left alone, it reads all of a jail in order of
 * time to find the few of a host.
 */
#define OF_JAIL "failure INDEXED BY failure_time WHERE ban IS NULL AND jail = " JAIL_ID
#define OF_HOST \
	"failure INDEXED BY failure_host WHERE ban IS NULL AND jail = " JAIL_ID " AND addr = ?2"

#define BAN_ROW                                                               \
	"SELECT b.id, j.name, b.addr, b.since, b.until, b.number, b.manual, " \
	"b.how, b.ended FROM ban b JOIN jail j ON j.id = b.jail "

/*
 * The order of the columns is known to store-failures.c, that of BAN_ROW to store-bans.c. A report
 * has neither source nor rule.
 */
#define FAILURE_ROW                                                             \
	"SELECT j.name, f.addr, f.time, r.text, r.file, r.line, s.path, "       \
	"f.line, f.text, f.fields FROM failure f JOIN jail j ON j.id = f.jail " \
	"LEFT JOIN source s ON s.id = f.source LEFT JOIN rule r ON r.id = f.rule "

/* The same columns, with a name in place of jail and address. */
#define LOOKUP_ROW                                                      \
	"SELECT l.name, NULL, l.time, r.text, r.file, r.line, s.path, " \
	"l.line, l.text, l.fields FROM lookup l "                       \
	"LEFT JOIN source s ON s.id = l.source LEFT JOIN rule r ON r.id = l.rule "

static const char *const sql[] = {
	[KB_SQL_FIND_JAIL] = "SELECT id FROM jail WHERE name = ?1",
	[KB_SQL_FIND_SOURCE] = "SELECT id FROM source WHERE path = ?1",
	[KB_SQL_FIND_RULE] = "SELECT id FROM rule WHERE text = ?1 AND file = ?2 AND line = ?3",
	[KB_SQL_ADD_JAIL] = "INSERT INTO jail (name) VALUES (?1)",
	[KB_SQL_ADD_SOURCE] = "INSERT INTO source (path) VALUES (?1)",
	[KB_SQL_ADD_RULE] = "INSERT INTO rule (text, file, line) VALUES (?1, ?2, ?3)",

	[KB_SQL_PUT_POSITION] =
		"INSERT OR REPLACE INTO position VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
		" ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
	[KB_SQL_EACH_POSITION] =
		"SELECT s.path, p.device, p.inode, p.offset, p.lines, p.head_hash, p.tail_hash,"
		" p.head_len, p.tail_len, p.born, p.seen, p.old_inode, p.old_born, p.old_offset,"
		" p.old_tail_hash FROM position p JOIN source s ON s.id = p.source"
		" ORDER BY s.path",
	[KB_SQL_PUT_CURSOR] = "INSERT OR REPLACE INTO cursor VALUES (?1, ?2, ?3)",
	[KB_SQL_EACH_CURSOR] = "SELECT s.path, c.text, c.time FROM cursor c"
			       " JOIN source s ON s.id = c.source ORDER BY s.path",

	[KB_SQL_ADD_FAILURE] = "INSERT INTO failure (jail, addr, time, source, line, text,"
			       " rule, fields) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[KB_SQL_ADD_EVIDENCE] = "INSERT INTO failure (jail, addr, time, source, line, text, rule,"
				" fields, ban) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	[KB_SQL_FORGET_HOST] = "DELETE FROM " OF_HOST,
	[KB_SQL_FORGET_ALL] = "DELETE FROM " OF_JAIL,
	[KB_SQL_PRUNE] = "DELETE FROM " OF_JAIL " AND time < ?2",
	/* Not by an index in which they move meanwhile. */
	[KB_SQL_MOVE_FAILURES] =
		"UPDATE failure SET time = time + ?2 WHERE id IN (SELECT id FROM " OF_JAIL ")",
	[KB_SQL_EACH_FAILURE] = FAILURE_ROW "WHERE f.ban IS NULL AND f.jail = " JAIL_ID
					    " AND f.time >= ?2 ORDER BY f.time, f.id",
	[KB_SQL_EACH_FAILURE_OF] =
		FAILURE_ROW "WHERE f.ban IS NULL AND f.addr = ?1 ORDER BY f.time, f.id",
	[KB_SQL_EACH_EVIDENCE] = FAILURE_ROW "WHERE f.ban = ?1 ORDER BY f.time, f.id",

	[KB_SQL_ADD_LOOKUP] = "INSERT INTO lookup (jail, name, time, source, line, text, rule,"
			      " fields) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[KB_SQL_FORGET_LOOKUPS] = "DELETE FROM lookup WHERE jail = " JAIL_ID,
	[KB_SQL_EACH_LOOKUP] = LOOKUP_ROW "WHERE l.jail = " JAIL_ID " AND l.time >= ?2"
					  " ORDER BY l.id",

	[KB_SQL_REPLACE_BAN] = "UPDATE ban SET how = 1, ended = min(until, max(since, ?3))"
			       " WHERE how = 0 AND jail = " JAIL_ID " AND addr = ?2",
	[KB_SQL_ADD_BAN] = "INSERT INTO ban (jail, addr, since, until, number, manual, how)"
			   " VALUES (?1, ?2, ?3, ?4, coalesce(nullif(?5, 0), (SELECT 1 +"
			   " max(count(*), coalesce(max(number), 0)) FROM ban WHERE addr = ?2"
			   " AND jail = ?1)), ?6, 0)",
	[KB_SQL_ADD_PAST_BAN] = "INSERT INTO ban (jail, addr, since, until, number, manual, how,"
				" ended) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[KB_SQL_DROP_OLDEST] = "DELETE FROM " OF_HOST " AND id NOT IN (SELECT id FROM " OF_HOST
			       " ORDER BY time DESC, id DESC LIMIT ?3)",
	[KB_SQL_CLAIM] = "UPDATE failure INDEXED BY failure_host SET ban = ?3"
			 " WHERE ban IS NULL AND jail = " JAIL_ID " AND addr = ?2",
	[KB_SQL_CLAIM_HOSTS] =
		"UPDATE failure SET ban = ?3 WHERE id IN (SELECT id FROM failure INDEXED BY"
		" failure_host WHERE ban IS NULL AND jail = " JAIL_ID " AND addr BETWEEN ?2 AND ?4"
		" AND length(addr) = length(?2) ORDER BY time DESC, id DESC LIMIT ?5)",
	[KB_SQL_EXTEND_BAN] =
		"UPDATE ban SET until = ?3 WHERE how = 0 AND jail = " JAIL_ID " AND addr = ?2",
	/* The greatest number is for ever, and stays so. */
	[KB_SQL_MOVE_BANS] = "UPDATE ban SET since = since + ?2,"
			     " until = iif(until = 9223372036854775807, until, until + ?2)"
			     " WHERE how = 0 AND jail = " JAIL_ID,
	[KB_SQL_END_BAN] = "UPDATE ban SET how = ?3, ended = ?4 WHERE how = 0 AND jail = " JAIL_ID
			   " AND addr = ?2",
	[KB_SQL_EACH_BAN] = BAN_ROW "WHERE b.how = 0 ORDER BY b.id",
	[KB_SQL_EACH_BAN_IN] = BAN_ROW "WHERE b.how = 0 AND b.jail = " JAIL_ID " ORDER BY b.id",
	[KB_SQL_EACH_BAN_OF] = BAN_ROW "WHERE b.addr = ?1 ORDER BY b.since DESC, b.id DESC",
	/* Older ones may be forgotten, or were never told: the number of the newest counts them. */
	[KB_SQL_COUNT] = "SELECT total(n) FROM (SELECT max(count(*), max(number)) AS n FROM ban"
			 " WHERE addr = ?1 GROUP BY jail)",
	[KB_SQL_COUNT_IN] = "SELECT max(count(*), coalesce(max(number), 0)) FROM ban"
			    " WHERE addr = ?2 AND jail = " JAIL_ID,
	[KB_SQL_LAST_BAN] = "SELECT max(since) FROM ban WHERE addr = ?2 AND jail = " JAIL_ID,
	[KB_SQL_HAS_BAN] = "SELECT EXISTS (SELECT 1 FROM ban WHERE addr = ?2 AND jail = " JAIL_ID
			   " AND since = ?3)",
	[KB_SQL_FIND_BAN] = "SELECT id FROM ban WHERE how = 0 AND jail = " JAIL_ID " AND addr = ?2",
	[KB_SQL_RENUMBER_BAN] =
		"UPDATE ban SET number = max(number, ?3) WHERE how = 0 AND jail = " JAIL_ID
		" AND addr = ?2",

	[KB_SQL_PURGE_EVIDENCE] = "DELETE FROM failure WHERE ban IN"
				  " (SELECT id FROM ban WHERE how <> 0 AND ended < ?1)",
	[KB_SQL_PURGE_BANS] = "DELETE FROM ban WHERE how <> 0 AND ended < ?1",
	[KB_SQL_SHRINK] = "PRAGMA incremental_vacuum(1024)",

	[KB_SQL_PUT_ACTION_HOST] = "INSERT OR REPLACE INTO action_host (jail, action, addr, state)"
				   " VALUES (?1, ?2, ?3, ?4)",
	[KB_SQL_DROP_ACTION_HOST] =
		"DELETE FROM action_host WHERE jail = " JAIL_ID " AND action = ?2 AND addr = ?3",
	[KB_SQL_EACH_ACTION_HOST] = "SELECT j.name, a.action, a.addr, a.state FROM action_host a"
				    " JOIN jail j ON j.id = a.jail WHERE a.jail = " JAIL_ID
				    " ORDER BY a.action, a.addr",
};

_Static_assert(kb_array_size(sql) == KB_SQL_STATEMENTS, "one text each");

int kb_query_prepare_all(sqlite3 *db, sqlite3_stmt **statements)
{
	int code = SQLITE_OK;
	size_t i;

	for (i = 0; i < KB_SQL_STATEMENTS && code == SQLITE_OK; i++)
		code = sqlite3_prepare_v3(db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &statements[i],
					  NULL);
	return code;
}

struct kb_query kb_query_begin(struct kban_store *store, enum kb_sql which)
{
	struct kb_query query = { store, store->statements[which], 0, SQLITE_OK };

	if (query.statement == NULL) /* no memory for a database */
		query.code = SQLITE_NOMEM;
	assert(query.statement == NULL || !sqlite3_stmt_busy(query.statement));
	return query;
}

void kb_query_clear(struct kb_query *query)
{
	if (query->statement == NULL)
		return;
	sqlite3_reset(query->statement);
	sqlite3_clear_bindings(query->statement);
}

static void keep(struct kb_query *query, int code)
{
	if (query->code == SQLITE_OK)
		query->code = code;
}

void kb_query_number(struct kb_query *query, int64_t number)
{
	keep(query, sqlite3_bind_int64(query->statement, ++query->parameter, number));
}

void kb_query_null(struct kb_query *query)
{
	keep(query, sqlite3_bind_null(query->statement, ++query->parameter));
}

void kb_query_string(struct kb_query *query, const char *string)
{
	keep(query,
	     sqlite3_bind_text(query->statement, ++query->parameter, string, -1, SQLITE_STATIC));
}

void kb_query_blob(struct kb_query *query, struct kban_text bytes)
{
	/* A NULL pointer would be NULL rather than empty. */
	keep(query, sqlite3_bind_blob64(query->statement, ++query->parameter,
					bytes.len > 0 ? bytes.data : "", bytes.len, SQLITE_STATIC));
}

static size_t family_bytes(const struct kban_addr *addr)
{
	return addr->family == KBAN_IPV4 ? 4 : 16;
}

void kb_query_addr(struct kb_query *query, const struct kban_addr *addr)
{
	uint8_t key[sizeof(addr->bytes) + 1];
	size_t len = family_bytes(addr);

	memcpy(key, addr->bytes, len);
	if (kban_addr_is_network(addr))
		key[len++] = addr->prefix;
	keep(query,
	     sqlite3_bind_blob64(query->statement, ++query->parameter, key, len, SQLITE_TRANSIENT));
}

int kb_query_column_addr(const struct kb_query *query, int column, struct kban_addr *out)
{
	struct kban_addr addr = { 0 };
	const uint8_t *key = sqlite3_column_blob(query->statement, column);
	size_t len = (size_t)sqlite3_column_bytes(query->statement, column);
	size_t bytes = len == 4 || len == 5 ? 4 : 16;

	if (key == NULL || len < bytes || len > bytes + 1)
		return 0;
	addr.family = bytes == 4 ? KBAN_IPV4 : KBAN_IPV6;
	addr.prefix = (uint8_t)(len > bytes ? key[bytes] : bytes * 8);
	if (addr.prefix > bytes * 8)
		return 0;
	memcpy(addr.bytes, key, bytes);
	*out = addr;
	return 1;
}

static int fail(struct kb_query *query, struct kban_error **err)
{
	int primary = query->code & 0xff;

	if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB)
		query->store->damaged = true;
	return kb_schema_fail(query->store->db, query->code, kb_database_path(query->store), err);
}

int kb_query_next(struct kb_query *query, struct kban_error **err)
{
	if (query->code == SQLITE_OK)
		query->code = sqlite3_step(query->statement);
	if (query->code == SQLITE_DONE)
		return 0;
	if (query->code != SQLITE_ROW)
		return fail(query, err);
	query->code = SQLITE_OK;
	return 1;
}

int kb_query_run(struct kb_query *query, struct kban_error **err)
{
	struct kban_store *store = query->store;
	int status;

	assert(store->changing);
	if (store->failed != KBAN_OK)
		return kb_fail(err, store->failed, &(struct kb_where){ kb_database_path(store), 0 },
			       "not written after an earlier failure");
	do
		status = kb_query_next(query, err);
	while (status > 0);
	store->failed = status;
	return status;
}
