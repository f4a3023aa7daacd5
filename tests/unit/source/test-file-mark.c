/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "failing-calls.h"
#include "log-dir.h"
#include "source/file-mark.h"

/* 30 bytes */
#define TEXT "0123456789abcdefghijklmnopqrst"

struct check {
	const char *before;
	uint64_t offset;
	const char *after;
	enum kb_mark_verdict verdict;
};

static int open_log(void)
{
	int fd = open(log_path("log"), O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static void check(void **state)
{
	for (const struct check *row = *state; row->before != NULL; row++) {
		struct kban_follow_position mark = { .offset = row->offset };
		int fd;

		log_dir_open();
		log_put("log", row->before);
		fd = open_log();
		assert_int_equal(kb_mark_refresh(&mark, fd), KBAN_OK);
		assert_true(kb_mark_is_valid(&mark));
		log_put("log", row->after);
		assert_int_equal(kb_mark_check(&mark, fd), row->verdict);
		close(fd);
		log_dir_close();
	}
}

static const struct check what_was_read_is_known_again[] = {
	{ "", 0, "", KB_MARK_SAME },
	{ "abc", 0, "def", KB_MARK_SAME },
	{ "abc", 3, "abc", KB_MARK_SAME },
	{ "abc", 3, "abcdef", KB_MARK_SAME },
	{ "abcdef", 3, "abcxyz", KB_MARK_SAME },
	{ "abcdef", 3, "abc", KB_MARK_SAME },
	{ TEXT TEXT TEXT, 90, TEXT TEXT TEXT TEXT, KB_MARK_SAME },
	{ NULL, 0, NULL, 0 },
};

static const struct check what_was_replaced_is_found_out[] = {
	{ "abc", 3, "", KB_MARK_OTHER },
	{ "abc", 3, "ab", KB_MARK_OTHER },
	{ "abc", 3, "abd", KB_MARK_OTHER },
	{ "abc", 3, "xbcdef", KB_MARK_OTHER },
	/* Only the head differs, then only the tail. */
	{ TEXT TEXT TEXT TEXT, 120, "x" TEXT TEXT TEXT TEXT, KB_MARK_OTHER },
	{ "x" TEXT TEXT TEXT, 91, "y" TEXT TEXT TEXT, KB_MARK_OTHER },
	{ TEXT TEXT TEXT TEXT "x", 121, TEXT TEXT TEXT TEXT "y", KB_MARK_OTHER },
	{ NULL, 0, NULL, 0 },
};

static void failing_reads_decide_nothing(void **state)
{
	struct kban_follow_position mark = { .offset = 3 };
	int fd;

	(void)state;
	log_dir_open();
	log_put("log", "abcdef");
	fd = open_log();
	failing_calls_set(FAILING_READ, 1, EIO);
	assert_int_equal(kb_mark_refresh(&mark, fd), KBAN_E_SYSTEM);
	failing_calls_stop();
	assert_int_equal(kb_mark_refresh(&mark, fd), KBAN_OK);
	failing_calls_set(FAILING_READ, 1, EIO);
	assert_int_equal(kb_mark_check(&mark, fd), KB_MARK_UNKNOWN);
	failing_calls_set(FAILING_READ, 2, EIO);
	assert_int_equal(kb_mark_check(&mark, fd), KB_MARK_UNKNOWN);
	/* An interrupted call is made again, a short one continued. */
	failing_calls_set(FAILING_READ, 2, EINTR);
	failing_calls_shorten(1);
	assert_int_equal(kb_mark_check(&mark, fd), KB_MARK_SAME);
	failing_calls_stop();
	close(fd);
	log_dir_close();
}

struct validity {
	struct kban_follow_position position;
	bool is_valid;
};

static void check_validity(void **state)
{
	const struct validity *row = *state;

	/* The last one has no number at all. */
	do {
		assert_int_equal(kb_mark_is_valid(&row->position), row->is_valid);
	} while ((row++)->position.offset != 0);
}

static const struct validity no_follower_writes_such_numbers[] = {
	{ { .offset = 10, .head_len = 10, .tail_len = 10 }, true },
	{ { .offset = 1000, .head_len = 256, .tail_len = 64 }, true },
	{ { .offset = 1000, .head_len = 100, .tail_len = 64 }, true },
	{ { .offset = 10, .head_len = 11, .tail_len = 10 }, false },
	{ { .offset = 10, .head_len = 10, .tail_len = 11 }, false },
	{ { .offset = 10, .head_len = 10, .tail_len = 9 }, false },
	{ { .offset = 1000, .head_len = 257, .tail_len = 64 }, false },
	{ { .offset = UINT64_MAX, .head_len = 256, .tail_len = 64 }, false },
	{ { .offset = 10, .head_len = 10, .tail_len = 10, .old_offset = UINT64_MAX }, false },
	{ { .offset = 0 }, true },
};

struct identity {
	struct kban_follow_position mark;
	struct kb_file_facts facts;
	bool may_be;
};

static void check_identity(void **state)
{
	for (const struct identity *row = *state; row->mark.inode != 0; row++)
		assert_int_equal(kb_mark_may_be(&row->mark, &row->facts), row->may_be);
}

static const struct identity inode_and_birth_make_a_file[] = {
	{ { .inode = 1 }, { .inode = 1 }, true },
	{ { .inode = 1 }, { .inode = 2 }, false },
	{ { .inode = 1, .born = 5 }, { .inode = 1, .born = 5 }, true },
	{ { .inode = 1, .born = 5 }, { .inode = 1, .born = 6 }, false },
	{ { .inode = 1, .born = 5 }, { .inode = 1 }, true },
	{ { .inode = 1 }, { .inode = 1, .born = 6 }, true },
	{ { .inode = 1, .device = 7 }, { .inode = 1, .device = 8 }, true },
	{ { .inode = 0 }, { .inode = 0 }, false },
};

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(check, what_was_read_is_known_again),
		test_case(check, what_was_replaced_is_found_out),
		cmocka_unit_test(failing_reads_decide_nothing),
		test_case(check_validity, no_follower_writes_such_numbers),
		test_case(check_identity, inode_and_birth_make_a_file),
	};

	return cmocka_run_group_tests_name("file-mark", tests, NULL, NULL);
}
