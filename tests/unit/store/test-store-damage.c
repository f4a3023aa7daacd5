/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whatever is found under the name of the state file, a store opens. */
#include "store-test.h"

#include <dirent.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "store/database.h"

/* A state with a few pages in each table; returns its bytes. */
static struct kban_text good_file(struct place *place, struct kb_buffer *bytes)
{
	struct kban_store *store = open_store(place, place->directory);
	char path[128];
	int i;

	begin(store);
	for (i = 0; i < 120; i++) {
		char host[32];

		snprintf(host, sizeof(host), "198.51.100.%d", i);
		assert_int_equal(add_failure(store, "sshd", host, T(i), 1), KBAN_OK);
		assert_int_equal(add_ban(store, "mail", host, T(i), T(i + 1)), KBAN_OK);
	}
	commit(store);
	kban_store_close(store);
	snprintf(path, sizeof(path), "%s/state.sqlite", place->directory);
	assert_int_equal(kb_file_read(path, 1 << 24, bytes, NULL), KBAN_OK);
	remove_tree(place->directory);
	return kb_buffer_content(bytes);
}

/* Put @a content where the state file is. */
static void put_file(struct place *place, struct kban_text content)
{
	char path[128];

	mkdir(place->directory, 0700);
	snprintf(path, sizeof(path), "%s/state.sqlite", place->directory);
	write_file(path, content);
}

/* What must hold of every store, whatever its file was. */
static void assert_works(struct place *place)
{
	kban_auto(store) store = open_store(place, place->directory);
	struct seen seen = { 0 };
	struct kban_addr addr = test_addr("198.51.100.7");

	/* A row that was damaged without SQLite noticing may be missing, or odd. */
	(void)kb_store_each_ban(store, NULL, see_ban, &seen, NULL);
	(void)kb_store_each_failure_of(store, &addr, see_failure, &seen, NULL);
	if (kb_store_begin(store, NULL) != KBAN_OK)
		fail_msg("cannot begin: %s", place->log);
	if (add_ban(store, "sshd", "203.0.113.1", T(1), T(2)) == KBAN_OK &&
	    kb_store_commit(store, NULL) == KBAN_OK)
		return;
	kb_store_rollback(store);
	/* Then it was found by now, and the next attempt has a new file. */
	begin(store);
	assert_int_equal(add_ban(store, "sshd", "203.0.113.1", T(1), T(2)), KBAN_OK);
	commit(store);
}

static void assert_set_aside(struct place *place, const char *reason)
{
	char expected[1024];

	assert_works(place);
	snprintf(expected, sizeof(expected),
		 "%s/state.sqlite: %s; set aside as %s/state.bad-20241124-015334, starting anew",
		 place->directory, reason, place->directory);
	assert_string_equal(place->log, expected);
	assert_int_equal(place->log_count, 1);
}

static void flipped_bytes(void **state)
{
	struct place *place = *state;
	kb_auto_clear(buffer) bytes = { 0 };
	struct kban_text good = good_file(place, &bytes);
	size_t step = good.len / 80 + 1;
	size_t i;

	for (i = 0; i < good.len; i += i < 100 ? 1 : step) {
		bytes.data[i] = (char)~bytes.data[i];
		put_file(place, good);
		assert_works(place);
		remove_tree(place->directory);
		bytes.data[i] = (char)~bytes.data[i];
	}
}

static void truncated_at_each_page(void **state)
{
	struct place *place = *state;
	kb_auto_clear(buffer) bytes = { 0 };
	struct kban_text good = good_file(place, &bytes);
	size_t len;

	for (len = 4096; len < good.len; len += 4096) {
		place->log_count = 0;
		put_file(place, kb_text_slice(good, 0, len));
		assert_works(place);
		assert_int_equal(place->log_count, 1);
		remove_tree(place->directory);
	}
}

static void truncated_within_a_page(void **state)
{
	struct place *place = *state;
	kb_auto_clear(buffer) bytes = { 0 };
	struct kban_text good = good_file(place, &bytes);
	static const size_t lengths[] = {
		1, 15, 16, 99, 100, 101, 511, 512, 513, 4095, 4097, 9000
	};
	size_t i;

	for (i = 0; i < kb_array_size(lengths); i++) {
		put_file(place, kb_text_slice(good, 0, lengths[i]));
		assert_works(place);
		remove_tree(place->directory);
	}
}

static void empty_file_is_filled(void **state)
{
	struct place *place = *state;

	put_file(place, (struct kban_text){ "", 0 });
	assert_works(place);
	assert_int_equal(place->log_count, 0);
}

static void file_of_zeros(void **state)
{
	static const char zeros[8192];

	put_file(*state, (struct kban_text){ zeros, sizeof(zeros) });
	assert_set_aside(*state, "file is not a database");
}

static void text_is_no_database(void **state)
{
	put_file(*state, KB_TEXT("bans = many\n"));
	assert_set_aside(*state, "file is not a database");
}

/* Run @a sql on the state file as sqlite3(1) would. */
static void alter(struct place *place, const char *sql)
{
	char path[128];
	sqlite3 *db = NULL;

	kban_store_close(open_store(place, place->directory));
	snprintf(path, sizeof(path), "%s/state.sqlite", place->directory);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	sqlite3_close(db);
}

static void newer_schema(void **state)
{
	alter(*state, "PRAGMA user_version = 99");
	assert_set_aside(*state, "written by a newer kban (version 99, not 4)");
}

/* A file of the version before has everything, and what is new. */
static void older_schema(void **state)
{
	struct place *place = *state;

	alter(place, "DROP TABLE action_host; DROP TABLE cursor; DROP TABLE lookup;"
		     "ALTER TABLE failure DROP COLUMN fields;"
		     "PRAGMA user_version = 1");
	assert_works(place);
	assert_string_equal(place->log, "");
}

static void negative_schema(void **state)
{
	alter(*state, "PRAGMA user_version = -1");
	assert_set_aside(*state, "written by a newer kban (version -1, not 4)");
}

static void database_of_somebody_else(void **state)
{
	alter(*state, "PRAGMA application_id = 7");
	assert_set_aside(*state, "a database, but not of kban");
}

static void missing_table(void **state)
{
	alter(*state, "DROP TABLE failure");
	assert_set_aside(*state, "no such table: failure");
}

static void missing_column(void **state)
{
	alter(*state, "ALTER TABLE ban DROP COLUMN number");
	assert_set_aside(*state, "table ban has no column named number");
}

static void values_that_cannot_be(void **state)
{
	alter(*state, "PRAGMA ignore_check_constraints = 1;"
		      "INSERT INTO ban VALUES (1, 1, x'01', 1, 2, 1, 0, 0, NULL)");
	assert_set_aside(*state, "CHECK constraint failed in ban");
}

/* Triggers run nowhere, whoever put them there. */
static void trigger_of_somebody_else(void **state)
{
	struct place *place = *state;

	alter(place, "CREATE TRIGGER t AFTER INSERT ON ban BEGIN DELETE FROM ban; END");
	assert_works(place);
	kban_auto(store) store = open_store(place, place->directory);
	assert_bans(store, "sshd/203.0.113.1");
}

static void log_goes_with_its_file(void **state)
{
	struct place *place = *state;
	char path[128];

	put_file(place, KB_TEXT("no database"));
	snprintf(path, sizeof(path), "%s/state.sqlite-wal", place->directory);
	write_file(path, KB_TEXT("log"));
	snprintf(path, sizeof(path), "%s/state.sqlite-shm", place->directory);
	write_file(path, KB_TEXT("index"));
	assert_works(place);
	assert_int_equal(count_files(place->directory, "state.bad-20241124-015334"), 3);
	assert_int_equal(count_files(place->directory, "state.bad-20241124-015334-wal"), 1);
	assert_int_equal(count_files(place->directory, "state.bad-20241124-015334-shm"), 1);
}

static void several_are_set_aside_in_one_second(void **state)
{
	struct place *place = *state;
	int i;

	for (i = 0; i < 3; i++) {
		put_file(place, KB_TEXT("no database"));
		assert_works(place);
	}
	/* Each but the first with a log that is empty. */
	assert_int_equal(count_files(place->directory, "state.bad-20241124-015334"), 5);
	assert_int_equal(count_files(place->directory, "state.bad-20241124-015334-2"), 2);
	assert_int_equal(count_files(place->directory, "state.bad-20241124-015334-3"), 2);
}

static void directory_of_that_name(void **state)
{
	struct place *place = *state;
	char path[128];

	mkdir(place->directory, 0700);
	snprintf(path, sizeof(path), "%s/state.sqlite", place->directory);
	mkdir(path, 0700);
	assert_set_aside(place, "not a regular file");
}

static void link_of_that_name(void **state)
{
	struct place *place = *state;
	char path[128];

	mkdir(place->directory, 0700);
	snprintf(path, sizeof(path), "%s/state.sqlite", place->directory);
	assert_int_equal(symlink("/nonexistent", path), 0);
	assert_set_aside(place, "not a regular file");
}

static void pipe_of_that_name(void **state)
{
	struct place *place = *state;
	char path[128];

	mkdir(place->directory, 0700);
	snprintf(path, sizeof(path), "%s/state.sqlite", place->directory);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_set_aside(place, "not a regular file");
}

/* Damage that begins while a store is open costs what was not read yet, not what comes. */
static void damage_found_later(void **state)
{
	struct place *place = *state;
	kb_auto_clear(buffer) bytes = { 0 };
	struct kban_text good = good_file(place, &bytes);
	struct kban_store *store;
	char path[128];
	int fd;

	put_file(place, good);
	store = open_store(place, place->directory);
	snprintf(path, sizeof(path), "%s/state.sqlite", place->directory);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(fd, bytes.data + 100, good.len - 4096, 4096),
			 (ssize_t)good.len - 4096);
	close(fd);
	sqlite3_db_release_memory(store->db);
	begin(store);
	assert_int_equal(add_ban(store, "sshd", "203.0.113.1", T(1), T(2)), KBAN_E_SYNTAX);
	assert_int_equal(kb_store_commit(store, NULL), KBAN_E_SYNTAX);
	begin(store);
	assert_int_equal(add_ban(store, "sshd", "203.0.113.1", T(1), T(2)), KBAN_OK);
	commit(store);
	assert_bans(store, "sshd/203.0.113.1");
	kban_store_close(store);
	assert_int_equal(count_files(place->directory, "state.bad-"), 2);
}

static void deleted_while_open(void **state)
{
	struct place *place = *state;
	struct kban_store *store = open_store(place, place->directory);
	char path[128];

	snprintf(path, sizeof(path), "%s/state.sqlite", place->directory);
	assert_int_equal(unlink(path), 0);
	begin(store);
	assert_int_equal(add_ban(store, "sshd", "203.0.113.1", T(1), T(2)), KBAN_OK);
	commit(store);
	kban_store_close(store);
	store = open_store(place, place->directory);
	assert_bans(store, "sshd/203.0.113.1");
	kban_store_close(store);
}

static void assert_refused(struct place *place, const char *directory, int status, const char *text)
{
	struct kban_store *store = NULL;
	kban_auto(error) err = NULL;
	char expected[256];

	assert_int_equal(kban_store_open(place->ctx, directory, &store, &err), status);
	snprintf(expected, sizeof(expected), "%s: %s", directory, text);
	assert_string_equal(kban_error_text(err), expected);
	assert_null(store);
}

static void state_directory_is_a_file(void **state)
{
	struct place *place = *state;

	write_file(place->directory, KB_TEXT(""));
	assert_refused(place, place->directory, KBAN_E_SYSTEM, "cannot open: Not a directory");
}

static void no_parent(void **state)
{
	assert_refused(*state, "/nonexistent/state", KBAN_E_SYSTEM,
		       "cannot create: No such file or directory");
}

static void no_permission(void **state)
{
	struct place *place = *state;
	pid_t child;
	int status = -1;

	kban_store_close(open_store(place, place->directory));
	assert_int_equal(chmod(place->root, 0711), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct kban_store *store = NULL;

		if (geteuid() == 0 && seteuid(65534) < 0)
			_exit(77);
		if (getuid() != 0)
			chmod(place->directory, 0);
		_exit(-kban_store_open(place->ctx, place->directory, &store, NULL));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	chmod(place->directory, 0700);
	if (WEXITSTATUS(status) == 77)
		test_leave("a user who may do less cannot be had");
	assert_int_equal(status, -KBAN_E_DENIED << 8);
}

/* A child has the state open and says so through a pipe; it ends when the other end closes. */
static pid_t start_holder(struct place *place, int *release)
{
	int said[2];
	int held[2];
	pid_t child;
	char byte;

	assert_int_equal(pipe2(said, O_CLOEXEC), 0);
	assert_int_equal(pipe2(held, O_CLOEXEC), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct kban_store *store = NULL;

		close(held[1]);
		if (kban_store_open(place->ctx, place->directory, &store, NULL) != KBAN_OK)
			_exit(1);
		if (write(said[1], "", 1) != 1 || read(held[0], &byte, 1) != 0)
			_exit(1);
		_exit(0); /* without closing, as if killed */
	}
	close(said[1]);
	close(held[0]);
	assert_int_equal(read(said[0], &byte, 1), 1);
	close(said[0]);
	*release = held[1];
	return child;
}

static void state_in_use(void **state)
{
	struct place *place = *state;
	int release = -1;
	pid_t child = start_holder(place, &release);
	char expected[64];
	int status = -1;

	snprintf(expected, sizeof(expected), "in use by process %ld", (long)child);
	assert_refused(place, place->directory, KBAN_E_LIMIT, expected);
	close(release);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	/* What it left behind, such as a pid, blocks nobody. */
	assert_works(place);
}

/* Whether process pid has the directory open. */
static bool has_open(pid_t pid, const char *directory)
{
	char folder[64];
	char path[PATH_MAX];
	struct dirent *entry;
	bool found = false;
	DIR *fds;

	snprintf(folder, sizeof(folder), "/proc/%ld/fd", (long)pid);
	fds = opendir(folder);
	while (fds != NULL && !found && (entry = readdir(fds)) != NULL) {
		ssize_t len = readlinkat(dirfd(fds), entry->d_name, path, sizeof(path) - 1);

		path[len < 0 ? 0 : len] = '\0';
		found = strcmp(path, directory) == 0;
	}
	if (fds != NULL)
		closedir(fds);
	return found;
}

/* A process killed between fork() and execve() of a program leaves its lock to that child for a
 * moment. */
static void lock_of_an_orphan(void **state)
{
	struct place *place = *state;
	pid_t tester = getpid();
	int status = -1;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		struct kban_store *store = NULL;

		if (kban_store_open(place->ctx, place->directory, &store, NULL) != KBAN_OK)
			_exit(1);
		if (fork() != 0)
			_exit(0);
		while (!has_open(tester, place->directory) && kill(tester, 0) == 0)
			sched_yield();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_works(place);
}

static void locked_by_who_left_no_pid(void **state)
{
	struct place *place = *state;
	int fd;

	mkdir(place->directory, 0700);
	fd = open(place->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_refused(place, place->directory, KBAN_E_LIMIT, "in use by another process");
	close(fd);
}

static void modes(void **state)
{
	struct place *place = *state;
	mode_t mask = umask(0);
	struct stat about;
	char path[128];

	assert_works(place);
	umask(mask);
	assert_int_equal(stat(place->directory, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0700);
	snprintf(path, sizeof(path), "%s/state.sqlite", place->directory);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0600);
	assert_int_equal(chmod(path, 0664), 0);
	assert_works(place);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0600);
	snprintf(path, sizeof(path), "%s/state.sqlite-wal", place->directory);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0600);
}

#define test_place(function) cmocka_unit_test_setup_teardown(function, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_place(flipped_bytes),
		test_place(truncated_at_each_page),
		test_place(truncated_within_a_page),
		test_place(empty_file_is_filled),
		test_place(file_of_zeros),
		test_place(text_is_no_database),
		test_place(older_schema),
		test_place(newer_schema),
		test_place(negative_schema),
		test_place(database_of_somebody_else),
		test_place(missing_table),
		test_place(missing_column),
		test_place(values_that_cannot_be),
		test_place(trigger_of_somebody_else),
		test_place(log_goes_with_its_file),
		test_place(several_are_set_aside_in_one_second),
		test_place(directory_of_that_name),
		test_place(link_of_that_name),
		test_place(pipe_of_that_name),
		test_place(damage_found_later),
		test_place(deleted_while_open),
		test_place(state_directory_is_a_file),
		test_place(no_parent),
		test_place(no_permission),
		test_place(state_in_use),
		test_place(locked_by_who_left_no_pid),
		test_place(lock_of_an_orphan),
		test_place(modes),
	};

	return cmocka_run_group_tests_name("store-damage", tests, NULL, NULL);
}
