/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bans when the machine's clock is set. The linker sends what asks for the time here. */
#include "jail-test.h"

#include <time.h>

#define DAY (86400 * KBAN_SECOND)

static kban_usec wall, steady;

/* The linker makes this name. NOLINTBEGIN(bugprone-reserved-identifier) */
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	kban_usec time = clock == CLOCK_REALTIME ? wall : steady;

	*now = (struct timespec){ .tv_sec = time / KBAN_SECOND,
				  .tv_nsec = time % KBAN_SECOND * 1000 };
	return 0;
}
/* NOLINTEND(bugprone-reserved-identifier) */

static void open_jail(struct jail_bench *bench, kban_usec ban_time)
{
	struct kban_jail_options options = KBAN_JAIL_OPTIONS_INIT;

	options.name = "test";
	options.ban_time = ban_time;
	jail_bench_make(bench, &options);
}

static int set_up(void **state)
{
	static const char *const rules[] = { "^ fail from <HOST>$", NULL };
	struct jail_bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	wall = START;
	steady = 1000 * KBAN_SECOND;
	jail_bench_open(bench);
	kban_context_set_clock(bench->ctx, NULL, NULL);
	jail_bench_compile(bench, rules, KBAN_USEDNS_NO);
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct jail_bench *bench = *state;

	jail_bench_close(bench);
	free(bench);
	return 0;
}

static void pass_time(kban_usec span)
{
	wall += span;
	steady += span;
}

static void settle(struct jail_bench *bench)
{
	assert_int_equal(kban_jail_settle(bench->jail, wall, NULL), KBAN_OK);
}

static void ban(struct jail_bench *bench, const char *host)
{
	struct kban_addr addr = test_addr(host);

	assert_true(kban_jail_ban(bench->jail, &addr, wall) >= 0);
}

/* What is left of a ban, as the jail has it. */
static kban_usec left(struct jail_bench *bench, const char *host)
{
	struct kban_addr addr = test_addr(host);
	struct kban_ban found;

	if (!kban_jail_find_ban(bench->jail, &addr, &found))
		return 0;
	return found.until == KBAN_FOREVER ? KBAN_FOREVER : found.until - wall;
}

static int read_until(const struct kb_ban_record *record, void *data)
{
	*(kban_usec *)data = record->until;
	return 0;
}

/* The same, as a daemon would have it that starts now. */
static kban_usec left_in_store(struct jail_bench *bench)
{
	kban_usec until = 0;

	assert_int_equal(kb_store_each_ban(bench->store, "test", read_until, &until, NULL),
			 KBAN_OK);
	return until - wall;
}

static void a_ban_lasts_as_long(void **state)
{
	static const kban_usec jumps[] = { DAY, -DAY, 3600 * KBAN_SECOND, -3600 * KBAN_SECOND };
	struct jail_bench *bench = *state;

	open_jail(bench, 600 * KBAN_SECOND);
	ban(bench, "192.0.2.1");
	settle(bench);
	for (size_t i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
		pass_time(100 * KBAN_SECOND);
		wall += jumps[i];
		settle(bench);
		assert_int_equal(left(bench, "192.0.2.1"),
				 (500 - 100 * (kban_usec)i) * KBAN_SECOND);
		assert_int_equal(left_in_store(bench), left(bench, "192.0.2.1"));
	}
}

/* The new time counts for the new ban, and the others are moved before it is there. */
static void a_ban_right_after_it_is_of_the_new_time(void **state)
{
	struct jail_bench *bench = *state;

	open_jail(bench, 600 * KBAN_SECOND);
	ban(bench, "192.0.2.1");
	settle(bench);
	wall += DAY;
	ban(bench, "192.0.2.2");
	assert_int_equal(left(bench, "192.0.2.1"), 600 * KBAN_SECOND);
	settle(bench);
	assert_int_equal(left(bench, "192.0.2.2"), 600 * KBAN_SECOND);
	wall -= 2 * DAY;
	ban(bench, "192.0.2.3");
	settle(bench);
	for (char host[] = "192.0.2.1"; host[8] <= '3'; host[8]++)
		assert_int_equal(left(bench, host), 600 * KBAN_SECOND);
}

static void what_has_no_end_has_none(void **state)
{
	struct jail_bench *bench = *state;

	open_jail(bench, KBAN_FOREVER);
	ban(bench, "192.0.2.1");
	settle(bench);
	wall -= DAY;
	settle(bench);
	assert_int_equal(left(bench, "192.0.2.1"), KBAN_FOREVER);
}

/* What is put right little by little adds up, and is not followed at each step. */
static void a_clock_that_is_slewed_is_followed(void **state)
{
	struct jail_bench *bench = *state;

	open_jail(bench, 600 * KBAN_SECOND);
	ban(bench, "192.0.2.1");
	settle(bench);
	for (int i = 0; i < 40; i++) {
		wall += KBAN_SECOND / 10;
		settle(bench);
		assert_in_range(left(bench, "192.0.2.1"), 599 * KBAN_SECOND, 601 * KBAN_SECOND);
	}
}

static kban_usec own_time(void *data)
{
	return *(kban_usec *)data;
}

/* A program that says what time it is has no clock that somebody else sets. */
static void a_clock_of_the_programs_own_is_believed(void **state)
{
	struct jail_bench *bench = *state;

	kban_context_set_clock(bench->ctx, own_time, &wall);
	open_jail(bench, 7 * DAY);
	ban(bench, "192.0.2.1");
	settle(bench);
	wall += DAY;
	settle(bench);
	assert_int_equal(left(bench, "192.0.2.1"), 6 * DAY);
}

static void log_failure(struct jail_bench *bench, const char *host)
{
	struct kban_line line = { .source = "log", .age = KBAN_LINE_FRESH };
	char text[64];

	snprintf(text, sizeof(text), " fail from %s", host);
	line.text = (struct kban_text){ text, strlen(text) };
	assert_true(kban_jail_feed(bench->jail, &line, wall) >= 0);
	settle(bench);
}

static unsigned failures(const struct jail_bench *bench, const char *host)
{
	struct kban_addr addr = test_addr(host);

	return kban_counter_count(bench->jail->counter, &addr, wall);
}

static void reopen_jail(struct jail_bench *bench)
{
	kban_jail_free(bench->jail);
	open_jail(bench, 600 * KBAN_SECOND);
}

static void failures_count_as_long(void **state)
{
	static const kban_usec jumps[] = { DAY, -DAY };
	struct jail_bench *bench = *state;

	open_jail(bench, 600 * KBAN_SECOND);
	for (size_t i = 0; i < kb_array_size(jumps); i++) {
		log_failure(bench, "192.0.2.1");
		pass_time(100 * KBAN_SECOND);
		wall += jumps[i];
		/* The next one must not be too old for those before. */
		log_failure(bench, "192.0.2.1");
		assert_int_equal(failures(bench, "192.0.2.1"), 2 * (i + 1));
		/* A daemon that starts now would count the same. */
		reopen_jail(bench);
		assert_int_equal(failures(bench, "192.0.2.1"), 2 * (i + 1));
	}
	/* Only the last is not too old. */
	pass_time(590 * KBAN_SECOND);
	assert_int_equal(failures(bench, "192.0.2.1"), 1);
}

/* While nobody looked; and the kernel has lost its entries, too. */
static void a_clock_set_back_before_the_start_makes_no_ban_longer(void **state)
{
	struct jail_bench *bench = *state;

	open_jail(bench, 600 * KBAN_SECOND);
	ban(bench, "192.0.2.1");
	log_failure(bench, "192.0.2.2");
	kban_jail_free(kban_steal(bench->jail));
	kban_backend_free(kban_steal(bench->backend));
	wall -= DAY;
	assert_int_equal(kban_backend_memory_new(bench->ctx, &bench->backend), KBAN_OK);
	open_jail(bench, 600 * KBAN_SECOND);
	settle(bench);
	assert_int_equal(left(bench, "192.0.2.1"), 600 * KBAN_SECOND);
	log_failure(bench, "192.0.2.2");
	assert_int_equal(failures(bench, "192.0.2.2"), 2);
}

/* Where it has not, it is believed, and that is saved. */
static void a_clock_set_before_the_start_is_told_by_the_kernel(void **state)
{
	static const kban_usec jumps[] = { 300 * KBAN_SECOND, -300 * KBAN_SECOND };
	static const struct kb_set set = { .name = "kban-test", .family = KBAN_IPV4 };
	struct jail_bench *bench = *state;

	for (size_t i = 0; i < kb_array_size(jumps); i++) {
		struct kban_addr addr = test_addr("192.0.2.1");

		open_jail(bench, 600 * KBAN_SECOND);
		ban(bench, "192.0.2.1");
		settle(bench);
		kban_jail_free(kban_steal(bench->jail));
		/* The memory backend goes by the wall clock; a kernel does not. */
		assert_int_equal(bench->backend->ops->lift(bench->backend, &set, &addr, NULL),
				 KBAN_OK);
		assert_int_equal(bench->backend->ops->ban(bench->backend, &set, &addr,
							  600 * KBAN_SECOND + jumps[i], NULL),
				 KBAN_OK);
		wall += jumps[i];
		open_jail(bench, 600 * KBAN_SECOND);
		settle(bench);
		assert_int_equal(left(bench, "192.0.2.1"), 600 * KBAN_SECOND);
		assert_int_equal(left_in_store(bench), 600 * KBAN_SECOND);
		assert_int_equal(kban_jail_unban(bench->jail, &addr, wall), 1);
		settle(bench);
		kban_jail_free(kban_steal(bench->jail));
	}
}

#define CLOCK_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLOCK_TEST(a_ban_lasts_as_long),
		CLOCK_TEST(a_ban_right_after_it_is_of_the_new_time),
		CLOCK_TEST(what_has_no_end_has_none),
		CLOCK_TEST(a_clock_that_is_slewed_is_followed),
		CLOCK_TEST(a_clock_of_the_programs_own_is_believed),
		CLOCK_TEST(failures_count_as_long),
		CLOCK_TEST(a_clock_set_back_before_the_start_makes_no_ban_longer),
		CLOCK_TEST(a_clock_set_before_the_start_is_told_by_the_kernel),
	};

	return cmocka_run_group_tests_name("jail-clock", tests, NULL, NULL);
}
