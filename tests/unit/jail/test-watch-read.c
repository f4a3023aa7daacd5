/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "watch-test.h"

#include <fcntl.h>
#include <unistd.h>

#include <kban/why.h>

#include "failing-alloc.h"
#include "jail/watch.h"

/* Lines that are no failures: more than @a blocks blocks of them. */
static void append_noise(const struct bench *bench, const char *name, size_t blocks)
{
	kb_autofree char *path = NULL;
	FILE *file;

	assert_true(asprintf(&path, "%s/%s", bench->root, name) > 0);
	file = fopen(path, "a");
	assert_non_null(file);
	for (size_t bytes = 0; bytes <= blocks * KB_WATCH_BLOCK_BYTES;)
		bytes += (size_t)fprintf(file, "%lld nothing of any interest\n",
					 (long long)(START / KBAN_SECOND));
	assert_int_equal(fclose(file), 0);
}

/* How far a log was read. */
static uint64_t bytes_read(const struct bench *bench, size_t log)
{
	struct kban_follow_state state;

	kban_follow_file(kban_watch_follow(bench->watch), log, &state);
	return state.position.offset;
}

/* Read that many slices, and more is to be read then. */
static void read_slices(struct bench *bench, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_int_equal(kban_watch_read(bench->watch, bench->now, NULL), 1);
}

/* Bans come into force with the dispatch. */
static void a_backlog_is_read_in_slices(void **state)
{
	struct bench *bench = *state;

	reload(bench, "[one]\nenabled = 1\n");
	append_failures(bench, "192.0.2.1 192.0.2.1");
	append_noise(bench, "log", 3);
	for (size_t i = 1; i <= 3; i++) {
		read_slices(bench, 1);
		assert_true(bytes_read(bench, 0) <= i * KB_WATCH_BLOCK_BYTES);
		assert_false(is_banned(bench, "one", "192.0.2.1"));
	}
	assert_int_equal(kban_watch_dispatch(bench->watch, bench->now, NULL), 0);
	assert_true(is_banned(bench, "one", "192.0.2.1"));
	assert_int_equal(kban_watch_read(bench->watch, bench->now, NULL), 0);
}

static void logs_take_turns(void **state)
{
	struct bench *bench = *state;

	reload(bench, "[one]\nenabled = 1\nlogpath = @ROOT@/*log\n");
	append_noise(bench, "a.log", 4);
	append_noise(bench, "b.log", 4);
	bench->now += 3 * KBAN_SECOND;
	for (size_t i = 1; i <= 3; i++) {
		read_slices(bench, 2);
		assert_true(bytes_read(bench, 0) > 0);
		assert_true(bytes_read(bench, 0) - bytes_read(bench, 1) < KB_WATCH_BLOCK_BYTES ||
			    bytes_read(bench, 1) - bytes_read(bench, 0) < KB_WATCH_BLOCK_BYTES);
	}
}

static int open_input(const struct bench *bench)
{
	kb_autofree char *path = with_root("@ROOT@/input", bench->root);

	return open(path, O_RDONLY | O_CLOEXEC);
}

/* Also those that are no files. */
static void the_input_has_its_turn(void **state)
{
	struct bench *bench = *state;

	append_noise(bench, "input", 4);
	kban_watch_free(bench->watch);
	bench->input = open_input(bench);
	make_watch(bench);
	reload(bench, "[one]\nenabled = 1\n[two]\nenabled = 1\nlogpath = stdin:\n");
	append_noise(bench, "log", 4);
	bench->now += 3 * KBAN_SECOND;
	read_slices(bench, 2);
	assert_true(bytes_read(bench, 0) > 0);
	assert_true(bytes_read(bench, 0) <= KB_WATCH_BLOCK_BYTES);
	assert_true(bench->watch->input.number > 0);
	read_all(bench);
	assert_true(bytes_read(bench, 0) > 4 * KB_WATCH_BLOCK_BYTES);
	close(bench->input);
}

/* Lines that cost much are read one by one; a clock that was set back stops nothing. */
static void a_slice_ends_in_time(void **state)
{
	static const kban_usec steps[] = { KBAN_SECOND / 100, -KBAN_SECOND };
	struct bench *bench = *state;

	for (size_t i = 0; i < kb_array_size(steps); i++) {
		write_file(bench, "input", "w", "one\ntwo\nthree\n");
		kban_watch_free(bench->watch);
		bench->input = open_input(bench);
		make_watch(bench);
		reload(bench, "[two]\nenabled = 1\nlogpath = stdin:\n");
		bench->step = steps[i];
		for (uint64_t line = 0; line < 3; line++) {
			/* The files' turn, which may be all there is time for, and the input's. */
			read_slices(bench, 1);
			if (bench->watch->input.number == line)
				read_slices(bench, 1);
			assert_int_equal(bench->watch->input.number, line + 1);
		}
		bench->step = 0;
		close(bench->input);
	}
}

/*
 * Another watch finds of it what was decided on and how far logs were read, both or neither: where
 * the first failure was lost the second is none too many, and where it was read twice it is.
 */
static void assert_counted_once(struct bench *bench, const char *host)
{
	kban_watch_free(bench->watch);
	make_watch(bench);
	reload(bench, "[one]\nenabled = 1\n");
	read_all(bench);
	assert_false(is_banned(bench, "one", host));
	log_failures(bench, host);
	assert_true(is_banned(bench, "one", host));
}

static void a_jail_that_goes_amid_a_backlog_is_saved(void **state)
{
	struct bench *bench = *state;

	reload(bench, "[one]\nenabled = 1\n[two]\nenabled = 1\n");
	append_failures(bench, "192.0.2.1");
	append_noise(bench, "log", 2);
	read_slices(bench, 1);
	reload(bench, "[two]\nenabled = 1\n");
	assert_counted_once(bench, "192.0.2.1");
}

static void a_log_that_goes_amid_a_backlog_is_saved(void **state)
{
	struct bench *bench = *state;
	kb_autofree char *log = with_root("@ROOT@/log", bench->root);

	reload(bench, "[one]\nenabled = 1\n");
	append_failures(bench, "192.0.2.1");
	append_noise(bench, "log", 2);
	read_slices(bench, 1);
	assert_int_equal(kban_watch_remove_log(bench->watch, 0, log, NULL), KBAN_OK);
	read_all(bench);
	assert_counted_once(bench, "192.0.2.1");
}

static void a_reload_amid_a_backlog_reads_no_line_twice(void **state)
{
	struct bench *bench = *state;
	struct kban_jail_stats stats = KBAN_JAIL_STATS_INIT;

	reload(bench, "[one]\nenabled = 1\nmaxretry = 9\n");
	append_failures(bench, "192.0.2.1 192.0.2.2");
	append_noise(bench, "log", 2);
	append_failures(bench, "192.0.2.1");
	read_slices(bench, 2);
	reload(bench, "[one]\nenabled = 1\nmaxretry = 9\n[two]\nenabled = 1\n");
	read_all(bench);
	kban_jail_stats(kban_watch_jail(bench->watch, 0), &stats);
	assert_int_equal(stats.total_failed, 3);
}

static void why_tells_of_what_was_just_read(void **state)
{
	struct bench *bench = *state;
	struct kban_addr host = test_addr("192.0.2.1");
	struct kban_why *answer = NULL;

	reload(bench, "[one]\nenabled = 1\n");
	append_failures(bench, "192.0.2.1 192.0.2.1");
	append_noise(bench, "log", 2);
	read_slices(bench, 1);
	assert_int_equal(kban_watch_why(bench->watch, &host, bench->now, &answer, NULL), KBAN_OK);
	assert_int_equal(answer->ban_count, 1);
	assert_true(answer->bans[0].applied);
	assert_int_equal(answer->bans[0].failure_count, 2);
	kban_why_free(answer);
}

/* How many allocations it takes to read so many lines that are no failures. */
static unsigned long allocations_for(struct bench *bench, size_t blocks)
{
	append_noise(bench, "log", blocks);
	bench->now += 3 * KBAN_SECOND;
	failing_alloc_start(0);
	while (kban_watch_read(bench->watch, bench->now, NULL) > 0)
		continue;
	return failing_alloc_count();
}

/* Looking for changed files may allocate; lines do not. */
static void a_line_without_a_failure_allocates_nothing(void **state)
{
	struct bench *bench = *state;
	unsigned long one;

	reload(bench, "[one]\nenabled = 1\n[two]\nenabled = 1\n");
	for (size_t i = 0; i < 2; i++)
		(void)allocations_for(bench, 20);
	one = allocations_for(bench, 1);
	assert_int_equal(allocations_for(bench, 8), one);
}

/* A log that gets a line now and then has none. */
static void a_busy_log_has_a_scanner(void **state)
{
	struct bench *bench = *state;
	kb_autofree char *log = with_root("@ROOT@/log", bench->root);

	reload(bench, "[one]\nenabled = 1\n[two]\nenabled = 1\nlogpath = @ROOT@/2\n");
	log_failures(bench, "192.0.2.1");
	assert_null(kban_watch_scanner(bench->watch, log));
	assert_int_equal(kban_watch_scan_filter(bench->watch, log, 0), -1);
	append_noise(bench, "log", 1);
	read_all(bench);
	assert_non_null(kban_watch_scanner(bench->watch, log));
	assert_int_equal(kban_watch_scan_filter(bench->watch, log, 0), 0);
	assert_int_equal(kban_watch_scan_filter(bench->watch, log, 1), -1);
	assert_null(kban_watch_scanner(bench->watch, "/nowhere"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WATCH_TEST(a_backlog_is_read_in_slices),
		WATCH_TEST(logs_take_turns),
		WATCH_TEST(the_input_has_its_turn),
		WATCH_TEST(a_slice_ends_in_time),
		WATCH_TEST(a_jail_that_goes_amid_a_backlog_is_saved),
		WATCH_TEST(a_log_that_goes_amid_a_backlog_is_saved),
		WATCH_TEST(a_reload_amid_a_backlog_reads_no_line_twice),
		WATCH_TEST(why_tells_of_what_was_just_read),
		WATCH_TEST(a_busy_log_has_a_scanner),
		WATCH_TEST(a_line_without_a_failure_allocates_nothing),
	};

	return cmocka_run_group_tests_name("watch-read", tests, NULL, NULL);
}
