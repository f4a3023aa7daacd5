/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <limits.h>

#include "base/buffer.h"
#include "base/text.h"
#include "failing-alloc.h"

#define NO_TEXT ((struct kban_text){ NULL, 0 })

static void assert_text(struct kban_text text, const char *expected)
{
	assert_int_equal(text.len, strlen(expected));
	assert_true(kb_text_is(text, expected));
}

static void texts_compare_by_bytes(void **state)
{
	(void)state;
	assert_true(kb_text_equal(KB_TEXT("a\0b"), KB_TEXT("a\0b")));
	assert_false(kb_text_equal(KB_TEXT("a\0b"), KB_TEXT("a\0c")));
	assert_false(kb_text_equal(KB_TEXT("a"), KB_TEXT("a\0")));
	assert_true(kb_text_equal(NO_TEXT, KB_TEXT("")));
	assert_true(kb_text_is(NO_TEXT, ""));
	assert_true(kb_text_is(kb_text(NULL), ""));
	assert_true(kb_text_is(KB_TEXT("yes"), "yes"));
	assert_false(kb_text_is(KB_TEXT("yes"), "Yes"));
	assert_false(kb_text_is(KB_TEXT("yes\0"), "yes"));
}

static void only_ascii_letters_have_case(void **state)
{
	(void)state;
	assert_true(kb_text_is_nocase(KB_TEXT("AZaz[@"), "azAZ[@"));
	assert_false(kb_text_is_nocase(KB_TEXT("["), "{"));
	assert_false(kb_text_is_nocase(KB_TEXT("\xc3\x84"), "\xc3\xa4"));
	assert_false(kb_text_is_nocase(KB_TEXT("yes"), "ye"));
	assert_true(kb_text_equal_nocase(KB_TEXT("A\0b"), KB_TEXT("a\0B")));
	assert_true(kb_text_equal_nocase(NO_TEXT, KB_TEXT("")));
}

static void ends_are_compared(void **state)
{
	(void)state;
	assert_true(kb_text_starts_with(KB_TEXT("file:x"), "file:"));
	assert_false(kb_text_starts_with(KB_TEXT("file"), "file:"));
	assert_true(kb_text_starts_with(NO_TEXT, ""));
	assert_true(kb_text_ends_with(KB_TEXT("sshd.conf"), ".conf"));
	assert_false(kb_text_ends_with(KB_TEXT("conf"), ".conf"));
	assert_true(kb_text_ends_with(NO_TEXT, ""));
}

static void what_is_not_found_is_at_the_end(void **state)
{
	(void)state;
	assert_int_equal(kb_text_index(KB_TEXT("a=b=c"), '='), 1);
	assert_int_equal(kb_text_index(KB_TEXT("a\0b"), '\0'), 1);
	assert_int_equal(kb_text_index(KB_TEXT("abc"), '='), 3);
	assert_int_equal(kb_text_index(NO_TEXT, '='), 0);
	assert_int_equal(kb_text_find(KB_TEXT("abcabd"), KB_TEXT("abd")), 3);
	assert_int_equal(kb_text_find(KB_TEXT("a\0bc"), KB_TEXT("\0b")), 1);
	assert_int_equal(kb_text_find(KB_TEXT("abc"), KB_TEXT("abcd")), 3);
	assert_int_equal(kb_text_find(KB_TEXT("abc"), KB_TEXT("")), 0);
	assert_int_equal(kb_text_find(NO_TEXT, KB_TEXT("a")), 0);
}

static void slices_stay_inside(void **state)
{
	(void)state;
	assert_text(kb_text_slice(KB_TEXT("abcdef"), 1, 3), "bc");
	assert_text(kb_text_slice(KB_TEXT("abc"), 1, 99), "bc");
	assert_text(kb_text_slice(KB_TEXT("abc"), 98, 99), "");
	assert_text(kb_text_slice(KB_TEXT("abc"), 2, 1), "");
	assert_text(kb_text_slice(NO_TEXT, 1, 2), "");
}

static void white_space_is_trimmed_at_both_ends(void **state)
{
	(void)state;
	assert_text(kb_text_trim(KB_TEXT(" \t\n\v\f\ra b \r\n")), "a b");
	assert_text(kb_text_trim(KB_TEXT(" \t ")), "");
	assert_text(kb_text_trim(NO_TEXT), "");
	assert_int_equal(kb_text_trim(KB_TEXT("\0 a\0 ")).len, 4);
	assert_text(kb_text_trim(KB_TEXT("\xc2\xa0")), "\xc2\xa0");
}

/* The parts of a text, joined by '|' and with one after the last. */
struct split {
	const char *text;
	const char *parts;
};

static void split_lines(void **state)
{
	const struct split *row = *state;

	for (; row->text != NULL; row++) {
		struct kban_text rest = kb_text(row->text);
		struct kban_text part;
		kb_auto_clear(buffer) joined = { 0 };

		while (kb_text_next_line(&rest, &part)) {
			kb_buffer_text(&joined, part);
			kb_buffer_byte(&joined, '|');
		}
		assert_text(kb_buffer_content(&joined), row->parts);
	}
}

static const struct split lines[] = {
	{ "", "" },    { "a", "a|" },    { "a\n", "a|" },        { "a\n\nb", "a||b|" },
	{ "\n", "|" }, { "\n\n", "||" }, { "a\r\nb", "a\r|b|" }, { NULL, NULL },
};

static void split_words(void **state)
{
	const struct split *row = *state;

	for (; row->text != NULL; row++) {
		struct kban_text rest = kb_text(row->text);
		struct kban_text part;
		kb_auto_clear(buffer) joined = { 0 };

		while (kb_text_next_word(&rest, " ,\n", &part)) {
			kb_buffer_text(&joined, part);
			kb_buffer_byte(&joined, '|');
		}
		assert_text(kb_buffer_content(&joined), row->parts);
	}
}

static const struct split words[] = {
	{ "", "" },        { " ,", "" },   { "a", "a|" }, { " a, b\nc ", "a|b|c|" },
	{ "a;b", "a;b|" }, { NULL, NULL },
};

static void nul_separates_nothing(void **state)
{
	struct kban_text rest = KB_TEXT("a\0b c");
	struct kban_text word;

	(void)state;
	assert_true(kb_text_next_word(&rest, " ", &word));
	assert_true(kb_text_equal(word, KB_TEXT("a\0b")));
	rest = NO_TEXT;
	assert_false(kb_text_next_word(&rest, " ", &word));
	assert_false(kb_text_next_line(&rest, &word));
}

struct number {
	const char *text;
	long long min, max;
	bool accepted;
	long long value;
};

static void read_number(void **state)
{
	const struct number *row = *state;

	for (; row->text != NULL; row++) {
		long long value = 4711;

		assert_int_equal(kb_text_number(kb_text(row->text), row->min, row->max, &value),
				 row->accepted);
		assert_true(value == (row->accepted ? row->value : 4711));
	}
}

static const struct number whole_numbers[] = {
	{ "0", 0, 9, true, 0 },
	{ "42", 0, 99, true, 42 },
	{ "007", 0, 9, true, 7 },
	{ "-5", -9, 9, true, -5 },
	{ "+5", -9, 9, true, 5 },
	{ "9223372036854775807", LLONG_MIN, LLONG_MAX, true, LLONG_MAX },
	{ "-9223372036854775808", LLONG_MIN, LLONG_MAX, true, LLONG_MIN },
	{ NULL, 0, 0, false, 0 },
};

static const struct number out_of_range[] = {
	{ "10", 0, 9, false, 0 },
	{ "-1", 0, 9, false, 0 },
	{ "9223372036854775808", LLONG_MIN, LLONG_MAX, false, 0 },
	{ "-9223372036854775809", LLONG_MIN, LLONG_MAX, false, 0 },
	{ "18446744073709551617", LLONG_MIN, LLONG_MAX, false, 0 },
	{ NULL, 0, 0, false, 0 },
};

static const struct number no_numbers[] = {
	{ "", 0, 9, false, 0 },    { "-", 0, 9, false, 0 },    { "+", 0, 9, false, 0 },
	{ "--1", 0, 9, false, 0 }, { "+-1", -9, 9, false, 0 }, { "5 ", 0, 9, false, 0 },
	{ " 5", 0, 9, false, 0 },  { "5x", 0, 9, false, 0 },   { "0x5", 0, 9, false, 0 },
	{ "1.0", 0, 9, false, 0 }, { NULL, 0, 0, false, 0 },
};

static void four_words_are_true(void **state)
{
	static const char *const yes[] = { "1", "true", "TRUE", "True", "yes", "on", "oN" };
	static const char *const no[] = {
		"", "0", "false", "no", "off", "y", "enabled", "11", " 1"
	};
	size_t i;

	(void)state;
	for (i = 0; i < kb_array_size(yes); i++)
		assert_true(kb_text_boolean(kb_text(yes[i])));
	for (i = 0; i < kb_array_size(no); i++)
		assert_false(kb_text_boolean(kb_text(no[i])));
}

static void copy_is_terminated(void **state)
{
	kb_autofree char *copy = kb_text_copy((struct kban_text){ "abcdef", 3 });
	kb_autofree char *empty = kb_text_copy(NO_TEXT);
	kb_autofree char *nul = kb_text_copy(KB_TEXT("a\0b"));

	(void)state;
	assert_string_equal(copy, "abc");
	assert_string_equal(empty, "");
	assert_memory_equal(nul, "a\0b", 4);
	assert_null(kb_text_copy((struct kban_text){ "", SIZE_MAX }));
}

static void ascii_has_seven_bits(void **state)
{
	(void)state;
	assert_true(kb_text_is_ascii(KB_TEXT("a\0\x7f")));
	assert_false(kb_text_is_ascii(KB_TEXT("a\x80")));
	assert_true(kb_text_is_ascii(NO_TEXT));
}

static void make_printable(void **state)
{
	const struct split *row = *state;

	for (; row->text != NULL; row++) {
		kb_autofree char *printable = kban_text_printable(kb_text(row->text));

		assert_string_equal(printable, row->parts);
	}
}

static const struct split text_stays[] = {
	{ "", "" },
	{ "plain text", "plain text" },
	{ "back\\slash \\n", "back\\slash \\n" },
	{ "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80",
	  "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80" },
	{ "\xef\xbf\xbd", "\xef\xbf\xbd" },
	{ "\xc2\xa0\xe2\x80\x8d", "\xc2\xa0\xe2\x80\x8d" },
	{ NULL, NULL },
};

static const struct split control_bytes_are_escaped[] = {
	{ "a\nb\tc", "a\\nb\\tc" },
	{ "a\rb", "a\\x0db" },
	{ "\x1b[31m", "\\x1b[31m" },
	{ "\x01\x1f\x7f", "\\x01\\x1f\\x7f" },
	{ "\xc2\x80\xc2\x9b\xc2\x9f", "\\u0080\\u009b\\u009f" },
	{ NULL, NULL },
};

static const struct split direction_and_line_ends_are_escaped[] = {
	{ "\xd8\x9c", "\\u061c" },
	{ "\xe2\x80\x8e\xe2\x80\x8f", "\\u200e\\u200f" },
	{ "\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029" },
	{ "\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xac\xe2\x80\xad\xe2\x80\xae",
	  "\\u202a\\u202b\\u202c\\u202d\\u202e" },
	{ "\xe2\x80\xaf", "\xe2\x80\xaf" },
	{ "\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8\xe2\x81\xa9", "\\u2066\\u2067\\u2068\\u2069" },
	{ "\xe2\x81\xa5\xe2\x81\xaa", "\xe2\x81\xa5\xe2\x81\xaa" },
	{ NULL, NULL },
};

static const struct split malformed_bytes_are_escaped[] = {
	{ "b\xe9\xff", "b\\xe9\\xff" },
	{ "\xe2\x82 x", "\\xe2\\x82 x" },
	{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },
	{ "\xc0\x80", "\\xc0\\x80" },
	{ NULL, NULL },
};

static void nul_is_escaped(void **state)
{
	kb_autofree char *printable = kban_text_printable(KB_TEXT("a\0b"));

	(void)state;
	assert_string_equal(printable, "a\\x00b");
}

static void make_utf8(void **state)
{
	const struct split *row = *state;

	for (; row->text != NULL; row++) {
		struct kban_text out = NO_TEXT;

		assert_int_equal(kban_text_utf8(kb_text(row->text), &out), KBAN_OK);
		assert_text(out, row->parts);
		free((char *)(uintptr_t)out.data);
	}
}

static const struct split malformed_bytes_are_replaced[] = {
	{ "", "" },
	{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
	{ "b\xe9\xff", "b\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xe2\x82 ", "\xef\xbf\xbd " },
	{ "\xef\xbf\xbd", "\xef\xbf\xbd" },
	{ NULL, NULL },
};

static void nul_stays_in_utf8(void **state)
{
	struct kban_text out = NO_TEXT;

	(void)state;
	assert_int_equal(kban_text_utf8(KB_TEXT("a\0\xff"), &out), KBAN_OK);
	assert_true(kb_text_equal(out, KB_TEXT("a\0\xef\xbf\xbd")));
	free((char *)(uintptr_t)out.data);
}

static void check_nearest(void **state)
{
	static const char *const commands[] = { "status", "start",  "stop", "set",
						"get",    "reload", NULL };
	const struct split *row = *state;

	for (; row->text != NULL; row++) {
		const char *nearest = kban_text_nearest(row->text, commands);

		assert_string_equal(nearest != NULL ? nearest : "none", row->parts);
	}
}

static const struct split nearest[] = {
	{ "status", "status" },  { "statsu", "status" }, { "stats", "status" },
	{ "sttus", "status" },   { "stpo", "stop" },     { "sett", "set" },
	{ "gte", "get" },        { "relaod", "reload" }, { "rload", "reload" },
	{ "xreload", "reload" }, { "relead", "reload" }, { "rstat", "start" },
	{ NULL, NULL },
};

static const struct split none_is_near[] = {
	{ "", "none" },       { "x", "none" },      { "st", "none" },       { "xot", "none" },
	{ "banana", "none" }, { "STATUS", "none" }, { "stop now", "none" }, { NULL, NULL },
};

static void without_candidates_none_is_near(void **state)
{
	static const char *const nothing[] = { NULL };

	(void)state;
	assert_null(kban_text_nearest("status", nothing));
}

static int try_copy(void *data)
{
	kb_autofree char *copy = kb_text_copy(KB_TEXT("abc"));

	(void)data;
	return copy != NULL ? KBAN_OK : KBAN_E_NOMEM;
}

static int try_printable(void *data)
{
	kb_autofree char *printable = kban_text_printable(*(const struct kban_text *)data);

	return printable != NULL ? KBAN_OK : KBAN_E_NOMEM;
}

static int try_utf8(void *data)
{
	struct kban_text out = NO_TEXT;
	int status = kban_text_utf8(*(const struct kban_text *)data, &out);

	if (status != KBAN_OK)
		assert_null(out.data);
	free((char *)(uintptr_t)out.data);
	return status;
}

/* Bytes that grow when they are escaped or replaced, so that the buffer grows on its way. */
static void every_allocation_may_fail(void **state)
{
	char bytes[300];
	struct kban_text text = { bytes, sizeof(bytes) };

	(void)state;
	memset(bytes, 0xff, sizeof(bytes));
	assert_every_allocation_may_fail(try_copy, NULL);
	assert_every_allocation_may_fail(try_printable, &text);
	assert_every_allocation_may_fail(try_utf8, &text);
}

static void counts_bytes(void **state)
{
	static char text[9000];
	size_t lengths[] = { 0, 1, 15, 16, 17, 100, 4079, 4080, 4081, 4096, 8999, 9000 };

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 7 == 0 ? '\n' : '\xff';
	for (size_t i = 0; i < kb_array_size(lengths); i++) {
		struct kban_text part = { text, lengths[i] };

		assert_int_equal(kb_text_count(part, '\n'), (lengths[i] + 6) / 7);
		assert_int_equal(kb_text_count(part, '\xff'), lengths[i] - (lengths[i] + 6) / 7);
		assert_int_equal(kb_text_count(part, 'x'), 0);
	}
	memset(text, 'x', sizeof(text));
	assert_int_equal(kb_text_count((struct kban_text){ text, sizeof(text) }, 'x'), 9000);
	assert_int_equal(kb_text_count((struct kban_text){ NULL, 0 }, 'x'), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_compare_by_bytes),
		cmocka_unit_test(only_ascii_letters_have_case),
		cmocka_unit_test(ends_are_compared),
		cmocka_unit_test(what_is_not_found_is_at_the_end),
		cmocka_unit_test(slices_stay_inside),
		cmocka_unit_test(white_space_is_trimmed_at_both_ends),
		test_case(split_lines, lines),
		test_case(split_words, words),
		cmocka_unit_test(nul_separates_nothing),
		test_case(read_number, whole_numbers),
		test_case(read_number, out_of_range),
		test_case(read_number, no_numbers),
		cmocka_unit_test(four_words_are_true),
		cmocka_unit_test(copy_is_terminated),
		cmocka_unit_test(ascii_has_seven_bits),
		test_case(make_printable, text_stays),
		test_case(make_printable, control_bytes_are_escaped),
		test_case(make_printable, direction_and_line_ends_are_escaped),
		test_case(make_printable, malformed_bytes_are_escaped),
		cmocka_unit_test(nul_is_escaped),
		test_case(make_utf8, malformed_bytes_are_replaced),
		cmocka_unit_test(nul_stays_in_utf8),
		test_case(check_nearest, nearest),
		test_case(check_nearest, none_is_near),
		cmocka_unit_test(without_candidates_none_is_near),
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(counts_bytes),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
