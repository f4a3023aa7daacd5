/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Limits that change while a jail runs. */
#include "jail-test.h"

#include "base/text.h"
#include "failing-alloc.h"

#define S KBAN_SECOND

struct bench {
	struct jail_bench base;
	struct kban_addr host;
};

static int set_up(void **state)
{
	struct kban_jail_options options = KBAN_JAIL_OPTIONS_INIT;
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	jail_bench_open(&bench->base);
	bench->host = test_addr("192.0.2.1");
	options.name = "test";
	options.max_retry = 3;
	options.find_time = 100 * S;
	options.ban_time = 600 * S;
	options.subnet_retry = 9;
	jail_bench_make(&bench->base, &options);
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	jail_bench_close(&bench->base);
	free(bench);
	return 0;
}

/* One failure, @a after the start; when a ban that follows ends, as seconds after the start. */
static long fail_at(struct bench *bench, long after)
{
	struct kb_sighting sighting = { .rule = -1, .source = "log", .text = KB_TEXT("failed") };
	const struct kb_ban *ban;

	bench->base.now = START + after * S;
	sighting.time = bench->base.now;
	assert_true(kb_jail_count(bench->base.jail, &bench->host, &sighting) >= 0);
	assert_int_equal(kban_jail_settle(bench->base.jail, bench->base.now, NULL), KBAN_OK);
	ban = kb_bans_find(bench->base.jail->bans, &bench->host);
	if (ban == NULL)
		return 0;
	return ban->until == KBAN_FOREVER ? -1 : (long)((ban->until - START) / S);
}

static int set(struct bench *bench, unsigned max_retry, kban_usec find_time, kban_usec ban_time)
{
	const struct kban_jail_limits limits = { max_retry, find_time, ban_time };

	return kban_jail_set_limits(bench->base.jail, &limits, NULL);
}

static void fewer_failures_ban(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(fail_at(bench, 0), 0);
	assert_int_equal(set(bench, 2, 100 * S, 600 * S), KBAN_OK);
	assert_null(kb_bans_find(bench->base.jail->bans, &bench->host));
	assert_int_equal(fail_at(bench, 1), 601);
}

static void what_was_counted_counts_towards_more(void **state)
{
	struct bench *bench = *state;

	fail_at(bench, 0);
	fail_at(bench, 1);
	assert_int_equal(set(bench, 4, 100 * S, 600 * S), KBAN_OK);
	assert_int_equal(fail_at(bench, 2), 0);
	assert_int_equal(fail_at(bench, 3), 603);
}

static void reports_count_towards_more(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(kban_jail_report(bench->base.jail, &bench->host, START, KB_TEXT("seen")),
			 0);
	assert_int_equal(kban_jail_settle(bench->base.jail, START, NULL), KBAN_OK);
	assert_int_equal(set(bench, 2, 100 * S, 600 * S), KBAN_OK);
	assert_int_equal(fail_at(bench, 1), 601);
}

static void a_shorter_window_forgets(void **state)
{
	struct bench *bench = *state;

	fail_at(bench, 0);
	fail_at(bench, 50);
	assert_int_equal(set(bench, 3, 20 * S, 600 * S), KBAN_OK);
	assert_int_equal(fail_at(bench, 60), 0);
	assert_int_equal(fail_at(bench, 61), 661);
}

static void bans_in_force_stay(void **state)
{
	struct bench *bench = *state;

	fail_at(bench, 0);
	fail_at(bench, 1);
	assert_int_equal(fail_at(bench, 2), 602);
	assert_int_equal(set(bench, 1, 100 * S, 60 * S), KBAN_OK);
	assert_int_equal(kb_bans_find(bench->base.jail->bans, &bench->host)->until,
			 START + 602 * S);
	bench->host = test_addr("192.0.2.2");
	assert_int_equal(fail_at(bench, 3), 63);
	assert_int_equal(set(bench, 1, 100 * S, -S), KBAN_OK);
	bench->host = test_addr("192.0.2.3");
	assert_int_equal(fail_at(bench, 4), -1);
}

static void what_cannot_be_changes_nothing(void **state)
{
	struct bench *bench = *state;

	fail_at(bench, 0);
	assert_int_equal(set(bench, 1, 0, 60 * S), KBAN_E_INVAL);
	assert_int_equal(set(bench, 65536, 100 * S, 60 * S), KBAN_E_INVAL);
	assert_int_equal(kban_jail_options(bench->base.jail)->ban_time, 600 * S);
	assert_int_equal(fail_at(bench, 1), 0);
	assert_int_equal(fail_at(bench, 2), 602);
}

static void without_memory_nothing_changes(void **state)
{
	struct bench *bench = *state;
	bool was_short = true;

	fail_at(bench, 0);
	for (unsigned long i = 1; was_short; i++) {
		int status;

		failing_alloc_start(i);
		status = set(bench, 2, 90 * S, 60 * S);
		was_short = failing_alloc_stop();
		if (status == KBAN_OK)
			break;
		assert_int_equal(status, KBAN_E_NOMEM);
		assert_int_equal(kban_jail_options(bench->base.jail)->max_retry, 3);
	}
	assert_int_equal(kban_jail_options(bench->base.jail)->max_retry, 2);
}

#define policy_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		policy_test(fewer_failures_ban),
		policy_test(what_was_counted_counts_towards_more),
		policy_test(reports_count_towards_more),
		policy_test(a_shorter_window_forgets),
		policy_test(bans_in_force_stay),
		policy_test(what_cannot_be_changes_nothing),
		policy_test(without_memory_nothing_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
