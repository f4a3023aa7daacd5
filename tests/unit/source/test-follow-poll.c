/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Readers that want hints of the kernel and readers that do not, of one follower. */
#include "kban-test.h"

#include <kban/follow.h>

#include "base/memory.h"
#include "log-dir.h"
#include "watched-count.h"

static char polls[] = "polls";
static char other_polls[] = "other polls";
static char hears[] = "hears";

struct bench {
	struct kban_context *ctx;
	struct kban_follow *follow;
	kban_usec now;
};

static int open_bench(void **state)
{
	static const struct kban_follow_options options = KBAN_FOLLOW_OPTIONS_INIT;
	struct bench *bench = calloc(1, sizeof(*bench));

	log_dir_open();
	log_append("a", "1\n");
	log_append("b", "1\n");
	bench->ctx = kban_context_new();
	bench->now = 1000 * KBAN_SECOND;
	*state = bench;
	if (kban_follow_new(bench->ctx, &options, &bench->follow, NULL) < 0)
		return -1;
	return kban_follow_poll(bench->follow, polls) < 0 ||
	       kban_follow_poll(bench->follow, other_polls) < 0;
}

static int close_bench(void **state)
{
	struct bench *bench = *state;

	kban_follow_free(bench->follow);
	kban_context_unref(bench->ctx);
	free(bench);
	log_dir_close();
	return 0;
}

static void add(struct bench *bench, const char *name, char *reader)
{
	assert_int_equal(kban_follow_add(bench->follow, log_path(name), KBAN_FOLLOW_FROM_START,
					 reader, NULL),
			 KBAN_OK);
}

/* How many blocks there are to read after @a wait. */
static int read_after(struct bench *bench, kban_usec wait)
{
	struct kban_block block;
	int blocks = 0;

	bench->now += wait;
	assert_int_equal(kban_follow_dispatch(bench->follow, bench->now), KBAN_OK);
	while (kban_follow_next(bench->follow, &block) > 0)
		blocks++;
	return blocks;
}

static int watched(const struct bench *bench)
{
	return watched_count(kban_follow_fd(bench->follow));
}

static void nothing_is_watched_for_who_polls(void **state)
{
	struct bench *bench = *state;

	add(bench, "a", polls);
	assert_int_equal(read_after(bench, 0), 1);
	assert_int_equal(watched(bench), 0);
	log_append("a", "2\n");
	assert_int_equal(read_after(bench, KBAN_SECOND - 1), 0);
	assert_int_equal(kban_follow_next_due(bench->follow), bench->now + 1);
	assert_int_equal(read_after(bench, 1), 1);
	log_append("new", "1\n");
	add(bench, "n*", polls);
	log_rename("a", "a.1");
	log_append("a", "3\n");
	assert_int_equal(read_after(bench, KBAN_SECOND), 2);
	assert_int_equal(watched(bench), 0);
}

/* The file, and the directory it is in. */
static void who_hears_makes_it_watched_for_all(void **state)
{
	struct bench *bench = *state;

	add(bench, "a", polls);
	add(bench, "a", other_polls);
	assert_int_equal(read_after(bench, 0), 1);
	assert_int_equal(watched(bench), 0);
	add(bench, "a", hears);
	read_after(bench, KBAN_SECOND);
	assert_int_equal(watched(bench), 2);
	log_append("a", "2\n");
	assert_int_equal(read_after(bench, 0), 1);
	kban_follow_remove(bench->follow, hears);
	read_after(bench, KBAN_SECOND);
	assert_int_equal(watched(bench), 0);
	log_append("a", "3\n");
	assert_int_equal(read_after(bench, 0), 0);
	assert_int_equal(read_after(bench, KBAN_SECOND), 1);
}

static void each_file_is_as_its_readers_want(void **state)
{
	struct bench *bench = *state;

	add(bench, "a", polls);
	add(bench, "b", hears);
	assert_int_equal(read_after(bench, 0), 2);
	assert_int_equal(watched(bench), 2);
	log_append("a", "2\n");
	log_append("b", "2\n");
	assert_int_equal(read_after(bench, 0), 1);
	assert_int_equal(read_after(bench, KBAN_SECOND), 1);
}

static void who_is_removed_polls_no_more(void **state)
{
	struct bench *bench = *state;

	add(bench, "a", hears);
	kban_follow_remove(bench->follow, polls);
	read_after(bench, 0);
	assert_int_equal(kban_follow_next_due(bench->follow), bench->now + KBAN_SECOND);
	kban_follow_remove(bench->follow, other_polls);
	read_after(bench, KBAN_SECOND);
	assert_int_equal(kban_follow_next_due(bench->follow), bench->now + 2 * KBAN_SECOND);
}

#define follow_test(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
		follow_test(nothing_is_watched_for_who_polls),
		follow_test(who_hears_makes_it_watched_for_all),
		follow_test(each_file_is_as_its_readers_want),
		follow_test(who_is_removed_polls_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
