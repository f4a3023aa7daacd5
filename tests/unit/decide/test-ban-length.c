/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <math.h>

#include "base/memory.h"
#include "decide/decide.h"

#define S KBAN_SECOND

/* Lengths of successive bans. */
struct series {
	struct kb_policy policy;
	double luck;
	kban_usec expected[5];
};

static void grow(void **state)
{
	const struct series *series = *state;
	unsigned earlier;

	for (earlier = 0; earlier < kb_array_size(series->expected); earlier++)
		assert_int_equal(kb_ban_length(&series->policy, earlier, series->luck),
				 series->expected[earlier]);
}

static const unsigned odd[] = { 1, 3, 5 };
static const unsigned falling[] = { 1, 1, 0 };

static const struct series each_is_twice_the_one_before[] = { {
	{ .ban_time = 1 * S, .increment = true, .factor = 1 },
	0,
	{ 1 * S, 2 * S, 4 * S, 8 * S, 16 * S },
} };

static const struct series all_the_same_without_increment[] = { {
	{ .ban_time = 7 * S, .factor = 9, .max_time = 3 * S, .random_time = 5 * S },
	0.5,
	{ 7 * S, 7 * S, 7 * S, 7 * S, 7 * S },
} };

static const struct series last_multiplier_goes_on[] = { {
	{ .ban_time = 1 * S,
	  .increment = true,
	  .factor = 1,
	  .multipliers = odd,
	  .multiplier_count = 3 },
	0,
	{ 1 * S, 3 * S, 5 * S, 5 * S, 5 * S },
} };

static const struct series multipliers_and_factor_multiply[] = { {
	{ .ban_time = 10 * S,
	  .increment = true,
	  .factor = 1.5,
	  .multipliers = odd,
	  .multiplier_count = 3 },
	0,
	{ 10 * S, 45 * S, 75 * S, 75 * S, 75 * S },
} };

static const struct series one_multiplier_is_for_all[] = { {
	{ .ban_time = 2 * S,
	  .increment = true,
	  .factor = 1,
	  .multipliers = odd + 1,
	  .multiplier_count = 1 },
	0,
	{ 2 * S, 6 * S, 6 * S, 6 * S, 6 * S },
} };

static const struct series multiplier_of_nothing_bans_nobody[] = { {
	{ .ban_time = 2 * S,
	  .increment = true,
	  .factor = 1,
	  .multipliers = falling,
	  .multiplier_count = 3 },
	0,
	{ 2 * S, 2 * S, 0, 0, 0 },
} };

static const struct series factor_two[] = { {
	{ .ban_time = 1 * S, .increment = true, .factor = 2 },
	0,
	{ 1 * S, 4 * S, 8 * S, 16 * S, 32 * S },
} };

static const struct series factor_never_makes_a_ban_shorter_than_the_first[] = { {
	{ .ban_time = 8 * S, .increment = true, .factor = 0.125 },
	0,
	{ 8 * S, 8 * S, 8 * S, 8 * S, 16 * S },
} };

static const struct series negative_factor_changes_nothing[] = { {
	{ .ban_time = 8 * S, .increment = true, .factor = -2 },
	0,
	{ 8 * S, 8 * S, 8 * S, 8 * S, 8 * S },
} };

static const struct series limit_holds[] = { {
	{ .ban_time = 1 * S, .increment = true, .factor = 1, .max_time = 3 * S },
	0,
	{ 1 * S, 2 * S, 3 * S, 3 * S, 3 * S },
} };

static const struct series first_ban_knows_no_limit[] = { {
	{ .ban_time = 5 * S, .increment = true, .factor = 1, .max_time = 3 * S },
	0,
	{ 5 * S, 3 * S, 3 * S, 3 * S, 3 * S },
} };

static const struct series luck_is_added_after_the_limit[] = { {
	{ .ban_time = 1 * S,
	  .increment = true,
	  .factor = 1,
	  .max_time = 3 * S,
	  .random_time = 10 * S },
	0.25,
	{ 1 * S, 4500000, 5500000, 5500000, 5500000 },
} };

static const struct series fractions_are_rounded_to_a_microsecond[] = { {
	{ .ban_time = 600 * S, .increment = true, .factor = 0.7 },
	0,
	{ 600 * S, 840 * S, 1680 * S, 3360 * S, 6720 * S },
} };

static const struct series permanent_stays_permanent[] = { {
	{ .ban_time = KBAN_FOREVER, .increment = true, .factor = 0.1, .max_time = 1 * S },
	0.5,
	{ KBAN_FOREVER, KBAN_FOREVER, KBAN_FOREVER, KBAN_FOREVER, KBAN_FOREVER },
} };

static const struct series negative_is_permanent[] = { {
	{ .ban_time = -5 * S, .increment = true, .factor = 1, .max_time = 1 * S },
	0,
	{ KBAN_FOREVER, KBAN_FOREVER, KBAN_FOREVER, KBAN_FOREVER, KBAN_FOREVER },
} };

static const struct series nothing_stays_nothing[] = { {
	{ .ban_time = 0, .increment = true, .factor = 1 },
	0,
	{ 0, 0, 0, 0, 0 },
} };

static const struct series not_a_number_changes_nothing[] = { {
	{ .ban_time = 8 * S, .increment = true, .factor = NAN },
	0,
	{ 8 * S, 8 * S, 8 * S, 8 * S, 8 * S },
} };

static void doubling_ends_after_twenty(void **state)
{
	struct kb_policy policy = { .ban_time = 1 * S, .increment = true, .factor = 1 };

	(void)state;
	assert_int_equal(kb_ban_length(&policy, 19, 0), 524288 * S);
	assert_int_equal(kb_ban_length(&policy, 20, 0), 1048576 * S);
	assert_int_equal(kb_ban_length(&policy, 21, 0), 1048576 * S);
	assert_int_equal(kb_ban_length(&policy, UINT32_MAX, 0), 1048576 * S);
}

static void what_cannot_be_counted_does_not_end(void **state)
{
	struct kb_policy policy = { .ban_time = 31557600 * S, .increment = true, .factor = 1 };

	(void)state;
	assert_true(kb_ban_length(&policy, 10, 0) < KBAN_FOREVER);
	assert_int_equal(kb_ban_length(&policy, 20, 0), KBAN_FOREVER);
	policy.factor = INFINITY;
	assert_int_equal(kb_ban_length(&policy, 1, 0), KBAN_FOREVER);
	policy.max_time = 86400 * S;
	assert_int_equal(kb_ban_length(&policy, 1, 0), 86400 * S);
}

/* Lengths of successive bans by a formula: text, and what comes of it. */
struct formula_case {
	const char *text;
	struct kb_policy policy;
	kban_usec expected[5];
};

static const struct formula_case formulas[] = {
	{ "ban.Time * math.exp(float(ban.Count+1)*banFactor)/math.exp(1*banFactor)",
	  { .ban_time = 1 * S, .increment = true, .factor = 1 },
	  { 1 * S, 2718282, 7389056, 20085537, 54598150 } },
	{ "ban.Time * (1<<(ban.Count if ban.Count<20 else 20)) * banFactor",
	  { .ban_time = 1 * S, .increment = true, .factor = 2 },
	  { 1 * S, 4 * S, 8 * S, 16 * S, 32 * S } },
	{ "ban.Time * ban.Count ** 2",
	  { .ban_time = 10 * S, .increment = true, .factor = 1, .max_time = 60 * S },
	  { 10 * S, 10 * S, 40 * S, 60 * S, 60 * S } },
	/* Never shorter than the first. */
	{ "ban.Time / ban.Count",
	  { .ban_time = 10 * S, .increment = true, .factor = 1 },
	  { 10 * S, 10 * S, 10 * S, 10 * S, 10 * S } },
	{ "ban.Time + 100 * random.random()",
	  { .ban_time = 10 * S, .increment = true, .factor = 1 },
	  { 10 * S, 60 * S, 60 * S, 60 * S, 60 * S } },
	/* Without a value, it doubles. */
	{ "ban.Time / (ban.Count - 2)",
	  { .ban_time = 10 * S, .increment = true, .factor = 1 },
	  { 10 * S, 10 * S, 40 * S, 10 * S, 10 * S } },
	{ "math.exp(999) * ban.Time",
	  { .ban_time = 10 * S, .increment = true, .factor = 1 },
	  { 10 * S, KBAN_FOREVER, KBAN_FOREVER, KBAN_FOREVER, KBAN_FOREVER } },
	/* Multipliers come first. */
	{ "ban.Time * 1000",
	  { .ban_time = 1 * S,
	    .increment = true,
	    .factor = 1,
	    .multipliers = odd,
	    .multiplier_count = 3 },
	  { 1 * S, 3 * S, 5 * S, 5 * S, 5 * S } },
};

static void grow_by_formula(void **state)
{
	(void)state;
	for (size_t i = 0; i < kb_array_size(formulas); i++) {
		kb_auto(formula) formula = NULL;
		struct kb_policy policy = formulas[i].policy;

		assert_int_equal(kb_formula_new(kb_text(formulas[i].text), &formula, NULL),
				 KBAN_OK);
		policy.formula = formula;
		for (unsigned n = 0; n < kb_array_size(formulas[i].expected); n++) {
			kban_usec length = kb_ban_length(&policy, n, 0.5);

			if (length != formulas[i].expected[n])
				fail_msg("%s: ban %u: %lld", formulas[i].text, n + 1,
					 (long long)length);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(grow, each_is_twice_the_one_before),
		test_case(grow, all_the_same_without_increment),
		test_case(grow, last_multiplier_goes_on),
		test_case(grow, multipliers_and_factor_multiply),
		test_case(grow, one_multiplier_is_for_all),
		test_case(grow, multiplier_of_nothing_bans_nobody),
		test_case(grow, factor_two),
		test_case(grow, factor_never_makes_a_ban_shorter_than_the_first),
		test_case(grow, negative_factor_changes_nothing),
		test_case(grow, limit_holds),
		test_case(grow, first_ban_knows_no_limit),
		test_case(grow, luck_is_added_after_the_limit),
		test_case(grow, fractions_are_rounded_to_a_microsecond),
		test_case(grow, permanent_stays_permanent),
		test_case(grow, negative_is_permanent),
		test_case(grow, nothing_stays_nothing),
		test_case(grow, not_a_number_changes_nothing),
		cmocka_unit_test(grow_by_formula),
		cmocka_unit_test(doubling_ends_after_twenty),
		cmocka_unit_test(what_cannot_be_counted_does_not_end),
	};

	return cmocka_run_group_tests_name("ban-length", tests, NULL, NULL);
}
