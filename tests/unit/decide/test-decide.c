/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "decide/decide.h"

struct verdict {
	unsigned max_retry;
	unsigned failures;
	kban_usec expected; /* seconds */
};

/* The length of the ban of who failed so often; 0 for none. */
static kban_usec decided(const struct kb_policy *policy, unsigned failures, unsigned earlier)
{
	return failures >= kb_policy_needed(policy, earlier) ? kb_ban_length(policy, earlier, 0)
							     : 0;
}

static void decide(void **state)
{
	const struct verdict *row = *state;

	for (; row->max_retry != UINT32_MAX; row++) {
		struct kb_policy policy = {
			.max_retry = row->max_retry,
			.ban_time = 600 * KBAN_SECOND,
			.factor = 1,
		};

		assert_int_equal(decided(&policy, row->failures, 0), row->expected * KBAN_SECOND);
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
	assert_int_equal(decided(&policy, 2, 0), 0);
	assert_int_equal(decided(&policy, 1, 1), 0);
	assert_int_equal(decided(&policy, 2, 1), 120 * KBAN_SECOND);
	assert_int_equal(decided(&policy, 3, 0), 60 * KBAN_SECOND);
	assert_int_equal(decided(&policy, 3, 2), 240 * KBAN_SECOND);
}

/* A host that was banned before needs fewer failures. */
struct need {
	unsigned max_retry, earlier;
	unsigned weight, needed;
};

static void need(void **state)
{
	for (const struct need *row = *state; row->needed > 0; row++) {
		struct kb_policy policy = { .max_retry = row->max_retry, .increment = true };

		assert_int_equal(kb_policy_weight(&policy, row->earlier), row->weight);
		assert_int_equal(kb_policy_needed(&policy, row->earlier), row->needed);
		policy.increment = false;
		assert_int_equal(kb_policy_weight(&policy, row->earlier), 1);
		assert_int_equal(kb_policy_needed(&policy, row->earlier),
				 row->max_retry > 0 ? row->max_retry : 1);
	}
}

static const struct need bad_hosts_count_more[] = {
	{ 5, 0, 1, 5 },
	{ 5, 1, 2, 3 },
	{ 5, 2, 3, 2 },
	{ 5, 3, 5, 1 },
	{ 5, 4, 5, 1 },
	{ 10, 1, 2, 5 },
	{ 10, 2, 3, 4 },
	{ 10, 3, 5, 2 },
	{ 10, 4, 9, 2 },
	{ 10, 5, 10, 1 },
	{ 3, 1, 2, 2 },
	{ 3, 2, 3, 1 },
	{ 1, 9, 1, 1 },
	{ 0, 9, 1, 1 },
	{ 65535, 4, 9, 7282 },
	{ 65535, 16, 32769, 2 },
	{ 65535, UINT32_MAX, 65535, 1 },
	{ 0, 0, 0, 0 },
};

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
		test_case(need, bad_hosts_count_more),
		cmocka_unit_test(threshold),
	};

	return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
