/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/decoder.h"
#include "base/text.h"
#include "failing-alloc.h"

struct line {
	const char *encoding;
	struct kban_text bytes;
	const char *text;
	bool malformed;
};

static void is_decoded(void **state)
{
	for (const struct line *row = *state; row->text != NULL; row++) {
		kb_auto(decoder) decoder = NULL;
		kb_auto_clear(buffer) scratch = { 0 };
		struct kb_decoded out;

		assert_int_equal(kb_decoder_new(row->encoding, &decoder), KBAN_OK);
		/* Twice, since a decoder must not remember the line before. */
		for (int i = 0; i < 2; i++) {
			assert_int_equal(kb_decoder_decode(decoder, row->bytes, &scratch, &out),
					 KBAN_OK);
			if (!kb_text_is(out.text, row->text) || out.malformed != row->malformed)
				fail_msg("%s: '%.*s', not '%s'", row->encoding, (int)out.text.len,
					 out.text.data, row->text);
			assert_true(!out.is_ascii || kb_text_is_ascii(out.text));
		}
	}
}

/* As Python's codecs read them, with errors='replace'. */
static const struct line bytes_are_read_as_by_python[] = {
	{ "utf-8", KB_TEXT("b\xe9\xff"), "b\xef\xbf\xbd\xef\xbf\xbd", true },
	{ "utf-8", KB_TEXT("\xe2\x82 x"), "\xef\xbf\xbd x", true },
	{ "UTF_8", KB_TEXT("\xc3\xa9"), "\xc3\xa9", false },
	{ "utf-8-sig",
	  KB_TEXT("\xef\xbb\xbf"
		  "a"),
	  "a", false },
	{ "ascii",
	  KB_TEXT("a\xc3\xa9"
		  "b"),
	  "a\xef\xbf\xbd\xef\xbf\xbd"
	  "b",
	  true },
	{ "latin1", KB_TEXT("\xe9\x85"), "\xc3\xa9\xc2\x85", false },
	{ "latin-1", KB_TEXT("\xe9"), "\xc3\xa9", false },
	{ "L1", KB_TEXT("\xe9"), "\xc3\xa9", false },
	{ "iso8859-1", KB_TEXT("\xe9"), "\xc3\xa9", false },
	{ "ISO_8859-15", KB_TEXT("\xa4"), "\xe2\x82\xac", false },
	{ "iso8859_15", KB_TEXT("\xa4"), "\xe2\x82\xac", false },
	{ "iso-8859-2", KB_TEXT("\xb1"), "\xc4\x85", false },
	{ "cp1252", KB_TEXT("\x80\x81x"), "\xe2\x82\xac\xef\xbf\xbdx", true },
	{ "windows-1252", KB_TEXT("\x93"), "\xe2\x80\x9c", false },
	{ "windows_1251", KB_TEXT("\xcf"), "\xd0\x9f", false },
	{ "cp1250", KB_TEXT("\x9a"), "\xc5\xa1", false },
	{ "koi8-r", KB_TEXT("\xc1"), "\xd0\xb0", false },
	{ "koi8_r", KB_TEXT("\xc1"), "\xd0\xb0", false },
	{ "mac_roman", KB_TEXT("\x8e"), "\xc3\xa9", false },
	{ "cp437", KB_TEXT("\x82"), "\xc3\xa9", false },
	{ "gbk", KB_TEXT("\xc9\xcf"), "\xe4\xb8\x8a", false },
	{ "shift_jis",
	  KB_TEXT("\x83"
		  "A\xff"),
	  "\xe3\x82\xa2\xef\xbf\xbd", true },
	{ "euc_jp", KB_TEXT("\xa4\xa2"), "\xe3\x81\x82", false },
	{ "utf-16le", KB_TEXT("a\x00\x0a\x01"), "a\xc4\x8a", false },
	{ "utf-16-le",
	  KB_TEXT("a\x00\x00\xd8"
		  "b\x00"),
	  "a\xef\xbf\xbd"
	  "b",
	  true },
	{ "utf_16_be",
	  KB_TEXT("\x00"
		  "a\xd8=\xde\x00"),
	  "a\xf0\x9f\x98\x80", false },
	{ "utf-16",
	  KB_TEXT("\xff\xfe"
		  "a\x00"),
	  "a", false },
	{ "utf-16",
	  KB_TEXT("\xfe\xff\x00"
		  "a"),
	  "a", false },
	{ "utf-16",
	  KB_TEXT("a\x00"
		  "b"),
	  "a\xef\xbf\xbd", true },
	{ "utf-32le", KB_TEXT("a\x00\x00\x00\x00\x00\x11\x00"), "a\xef\xbf\xbd", true },
	{ "utf-32-be",
	  KB_TEXT("\x00\x00\x00"
		  "a"),
	  "a", false },
	{ "u32", KB_TEXT("a\x00\x00\x00"), "a", false },
	{ "big5", KB_TEXT("\xa4@"), "\xe4\xb8\x80", false },
	{ NULL, KB_TEXT(""), NULL, false },
};

static const struct line no_name_is_utf8[] = {
	{ NULL, KB_TEXT("\xc3\xa9\xff"), "\xc3\xa9\xef\xbf\xbd", true },
	{ "auto", KB_TEXT("\xc3\xa9"), "\xc3\xa9", false },
	{ "AUTO", KB_TEXT(""), "", false },
	{ "", KB_TEXT("a"), "a", false },
	{ NULL, KB_TEXT(""), NULL, false },
};

static void is_unknown(void **state)
{
	kb_auto(decoder) decoder = NULL;

	for (const char *const *name = *state; *name != NULL; name++)
		assert_int_equal(kb_decoder_new(*name, &decoder), KBAN_E_NOTFOUND);
}

static const char *const what_is_no_encoding[] = {
	"latin-99",
	"nonsense",
	"latin1//TRANSLIT", /* iconv(3) would take it */
	"latin1,utf8",
	"../gconv",
	"a name that is longer than any name of an encoding could possibly be, by far",
	NULL,
};

struct feed {
	const char *encoding;
	unsigned width;
	bool big_endian;
};

static void is_fed(void **state)
{
	for (const struct feed *row = *state; row->width != 0; row++) {
		struct kb_line_feed feed = kb_line_feed_of(row->encoding);

		assert_int_equal(feed.width, row->width);
		assert_int_equal(feed.big_endian, row->big_endian);
	}
}

static const struct feed line_feeds[] = {
	{ NULL, 1, false },       { "auto", 1, false },      { "latin1", 1, false },
	{ "gbk", 1, false },      { "utf-16", 2, false },    { "UTF_16LE", 2, false },
	{ "utf-16-be", 2, true }, { "utf-32", 4, false },    { "utf32be", 4, true },
	{ "nonsense", 1, false }, { "utf-16/le", 1, false }, { NULL, 0, false },
};

/* What it converts is longer than what iconv(3) is handed room for at once. */
static void long_line_is_decoded(void **state)
{
	kb_auto(decoder) decoder = NULL;
	kb_auto_clear(buffer) scratch = { 0 };
	char line[3001];
	struct kb_decoded out;

	(void)state;
	memset(line, '\xe9', sizeof(line));
	assert_int_equal(kb_decoder_new("latin1", &decoder), KBAN_OK);
	assert_int_equal(kb_decoder_decode(decoder, (struct kban_text){ line, sizeof(line) },
					   &scratch, &out),
			 KBAN_OK);
	assert_int_equal(out.text.len, 2 * sizeof(line));
	assert_true(kb_text_is_utf8(out.text));
	assert_false(out.malformed);
}

/* Searches are faster in such lines. */
static void ascii_is_told(void **state)
{
	static const struct {
		const char *encoding, *line;
		bool is_ascii;
	} rows[] = {
		{ "utf-8", "plain", true }, { "utf-8", "\xc3\xa9", false },
		{ "utf-8", "\xe9", false }, { "ascii", "plain", true },
		{ "ascii", "\xe9", false },
	};

	(void)state;
	for (size_t i = 0; i < kb_array_size(rows); i++) {
		kb_auto(decoder) decoder = NULL;
		kb_auto_clear(buffer) scratch = { 0 };
		struct kb_decoded out;

		assert_int_equal(kb_decoder_new(rows[i].encoding, &decoder), KBAN_OK);
		assert_int_equal(kb_decoder_decode(decoder, kb_text(rows[i].line), &scratch, &out),
				 KBAN_OK);
		assert_int_equal(out.is_ascii, rows[i].is_ascii);
	}
}

static int decode_once(void *data)
{
	kb_auto(decoder) decoder = NULL;
	kb_auto_clear(buffer) scratch = { 0 };
	struct kb_decoded out;
	int status = kb_decoder_new(data, &decoder);

	if (status == KBAN_OK)
		status = kb_decoder_decode(decoder, KB_TEXT("\xff\xff"), &scratch, &out);
	return status;
}

static void memory_may_run_out(void **state)
{
	static char encodings[][8] = { "utf-8", "ascii", "utf16le", "latin1" };

	(void)state;
	for (size_t i = 0; i < kb_array_size(encodings); i++)
		assert_every_allocation_may_fail(decode_once, encodings[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(is_decoded, bytes_are_read_as_by_python),
		test_case(is_decoded, no_name_is_utf8),
		test_case(is_unknown, what_is_no_encoding),
		test_case(is_fed, line_feeds),
		cmocka_unit_test(long_line_is_decoded),
		cmocka_unit_test(ascii_is_told),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("decoder", tests, NULL, NULL);
}
