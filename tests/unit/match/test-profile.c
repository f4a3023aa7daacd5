/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-filter.h"

#include "failing-alloc.h"

/* What is known of a rule after a few lines. */
struct row {
	enum kban_rule_kind kind;
	bool is_date;
	size_t index;
	uint64_t attempts, hits, steps;
	uint64_t worst_line, worst_steps;
};

struct story {
	struct test_filter filter;
	const char *lines[6]; /* numbered 10, 20 … */
	struct row rows[6];   /* costliest first; attempts 0 ends them */
};

static void check(const struct row *row, const struct kban_cost *cost)
{
	assert_non_null(cost);
	if (cost->kind != row->kind || cost->is_date != row->is_date || cost->index != row->index)
		fail_msg("rule %d %zu instead of %d %zu", (int)cost->kind, cost->index,
			 (int)row->kind, row->index);
	if (cost->attempts != row->attempts || cost->hits != row->hits ||
	    cost->steps != row->steps || cost->worst.line != row->worst_line ||
	    cost->worst.steps != row->worst_steps)
		fail_msg("rule %d %zu: %d attempts, %d hits, %d steps, %d of them on line %d",
			 (int)cost->kind, cost->index, (int)cost->attempts, (int)cost->hits,
			 (int)cost->steps, (int)cost->worst.steps, (int)cost->worst.line);
}

static void feed(struct kban_profile *profile, const char *const *lines)
{
	struct kban_match match;

	for (uint64_t number = 10; *lines != NULL; lines++, number += 10)
		assert_true(kban_profile_try(profile, kb_text(*lines), number, TEST_NOW, &match) >=
			    0);
}

static void costs(void **state)
{
	const struct story *story = *state;
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &story->filter);
	kban_auto(profile) profile = NULL;
	size_t count = 0;

	assert_int_equal(kban_profile_new(matcher, NULL, NULL, &profile), KBAN_OK);
	assert_int_equal(kban_profile_count(profile), 0);
	assert_null(kban_profile_cost(profile, 0));
	feed(profile, story->lines);
	for (; story->rows[count].attempts > 0; count++)
		check(&story->rows[count], kban_profile_cost(profile, count));
	assert_null(kban_profile_cost(profile, count));
	assert_int_equal(kban_profile_count(profile), count);
}

/* ^, a, blank, the parts of <F-ID>x</F-ID>, $, and the end. */
static const struct story each_try_is_a_step = {
	{ .fail = { "^a <F-ID>x</F-ID>$", "^b <F-ID>x</F-ID>$", "^never <F-ID>x</F-ID>$" },
	  .ignore = { "^q" } },
	{ "a x", "b x", "c", "a y" },
	/* {NONE} takes four; a line with another first letter is not worth a step. */
	{ { KBAN_RULE_FAIL, true, 0, 4, 4, 16, 10, 4 },
	  { KBAN_RULE_FAIL, false, 0, 4, 1, 13, 10, 8 },
	  { KBAN_RULE_FAIL, false, 1, 3, 1, 8, 20, 8 },
	  { KBAN_RULE_FAIL, false, 2, 2, 0, 0, 30, 0 },
	  { KBAN_RULE_IGNORE, false, 0, 2, 0, 0, 10, 0 } },
};

/* A rule that is never reached is not listed. */
static const struct story only_what_was_tried = {
	{ .prefix = "^p <F-CONTENT>.+</F-CONTENT>$", .fail = { "^<F-ID>x</F-ID>$" } },
	{ "q", "r" },
	{ { KBAN_RULE_FAIL, true, 0, 2, 2, 8, 10, 4 },
	  { KBAN_RULE_PREFIX, false, 0, 2, 0, 0, 10, 0 } },
};

static int64_t tick(void *data)
{
	int64_t *now = data;

	return *now += 7;
}

static void stopwatch_measures_each_search(void **state)
{
	const struct test_filter filter = { .fail = { "^a <F-ID>x</F-ID>$" } };
	const char *const lines[] = { "a x", "b", NULL };
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &filter);
	kban_auto(profile) profile = NULL;
	int64_t now = 0;

	(void)state;
	assert_int_equal(kban_profile_new(matcher, tick, &now, &profile), KBAN_OK);
	feed(profile, lines);
	assert_int_equal(kban_profile_cost(profile, 0)->nanoseconds, 14);
	assert_int_equal(kban_profile_cost(profile, 1)->nanoseconds, 14);
	assert_int_equal(kban_profile_cost(profile, 1)->worst.nanoseconds, 7);
	assert_int_equal(now, 4 * 14);
}

static void limits_are_named(void **state)
{
	const struct test_filter filter = { .fail = { "^(?:\\w+\\s?)+:<F-ID>\\S*</F-ID>$" } };
	const char *const lines[] = { "b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-:",
				      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-:", NULL };
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &filter);
	kban_auto(profile) profile = NULL;
	const struct kban_cost *cost;

	(void)state;
	assert_int_equal(kban_profile_new(matcher, NULL, NULL, &profile), KBAN_OK);
	feed(profile, lines);
	cost = kban_profile_cost(profile, 0);
	assert_int_equal(cost->limit_hits, 2);
	assert_int_equal(cost->limit, KBAN_LIMIT_EFFORT);
	assert_int_equal(cost->limit_line, 20);
	assert_true(cost->worst.steps > 100000);
	assert_int_equal(kban_matcher_limit_total(matcher), 2);
	assert_int_equal(kban_matcher_limit_hits(matcher, KBAN_RULE_FAIL, 0), 2);
}

/* Nothing is measured of lines that go to the matcher itself. */
static void matcher_is_free_afterwards(void **state)
{
	const struct test_filter filter = { .fail = { "^a <F-ID>x</F-ID>$" } };
	const char *const lines[] = { "a x", NULL };
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &filter);
	kban_auto(profile) profile = NULL;
	struct kban_match match;

	(void)state;
	assert_int_equal(kban_profile_new(matcher, NULL, NULL, &profile), KBAN_OK);
	feed(profile, lines);
	assert_int_equal(kban_matcher_try(matcher, KB_TEXT("a x"), TEST_NOW, &match), KBAN_FAILURE);
	assert_int_equal(kban_profile_cost(profile, 0)->attempts, 1);
}

static int attempt(void *data)
{
	kban_auto(profile) profile = NULL;
	struct kban_match match;
	int verdict;

	if (kban_profile_new(data, NULL, NULL, &profile) != KBAN_OK)
		return KBAN_E_NOMEM;
	verdict = kban_profile_try(profile, KB_TEXT("a x"), 1, TEST_NOW, &match);
	return verdict < 0 ? verdict : KBAN_OK;
}

static void memory_may_run_out(void **state)
{
	const struct test_filter filter = { .fail = { "^a <F-ID>x</F-ID>$" }, .ignore = { "y" } };
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &filter);

	(void)state;
	assert_every_allocation_may_fail(attempt, matcher);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(costs, &each_try_is_a_step),
		test_case(costs, &only_what_was_tried),
		cmocka_unit_test(stopwatch_measures_each_search),
		cmocka_unit_test(limits_are_named),
		cmocka_unit_test(matcher_is_free_afterwards),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
