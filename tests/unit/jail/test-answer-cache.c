/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/text.h"
#include "jail/answer-cache.h"

/* At each second something is asked, or remembered. */
struct step {
	int second;
	const char *key; /* NULL ends */
	int added;       /* 1 or 0: this answer; -1: it is asked for */
	int expected;
};

#define ASK  (-1)
#define NONE KBAN_E_NOTFOUND

static void replay(void **state)
{
	kb_auto(answer_cache) cache = kb_answer_cache_new(2, 10 * KBAN_SECOND);

	assert_non_null(cache);
	for (const struct step *step = *state; step->key != NULL; step++) {
		kban_usec now = step->second * KBAN_SECOND;

		if (step->added == ASK)
			assert_int_equal(kb_answer_cache_find(cache, kb_text(step->key), now),
					 step->expected);
		else
			kb_answer_cache_add(cache, kb_text(step->key), step->added, now);
	}
	assert_in_range(kb_answer_cache_count(cache), 0, 2);
}

static const struct step answers_are_remembered[] = {
	{ 0, "a", ASK, NONE }, { 0, "a", 1, 0 },     { 1, "b", 0, 0 },      { 1, "a", ASK, 1 },
	{ 1, "b", ASK, 0 },    { 1, "", ASK, NONE }, { 1, "c", ASK, NONE }, { 0, NULL, 0, 0 },
};

static const struct step an_answer_grows_old[] = {
	{ 0, "a", 1, 0 },    { 5, "b", 1, 0 },       { 9, "a", ASK, 1 }, { 10, "a", ASK, NONE },
	{ 14, "b", ASK, 1 }, { 15, "b", ASK, NONE }, { 0, NULL, 0, 0 },
};

static const struct step the_oldest_makes_room[] = {
	{ 0, "a", 1, 0 },   { 1, "b", 1, 0 },   { 2, "c", 1, 0 },  { 2, "a", ASK, NONE },
	{ 2, "b", ASK, 1 }, { 2, "c", ASK, 1 }, { 0, NULL, 0, 0 },
};

/* The first answer is what counts until it is old. */
static const struct step what_is_known_is_not_said_again[] = {
	{ 0, "a", 1, 0 },       { 5, "a", 0, 0 },  { 6, "a", ASK, 1 },
	{ 10, "a", ASK, NONE }, { 0, NULL, 0, 0 },
};

static const struct step a_clock_that_is_set_back_forgets[] = {
	{ 100, "a", 1, 0 },
	{ 99, "a", ASK, NONE },
	{ 0, NULL, 0, 0 },
};

static void nothing_is_remembered_by_an_empty_cache(void **state)
{
	const kban_usec ages[] = { 0, KBAN_SECOND };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		kb_auto(answer_cache) cache = kb_answer_cache_new(1 - i, ages[i]);

		kb_answer_cache_add(cache, kb_text("a"), true, 0);
		assert_int_equal(kb_answer_cache_find(cache, kb_text("a"), 0), NONE);
		assert_int_equal(kb_answer_cache_count(cache), 0);
	}
}

static void many_keys_are_told_apart(void **state)
{
	kb_auto(answer_cache) cache = kb_answer_cache_new(5000, KBAN_SECOND);

	(void)state;
	for (int i = 0; i < 10000; i++)
		kb_answer_cache_add(cache, (struct kban_text){ (const char *)&i, sizeof(i) },
				    i % 3 == 0, 0);
	assert_int_equal(kb_answer_cache_count(cache), 5000);
	for (int i = 0; i < 10000; i++)
		assert_int_equal(
			kb_answer_cache_find(cache,
					     (struct kban_text){ (const char *)&i, sizeof(i) }, 0),
			i < 5000 ? NONE : i % 3 == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(replay, answers_are_remembered),
		test_case(replay, an_answer_grows_old),
		test_case(replay, the_oldest_makes_room),
		test_case(replay, what_is_known_is_not_said_again),
		test_case(replay, a_clock_that_is_set_back_forgets),
		cmocka_unit_test(nothing_is_remembered_by_an_empty_cache),
		cmocka_unit_test(many_keys_are_told_apart),
	};

	return cmocka_run_group_tests_name("answer-cache", tests, NULL, NULL);
}
