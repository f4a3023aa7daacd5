/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <stdio.h>

#include "base/text.h"
#include "failing-alloc.h"
#include "match/text-list.h"

static void assert_texts(const struct kb_text_list *list, const char *const *expected)
{
	size_t i;

	for (i = 0; expected[i] != NULL; i++)
		if (!kb_text_is(kb_text_list_at(list, i), expected[i]))
			fail_msg("text %zu is not '%s'", i, expected[i]);
	assert_int_equal(list->count, i);
	assert_null(kb_text_list_at(list, i).data);
}

static void keeps_texts_in_order(void **state)
{
	kb_auto_clear(text_list) list = { 0 };
	static const char *const expected[] = { "a", "", "bc", NULL };

	(void)state;
	assert_int_equal(kb_text_list_append(&list, kb_text("a")), KBAN_OK);
	assert_int_equal(kb_text_list_append(&list, kb_text("")), KBAN_OK);
	assert_int_equal(kb_text_list_append(&list, kb_text("bc")), KBAN_OK);
	assert_texts(&list, expected);
	/* An empty text is a text. */
	assert_non_null(kb_text_list_at(&list, 1).data);
}

static void adds_what_is_new(void **state)
{
	kb_auto_clear(text_list) list = { 0 };
	static const char *const expected[] = { "a", "b", NULL };

	(void)state;
	assert_int_equal(kb_text_list_add(&list, kb_text("a")), KBAN_OK);
	assert_int_equal(kb_text_list_add(&list, kb_text("b")), KBAN_OK);
	assert_int_equal(kb_text_list_add(&list, kb_text("a")), KBAN_OK);
	assert_texts(&list, expected);
}

static void oldest_makes_room(void **state)
{
	kb_auto_clear(text_list) list = { 0 };
	char text[16];

	(void)state;
	for (int i = 0; i < KB_TEXT_LIST_MAX + 3; i++) {
		snprintf(text, sizeof(text), "%d", i);
		assert_int_equal(kb_text_list_append(&list, kb_text(text)), KBAN_OK);
	}
	assert_int_equal(list.count, KB_TEXT_LIST_MAX);
	assert_int_equal(kb_text_list_total(&list), KB_TEXT_LIST_MAX + 3);
	assert_true(kb_text_is(kb_text_list_at(&list, 0), "3"));
	assert_true(kb_text_is(kb_text_list_at(&list, KB_TEXT_LIST_MAX - 1), text));
}

static void long_text_is_cut_between_characters(void **state)
{
	kb_auto_clear(text_list) list = { 0 };
	static char text[KB_TEXT_LIST_LENGTH + 10];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	/* A character of two bytes across the limit. */
	memcpy(text + KB_TEXT_LIST_LENGTH - 1, "é", 2);
	assert_int_equal(kb_text_list_append(&list, kb_text(text)), KBAN_OK);
	assert_int_equal(kb_text_list_at(&list, 0).len, KB_TEXT_LIST_LENGTH - 1);
	/* And it is the same text when it comes again. */
	assert_int_equal(kb_text_list_add(&list, kb_text(text)), KBAN_OK);
	assert_int_equal(list.count, 1);
}

static void appends_another_list(void **state)
{
	kb_auto_clear(text_list) list = { 0 };
	kb_auto_clear(text_list) more = { 0 };
	static const char *const expected[] = { "a", "b", "c", NULL };

	(void)state;
	assert_int_equal(kb_text_list_append(&list, kb_text("a")), KBAN_OK);
	assert_int_equal(kb_text_list_append(&more, kb_text("b")), KBAN_OK);
	assert_int_equal(kb_text_list_append(&more, kb_text("c")), KBAN_OK);
	more.dropped = 5;
	assert_int_equal(kb_text_list_append_all(&list, &more), KBAN_OK);
	assert_texts(&list, expected);
	assert_int_equal(kb_text_list_total(&list), 8);
	kb_text_list_reset(&list);
	assert_int_equal(kb_text_list_total(&list), 0);
	assert_null(kb_text_list_at(&list, 0).data);
}

static int append_once(void *data)
{
	kb_auto_clear(text_list) list = { 0 };

	return kb_text_list_append(&list, kb_text(data));
}

static void without_memory(void **state)
{
	char text[] = "a";
	(void)state;
	assert_every_allocation_may_fail(append_once, text);
}

/* A list that once had no memory works again when there is some. */
static void recovers(void **state)
{
	kb_auto_clear(text_list) list = { 0 };
	static const char *const expected[] = { "b", NULL };

	(void)state;
	failing_alloc_start(2);
	assert_int_equal(kb_text_list_append(&list, kb_text("a")), KBAN_E_NOMEM);
	assert_true(failing_alloc_stop());
	assert_int_equal(kb_text_list_append(&list, kb_text("b")), KBAN_OK);
	assert_texts(&list, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_texts_in_order),
		cmocka_unit_test(adds_what_is_new),
		cmocka_unit_test(oldest_makes_room),
		cmocka_unit_test(long_text_is_cut_between_characters),
		cmocka_unit_test(appends_another_list),
		cmocka_unit_test(without_memory),
		cmocka_unit_test(recovers),
	};

	return cmocka_run_group_tests_name("text-list", tests, NULL, NULL);
}
