/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A kill or a power cut leaves the files as they were after one of the writes. Here all of them are
 * looked at: SQLite is given file methods that copy the state directory after each write, and each
 * copy must open as an earlier commit, whole.
 */
#include "store-test.h"

#include <sqlite3.h>

/* What SQLite would use; and its methods for databases and for logs, with writes that are seen. */
static const sqlite3_io_methods *original;
static sqlite3_io_methods seen_methods[2];
static sqlite3_vfs seen_vfs;
static sqlite3_vfs *real_vfs;

static struct {
	bool enabled;
	const char *from;
	const char *to;
	struct place *place;
	unsigned committed; /* transactions whose commit has returned */
	unsigned copies;
} crash;

static int see_number(const char *path, const struct kban_follow_position *position, void *data)
{
	(void)path;
	*(uint64_t *)data = position->lines;
	return 0;
}

static int count_failure(const char *jail, const struct kb_failure *failure, void *data)
{
	(void)jail;
	(void)failure;
	++*(unsigned *)data;
	return 0;
}

static void copy_file(const char *name)
{
	kb_auto_clear(buffer) content = { 0 };
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", crash.from, name);
	if (kb_file_read(path, 1 << 24, &content, NULL) != KBAN_OK)
		return;
	snprintf(path, sizeof(path), "%s/%s", crash.to, name);
	write_file(path, kb_buffer_content(&content));
}

/* Transaction n writes position n, its n-th failure, and for each fifth a ban that claims five. */
static void assert_consistent(struct kban_store *store)
{
	uint64_t number = 0;
	unsigned failures = 0;
	struct seen bans = { 0 };

	assert_int_equal(kb_store_each_position(store, see_number, &number, NULL), 0);
	assert_int_equal(kb_store_each_failure(store, "sshd", 0, count_failure, &failures, NULL),
			 0);
	assert_int_equal(kb_store_each_ban(store, NULL, see_ban, &bans, NULL), 0);
	assert_int_equal(bans.count, number / 5);
	assert_int_equal(failures, number % 5);
	assert_in_range(number, crash.committed, crash.committed + 1);
}

static void look_at_copy(void)
{
	struct kban_store *store;

	crash.enabled = false;
	mkdir(crash.to, 0700);
	copy_file("state.sqlite");
	copy_file("state.sqlite-wal");
	copy_file("state.sqlite-journal");
	store = open_store(crash.place, crash.to);
	assert_string_equal(crash.place->log, "");
	assert_consistent(store);
	kban_store_close(store);
	remove_tree(crash.to);
	crash.copies++;
	crash.enabled = true;
}

static int write_and_look(sqlite3_file *file, const void *data, int len, sqlite3_int64 offset)
{
	int code = original->xWrite(file, data, len, offset);

	if (crash.enabled)
		look_at_copy();
	return code;
}

static int truncate_and_look(sqlite3_file *file, sqlite3_int64 size)
{
	int code = original->xTruncate(file, size);

	if (crash.enabled)
		look_at_copy();
	return code;
}

/* What a power cut does is looked at anyway. */
static int skip_sync(sqlite3_file *file, int flags)
{
	(void)file;
	(void)flags;
	return SQLITE_OK;
}

static int open_seen(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
	int code = real_vfs->xOpen(vfs, name, file, flags, out);
	sqlite3_io_methods *methods = &seen_methods[(flags & SQLITE_OPEN_MAIN_DB) != 0];

	if (code != SQLITE_OK || file->pMethods == NULL)
		return code;
	original = file->pMethods;
	*methods = *original;
	methods->xWrite = write_and_look;
	methods->xTruncate = truncate_and_look;
	methods->xSync = skip_sync;
	file->pMethods = methods;
	return code;
}

static void see_writes(void)
{
	real_vfs = sqlite3_vfs_find(NULL);
	seen_vfs = *real_vfs;
	seen_vfs.pNext = NULL;
	seen_vfs.zName = "seen";
	seen_vfs.xOpen = open_seen;
	sqlite3_vfs_register(&seen_vfs, 1);
}

static void transaction(struct kban_store *store, unsigned n)
{
	struct kban_follow_position position = { .offset = n * 100, .lines = n };

	begin(store);
	assert_int_equal(kb_store_put_position(store, "/var/log/auth.log", &position, NULL),
			 KBAN_OK);
	assert_int_equal(add_failure(store, "sshd", "192.0.2.1", T(n), n), KBAN_OK);
	if (n % 5 == 0) {
		char host[32];

		snprintf(host, sizeof(host), "198.51.100.%u", n / 5);
		assert_int_equal(kb_store_forget_failures(store, "sshd", NULL, NULL), KBAN_OK);
		assert_int_equal(add_ban(store, "sshd", host, T(n), T(n + 9)), KBAN_OK);
	}
	commit(store);
}

static void each_write_leaves_an_earlier_commit(void **state)
{
	struct place *place = *state;
	struct kban_store *store;
	char copy[96];
	unsigned n;

	snprintf(copy, sizeof(copy), "%s/copy", place->root);
	crash.place = place;
	crash.from = place->directory;
	crash.to = copy;
	crash.enabled = true;
	store = open_store(place, place->directory);
	for (n = 1; n <= 16; n++) {
		transaction(store, n);
		crash.committed = n;
	}
	kban_store_close(store);
	crash.enabled = false;
	assert_true(crash.copies > 120);
}

/* Bytes of the log that a disk got wrong cost the commits from there on. */
static void damaged_log(void **state)
{
	struct place *place = *state;
	kb_auto_clear(buffer) file = { 0 };
	kb_auto_clear(buffer) log = { 0 };
	struct kban_store *store = open_store(place, place->directory);
	char path[128];
	size_t i;
	unsigned n;

	for (n = 1; n <= 4; n++)
		transaction(store, n);
	snprintf(path, sizeof(path), "%s/state.sqlite", place->directory);
	assert_int_equal(kb_file_read(path, 1 << 24, &file, NULL), KBAN_OK);
	snprintf(path, sizeof(path), "%s/state.sqlite-wal", place->directory);
	assert_int_equal(kb_file_read(path, 1 << 24, &log, NULL), KBAN_OK);
	kban_store_close(store);
	for (i = 0; i < log.len; i += i < 64 ? 1 : 997) {
		log.data[i] = (char)~log.data[i];
		write_file(path, kb_buffer_content(&log));
		log.data[i] = (char)~log.data[i];
		snprintf(place->log, sizeof(place->log), "%s/state.sqlite", place->directory);
		write_file(place->log, kb_buffer_content(&file));
		store = open_store(place, place->directory);
		begin(store);
		assert_int_equal(add_ban(store, "sshd", "192.0.2.1", T(1), T(2)), KBAN_OK);
		commit(store);
		kban_store_close(store);
	}
}

#define test_place(function) cmocka_unit_test_setup_teardown(function, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_place(each_write_leaves_an_earlier_commit),
		test_place(damaged_log),
	};

	see_writes();
	return cmocka_run_group_tests_name("store-crash", tests, NULL, NULL);
}
