/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "jail/retired-sets.h"

static const struct kb_set one = { .name = "kban-one", .family = KBAN_IPV4 };
static const struct kb_set two = { .name = "kban-two", .family = KBAN_IPV4 };
static const struct kb_set one_elsewhere = { .name = "kban-one", .table = "other" };

/* Answers what it is told to, and notes which set was to be removed. */
struct kernel {
	struct kban_backend backend;
	int answer;
	unsigned calls;
	struct kb_set last;
};

static int answer_remove(struct kban_backend *backend, const struct kb_set *set,
			 struct kban_error **err)
{
	struct kernel *kernel = (struct kernel *)backend;

	(void)err;
	kernel->calls++;
	kernel->last = *set;
	return kernel->answer;
}

static const struct kb_backend_ops ops = { .name = "test", .remove = answer_remove };

static unsigned removals(struct kb_retired_sets *retired, struct kernel *kernel, int answer)
{
	kernel->answer = answer;
	kernel->calls = 0;
	kb_retired_sets_remove(retired, &kernel->backend);
	return kernel->calls;
}

static void what_stays_is_tried_again(void **state)
{
	static const int stays[] = { KB_SET_HELD, KBAN_E_DENIED, KBAN_E_SYSTEM };
	struct kernel kernel = { .backend = { .ops = &ops } };
	struct kb_retired_sets retired = { 0 };

	(void)state;
	kb_retired_sets_add(&retired, &one);
	for (size_t i = 0; i < kb_array_size(stays); i++)
		assert_int_equal(removals(&retired, &kernel, stays[i]), 1);
	assert_int_equal(removals(&retired, &kernel, KBAN_OK), 1);
	assert_int_equal(removals(&retired, &kernel, KBAN_OK), 0);
	kb_retired_sets_clear(&retired);
}

static void a_set_is_there_once(void **state)
{
	struct kernel kernel = { .backend = { .ops = &ops } };
	struct kb_retired_sets retired = { 0 };

	(void)state;
	for (size_t i = 0; i < 100; i++)
		kb_retired_sets_add(&retired, i % 2 ? &one : &two);
	kb_retired_sets_add(&retired, &one_elsewhere);
	assert_int_equal(removals(&retired, &kernel, KB_SET_HELD), 3);
	kb_retired_sets_clear(&retired);
}

static void what_is_taken_back_is_left_alone(void **state)
{
	struct kernel kernel = { .backend = { .ops = &ops } };
	struct kb_retired_sets retired = { 0 };

	(void)state;
	kb_retired_sets_add(&retired, &one);
	kb_retired_sets_add(&retired, &two);
	kb_retired_sets_take_back(&retired, &one);
	kb_retired_sets_take_back(&retired, &one_elsewhere);
	assert_int_equal(removals(&retired, &kernel, KBAN_OK), 1);
	assert_string_equal(kernel.last.name, "kban-two");
	kb_retired_sets_clear(&retired);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stays_is_tried_again),
		cmocka_unit_test(a_set_is_there_once),
		cmocka_unit_test(what_is_taken_back_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
