/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/problem-list.h"
#include "failing-alloc.h"

static const struct kb_where place = { "jail.local", 7 };

static void problems_keep_their_order(void **state)
{
	kb_auto_clear(problem_list) list = { 0 };

	(void)state;
	assert_int_equal(kb_problem_list_add(&list, KB_PROBLEM_WARNING, "sshd", &place,
					     "odd value '%s'", "x\n"),
			 KBAN_OK);
	assert_int_equal(kb_problem_list_add(&list, KB_PROBLEM_ERROR, NULL, NULL, "no jail"),
			 KBAN_OK);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.items[0].severity, KB_PROBLEM_WARNING);
	assert_string_equal(list.items[0].subject, "sshd");
	assert_string_equal(kban_error_text(list.items[0].error), "jail.local:7: odd value 'x\\n'");
	assert_int_equal(kban_error_status(list.items[0].error), KBAN_E_SYNTAX);
	assert_null(list.items[1].subject);
	assert_string_equal(kban_error_text(list.items[1].error), "no jail");
}

static void an_error_can_be_handed_over(void **state)
{
	kb_auto_clear(problem_list) list = { 0 };
	struct kban_error *err = NULL;

	(void)state;
	kb_fail(&err, KBAN_E_NOTFOUND, &place, "no such filter");
	assert_int_equal(kb_problem_list_take(&list, KB_PROBLEM_ERROR, "sshd", err), KBAN_OK);
	assert_ptr_equal(list.items[0].error, err);
	assert_int_equal(kb_problem_list_take(&list, KB_PROBLEM_ERROR, "sshd", NULL), KBAN_OK);
	assert_string_equal(kban_error_text(list.items[1].error), "out of memory");
}

static void errors_concern_a_subject_or_all(void **state)
{
	kb_auto_clear(problem_list) list = { 0 };

	(void)state;
	assert_int_equal(kb_problem_list_errors(&list, NULL), 0);
	assert_int_equal(kb_problem_list_add(&list, KB_PROBLEM_ERROR, "a", NULL, "x"), KBAN_OK);
	assert_int_equal(kb_problem_list_add(&list, KB_PROBLEM_WARNING, "a", NULL, "x"), KBAN_OK);
	assert_int_equal(kb_problem_list_add(&list, KB_PROBLEM_ERROR, "b", NULL, "x"), KBAN_OK);
	assert_int_equal(kb_problem_list_errors(&list, "a"), 1);
	assert_int_equal(kb_problem_list_errors(&list, "b"), 1);
	assert_int_equal(kb_problem_list_errors(&list, "c"), 0);
	assert_int_equal(kb_problem_list_errors(&list, NULL), 2);
	assert_int_equal(kb_problem_list_add(&list, KB_PROBLEM_ERROR, NULL, NULL, "x"), KBAN_OK);
	assert_int_equal(kb_problem_list_errors(&list, "a"), 2);
	assert_int_equal(kb_problem_list_errors(&list, "c"), 1);
	assert_int_equal(kb_problem_list_errors(&list, NULL), 3);
}

static void clear_makes_it_new(void **state)
{
	kb_auto_clear(problem_list) list = { 0 };

	(void)state;
	assert_int_equal(kb_problem_list_add(&list, KB_PROBLEM_ERROR, "a", NULL, "x"), KBAN_OK);
	kb_problem_list_clear(&list);
	assert_int_equal(list.count, 0);
	assert_null(list.items);
	kb_problem_list_clear(&list);
}

/* An error that cannot be kept is released, and one that cannot be written is "out of memory". */
static void without_memory_nothing_leaks(void **state)
{
	unsigned long nth = 0;
	bool failed;

	(void)state;
	do {
		kb_auto_clear(problem_list) list = { 0 };
		int status;

		failing_alloc_start(++nth);
		status = kb_problem_list_add(&list, KB_PROBLEM_ERROR, "a", &place, "x");
		failed = failing_alloc_stop();
		assert_int_equal(list.count, status == KBAN_OK);
		if (failed && status == KBAN_OK)
			assert_null(list.items[0].error);
	} while (failed);
	assert_true(nth > 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(problems_keep_their_order),
		cmocka_unit_test(an_error_can_be_handed_over),
		cmocka_unit_test(errors_concern_a_subject_or_all),
		cmocka_unit_test(clear_makes_it_new),
		cmocka_unit_test(without_memory_nothing_leaks),
	};

	return cmocka_run_group_tests_name("problem-list", tests, NULL, NULL);
}
