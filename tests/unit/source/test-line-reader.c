/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "source/line-reader.h"

#define BYTES(literal) literal, sizeof(literal) - 1

struct whole {
	const char *data;
	size_t len;
	size_t whole;
	uint64_t lines;
};

static void find_whole(void **state)
{
	for (const struct whole *row = *state; row->data != NULL; row++) {
		assert_int_equal(kb_lines_whole(row->data, row->len), row->whole);
		assert_int_equal(kb_lines_count(row->data, row->len), row->lines);
	}
}

static const struct whole whole_lines_end_with_a_line_feed[] = {
	{ BYTES(""), 0, 0 },           { BYTES("half"), 0, 0 },
	{ BYTES("\n"), 1, 1 },         { BYTES("one\n"), 4, 1 },
	{ BYTES("one\r\ntwo"), 5, 1 }, { BYTES("one\ntwo\nth"), 8, 2 },
	{ BYTES("\n\n\n"), 3, 3 },     { NULL, 0, 0, 0 },
};

static const struct whole nul_is_an_ordinary_byte[] = {
	{ BYTES("a\0b\n\0"), 4, 1 },
	{ BYTES("\0\0\0"), 0, 0 },
	{ BYTES("\0\n"), 2, 1 },
	{ NULL, 0, 0, 0 },
};

static void counts_in_any_length(void **state)
{
	char data[1000];
	uint64_t expected = 0;

	(void)state;
	for (size_t len = 0; len < sizeof(data); len++) {
		assert_int_equal(kb_lines_count(data, len), expected);
		data[len] = len % 3 == 0 || len % 7 == 0 ? '\n' : 'x';
		expected += data[len] == '\n';
	}
	memset(data, '\n', sizeof(data));
	assert_int_equal(kb_lines_count(data, sizeof(data)), sizeof(data));
}

struct cut {
	const char *data;
	size_t len;
	size_t max_line;
	const char *expected;
	size_t expected_len;
	uint64_t cut;
};

static void cut(void **state)
{
	for (const struct cut *row = *state; row->data != NULL; row++) {
		char data[64];
		uint64_t count = 0;

		memcpy(data, row->data, row->len);
		assert_int_equal(kb_lines_cut(data, row->len, row->max_line, &count),
				 row->expected_len);
		assert_memory_equal(data, row->expected, row->expected_len);
		assert_int_equal(count, row->cut);
	}
}

static const struct cut long_lines_are_cut[] = {
	{ BYTES(""), 4, BYTES(""), 0 },
	{ BYTES("abcd\n"), 4, BYTES("abcd\n"), 0 },
	{ BYTES("abcde\n"), 4, BYTES("abcd\n"), 1 },
	{ BYTES("abcdefghijklm\nx\n"), 4, BYTES("abcd\nx\n"), 1 },
	{ BYTES("x\nabcdefghijklm\n"), 4, BYTES("x\nabcd\n"), 1 },
	{ BYTES("abcde\nfghij\n"), 4, BYTES("abcd\nfghi\n"), 2 },
	{ BYTES("abcde\nf\n\nghi\nklmnopq\nr\n"), 4, BYTES("abcd\nf\n\nghi\nklmn\nr\n"), 2 },
	{ BYTES("a\0b\0c\0d\ne\n"), 4, BYTES("a\0b\0\ne\n"), 1 },
	{ BYTES("\n\n\n\n\n\n\n\n"), 1, BYTES("\n\n\n\n\n\n\n\n"), 0 },
	{ BYTES("ab\na\nabc\n"), 1, BYTES("a\na\na\n"), 2 },
	{ NULL, 0, 0, NULL, 0, 0 },
};

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(find_whole, whole_lines_end_with_a_line_feed),
		test_case(find_whole, nul_is_an_ordinary_byte),
		cmocka_unit_test(counts_in_any_length),
		test_case(cut, long_lines_are_cut),
	};

	return cmocka_run_group_tests_name("line-reader", tests, NULL, NULL);
}
