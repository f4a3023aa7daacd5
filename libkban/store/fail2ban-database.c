/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A database of another program. Its tables changed over the years, so several questions are tried,
 * the newest first, and the first that SQLite understands is asked.
 */
#include <kban/fail2ban-database.h>

#include <errno.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/store-schema.h"

/* How long to wait while fail2ban writes. */
#define BUSY_MILLISECONDS 2000

/*
 * Steps of SQLite's machine until a walk is given up, in thousands: a file without the indexes that
 * fail2ban makes could keep it busy for days.
 */
#define STEPS_MAX 4000000

/* Times later than this, in seconds, are none (the year 9999). */
#define LATEST     253402300799LL
#define NUMBER_MAX 1000000

/* Columns: jail, host, time, length, number, data, is it the last. */
#define BANS(from) "SELECT b.jail, b.ip, b.timeofban, b.bantime, b.bancount, b.data, " from

static const char *const questions[] = {
	/* Each ban is in bans until it is purged, the last of each host in bips. */
	(BANS("0 FROM bans b WHERE NOT EXISTS (SELECT 1 FROM bips p WHERE p.jail = b.jail"
	      " AND p.ip = b.ip AND p.timeofban <= b.timeofban) UNION ALL ") BANS("1 FROM bips b")),
	BANS("b.timeofban = (SELECT max(timeofban) FROM bans p WHERE p.jail = b.jail"
	     " AND p.ip = b.ip) FROM bans b ORDER BY b.timeofban"),
	("SELECT b.jail, b.ip, b.timeofban, NULL, 1, b.data, b.timeofban = (SELECT max(timeofban)"
	 " FROM bans p WHERE p.jail = b.jail AND p.ip = b.ip) FROM bans b ORDER BY b.timeofban"),
};

static int count_steps(void *data)
{
	unsigned *thousands = data;

	return ++*thousands > STEPS_MAX;
}

static int prepare(sqlite3 *db, const char *path, sqlite3_stmt **out, struct kban_error **err)
{
	struct kb_where where = { path, 0 };
	int code = SQLITE_ERROR;

	for (size_t i = 0; i < kb_array_size(questions) && code == SQLITE_ERROR; i++)
		code = sqlite3_prepare_v2(db, questions[i], -1, out, NULL);
	if (code == SQLITE_ERROR)
		return kb_fail(err, KBAN_E_SYNTAX, &where, "no database of fail2ban: %s",
			       sqlite3_errmsg(db));
	if (code == SQLITE_NOTADB)
		return kb_fail(err, KBAN_E_SYNTAX, &where, "no database of fail2ban: %s",
			       sqlite3_errmsg(db));
	return code == SQLITE_OK ? KBAN_OK : kb_schema_fail(db, code, path, err);
}

/* Only numbers are times. */
static kban_usec time_of(sqlite3_stmt *row, int column)
{
	int type = sqlite3_column_type(row, column);
	double seconds = sqlite3_column_double(row, column);

	if (type != SQLITE_INTEGER && type != SQLITE_FLOAT)
		return KBAN_TIME_NONE;
	if (!(seconds > 0 && seconds < (double)LATEST))
		return KBAN_TIME_NONE;
	return (kban_usec)(seconds * (double)KBAN_SECOND);
}

/* -1 is for ever; any other negative number is of a version that did not know. */
static kban_usec end_of(sqlite3_stmt *row, int column, kban_usec since)
{
	int type = sqlite3_column_type(row, column);
	double length = sqlite3_column_double(row, column);

	if (since == KBAN_TIME_NONE || (type != SQLITE_INTEGER && type != SQLITE_FLOAT))
		return KBAN_TIME_NONE;
	if (length == -1)
		return KBAN_FOREVER;
	if (!(length >= 0))
		return KBAN_TIME_NONE;
	if (length > (double)LATEST)
		return KBAN_FOREVER;
	return since + (kban_usec)(length * (double)KBAN_SECOND);
}

static const char *text_of(sqlite3_stmt *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	return text != NULL ? text : "";
}

static void read_row(sqlite3_stmt *row, struct kban_fail2ban_ban *out)
{
	sqlite3_int64 number = sqlite3_column_int64(row, 4);

	*out = (struct kban_fail2ban_ban){
		.jail = text_of(row, 0),
		.host = text_of(row, 1),
		.since = time_of(row, 2),
		.number = number < 1            ? 1
			  : number > NUMBER_MAX ? NUMBER_MAX
						: (unsigned)number,
		.data = text_of(row, 5),
		.is_last = sqlite3_column_int(row, 6) != 0,
	};
	out->until = end_of(row, 3, out->since);
}

static int visit_rows(sqlite3 *db, sqlite3_stmt *rows, const char *path,
		      kban_fail2ban_ban_fn *visit, void *data, struct kban_error **err)
{
	int code;

	for (size_t count = 0; (code = sqlite3_step(rows)) == SQLITE_ROW; count++) {
		struct kban_fail2ban_ban ban;
		int status;

		if (count == KBAN_FAIL2BAN_BANS_MAX)
			return kb_fail(err, KBAN_E_LIMIT, &(struct kb_where){ path, 0 },
				       "more than %d bans; the rest is left out",
				       KBAN_FAIL2BAN_BANS_MAX);
		read_row(rows, &ban);
		status = visit(&ban, data);
		if (status != 0)
			return status;
	}
	if (code == SQLITE_INTERRUPT)
		return kb_fail(err, KBAN_E_LIMIT, &(struct kb_where){ path, 0 },
			       "too much work to read; has it the indexes of fail2ban?");
	return code == SQLITE_DONE ? 0 : kb_schema_fail(db, code, path, err);
}

static int visit_database(sqlite3 *db, const char *path, kban_fail2ban_ban_fn *visit, void *data,
			  struct kban_error **err)
{
	sqlite3_stmt *rows = NULL;
	unsigned thousands = 0;
	int status;

	sqlite3_progress_handler(db, 1000, count_steps, &thousands);
	sqlite3_busy_timeout(db, BUSY_MILLISECONDS);
	kb_schema_distrust(db);
	status = prepare(db, path, &rows, err);
	if (status == KBAN_OK)
		status = visit_rows(db, rows, path, visit, data, err);
	sqlite3_finalize(rows);
	return status;
}

int kban_fail2ban_each_ban(const char *path, kban_fail2ban_ban_fn *visit, void *data,
			   struct kban_error **err)
{
	sqlite3 *db = NULL;
	int status;
	int code;

	if (access(path, F_OK) < 0 && errno == ENOENT)
		return kb_fail(err, KBAN_E_NOTFOUND, &(struct kb_where){ path, 0 },
			       "there is no such file");
	code = sqlite3_open_v2(path, &db,
			       SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX |
				       SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE,
			       NULL);
	if (code == SQLITE_OK)
		status = visit_database(db, path, visit, data, err);
	else
		status = kb_schema_fail(db, code, path, err);
	sqlite3_close(db);
	return status;
}
