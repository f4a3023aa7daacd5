/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "failing-alloc.h"

#define S KBAN_SECOND

struct step {
	const char *host;
	kban_usec at; /* seconds */
	int expected;
};

static struct kban_counter *new_counter(kban_usec window, unsigned max_failures, size_t max_hosts)
{
	struct kban_counter_options options = KBAN_COUNTER_OPTIONS_INIT;
	struct kban_counter *counter = NULL;

	options.window = window;
	options.max_failures = max_failures;
	options.max_hosts = max_hosts;
	assert_int_equal(kban_counter_new(&options, &counter), KBAN_OK);
	return counter;
}

static int add(struct kban_counter *counter, const char *host, kban_usec at)
{
	struct kban_addr addr = test_addr(host);

	return kban_counter_add(counter, &addr, at);
}

static unsigned count(const struct kban_counter *counter, const char *host, kban_usec now)
{
	struct kban_addr addr = test_addr(host);

	return kban_counter_count(counter, &addr, now);
}

static void replay_into(struct kban_counter *counter, const struct step *step)
{
	for (; step->host != NULL; step++)
		assert_int_equal(add(counter, step->host, step->at * S), step->expected);
}

/* Five failures in ten minutes, as jails have it by default. */
static void replay(void **state)
{
	kban_auto(counter) counter = new_counter(600 * S, 5, 1000);

	replay_into(counter, *state);
}

/* What fail2ban's estimate comes to. */
static struct kban_counter *new_estimate(void)
{
	struct kban_counter_options options = KBAN_COUNTER_OPTIONS_INIT;
	struct kban_counter *counter = NULL;

	options.window = 600 * S;
	options.max_hosts = 1000;
	options.estimate = 1;
	assert_int_equal(kban_counter_new(&options, &counter), KBAN_OK);
	return counter;
}

static void replay_estimate(void **state)
{
	kban_auto(counter) counter = new_estimate();

	replay_into(counter, *state);
}

/* Failures at these seconds; what is counted after each by fail2ban, and exactly. 0 ends. */
struct measured {
	kban_usec at[10];
	int estimated[10];
	int exact[10];
};

static const struct measured measured[] = {
	{ { 0, 1, 2, 3, 4 }, { 1, 2, 3, 4, 5 }, { 1, 2, 3, 4, 5 } },
	{ { 0, 120, 240, 360, 480 }, { 1, 2, 3, 4, 5 }, { 1, 2, 3, 4, 5 } },
	{ { 0, 150, 300, 450, 600 }, { 1, 2, 3, 4, 5 }, { 1, 2, 3, 4, 5 } },
	{ { 0, 200, 400, 600, 800, 1000, 1200, 1400, 1600 },
	  { 1, 2, 3, 4, 4, 4, 4, 4, 4 },
	  { 1, 2, 3, 4, 4, 4, 4, 4, 4 } },
	{ { 0, 0, 0, 0, 600 }, { 1, 2, 3, 4, 5 }, { 1, 2, 3, 4, 5 } },
	{ { 0, 0, 0, 0, 601 }, { 1, 2, 3, 4, 5 }, { 1, 2, 3, 4, 1 } },
	{ { 0, 0, 0, 0, 660 }, { 1, 2, 3, 4, 5 }, { 1, 2, 3, 4, 1 } },
	{ { 0, 0, 0, 0, 750 }, { 1, 2, 3, 4, 4 }, { 1, 2, 3, 4, 1 } },
	{ { 0, 1, 2, 3, 703, 704 }, { 1, 2, 3, 4, 4, 5 }, { 1, 2, 3, 4, 1, 2 } },
	{ { 0, 1, 2, 3, 1203, 1204, 1205 }, { 1, 2, 3, 4, 3, 4, 5 }, { 1, 2, 3, 4, 1, 2, 3 } },
	{ { 1000, 900, 500, 100, 50 }, { 1, 2, 3, 4, 5 }, { 1, 2, 3, 3, 3 } },
	{ { 10000, 1, 2, 3, 4 }, { 1, 2, 3, 4, 5 }, { 1, 1, 1, 1, 1 } },
};

static void is_as_fail2ban_counts_or_exact(void **state)
{
	struct kban_addr host = test_addr("192.0.2.1");

	(void)state;
	for (size_t i = 0; i < sizeof(measured) / sizeof(measured[0]); i++) {
		kban_auto(counter) estimate = new_estimate();
		kban_auto(counter) exact = new_counter(600 * S, 5, 1000);

		for (int k = 0; measured[i].estimated[k] != 0; k++) {
			kban_usec at = measured[i].at[k] * S;

			assert_int_equal(kban_counter_add(estimate, &host, at),
					 measured[i].estimated[k]);
			assert_int_equal(kban_counter_add(exact, &host, at), measured[i].exact[k]);
		}
	}
}

#define A "192.0.2.1"
#define B "192.0.2.2"
#define C "2001:db8::3"
#define D "2001:db8::4"
#define E "198.51.100.5"

static const struct step counts_up[] = {
	{ A, 0, 1 }, { A, 1, 2 }, { A, 2, 3 }, { A, 3, 4 }, { A, 4, 5 }, { NULL, 0, 0 },
};

static const struct step counts_up_slowly[] = {
	{ A, 0, 1 }, { A, 120, 2 }, { A, 240, 3 }, { A, 360, 4 }, { A, 480, 5 }, { NULL, 0, 0 },
};

static const struct step as_old_as_the_window_is_inside[] = {
	{ A, 0, 1 }, { A, 150, 2 }, { A, 300, 3 }, { A, 450, 4 }, { A, 600, 5 }, { NULL, 0, 0 },
};

static const struct step steady_but_too_slow_never_gets_there[] = {
	{ A, 0, 1 },    { A, 200, 2 },  { A, 400, 3 },  { A, 600, 4 },  { A, 800, 4 },
	{ A, 1000, 4 }, { A, 1200, 4 }, { A, 1400, 4 }, { A, 1600, 4 }, { NULL, 0, 0 },
};

static const struct step burst_and_one_in_time[] = {
	{ A, 0, 1 }, { A, 0, 2 }, { A, 0, 3 }, { A, 0, 4 }, { A, 600, 5 }, { NULL, 0, 0 },
};

static const struct step burst_and_one_too_late[] = {
	{ A, 0, 1 }, { A, 0, 2 }, { A, 0, 3 }, { A, 0, 4 }, { A, 601, 1 }, { NULL, 0, 0 },
};

static const struct step burst_and_one_much_too_late[] = {
	{ A, 0, 1 }, { A, 0, 2 }, { A, 0, 3 }, { A, 0, 4 }, { A, 750, 1 }, { NULL, 0, 0 },
};

static const struct step what_left_the_window_is_forgotten[] = {
	{ A, 0, 1 },   { A, 1, 2 },   { A, 2, 3 },    { A, 3, 4 },
	{ A, 703, 1 }, { A, 704, 2 }, { NULL, 0, 0 },
};

static const struct step window_slides[] = {
	{ A, 0, 1 },   { A, 300, 2 }, { A, 601, 2 },  { A, 602, 3 },
	{ A, 901, 3 }, { A, 902, 4 }, { A, 1201, 5 }, { NULL, 0, 0 },
};

static const struct step late_failures_fill_the_window_before_the_newest[] = {
	{ A, 1000, 1 }, { A, 900, 2 }, { A, 500, 3 }, { A, 100, 3 },
	{ A, 50, 3 },   { A, 399, 3 }, { A, 400, 4 }, { NULL, 0, 0 },
};

static const struct step far_future_leaves_the_past_behind[] = {
	{ A, 10000, 1 }, { A, 1, 1 }, { A, 2, 1 }, { A, 3, 1 }, { A, 4, 1 }, { NULL, 0, 0 },
};

static const struct step late_failures_leave_in_order_of_time[] = {
	{ A, 500, 1 }, { A, 100, 2 }, { A, 300, 3 },  { A, 200, 4 },  { A, 701, 4 },
	{ A, 801, 4 }, { A, 901, 4 }, { A, 1101, 4 }, { NULL, 0, 0 },
};

static const struct step stops_at_max_failures[] = {
	{ A, 0, 1 }, { A, 1, 2 }, { A, 2, 3 },   { A, 3, 4 },   { A, 4, 5 },   { A, 5, 5 },
	{ A, 6, 5 }, { A, 0, 5 }, { A, 603, 5 }, { A, 605, 4 }, { A, 700, 3 }, { NULL, 0, 0 },
};

static const struct step hosts_do_not_mix[] = {
	{ A, 0, 1 },
	{ B, 0, 1 },
	{ C, 0, 1 },
	{ A, 1, 2 },
	{ C, 1, 2 },
	{ D, 1, 1 },
	{ "192.0.2.0/24", 1, 1 },
	{ "::ffff:192.0.2.1", 1, 3 },
	{ NULL, 0, 0 },
};

/* Room for three hosts, five failures. */
static void replay_at_limit(void **state)
{
	kban_auto(counter) counter = new_counter(600 * S, 5, 3);

	replay_into(counter, *state);
	assert_int_equal(kban_counter_hosts(counter), 3);
}

static const struct step oldest_host_makes_room[] = {
	{ A, 0, 1 }, { B, 1, 1 }, { C, 2, 1 }, { D, 3, 1 },    { B, 4, 2 },
	{ C, 5, 2 }, { A, 6, 1 }, { D, 7, 1 }, { NULL, 0, 0 },
};

static const struct step failing_again_saves_a_host[] = {
	{ A, 0, 1 }, { B, 1, 1 }, { C, 2, 1 }, { A, 3, 2 },
	{ D, 4, 1 }, { A, 5, 3 }, { B, 6, 1 }, { NULL, 0, 0 },
};

static const struct step nearly_done_is_not_pushed_out[] = {
	{ A, 0, 1 }, { A, 0, 2 }, { A, 0, 3 }, { A, 0, 4 }, { B, 1, 1 },    { C, 2, 1 },
	{ D, 3, 1 }, { E, 4, 1 }, { B, 5, 1 }, { A, 6, 5 }, { NULL, 0, 0 },
};

static const struct step half_done_is_pushed_out[] = {
	{ A, 0, 1 }, { A, 0, 2 }, { A, 0, 3 }, { B, 1, 1 },
	{ C, 2, 1 }, { D, 3, 1 }, { A, 4, 1 }, { NULL, 0, 0 },
};

static const struct step nearly_done_but_long_ago_goes_first[] = {
	{ A, 0, 1 },   { A, 0, 2 },   { A, 0, 3 },   { A, 0, 4 },   { B, 500, 1 },  { C, 550, 1 },
	{ D, 601, 1 }, { B, 602, 2 }, { C, 603, 2 }, { D, 604, 2 }, { NULL, 0, 0 },
};

static const struct step nearly_done_leave_room_for_others[] = {
	{ A, 0, 1 }, { A, 0, 2 }, { A, 0, 3 }, { A, 0, 4 },    { B, 1, 1 },
	{ B, 1, 2 }, { B, 1, 3 }, { B, 1, 4 }, { C, 2, 1 },    { D, 3, 1 },
	{ C, 4, 2 }, { B, 5, 5 }, { A, 6, 1 }, { NULL, 0, 0 },
};

static void one_host_at_most(void **state)
{
	static const struct step steps[] = {
		{ A, 0, 1 }, { A, 1, 2 }, { B, 2, 1 }, { A, 3, 1 }, { NULL, 0, 0 },
	};
	kban_auto(counter) counter = new_counter(600 * S, 2, 1);

	(void)state;
	replay_into(counter, steps);
	assert_int_equal(kban_counter_hosts(counter), 1);
}

static void counts_without_adding(void **state)
{
	static const struct step steps[] = {
		{ A, 100, 1 },
		{ A, 200, 2 },
		{ A, 150, 3 },
		{ NULL, 0, 0 },
	};
	kban_auto(counter) counter = new_counter(600 * S, 5, 10);

	(void)state;
	replay_into(counter, steps);
	assert_int_equal(count(counter, A, 200 * S), 3);
	assert_int_equal(count(counter, A, 700 * S), 3);
	assert_int_equal(count(counter, A, 700 * S + 1), 2);
	assert_int_equal(count(counter, A, 751 * S), 1);
	assert_int_equal(count(counter, A, 801 * S), 0);
	assert_int_equal(count(counter, A, 99 * S), 0);
	assert_int_equal(count(counter, A, 160 * S), 2);
	assert_int_equal(count(counter, B, 200 * S), 0);
	assert_int_equal(kban_counter_hosts(counter), 1);
}

static void forgets_a_host(void **state)
{
	kban_auto(counter) counter = new_counter(600 * S, 5, 10);
	struct kban_addr a = test_addr(A);
	struct kban_addr d = test_addr(D);

	(void)state;
	assert_int_equal(add(counter, A, 0), 1);
	assert_int_equal(add(counter, A, 1), 2);
	assert_int_equal(add(counter, B, 1), 1);
	kban_counter_forget(counter, &d);
	assert_int_equal(kban_counter_hosts(counter), 2);
	kban_counter_forget(counter, &a);
	assert_int_equal(kban_counter_hosts(counter), 1);
	assert_int_equal(count(counter, A, 1), 0);
	assert_int_equal(add(counter, A, 2), 1);
	assert_int_equal(add(counter, B, 2), 2);
}

/* The clock was set between them: what lay within the window still does. */
static void a_clock_may_be_set(void **state)
{
	const kban_usec steps[] = { 86400 * S, -86400 * S };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		kban_auto(counter) exact = new_counter(600 * S, 5, 1000);
		kban_auto(counter) estimate = new_estimate();
		struct kban_counter *both[] = { exact, estimate };

		for (size_t j = 0; j < 2; j++) {
			assert_int_equal(add(both[j], "192.0.2.1", 0), 1);
			assert_int_equal(add(both[j], "192.0.2.1", 300 * S), 2);
			assert_int_equal(add(both[j], "192.0.2.1", 100 * S), 3);
			assert_int_equal(add(both[j], "192.0.2.2", 0), 1);
			kban_counter_move(both[j], steps[i]);
			assert_int_equal(add(both[j], "192.0.2.1", steps[i] + 600 * S), 4);
			assert_int_equal(add(both[j], "192.0.2.2", steps[i] + 600 * S), 2);
		}
		/* Only the first of the host is too old by then. */
		assert_int_equal(count(exact, "192.0.2.1", steps[i] + 601 * S), 3);
		kban_counter_expire(exact, steps[i] + 601 * S);
		assert_int_equal(kban_counter_hosts(exact), 0);
	}
}

static void expires_hosts_without_a_failure_since(void **state)
{
	kban_auto(counter) counter = new_counter(600 * S, 3, 10);

	(void)state;
	kban_counter_expire(counter, INT64_MAX);
	assert_int_equal(add(counter, A, 1 * S), 1);
	assert_int_equal(add(counter, B, 2 * S), 1);
	assert_int_equal(add(counter, C, 3 * S), 1);
	assert_int_equal(add(counter, A, 4 * S), 2);
	kban_counter_expire(counter, 2 * S);
	assert_int_equal(kban_counter_hosts(counter), 3);
	kban_counter_expire(counter, 2 * S + 1);
	assert_int_equal(kban_counter_hosts(counter), 2);
	assert_int_equal(count(counter, B, 4 * S), 0);
	kban_counter_expire(counter, 4 * S);
	assert_int_equal(kban_counter_hosts(counter), 1);
	assert_int_equal(count(counter, A, 4 * S), 2);
	kban_counter_expire(counter, 5 * S);
	assert_int_equal(kban_counter_hosts(counter), 0);
	assert_int_equal(add(counter, A, 6 * S), 1);
}

static void ends_of_time(void **state)
{
	kban_auto(counter) counter = new_counter(INT64_MAX, 5, 10);

	(void)state;
	assert_int_equal(add(counter, A, INT64_MIN), 1);
	assert_int_equal(add(counter, A, INT64_MIN), 2);
	assert_int_equal(add(counter, A, -1), 3);
	assert_int_equal(add(counter, A, INT64_MAX), 1);
	assert_int_equal(add(counter, A, 0), 2);
	assert_int_equal(count(counter, A, INT64_MAX), 2);
	assert_int_equal(count(counter, A, INT64_MIN), 0);
}

static void window_of_nothing_counts_one_instant(void **state)
{
	kban_auto(counter) counter = new_counter(0, 5, 10);

	(void)state;
	assert_int_equal(add(counter, A, 7), 1);
	assert_int_equal(add(counter, A, 7), 2);
	assert_int_equal(add(counter, A, 6), 2);
	assert_int_equal(add(counter, A, 8), 1);
}

static struct kban_addr numbered(uint32_t number)
{
	struct kban_addr addr = { .family = KBAN_IPV4, .prefix = 32 };

	if (number % 3 == 0)
		addr = (struct kban_addr){ .family = KBAN_IPV6, .prefix = 128 };
	memcpy(addr.bytes, &number, sizeof(number));
	return addr;
}

static void many_hosts_keep_their_counts(void **state)
{
	const uint32_t hosts = 20000;
	kban_auto(counter) counter = new_counter(600 * S, 5, hosts);
	struct kban_addr addr;
	uint32_t i;
	int round;

	(void)state;
	for (round = 1; round <= 4; round++) {
		for (i = 0; i < hosts; i++) {
			addr = numbered(i);
			assert_int_equal(kban_counter_add(counter, &addr, round), round);
		}
	}
	assert_int_equal(kban_counter_hosts(counter), hosts);
	for (i = 1; i < hosts; i += 2) {
		addr = numbered(i);
		kban_counter_forget(counter, &addr);
	}
	for (i = 0; i < hosts; i++) {
		addr = numbered(i);
		assert_int_equal(kban_counter_count(counter, &addr, 10), i % 2 ? 0 : 4);
	}
}

static void memory_is_bounded_and_given_back(void **state)
{
	const size_t hosts = 20000;
	kban_auto(counter) counter = new_counter(600 * S, 5, hosts);
	size_t empty = kban_counter_memory(counter);
	size_t full;
	uint32_t i;

	(void)state;
	for (i = 0; i < 5 * hosts; i++) {
		struct kban_addr addr = numbered((uint32_t)(i % hosts));

		assert_true(kban_counter_add(counter, &addr, i) > 0);
	}
	full = kban_counter_memory(counter);
	assert_in_range(full, 50 * hosts, 58 * hosts);
	for (i = 0; i < hosts; i++) {
		struct kban_addr addr = numbered((uint32_t)(hosts + i));

		assert_int_equal(kban_counter_add(counter, &addr, i), 1);
		assert_int_equal(kban_counter_hosts(counter), hosts);
	}
	/* Who they are differs, and with it how full each part of the index is. */
	assert_in_range(kban_counter_memory(counter), full, full + 3 * hosts);
	kban_counter_expire(counter, INT64_MAX);
	assert_true(kban_counter_memory(counter) < empty + 65536);
}

static int count_two_hosts(void *data)
{
	struct kban_counter_options options = KBAN_COUNTER_OPTIONS_INIT;
	struct kban_addr a = test_addr(A);
	struct kban_addr d = test_addr(D);
	kban_auto(counter) counter = NULL;
	int status = kban_counter_new(&options, &counter);

	(void)data;
	if (status == KBAN_OK)
		status = kban_counter_add(counter, &a, 1);
	if (status > 0)
		status = kban_counter_add(counter, &a, 2);
	if (status > 0)
		status = kban_counter_add(counter, &d, 2);
	return status;
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	assert_every_allocation_may_fail(count_two_hosts, NULL);
}

/* Neither the first failure, nor the sixth, for which a record has no room. */
static void nothing_is_recorded_without_memory(void **state)
{
	kban_auto(counter) counter = new_counter(600 * S, 10, 10);
	int i;

	(void)state;
	failing_alloc_start(1);
	assert_int_equal(add(counter, A, 1), KBAN_E_NOMEM);
	assert_true(failing_alloc_stop());
	assert_int_equal(kban_counter_hosts(counter), 0);
	for (i = 1; i <= 5; i++)
		assert_int_equal(add(counter, A, i), i);
	failing_alloc_start(1);
	assert_int_equal(add(counter, A, 6), KBAN_E_NOMEM);
	assert_true(failing_alloc_stop());
	assert_int_equal(count(counter, A, 6), 5);
	assert_int_equal(add(counter, A, 7), 6);
}

/* Whoever waits a window between failures needs no more room than with the first. */
static void failures_out_of_the_window_make_room(void **state)
{
	kban_auto(counter) counter = new_counter(600, 10, 10);
	int i;

	(void)state;
	for (i = 0; i < 5; i++)
		assert_int_equal(add(counter, A, i * 150), i + 1);
	failing_alloc_start(1);
	for (i = 5; i < 50; i++)
		assert_int_equal(add(counter, A, i * 150), 5);
	assert_false(failing_alloc_stop());
}

static void warm_counter_allocates_nothing(void **state)
{
	kban_auto(counter) counter = new_counter(600 * S, 5, 100);
	struct kban_addr addr;
	uint32_t i;

	(void)state;
	for (i = 0; i < 600; i++) {
		addr = numbered(i / 2);
		assert_true(kban_counter_add(counter, &addr, i * S) > 0);
	}
	failing_alloc_start(1);
	for (i = 600; i < 6000; i++) {
		addr = numbered(i / 2);
		assert_true(kban_counter_add(counter, &addr, i * S) > 0);
	}
	assert_false(failing_alloc_stop());
}

/* What there is no memory for comes when there is some again; the others are found all along. */
static void table_that_cannot_grow_still_finds_all(void **state)
{
	kban_auto(counter) counter = new_counter(600 * S, 5, 5000);
	struct kban_addr addr;
	unsigned refused = 0;
	uint32_t i;

	(void)state;
	for (i = 0; i < 5000; i++) {
		int status;

		addr = numbered(i);
		failing_alloc_start(1 + i % 3);
		status = kban_counter_add(counter, &addr, 1);
		failing_alloc_stop();
		if (status == KBAN_E_NOMEM) {
			refused++;
			assert_int_equal(kban_counter_hosts(counter), i);
			status = kban_counter_add(counter, &addr, 1);
		}
		assert_int_equal(status, 1);
	}
	assert_true(refused > 10);
	for (i = 0; i < 5000; i++) {
		addr = numbered(i);
		assert_int_equal(kban_counter_count(counter, &addr, 1), 1);
	}
}

/* Hosts that failed more often than a record has room for leave nothing behind. */
static void many_failures_are_given_back(void **state)
{
	kban_auto(counter) counter = new_counter(600 * S, 1000, 10);
	struct kban_addr a = test_addr(A);
	size_t one;
	int i;

	(void)state;
	assert_int_equal(add(counter, A, 1), 1);
	one = kban_counter_memory(counter);
	for (i = 2; i <= 1500; i++)
		assert_int_equal(add(counter, A, i), i < 1000 ? i : 1000);
	assert_in_range(kban_counter_memory(counter), one + 999 * 4, one + 999 * 4 + 8);
	assert_int_equal(count(counter, A, 1500), 1000);
	assert_int_equal(add(counter, B, 1), 1);
	kban_counter_forget(counter, &a);
	assert_int_equal(kban_counter_memory(counter), one);
	for (i = 1; i <= 100; i++)
		assert_int_equal(add(counter, A, i), i);
}

static void options_out_of_range(void **state)
{
	static const struct kban_counter_options wrong[] = {
		{ 0, 1, 1, 1, 0 },
		{ sizeof(wrong[0]) - 1, 1, 1, 1, 0 },
		{ sizeof(wrong[0]), -1, 1, 1, 0 },
		{ sizeof(wrong[0]), 1, 0, 1, 0 },
		{ sizeof(wrong[0]), 1, 65536, 1, 0 },
		{ sizeof(wrong[0]), 1, 1, 0, 0 },
		{ sizeof(wrong[0]), 1, 1, (size_t)1 << 31, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct kban_counter *counter = NULL;

		assert_int_equal(kban_counter_new(&wrong[i], &counter), KBAN_E_INVAL);
		assert_null(counter);
	}
	kban_counter_free(NULL);
}

static const struct step estimates_of_hosts_are_apart[] = {
	{ A, 0, 1 }, { B, 0, 1 },   { A, 10, 2 },   { C, 20, 1 },   { A, 700, 3 },
	{ B, 5, 2 }, { C, 620, 2 }, { B, 1205, 2 }, { NULL, 0, 0 },
};

static void estimates_are_forgotten(void **state)
{
	kban_auto(counter) counter = new_estimate();
	struct kban_addr host = test_addr(A);

	(void)state;
	for (int i = 0; i < 9; i++)
		assert_int_equal(add(counter, A, i * S), i < 5 ? i + 1 : 5);
	assert_int_equal(add(counter, B, 300 * S), 1);
	assert_int_equal(count(counter, A, 600 * S), 5);
	assert_int_equal(count(counter, A, 609 * S), 0);
	kban_counter_forget(counter, &host);
	assert_int_equal(count(counter, A, 600 * S), 0);
	assert_int_equal(add(counter, A, 9 * S), 1);
	assert_int_equal(kban_counter_hosts(counter), 2);
	kban_counter_expire(counter, 2000 * S);
	assert_int_equal(kban_counter_hosts(counter), 0);
}

static int attempt_estimate(void *data)
{
	kban_auto(counter) counter = NULL;
	struct kban_counter_options options = KBAN_COUNTER_OPTIONS_INIT;
	struct kban_addr host = test_addr(A);
	int status;

	(void)data;
	options.estimate = 1;
	status = kban_counter_new(&options, &counter);
	if (status == KBAN_OK)
		status = kban_counter_add(counter, &host, 0);
	return status < 0 ? status : KBAN_OK;
}

static void estimates_need_memory(void **state)
{
	(void)state;
	assert_every_allocation_may_fail(attempt_estimate, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_as_fail2ban_counts_or_exact),
		test_case(replay_estimate, estimates_of_hosts_are_apart),
		cmocka_unit_test(estimates_are_forgotten),
		cmocka_unit_test(estimates_need_memory),
		test_case(replay, counts_up),
		test_case(replay, counts_up_slowly),
		test_case(replay, as_old_as_the_window_is_inside),
		test_case(replay, steady_but_too_slow_never_gets_there),
		test_case(replay, burst_and_one_in_time),
		test_case(replay, burst_and_one_too_late),
		test_case(replay, burst_and_one_much_too_late),
		test_case(replay, what_left_the_window_is_forgotten),
		test_case(replay, window_slides),
		test_case(replay, late_failures_fill_the_window_before_the_newest),
		test_case(replay, far_future_leaves_the_past_behind),
		test_case(replay, late_failures_leave_in_order_of_time),
		test_case(replay, stops_at_max_failures),
		test_case(replay, hosts_do_not_mix),
		test_case(replay_at_limit, oldest_host_makes_room),
		test_case(replay_at_limit, failing_again_saves_a_host),
		test_case(replay_at_limit, nearly_done_is_not_pushed_out),
		test_case(replay_at_limit, half_done_is_pushed_out),
		test_case(replay_at_limit, nearly_done_but_long_ago_goes_first),
		test_case(replay_at_limit, nearly_done_leave_room_for_others),
		cmocka_unit_test(one_host_at_most),
		cmocka_unit_test(counts_without_adding),
		cmocka_unit_test(forgets_a_host),
		cmocka_unit_test(a_clock_may_be_set),
		cmocka_unit_test(expires_hosts_without_a_failure_since),
		cmocka_unit_test(ends_of_time),
		cmocka_unit_test(window_of_nothing_counts_one_instant),
		cmocka_unit_test(many_hosts_keep_their_counts),
		cmocka_unit_test(memory_is_bounded_and_given_back),
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(nothing_is_recorded_without_memory),
		cmocka_unit_test(failures_out_of_the_window_make_room),
		cmocka_unit_test(warm_counter_allocates_nothing),
		cmocka_unit_test(table_that_cannot_grow_still_finds_all),
		cmocka_unit_test(many_failures_are_given_back),
		cmocka_unit_test(options_out_of_range),
	};

	return cmocka_run_group_tests_name("counter", tests, NULL, NULL);
}
