/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/buffer.h"
#include "base/text.h"
#include "failing-alloc.h"

static void assert_content(const struct kb_buffer *buffer, const char *expected)
{
	struct kban_text content = kb_buffer_content(buffer);

	assert_int_equal(content.len, strlen(expected));
	assert_string_equal(content.data, expected);
}

static void starts_empty(void **state)
{
	kb_auto_clear(buffer) buffer = { 0 };

	(void)state;
	assert_content(&buffer, "");
	kb_buffer_reset(&buffer);
	assert_content(&buffer, "");
}

static void appends_in_order(void **state)
{
	kb_auto_clear(buffer) buffer = { 0 };

	(void)state;
	assert_int_equal(kb_buffer_append(&buffer, "abc", 2), KBAN_OK);
	assert_int_equal(kb_buffer_text(&buffer, KB_TEXT("cd")), KBAN_OK);
	assert_int_equal(kb_buffer_string(&buffer, "ef"), KBAN_OK);
	assert_int_equal(kb_buffer_byte(&buffer, 'g'), KBAN_OK);
	assert_int_equal(kb_buffer_code(&buffer, 0x20ac), KBAN_OK);
	assert_int_equal(kb_buffer_printf(&buffer, "<%s %d>", "x", 42), KBAN_OK);
	assert_int_equal(kb_buffer_lower(&buffer, KB_TEXT("@AZ[az\xc3\x84")), KBAN_OK);
	assert_content(&buffer, "abcdefg\xe2\x82\xac<x 42>@az[az\xc3\x84");
}

static void nothing_can_be_appended(void **state)
{
	kb_auto_clear(buffer) buffer = { 0 };

	(void)state;
	assert_int_equal(kb_buffer_text(&buffer, (struct kban_text){ NULL, 0 }), KBAN_OK);
	assert_int_equal(kb_buffer_printable(&buffer, (struct kban_text){ NULL, 0 }), KBAN_OK);
	assert_int_equal(kb_buffer_utf8(&buffer, (struct kban_text){ NULL, 0 }), KBAN_OK);
	assert_int_equal(kb_buffer_printf(&buffer, "%s", ""), KBAN_OK);
	assert_content(&buffer, "");
}

static void nul_is_a_byte_like_any_other(void **state)
{
	kb_auto_clear(buffer) buffer = { 0 };

	(void)state;
	assert_int_equal(kb_buffer_append(&buffer, "a\0b", 3), KBAN_OK);
	assert_int_equal(kb_buffer_byte(&buffer, '\0'), KBAN_OK);
	assert_true(kb_text_equal(kb_buffer_content(&buffer), KB_TEXT("a\0b\0")));
	assert_int_equal(buffer.data[4], '\0');
}

static void grows_and_stays_terminated(void **state)
{
	kb_auto_clear(buffer) buffer = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		assert_int_equal(kb_buffer_byte(&buffer, (char)('a' + i % 26)), KBAN_OK);
		assert_int_equal(buffer.data[i + 1], '\0');
	}
	for (i = 0; i < 1000; i++)
		assert_int_equal(buffer.data[i], 'a' + i % 26);
	assert_int_equal(kb_buffer_printf(&buffer, "%2000d", 7), KBAN_OK);
	assert_int_equal(strlen(buffer.data), 3000);
}

static void escapes_and_repairs_behind_what_is_there(void **state)
{
	kb_auto_clear(buffer) buffer = { 0 };

	(void)state;
	kb_buffer_string(&buffer, "text: ");
	assert_int_equal(kb_buffer_printable(&buffer, KB_TEXT("\x1b[1m\xff")), KBAN_OK);
	assert_int_equal(kb_buffer_utf8(&buffer, KB_TEXT("|\xff|")), KBAN_OK);
	assert_content(&buffer, "text: \\x1b[1m\\xff|\xef\xbf\xbd|");
}

static void reset_keeps_the_memory(void **state)
{
	kb_auto_clear(buffer) buffer = { 0 };
	const char *memory;

	(void)state;
	kb_buffer_string(&buffer, "abc");
	memory = buffer.data;
	kb_buffer_reset(&buffer);
	assert_content(&buffer, "");
	kb_buffer_string(&buffer, "de");
	assert_ptr_equal(buffer.data, memory);
	assert_content(&buffer, "de");
}

static void clear_gives_it_back(void **state)
{
	struct kb_buffer buffer = { 0 };

	(void)state;
	kb_buffer_string(&buffer, "abc");
	kb_buffer_clear(&buffer);
	assert_null(buffer.data);
	assert_int_equal(buffer.capacity, 0);
	assert_content(&buffer, "");
}

static void taking_leaves_it_empty(void **state)
{
	struct kb_buffer buffer = { 0 };
	kb_autofree char *taken = NULL;
	kb_autofree char *nothing = kb_buffer_take(&buffer);

	(void)state;
	assert_string_equal(nothing, "");
	kb_buffer_string(&buffer, "abc");
	taken = kb_buffer_take(&buffer);
	assert_string_equal(taken, "abc");
	assert_null(buffer.data);
	assert_content(&buffer, "");
}

static void reserved_room_needs_no_memory(void **state)
{
	kb_auto_clear(buffer) buffer = { 0 };
	char bytes[500] = "";

	(void)state;
	assert_int_equal(kb_buffer_string(&buffer, "abc"), KBAN_OK);
	assert_int_equal(kb_buffer_reserve(&buffer, sizeof(bytes)), KBAN_OK);
	assert_content(&buffer, "abc");
	failing_alloc_start(1);
	assert_int_equal(kb_buffer_append(&buffer, bytes, sizeof(bytes)), KBAN_OK);
	assert_false(failing_alloc_stop());
}

static void sizes_do_not_wrap_around(void **state)
{
	static const size_t sizes[] = { SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2, SIZE_MAX / 2 - 3 };
	size_t i;

	(void)state;
	for (i = 0; i < kb_array_size(sizes); i++) {
		kb_auto_clear(buffer) buffer = { 0 };

		kb_buffer_string(&buffer, "abc");
		assert_int_equal(kb_buffer_reserve(&buffer, sizes[i]), KBAN_E_NOMEM);
		assert_content(&buffer, "abc");
	}
}

static void a_failed_append_changes_nothing_and_lasts(void **state)
{
	kb_auto_clear(buffer) buffer = { 0 };
	char bytes[500] = "";

	(void)state;
	kb_buffer_string(&buffer, "abc");
	failing_alloc_start(1);
	assert_int_equal(kb_buffer_append(&buffer, bytes, sizeof(bytes)), KBAN_E_NOMEM);
	failing_alloc_stop();
	assert_content(&buffer, "abc");
	assert_int_equal(kb_buffer_byte(&buffer, 'd'), KBAN_E_NOMEM);
	assert_int_equal(kb_buffer_printf(&buffer, "d"), KBAN_E_NOMEM);
	assert_int_equal(kb_buffer_printable(&buffer, KB_TEXT("d")), KBAN_E_NOMEM);
	assert_content(&buffer, "abc");

	kb_buffer_reset(&buffer);
	assert_int_equal(kb_buffer_byte(&buffer, 'd'), KBAN_OK);
	assert_content(&buffer, "d");
}

static void a_failed_append_makes_take_fail(void **state)
{
	struct kb_buffer buffer = { 0 };
	char bytes[500] = "";

	(void)state;
	kb_buffer_string(&buffer, "abc");
	failing_alloc_start(1);
	assert_int_equal(kb_buffer_append(&buffer, bytes, sizeof(bytes)), KBAN_E_NOMEM);
	failing_alloc_stop();
	assert_null(kb_buffer_take(&buffer));
	assert_int_equal(kb_buffer_byte(&buffer, 'd'), KBAN_OK);
	kb_buffer_clear(&buffer);
}

/* All of an escaped text or none of it. */
static void a_failed_escape_leaves_no_half(void **state)
{
	kb_auto_clear(buffer) buffer = { 0 };
	char bytes[500];
	struct kban_text text = { bytes, sizeof(bytes) };

	(void)state;
	memset(bytes, 0xff, sizeof(bytes));
	kb_buffer_string(&buffer, "abc");
	failing_alloc_start(2);
	assert_int_equal(kb_buffer_printable(&buffer, text), KBAN_E_NOMEM);
	assert_true(failing_alloc_stop());
	assert_content(&buffer, "abc");
}

/* Half a surrogate pair is a character in no locale, and printf(3) says so. */
static void what_cannot_be_formatted_fails(void **state)
{
	kb_auto_clear(buffer) buffer = { 0 };

	(void)state;
	kb_buffer_string(&buffer, "abc");
	assert_int_equal(kb_buffer_printf(&buffer, "x%ls", (const wchar_t[]){ 0xd800, 0 }),
			 KBAN_E_NOMEM);
	assert_content(&buffer, "abc");
}

static int append_much(void *data)
{
	kb_auto_clear(buffer) buffer = { 0 };
	kb_autofree char *content = NULL;

	(void)data;
	kb_buffer_printf(&buffer, "%100d", 1);
	kb_buffer_printf(&buffer, "%1000d", 1);
	kb_buffer_printf(&buffer, "%10000d", 1);
	content = kb_buffer_take(&buffer);
	return content != NULL ? KBAN_OK : KBAN_E_NOMEM;
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	assert_every_allocation_may_fail(append_much, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_empty),
		cmocka_unit_test(appends_in_order),
		cmocka_unit_test(nothing_can_be_appended),
		cmocka_unit_test(nul_is_a_byte_like_any_other),
		cmocka_unit_test(grows_and_stays_terminated),
		cmocka_unit_test(escapes_and_repairs_behind_what_is_there),
		cmocka_unit_test(reset_keeps_the_memory),
		cmocka_unit_test(clear_gives_it_back),
		cmocka_unit_test(taking_leaves_it_empty),
		cmocka_unit_test(reserved_room_needs_no_memory),
		cmocka_unit_test(sizes_do_not_wrap_around),
		cmocka_unit_test(a_failed_append_changes_nothing_and_lasts),
		cmocka_unit_test(a_failed_append_makes_take_fail),
		cmocka_unit_test(a_failed_escape_leaves_no_half),
		cmocka_unit_test(what_cannot_be_formatted_fails),
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("buffer", tests, NULL, NULL);
}
