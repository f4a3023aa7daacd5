/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "decide/decide.h"

struct verdict {
	unsigned max_retry;
	unsigned failures;
	kban_usec expected; /* seconds */
};

static void decide(void **state)
{
	const struct verdict *row = *state;

	for (; row->max_retry != UINT32_MAX; row++) {
		struct kb_policy policy = {
			.max_retry = row->max_retry,
			.ban_time = 600 * KBAN_SECOND,
			.factor = 1,
		};

		assert_int_equal(kb_decide(&policy, row->failures, 0, 0),
				 row->expected * KBAN_SECOND);
	}
}

static const struct verdict enough_failures_ban[] = {
	{ 5, 0, 0 },   { 5, 4, 0 }, { 5, 5, 600 },       { 5, 6, 600 },        { 1, 0, 0 },
	{ 1, 1, 600 }, { 2, 1, 0 }, { 65535, 65534, 0 }, { UINT32_MAX, 0, 0 },
};

static const struct verdict zero_acts_as_one[] = {
	{ 0, 0, 0 },
	{ 0, 1, 600 },
	{ 0, 2, 600 },
	{ UINT32_MAX, 0, 0 },
};

static void earlier_bans_count(void **state)
{
	struct kb_policy policy = {
		.max_retry = 3,
		.ban_time = 60 * KBAN_SECOND,
		.increment = true,
		.factor = 1,
	};

	(void)state;
	assert_int_equal(kb_decide(&policy, 2, 9, 0), 0);
	assert_int_equal(kb_decide(&policy, 3, 0, 0), 60 * KBAN_SECOND);
	assert_int_equal(kb_decide(&policy, 3, 2, 0), 240 * KBAN_SECOND);
}

static void threshold(void **state)
{
	struct kb_policy policy = { .max_retry = 0 };

	(void)state;
	assert_int_equal(kb_policy_threshold(&policy), 1);
	policy.max_retry = 7;
	assert_int_equal(kb_policy_threshold(&policy), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(decide, enough_failures_ban),
		test_case(decide, zero_acts_as_one),
		cmocka_unit_test(earlier_bans_count),
		cmocka_unit_test(threshold),
	};

	return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
