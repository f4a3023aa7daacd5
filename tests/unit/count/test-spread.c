/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <stdlib.h>

#include "base/text.h"
#include "count/spread.h"
#include "failing-alloc.h"

#define S KBAN_SECOND

static struct kban_addr addr(const char *text)
{
	struct kban_addr out;

	assert_int_equal(kban_addr_parse(kb_text(text), &out), KBAN_OK);
	return out;
}

static int add(struct kb_spread *spread, const char *group, const char *member, kban_usec when)
{
	struct kban_addr key = addr(group);
	struct kban_addr who = addr(member);

	return kb_spread_add(spread, &key, &who, when);
}

/* What is added to one group, and how many there are then. */
struct step {
	const char *member;
	kban_usec when;
	int count;
};

struct series {
	struct kb_spread_options options;
	struct step steps[8];
};

static void count(void **state)
{
	const struct series *series = *state;
	kb_auto(spread) spread = kb_spread_new(&series->options);

	assert_non_null(spread);
	for (size_t i = 0; series->steps[i].member != NULL; i++) {
		const struct step *step = &series->steps[i];

		assert_int_equal(add(spread, "2001:db8::/64", step->member, step->when * S),
				 step->count);
	}
}

static const struct series hosts_count_once[] = { {
	{ .window = 600 * S, .enough = 10, .max_groups = 10, .distinct = true },
	{ { "192.0.2.1", 0, 1 },
	  { "192.0.2.1", 1, 1 },
	  { "192.0.2.2", 2, 2 },
	  { "192.0.2.1", 3, 2 },
	  { "192.0.2.3", 3, 3 } },
} };

static const struct series failures_count_each[] = { {
	{ .window = 600 * S, .enough = 10, .max_groups = 10 },
	{ { "192.0.2.1", 0, 1 }, { "192.0.2.1", 1, 2 }, { "192.0.2.2", 2, 3 } },
} };

static const struct series window_slides[] = { {
	{ .window = 600 * S, .enough = 10, .max_groups = 10, .distinct = true },
	{ { "192.0.2.1", 0, 1 },
	  { "192.0.2.2", 600, 2 },
	  { "192.0.2.3", 601, 2 },
	  { "192.0.2.4", 1201, 2 },
	  { "192.0.2.5", 9000, 1 } },
} };

static const struct series late_ones_count_in_the_window_of_the_newest[] = { {
	{ .window = 600 * S, .enough = 10, .max_groups = 10 },
	{ { "192.0.2.1", 1000, 1 }, { "192.0.2.2", 500, 2 }, { "192.0.2.3", 100, 2 } },
} };

static const struct series seen_again_it_stays[] = { {
	{ .window = 600 * S, .enough = 10, .max_groups = 10, .distinct = true },
	{ { "192.0.2.1", 0, 1 },
	  { "192.0.2.1", 500, 1 },
	  { "192.0.2.1", 200, 1 },
	  { "192.0.2.2", 1000, 2 } },
} };

static const struct series no_more_than_enough_are_kept[] = { {
	{ .window = 600 * S, .enough = 2, .max_groups = 10, .distinct = true },
	{ { "192.0.2.1", 10, 1 },
	  { "192.0.2.2", 20, 2 },
	  { "192.0.2.3", 30, 2 },
	  { "192.0.2.4", 5, 2 } },
} };

static const struct series the_newest_are_kept[] = { {
	{ .window = 600 * S, .enough = 3, .max_groups = 10, .distinct = true },
	{ { "192.0.2.1", 10, 1 },
	  { "192.0.2.2", 20, 2 },
	  { "192.0.2.3", 30, 3 },
	  { "192.0.2.4", 5, 3 },
	  { "192.0.2.3", 610, 3 } },
} };

static void members_are_told_once_and_in_order(void **state)
{
	struct kb_spread_options options = { .window = 600 * S, .enough = 9, .max_groups = 10 };
	kb_auto(spread) spread = kb_spread_new(&options);
	struct kban_addr key = addr("2001:db8::/64");
	struct kban_addr out[9];
	struct kban_addr first = addr("192.0.2.2"), second = addr("192.0.2.1");

	(void)state;
	assert_int_equal(kb_spread_members(spread, &key, out, 9), 0);
	add(spread, "2001:db8::/64", "192.0.2.1", 20 * S);
	add(spread, "2001:db8::/64", "192.0.2.2", 10 * S);
	add(spread, "2001:db8::/64", "192.0.2.1", 30 * S);
	assert_int_equal(kb_spread_members(spread, &key, out, 9), 2);
	assert_true(kban_addr_equal(&out[0], &first));
	assert_true(kban_addr_equal(&out[1], &second));
	assert_int_equal(kb_spread_members(spread, &key, out, 1), 1);
	kb_spread_forget(spread, &key);
	kb_spread_forget(spread, &key);
	assert_int_equal(kb_spread_members(spread, &key, out, 9), 0);
}

static void groups_are_bounded_and_end(void **state)
{
	struct kb_spread_options options = { .window = 600 * S, .enough = 9, .max_groups = 2 };
	kb_auto(spread) spread = kb_spread_new(&options);

	(void)state;
	assert_int_equal(add(spread, "10.0.1.0/24", "10.0.1.1", 1 * S), 1);
	assert_int_equal(add(spread, "10.0.2.0/24", "10.0.2.1", 2 * S), 1);
	assert_int_equal(add(spread, "10.0.1.0/24", "10.0.1.2", 3 * S), 2);
	assert_int_equal(add(spread, "10.0.3.0/24", "10.0.3.1", 4 * S), 1);
	assert_int_equal(kb_spread_groups(spread), 2);
	/* The second was idle longest. */
	assert_int_equal(add(spread, "10.0.1.0/24", "10.0.1.3", 5 * S), 3);
	kb_spread_expire(spread, 5 * S);
	assert_int_equal(kb_spread_groups(spread), 1);
	kb_spread_expire(spread, 6 * S);
	assert_int_equal(kb_spread_groups(spread), 0);
}

static void a_clock_may_be_set(void **state)
{
	struct kb_spread_options options = { .window = 600 * S, .enough = 3, .max_groups = 4 };
	kb_auto(spread) spread = kb_spread_new(&options);

	(void)state;
	assert_int_equal(add(spread, "192.0.2.0/24", "192.0.2.1", 0), 1);
	assert_int_equal(add(spread, "192.0.2.0/24", "192.0.2.2", 300 * S), 2);
	kb_spread_move(spread, -86400 * S);
	assert_int_equal(add(spread, "192.0.2.0/24", "192.0.2.3", (600 - 86400) * S), 3);
	kb_spread_move(spread, 86400 * S);
	kb_spread_expire(spread, 600 * S);
	assert_int_equal(kb_spread_groups(spread), 1);
	kb_spread_expire(spread, 601 * S);
	assert_int_equal(kb_spread_groups(spread), 0);
}

static int fill_and_drop(void *data)
{
	struct kb_spread_options options = { .window = 600 * S, .enough = 20, .max_groups = 40 };
	kb_auto(spread) spread = kb_spread_new(&options);
	char text[32];

	(void)data;
	if (spread == NULL)
		return KBAN_E_NOMEM;
	for (int i = 0; i < 60; i++) {
		snprintf(text, sizeof(text), "10.0.%d.0/24", i % 45);
		if (add(spread, text, "192.0.2.1", i * S) < 0)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

static void memory_may_run_out(void **state)
{
	(void)state;
	assert_every_allocation_may_fail(fill_and_drop, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(count, hosts_count_once),
		test_case(count, failures_count_each),
		test_case(count, window_slides),
		test_case(count, late_ones_count_in_the_window_of_the_newest),
		test_case(count, seen_again_it_stays),
		test_case(count, no_more_than_enough_are_kept),
		test_case(count, the_newest_are_kept),
		cmocka_unit_test(members_are_told_once_and_in_order),
		cmocka_unit_test(groups_are_bounded_and_end),
		cmocka_unit_test(a_clock_may_be_set),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("spread", tests, NULL, NULL);
}
