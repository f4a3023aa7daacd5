/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/string-list.h"
#include "base/text.h"
#include "failing-alloc.h"

static void starts_empty(void **state)
{
	kb_auto_clear(string_list) list = { 0 };

	(void)state;
	assert_false(kb_string_list_contains(&list, ""));
	kb_string_list_sort(&list);
	assert_int_equal(list.count, 0);
	assert_null(list.items);
}

static void copies_in_order_and_ends_in_null(void **state)
{
	kb_auto_clear(string_list) list = { 0 };
	char text[] = "first";
	size_t i;

	(void)state;
	assert_int_equal(kb_string_list_append(&list, kb_text(text)), KBAN_OK);
	text[0] = 'x';
	for (i = 1; i < 100; i++) {
		assert_int_equal(kb_string_list_append(&list, KB_TEXT("more")), KBAN_OK);
		assert_null(list.items[list.count]);
	}
	assert_int_equal(list.count, 100);
	assert_string_equal(list.items[0], "first");
	assert_string_equal(list.items[99], "more");
}

static void contains_whole_strings(void **state)
{
	kb_auto_clear(string_list) list = { 0 };

	(void)state;
	assert_int_equal(kb_string_list_append(&list, KB_TEXT("sshd")), KBAN_OK);
	assert_int_equal(kb_string_list_append(&list, KB_TEXT("")), KBAN_OK);
	assert_true(kb_string_list_contains(&list, "sshd"));
	assert_true(kb_string_list_contains(&list, ""));
	assert_false(kb_string_list_contains(&list, "ssh"));
	assert_false(kb_string_list_contains(&list, "sshd2"));
	assert_false(kb_string_list_contains(&list, "SSHD"));
}

static void sorts_by_bytes(void **state)
{
	static const char *const sorted[] = { "", "B", "a", "a10", "a2", "\xc3\xa4" };
	kb_auto_clear(string_list) list = { 0 };
	size_t i;

	(void)state;
	for (i = kb_array_size(sorted); i > 0; i--)
		assert_int_equal(kb_string_list_append(&list, kb_text(sorted[i - 1])), KBAN_OK);
	kb_string_list_sort(&list);
	for (i = 0; i < kb_array_size(sorted); i++)
		assert_string_equal(list.items[i], sorted[i]);
	assert_null(list.items[list.count]);
}

static void clear_makes_it_new(void **state)
{
	kb_auto_clear(string_list) list = { 0 };

	(void)state;
	assert_int_equal(kb_string_list_append(&list, KB_TEXT("a")), KBAN_OK);
	kb_string_list_clear(&list);
	assert_int_equal(list.count, 0);
	assert_null(list.items);
	assert_int_equal(kb_string_list_append(&list, KB_TEXT("b")), KBAN_OK);
	assert_string_equal(list.items[0], "b");
}

/* What was in before a failure is still there, and ended by NULL. */
static int append_some(void *data)
{
	kb_auto_clear(string_list) list = { 0 };
	size_t i;

	(void)data;
	for (i = 0; i < 20; i++) {
		if (kb_string_list_append(&list, KB_TEXT("a")) == KBAN_OK)
			continue;
		assert_int_equal(list.count, i);
		assert_true(list.items == NULL || list.items[i] == NULL);
		return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	assert_every_allocation_may_fail(append_some, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_empty),
		cmocka_unit_test(copies_in_order_and_ends_in_null),
		cmocka_unit_test(contains_whole_strings),
		cmocka_unit_test(sorts_by_bytes),
		cmocka_unit_test(clear_makes_it_new),
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("string-list", tests, NULL, NULL);
}
