/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A disk that cannot be written. That it is full is played by a limit on the size of files, which
 * SQLite meets in the same calls; that it is mounted read-only is so, in a namespace of the test's
 * own.
 */
#include "store-test.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "store/database.h"

static void limit_files(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void no_limit(void)
{
	limit_files(RLIM_INFINITY);
}

static int change(struct kban_store *store, const char *host)
{
	int status = kb_store_begin(store, NULL);

	if (status != KBAN_OK)
		return status;
	status = add_ban(store, "sshd", host, T(1), T(2));
	if (status == KBAN_OK)
		return kb_store_commit(store, NULL);
	kb_store_rollback(store);
	return status;
}

static void full_disk_costs_no_commit(void **state)
{
	struct place *place = *state;
	kban_auto(store) store = open_store(place, place->directory);
	kban_usec saved;

	assert_int_equal(change(store, "192.0.2.1"), KBAN_OK);
	saved = kb_store_saved(store);
	limit_files(0);
	assert_int_equal(change(store, "192.0.2.2"), KBAN_E_LIMIT);
	assert_int_equal(change(store, "192.0.2.3"), KBAN_E_LIMIT);
	no_limit();
	assert_int_equal(kb_store_saved(store), saved);
	assert_bans(store, "sshd/192.0.2.1");
	assert_int_equal(change(store, "192.0.2.2"), KBAN_OK);
	assert_bans(store, "sshd/192.0.2.1 sshd/192.0.2.2");
	assert_int_equal(place->log_count, 0);
}

static void full_disk_is_told_in_one_line(void **state)
{
	struct place *place = *state;
	kban_auto(store) store = open_store(place, place->directory);
	kban_auto(error) err = NULL;
	char expected[256];

	begin(store);
	assert_int_equal(add_ban(store, "sshd", "192.0.2.1", T(1), T(2)), KBAN_OK);
	limit_files(0);
	assert_int_equal(kb_store_commit(store, &err), KBAN_E_LIMIT);
	no_limit();
	snprintf(expected, sizeof(expected), "%s/state.sqlite: disk I/O error: File too large",
		 place->directory);
	assert_string_equal(kban_error_text(err), expected);
}

/* More than SQLite keeps in memory, so that it writes before the commit. */
static void disk_fills_within_a_transaction(void **state)
{
	struct place *place = *state;
	kban_auto(store) store = open_store(place, place->directory);
	static char text[KB_EVIDENCE_MAX];
	struct kb_failure failure = { .addr = test_addr("192.0.2.1"),
				      .source = "/log",
				      .text = { text, sizeof(text) } };
	int status = KBAN_OK;
	int count;

	assert_int_equal(change(store, "192.0.2.1"), KBAN_OK);
	sqlite3_exec(store->db, "PRAGMA cache_size = 50", NULL, NULL, NULL);
	begin(store);
	limit_files(512 * 1024);
	for (count = 0; status == KBAN_OK && count < 10000; count++)
		status = kb_store_add_failure(store, "sshd", &failure, NULL);
	assert_int_equal(status, KBAN_E_LIMIT);
	assert_int_equal(kb_store_add_failure(store, "sshd", &failure, NULL), KBAN_E_LIMIT);
	assert_int_equal(kb_store_commit(store, NULL), KBAN_E_LIMIT);
	no_limit();
	assert_failures(store, "sshd", "");
	assert_int_equal(change(store, "192.0.2.2"), KBAN_OK);
	assert_bans(store, "sshd/192.0.2.1 sshd/192.0.2.2");
}

/* A log that has filled the disk makes room for the next commit. */
static void log_makes_room(void **state)
{
	struct place *place = *state;
	kban_auto(store) store = open_store(place, place->directory);
	int failures = 0;
	int i;

	limit_files(200 * 1024);
	for (i = 0; i < 100; i++) {
		char host[32];

		snprintf(host, sizeof(host), "192.0.2.%d", i);
		if (kb_store_begin(store, NULL) == KBAN_OK) {
			(void)add_ban(store, "sshd", host, T(1), T(2));
			failures += kb_store_commit(store, NULL) != KBAN_OK;
		}
	}
	no_limit();
	assert_in_range(failures, 1, 10);
}

static void full_disk_can_be_read(void **state)
{
	struct place *place = *state;
	struct kban_store *store = open_store(place, place->directory);

	assert_int_equal(change(store, "192.0.2.1"), KBAN_OK);
	kban_store_close(store);
	limit_files(0);
	store = open_store(place, place->directory);
	assert_bans(store, "sshd/192.0.2.1");
	assert_int_equal(change(store, "192.0.2.2"), KBAN_E_LIMIT);
	no_limit();
	assert_int_equal(change(store, "192.0.2.2"), KBAN_OK);
	assert_bans(store, "sshd/192.0.2.1 sshd/192.0.2.2");
	assert_int_equal(place->log_count, 0);
	kban_store_close(store);
}

static void full_disk_at_the_first_start(void **state)
{
	struct place *place = *state;
	struct kban_store *store;
	char expected[256];

	limit_files(0);
	store = open_store(place, place->directory);
	snprintf(expected, sizeof(expected),
		 "%s/state.sqlite: disk I/O error: File too large; the state is not saved until it "
		 "is",
		 place->directory);
	assert_string_equal(place->log, expected);
	assert_bans(store, "");
	assert_int_equal(change(store, "192.0.2.1"), KBAN_E_LIMIT);
	assert_int_equal(kb_store_saved(store), KBAN_TIME_NONE);
	no_limit();
	assert_int_equal(change(store, "192.0.2.1"), KBAN_OK);
	kban_store_close(store);
	store = open_store(place, place->directory);
	assert_bans(store, "sshd/192.0.2.1");
	kban_store_close(store);
}

/* The first thing that is wrong ends the child that has a disk of its own. */
#define check(condition)                                                                \
	do {                                                                            \
		if (!(condition)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			return 1;                                                       \
		}                                                                       \
	} while (0)

/* Root of a namespace is who the test is outside, so that it owns what it makes. */
static int become_root(unsigned uid, unsigned gid)
{
	FILE *groups = fopen("/proc/self/setgroups", "we");
	FILE *uids = fopen("/proc/self/uid_map", "we");
	FILE *gids = fopen("/proc/self/gid_map", "we");

	if (groups == NULL || uids == NULL || gids == NULL)
		return -1;
	fprintf(groups, "deny");
	fprintf(uids, "0 %u 1", uid);
	if (fclose(groups) != 0 || fclose(uids) != 0)
		return -1;
	fprintf(gids, "0 %u 1", gid);
	return fclose(gids);
}

static int on_read_only_disk(struct place *place)
{
	struct kban_store *store = NULL;
	struct seen seen = { 0 };

	check(mount("none", place->root, "tmpfs", 0, "size=4m") == 0);
	check(kban_store_open(place->ctx, place->directory, &store, NULL) == KBAN_OK);
	check(change(store, "192.0.2.1") == KBAN_OK);
	kban_store_close(store);
	check(mount(NULL, place->root, NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0);
	check(kban_store_open(place->ctx, place->directory, &store, NULL) == KBAN_OK);
	check(strstr(place->log, "cannot be written: Read-only file system") != NULL);
	check(kb_store_each_ban(store, NULL, see_ban, &seen, NULL) == 0);
	check(strcmp(seen.text, "sshd/192.0.2.1") == 0);
	check(change(store, "192.0.2.1") == KBAN_E_SYSTEM);
	check(mount(NULL, place->root, NULL, MS_REMOUNT, NULL) == 0);
	check(change(store, "192.0.2.1") == KBAN_OK);
	kban_store_close(store);
	return 0;
}

static void read_only_disk_can_be_read(void **state)
{
	struct place *place = *state;
	unsigned uid = geteuid();
	unsigned gid = getegid();
	pid_t child = fork();
	int status = -1;

	assert_true(child >= 0);
	if (child == 0) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0 || become_root(uid, gid) != 0)
			_exit(77);
		_exit(on_read_only_disk(place));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (status == 77 << 8)
		test_leave("no user namespace can be had");
	assert_int_equal(status, 0);
}

#define test_place(function) cmocka_unit_test_setup_teardown(function, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_place(full_disk_costs_no_commit),
		test_place(full_disk_is_told_in_one_line),
		test_place(disk_fills_within_a_transaction),
		test_place(log_makes_room),
		test_place(full_disk_can_be_read),
		test_place(full_disk_at_the_first_start),
		test_place(read_only_disk_can_be_read),
	};

	signal(SIGXFSZ, SIG_IGN);
	return cmocka_run_group_tests_name("store-disk", tests, NULL, NULL);
}
