/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/text.h"

/* Which of its bytes belong together, and what they stand for: '.' a character, '?' none. */
struct cut {
	const char *bytes;
	const char *lengths; /* of each piece, a digit each */
	const char *kinds;
};

static void cut_up(void **state)
{
	const struct cut *row = *state;

	for (; row->bytes != NULL; row++) {
		struct kban_text rest = kb_text(row->bytes);
		char lengths[20] = "";
		char kinds[20] = "";
		uint32_t code;
		size_t i;

		for (i = 0; rest.len > 0 && i + 1 < sizeof(kinds); i++) {
			size_t used = kb_utf8_decode(rest, &code);
			struct kban_text piece = kb_text_slice(rest, 0, used);

			lengths[i] = (char)('0' + used);
			kinds[i] = kb_utf8_is_malformed(piece, code) ? '?' : '.';
			rest = kb_text_slice(rest, used, rest.len);
		}
		assert_string_equal(lengths, row->lengths);
		assert_string_equal(kinds, row->kinds);
		assert_int_equal(kb_text_is_utf8(kb_text(row->bytes)),
				 strchr(row->kinds, '?') == NULL);
	}
}

static const struct cut well_formed[] = {
	{ "", "", "" },
	{ "a\x7f", "11", ".." },
	{ "\xc2\x80\xdf\xbf", "22", ".." },
	{ "\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf", "3333", "...." },
	{ "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", "44", ".." },
	{ "\xef\xbf\xbd", "3", "." },
	{ NULL, NULL, NULL },
};

static const struct cut stray_bytes[] = {
	{ "\x80", "1", "?" },          { "\xbf\x80", "11", "??" },
	{ "\xff", "1", "?" },          { "\xfe\xff", "11", "??" },
	{ "b\xe9\xff", "111", ".??" }, { "\xf5\x80\x80\x80", "1111", "????" },
	{ NULL, NULL, NULL },
};

static const struct cut overlong_forms[] = {
	{ "\xc0\x80", "11", "??" },
	{ "\xc1\xbf", "11", "??" },
	{ "\xe0\x80\x80", "111", "???" },
	{ "\xe0\x9f\xbf", "111", "???" },
	{ "\xf0\x80\x80\x80", "1111", "????" },
	{ "\xf0\x8f\xbf\xbf", "1111", "????" },
	{ NULL, NULL, NULL },
};

static const struct cut surrogates_and_beyond_the_last[] = {
	{ "\xed\xa0\x80", "111", "???" },
	{ "\xed\xbf\xbf", "111", "???" },
	{ "\xf4\x90\x80\x80", "1111", "????" },
	{ NULL, NULL, NULL },
};

static const struct cut sequences_cut_short_are_one_piece[] = {
	{ "\xc2", "1", "?" },
	{ "\xc2"
	  "a",
	  "11", "?." },
	{ "\xe0\xa0", "2", "?" },
	{ "\xe2\x82 ", "21", "?." },
	{ "\xed\x9f", "2", "?" },
	{ "\xef\xbf", "2", "?" },
	{ "\xf0\x90\x80", "3", "?" },
	{ "\xf0\x9f\x98\xff", "31", "??" },
	{ "\xf1\x80\x80\xe1\x80\xc2"
	  "b\x80"
	  "c\x80\xbf"
	  "d",
	  "321111111", "???.?.??." },
	{ NULL, NULL, NULL },
};

/* The length counts, not what lies behind it. */
static void decoding_stops_at_the_end(void **state)
{
	uint32_t code = 0;

	(void)state;
	assert_int_equal(kb_utf8_decode((struct kban_text){ "\xe2\x82\xac", 2 }, &code), 2);
	assert_int_equal(code, KB_UTF8_REPLACEMENT);
	assert_int_equal(kb_utf8_decode((struct kban_text){ "\xe2\x82\xac", 3 }, &code), 3);
	assert_int_equal(code, 0x20ac);
}

static void every_character_comes_back(void **state)
{
	char bytes[KB_UTF8_MAX];
	uint32_t code;

	(void)state;
	for (code = 0; code <= 0x10ffff; code++) {
		size_t len = kb_utf8_encode(code, bytes);
		uint32_t decoded = 0;
		bool is_surrogate = code >= 0xd800 && code <= 0xdfff;

		if (kb_utf8_decode((struct kban_text){ bytes, len }, &decoded) != len)
			fail_msg("U+%04X is not its length", (unsigned)code);
		if (decoded != (is_surrogate ? KB_UTF8_REPLACEMENT : code))
			fail_msg("U+%04X became U+%04X", (unsigned)code, (unsigned)decoded);
	}
}

static void what_is_no_character_is_replaced(void **state)
{
	char bytes[KB_UTF8_MAX];

	(void)state;
	assert_int_equal(kb_utf8_encode(0x110000, bytes), 3);
	assert_memory_equal(bytes, "\xef\xbf\xbd", 3);
	assert_int_equal(kb_utf8_encode(UINT32_MAX, bytes), 3);
	assert_memory_equal(bytes, "\xef\xbf\xbd", 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(cut_up, well_formed),
		test_case(cut_up, stray_bytes),
		test_case(cut_up, overlong_forms),
		test_case(cut_up, surrogates_and_beyond_the_last),
		test_case(cut_up, sequences_cut_short_are_one_piece),
		cmocka_unit_test(decoding_stops_at_the_end),
		cmocka_unit_test(every_character_comes_back),
		cmocka_unit_test(what_is_no_character_is_replaced),
	};

	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
