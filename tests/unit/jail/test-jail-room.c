/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail-test.h"

struct bench {
	struct jail_bench base;
	unsigned warnings, notices;
	unsigned cuts;
};

static void listen(int level, const char *topic, const char *line, void *data)
{
	struct bench *bench = data;

	(void)topic;
	bench->warnings += level == KBAN_WARNING && strstr(line, "make room") != NULL;
	bench->notices += strstr(line, "has room for") != NULL;
}

static int set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	jail_bench_open(&bench->base);
	kban_context_set_log(bench->base.ctx, listen, bench);
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

static bool in_kernel(const struct bench *bench, const char *host)
{
	return jail_bench_in_kernel(&bench->base, host);
}

static void open_jail(struct bench *bench, unsigned entries, unsigned most, int cut)
{
	struct kban_jail_options options = KBAN_JAIL_OPTIONS_INIT;

	options.name = "test";
	options.max_entries = entries;
	options.most_entries = most;
	options.cut = cut;
	jail_bench_make(&bench->base, &options);
}

/* Ban 192.0.2.N; each ends a second after the one before. */
static void ban(struct bench *bench, unsigned n)
{
	char text[KBAN_ADDR_TEXT_SIZE];
	struct kban_addr addr;

	snprintf(text, sizeof(text), "192.0.2.%u", n);
	addr = test_addr(text);
	bench->base.now += KBAN_SECOND;
	assert_int_equal(kban_jail_ban(bench->base.jail, &addr, bench->base.now), 1);
	assert_int_equal(kban_jail_settle(bench->base.jail, bench->base.now, NULL), KBAN_OK);
}

static void a_full_set_grows(void **state)
{
	struct bench *bench = *state;
	struct kban_jail_stats stats = KBAN_JAIL_STATS_INIT;

	open_jail(bench, 2, 0, 0);
	for (unsigned n = 1; n <= 9; n++)
		ban(bench, n);
	kban_jail_stats(bench->base.jail, &stats);
	assert_int_equal(stats.currently_banned, 9);
	assert_int_equal(stats.failed_to_apply, 0);
	assert_true(in_kernel(bench, "192.0.2.1"));
	assert_true(in_kernel(bench, "192.0.2.9"));
	assert_int_equal(bench->base.jail->sets[0].max_entries, 16);
	assert_int_equal(bench->notices, 3);
	assert_int_equal(bench->warnings, 0);
}

static void at_the_most_the_next_to_end_makes_room(void **state)
{
	struct bench *bench = *state;
	struct kban_jail_stats stats = KBAN_JAIL_STATS_INIT;

	open_jail(bench, 2, 3, 0);
	for (unsigned n = 1; n <= 5; n++)
		ban(bench, n);
	kban_jail_stats(bench->base.jail, &stats);
	assert_int_equal(stats.currently_banned, 3);
	assert_int_equal(stats.failed_to_apply, 0);
	assert_false(in_kernel(bench, "192.0.2.1"));
	assert_false(in_kernel(bench, "192.0.2.2"));
	assert_true(in_kernel(bench, "192.0.2.3"));
	assert_true(in_kernel(bench, "192.0.2.5"));
	assert_int_equal(bench->warnings, 1);
}

static int be_busy(struct kban_backend *backend, const struct kb_set *set, struct kban_error **err)
{
	(void)backend;
	return kb_fail(err, KBAN_E_SYSTEM, NULL, "set '%s': Device or resource busy", set->name);
}

/* While another program lists a set, the kernel does not let a larger one take its place. */
static void a_set_that_is_busy_grows_a_moment_later(void **state)
{
	struct bench *bench = *state;
	const struct kb_backend_ops *usual_ops = bench->base.backend->ops;
	struct kb_backend_ops busy = *usual_ops;
	struct kban_addr third = test_addr("192.0.2.3");

	open_jail(bench, 2, 0, 0);
	ban(bench, 1);
	ban(bench, 2);
	busy.open = be_busy;
	bench->base.backend->ops = &busy;
	assert_int_equal(kban_jail_ban(bench->base.jail, &third, bench->base.now), 1);
	/* Tried again soon at first, and ever later. */
	for (kban_usec after = KBAN_SECOND / 20; after < 3 * KBAN_SECOND; after *= 2) {
		kban_usec most = after < 2 * KBAN_SECOND ? after : 2 * KBAN_SECOND;

		assert_int_equal(kban_jail_settle(bench->base.jail, bench->base.now, NULL),
				 KBAN_E_SYSTEM);
		assert_int_equal(kban_jail_next_due(bench->base.jail), bench->base.now + most);
		assert_int_equal(bench->notices, 0);
		bench->base.now += most;
	}
	bench->base.backend->ops = usual_ops;
	assert_int_equal(kban_jail_settle(bench->base.jail, bench->base.now, NULL), KBAN_OK);
	assert_true(in_kernel(bench, "192.0.2.3"));
	assert_int_equal(bench->notices, 1);
}

static unsigned cuts;

static int count_cut(struct kban_backend *backend, const struct kban_addr *addr,
		     struct kban_error **err)
{
	(void)backend;
	(void)addr;
	if (++cuts == 2)
		return kb_fail(err, KBAN_E_NOTFOUND, NULL, "cannot");
	return 1;
}

static void connections_of_fresh_bans_are_cut_once(void **state)
{
	struct bench *bench = *state;
	const struct kb_backend_ops *real_ops = bench->base.backend->ops;
	struct kb_backend_ops cutting = *real_ops;

	cuts = 0;
	cutting.cut = count_cut;
	bench->base.backend->ops = &cutting;
	open_jail(bench, 0, 0, 1);
	ban(bench, 1);
	assert_int_equal(cuts, 1);
	assert_int_equal(kban_jail_settle(bench->base.jail, bench->base.now, NULL), KBAN_OK);
	ban(bench, 2);
	ban(bench, 3);
	assert_int_equal(cuts, 3);
	kban_jail_free(bench->base.jail);
	open_jail(bench, 0, 0, 0);
	ban(bench, 4);
	assert_int_equal(cuts, 3);
	bench->base.backend->ops = real_ops;
}

#define ROOM_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROOM_TEST(a_full_set_grows),
		ROOM_TEST(a_set_that_is_busy_grows_a_moment_later),
		ROOM_TEST(at_the_most_the_next_to_end_makes_room),
		ROOM_TEST(connections_of_fresh_bans_are_cut_once),
	};

	return cmocka_run_group_tests_name("jail-room", tests, NULL, NULL);
}
