/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file belongs to one process, so SQLite is told to keep it locked. Then the index of its
 * write-ahead log is in memory rather than in a third file, and a full disk or one mounted
 * read-only cannot keep a daemon from reading what it knew. For the same reason the log is not
 * deleted.
 */
#include "store/store-schema.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "base/memory.h"

/* How long to wait for a lock that somebody's sqlite3(1) holds. */
#define BUSY_MILLISECONDS 1000

/* Bytes of a value at most: what a damaged file can make us allocate. */
#define VALUE_MAX (1 << 20)

/*
 * Step N makes version N+1 of version N. A step that was released is never changed; a new kban adds
 * one.
 *
 * An address is its 4 or 16 bytes, a network has its prefix length behind them. A failure that
 * belongs to no ban still counts. ban.how is an enum kb_ban_end. A lookup is a failure of a host
 * whose addresses are being waited for.
 */
static const char *const steps[] = {
	"CREATE TABLE jail (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;"
	"CREATE TABLE source (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE) STRICT;"
	"CREATE TABLE rule (id INTEGER PRIMARY KEY, text TEXT NOT NULL, file TEXT NOT NULL,"
	" line INTEGER NOT NULL, UNIQUE (text, file, line)) STRICT;"
	"CREATE TABLE position (source INTEGER PRIMARY KEY, device INTEGER NOT NULL,"
	" inode INTEGER NOT NULL, offset INTEGER NOT NULL, lines INTEGER NOT NULL,"
	" head_hash INTEGER NOT NULL, tail_hash INTEGER NOT NULL,"
	" head_len INTEGER NOT NULL, tail_len INTEGER NOT NULL, born INTEGER NOT NULL,"
	" seen INTEGER NOT NULL, old_inode INTEGER NOT NULL, old_born INTEGER NOT NULL,"
	" old_offset INTEGER NOT NULL, old_tail_hash INTEGER NOT NULL) STRICT;"
	"CREATE TABLE ban (id INTEGER PRIMARY KEY, jail INTEGER NOT NULL,"
	" addr BLOB NOT NULL CHECK (length(addr) IN (4, 5, 16, 17)),"
	" since INTEGER NOT NULL, until INTEGER NOT NULL, number INTEGER NOT NULL,"
	" manual INTEGER NOT NULL, how INTEGER NOT NULL CHECK (how BETWEEN 0 AND 3),"
	" ended INTEGER CHECK ((ended IS NULL) = (how = 0))) STRICT;"
	"CREATE UNIQUE INDEX ban_in_force ON ban (jail, addr) WHERE how = 0;"
	"CREATE INDEX ban_host ON ban (addr, jail);"
	"CREATE INDEX ban_over ON ban (ended) WHERE how <> 0;"
	"CREATE TABLE failure (id INTEGER PRIMARY KEY, jail INTEGER NOT NULL,"
	" addr BLOB NOT NULL CHECK (length(addr) IN (4, 5, 16, 17)),"
	" time INTEGER NOT NULL, rule INTEGER, source INTEGER NOT NULL, line INTEGER NOT NULL,"
	" text BLOB NOT NULL, ban INTEGER) STRICT;"
	"CREATE INDEX failure_host ON failure (addr, jail) WHERE ban IS NULL;"
	"CREATE INDEX failure_time ON failure (jail, time) WHERE ban IS NULL;"
	"CREATE INDEX failure_claimed ON failure (ban) WHERE ban IS NOT NULL;",

	/* state is an enum kb_action_state; fields are as in struct kb_failure. */
	"ALTER TABLE failure ADD COLUMN fields BLOB;"
	"CREATE TABLE action_host (jail INTEGER NOT NULL, action TEXT NOT NULL,"
	" addr BLOB NOT NULL CHECK (length(addr) IN (4, 5, 16, 17)),"
	" state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),"
	" PRIMARY KEY (jail, action, addr)) STRICT, WITHOUT ROWID;",
	/* How far journals were read. */
	"CREATE TABLE cursor (source INTEGER PRIMARY KEY, text TEXT NOT NULL,"
	" time INTEGER NOT NULL) STRICT;",
	"CREATE TABLE lookup (id INTEGER PRIMARY KEY, jail INTEGER NOT NULL,"
	" name TEXT NOT NULL, time INTEGER NOT NULL, rule INTEGER, source INTEGER NOT NULL,"
	" line INTEGER NOT NULL, text BLOB NOT NULL, fields BLOB) STRICT;"
	"CREATE INDEX lookup_jail ON lookup (jail);",
};

const int kb_schema_version = kb_array_size(steps);

/*
 * What must be known of the file before its first byte is looked at. 32 MiB of cache, taken as
 * needed, hold the index of half a million hosts that failed.
 */
static const char on_open[] = "PRAGMA locking_mode = EXCLUSIVE;"
			      "PRAGMA trusted_schema = OFF;"
			      "PRAGMA cell_size_check = ON;"
			      "PRAGMA temp_store = MEMORY;"
			      "PRAGMA cache_size = -32768;";

/* Said of a file that has it already, this would be written again, also to a full disk. */
static const char on_create[] = "PRAGMA auto_vacuum = INCREMENTAL;";

/* A checkpoint each 100 pages of 4 KiB, so that the log fits on a small disk. */
static const char on_write[] = "PRAGMA journal_mode = WAL;"
			       "PRAGMA synchronous = NORMAL;"
			       "PRAGMA wal_autocheckpoint = 100;"
			       "PRAGMA journal_size_limit = 1048576;";

static int file_errno(sqlite3 *db, int which)
{
	sqlite3_file *file = NULL;
	int number = 0;

	sqlite3_file_control(db, "main", which, &file);
	if (file != NULL && file->pMethods != NULL)
		file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &number);
	return number;
}

/* Of the system call that made SQLite answer @a code; of a commit, only its files know it. */
static int system_errno(sqlite3 *db, int code)
{
	int number = sqlite3_system_errno(db);

	if (number == 0 && db != NULL && code == SQLITE_IOERR)
		number = file_errno(db, SQLITE_FCNTL_JOURNAL_POINTER);
	if (number == 0 && db != NULL && code == SQLITE_IOERR)
		number = file_errno(db, SQLITE_FCNTL_FILE_POINTER);
	return number;
}

/* SQLite knows ENOSPC only. */
static bool is_full(int number)
{
	return number == EDQUOT || number == EFBIG;
}

static int status_of(int code, int number)
{
	switch (code) {
	case SQLITE_NOMEM:
		return KBAN_E_NOMEM;
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return KBAN_E_DENIED;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_SCHEMA:
	case SQLITE_ERROR: /* our own statements are right, so a table is missing or altered */
	case SQLITE_MISMATCH:
		return KBAN_E_SYNTAX;
	case SQLITE_FULL:
		return KBAN_E_LIMIT;
	case SQLITE_IOERR:
		return is_full(number) ? KBAN_E_LIMIT : KBAN_E_SYSTEM;
	case SQLITE_CANTOPEN:
		return number == EACCES || number == EPERM ? KBAN_E_DENIED : KBAN_E_SYSTEM;
	default:
		return KBAN_E_SYSTEM;
	}
}

int kb_schema_fail(sqlite3 *db, int code, const char *path, struct kban_error **err)
{
	struct kb_where where = { path, 0 };
	char reason[128];
	int primary = code & 0xff;
	int number = system_errno(db, primary);
	int status = code == SQLITE_IOERR_NOMEM ? KBAN_E_NOMEM : status_of(primary, number);

	if (status == KBAN_E_NOMEM)
		return kb_fail_memory(err);
	if (number == 0 || (primary != SQLITE_IOERR && primary != SQLITE_CANTOPEN))
		return kb_fail(err, status, &where, "%s", sqlite3_errmsg(db));
	errno = number;
	snprintf(reason, sizeof(reason), "%m");
	return kb_fail(err, status, &where, "%s: %s", sqlite3_errstr(primary), reason);
}

static int run(sqlite3 *db, const char *sql, const char *path, struct kban_error **err)
{
	int code = sqlite3_exec(db, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? KBAN_OK : kb_schema_fail(db, code, path, err);
}

/* The one number that @a sql asks for. */
static int ask(sqlite3 *db, const char *sql, long long *out)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		*out = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return code == SQLITE_ROW ? SQLITE_OK : code == SQLITE_DONE ? SQLITE_CORRUPT : code;
}

/* Which version the file has; whether it is one of ours. */
static int identify(sqlite3 *db, const char *path, int *version, struct kban_error **err)
{
	struct kb_where where = { path, 0 };
	long long application = 0;
	long long number = 0;
	long long tables = 0;
	int code = ask(db, "PRAGMA application_id", &application);

	if (code == SQLITE_OK)
		code = ask(db, "PRAGMA user_version", &number);
	if (code == SQLITE_OK)
		code = ask(db, "SELECT count(*) FROM sqlite_schema", &tables);
	if (code != SQLITE_OK)
		return kb_schema_fail(db, code, path, err);
	if (application != KB_SCHEMA_APPLICATION && (application != 0 || tables > 0))
		return kb_fail(err, KBAN_E_SYNTAX, &where, "a database, but not of kban");
	if (number < 0 || number > kb_schema_version)
		return kb_fail(err, KBAN_E_SYNTAX, &where,
			       "written by a newer kban (version %lld, not %d)", number,
			       kb_schema_version);
	*version = application == 0 ? 0 : (int)number;
	return KBAN_OK;
}

static int check(sqlite3 *db, const char *path, struct kban_error **err)
{
	struct kb_where where = { path, 0 };
	sqlite3_stmt *statement = NULL;
	int status = KBAN_OK;
	int code = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &statement, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code != SQLITE_ROW)
		status = kb_schema_fail(db, code, path, err);
	else if (strcmp((const char *)sqlite3_column_text(statement, 0), "ok") != 0)
		status = kb_fail(err, KBAN_E_SYNTAX, &where, "%s",
				 (const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
	return status;
}

/* All steps that are missing, or none. */
static int upgrade(sqlite3 *db, int version, const char *path, struct kban_error **err)
{
	char mark[96];
	int status = run(db, "BEGIN IMMEDIATE", path, err);

	for (; status == KBAN_OK && version < kb_schema_version; version++)
		status = run(db, steps[version], path, err);
	sqlite3_snprintf(sizeof(mark), mark,
			 "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
			 KB_SCHEMA_APPLICATION, kb_schema_version);
	if (status == KBAN_OK)
		status = run(db, mark, path, err);
	if (!sqlite3_get_autocommit(db))
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return status;
}

void kb_schema_distrust(sqlite3 *db)
{
	static const struct {
		int option;
		int value;
	} settings[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },      { SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
		{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 },    { SQLITE_DBCONFIG_ENABLE_FKEY, 0 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 }, { SQLITE_DBCONFIG_DQS_DML, 0 },
	};
	size_t i;

	for (i = 0; i < kb_array_size(settings); i++)
		sqlite3_db_config(db, settings[i].option, settings[i].value, NULL);
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, VALUE_MAX);
	sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
}

static int prepare(sqlite3 *db, const char *path, struct kban_error **err)
{
	bool writable = !sqlite3_db_readonly(db, "main");
	int version = 0;
	int keep = 1;
	int status = run(db, on_open, path, err);

	if (status == KBAN_OK)
		status = identify(db, path, &version, err);
	if (status == KBAN_OK && writable && sqlite3_db_readonly(db, "main"))
		status = kb_fail(err, KBAN_E_SYNTAX, &(struct kb_where){ path, 0 },
				 "in a format of a newer SQLite");
	if (status == KBAN_OK && version == 0)
		status = run(db, on_create, path, err);
	if (status == KBAN_OK && writable)
		status = run(db, on_write, path, err);
	if (status == KBAN_OK)
		status = check(db, path, err);
	if (status == KBAN_OK && version < kb_schema_version)
		status = upgrade(db, version, path, err);
	sqlite3_file_control(db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
	return status;
}

/* Closed again on failure. */
static int open_with(const char *path, int flags, const char *vfs, sqlite3 **out,
		     struct kban_error **err)
{
	sqlite3 *db = NULL;
	int code = sqlite3_open_v2(path != NULL ? path : ":memory:", &db,
				   flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
					   SQLITE_OPEN_EXRESCODE,
				   vfs);
	int status = KBAN_OK;

	if (code != SQLITE_OK) {
		status = kb_schema_fail(db, code, path, err);
		sqlite3_close(db);
		return status;
	}
	*out = db;
	return KBAN_OK;
}

/*
 * On a disk mounted read-only the log must be read, too, for which SQLite wants a lock that it
 * cannot have there. Nobody can write, so it does without.
 */
static int open_any(const char *path, sqlite3 **out, struct kban_error **err)
{
	int status = open_with(path, SQLITE_OPEN_READWRITE, NULL, out, err);

	if (status != KBAN_OK || !sqlite3_db_readonly(*out, "main"))
		return status;
	sqlite3_close(*out);
	return open_with(path, SQLITE_OPEN_READONLY, "unix-none", out, err);
}

int kb_schema_open(const char *path, sqlite3 **out, struct kban_error **err)
{
	sqlite3 *db = NULL;
	int status = open_any(path, &db, err);

	if (status != KBAN_OK)
		return status;
	sqlite3_busy_timeout(db, BUSY_MILLISECONDS);
	kb_schema_distrust(db);
	status = prepare(db, path, err);
	if (status != KBAN_OK) {
		sqlite3_close(db);
		return status;
	}
	*out = db;
	return KBAN_OK;
}
