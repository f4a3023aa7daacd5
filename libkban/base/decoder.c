/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/decoder.h"

#include <errno.h>
#include <iconv.h>

#include "base/text.h"

/* Longer than the name of any encoding. */
#define NAME_ROOM 64

/* What iconv(3) is handed room for at once. */
#define ROOM_AT_ONCE 512

enum kind { KIND_UTF8, KIND_UTF8_MARKED, KIND_ASCII, KIND_WIDE, KIND_OTHER };

struct kb_decoder {
	enum kind kind;
	struct kb_line_feed feed; /* of KIND_WIDE */
	bool has_mark;            /* KIND_WIDE: a byte order mark may say the order */
	iconv_t converter;        /* of KIND_OTHER */
};

/* What is decoded here. Names are in lower case without anything but letters and digits. */
static const struct known {
	const char *name;
	enum kind kind;
	struct kb_line_feed feed;
	bool has_mark;
} known_encodings[] = {
	{ "", KIND_UTF8, { 1, false }, false },
	{ "auto", KIND_UTF8, { 1, false }, false },
	{ "utf8", KIND_UTF8, { 1, false }, false },
	{ "u8", KIND_UTF8, { 1, false }, false },
	{ "utf8sig", KIND_UTF8_MARKED, { 1, false }, false },
	{ "ascii", KIND_ASCII, { 1, false }, false },
	{ "usascii", KIND_ASCII, { 1, false }, false },
	{ "646", KIND_ASCII, { 1, false }, false },
	{ "utf16", KIND_WIDE, { 2, false }, true },
	{ "u16", KIND_WIDE, { 2, false }, true },
	{ "utf16le", KIND_WIDE, { 2, false }, false },
	{ "utf16be", KIND_WIDE, { 2, true }, false },
	{ "utf32", KIND_WIDE, { 4, false }, true },
	{ "u32", KIND_WIDE, { 4, false }, true },
	{ "utf32le", KIND_WIDE, { 4, false }, false },
	{ "utf32be", KIND_WIDE, { 4, true }, false },
};

/* Python's names that iconv(3) has another word for. */
static const struct alias {
	const char *name;
	const char *iconv_name;
} aliases[] = {
	{ "macroman", "MACINTOSH" },
	{ "8859", "ISO-8859-1" },
	{ "iso8859", "ISO-8859-1" },
	{ "latin", "ISO-8859-1" },
};

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Write the letters and digits of @a name, in lower case. False: it is too long. */
static bool fold(const char *name, char folded[NAME_ROOM])
{
	size_t len = 0;

	for (; *name != '\0'; name++) {
		if (!is_letter_or_digit(*name))
			continue;
		if (len + 1 == NAME_ROOM)
			return false;
		folded[len++] = (char)(*name >= 'A' && *name <= 'Z' ? *name - 'A' + 'a' : *name);
	}
	folded[len] = '\0';
	return true;
}

/* Nothing but a name: iconv(3) takes what follows a slash for instructions. */
static bool is_name(const char *text)
{
	for (; *text != '\0'; text++) {
		if (!is_letter_or_digit(*text) && strchr("-_.: ", *text) == NULL)
			return false;
	}
	return true;
}

static const struct known *find_known(const char *encoding)
{
	char folded[NAME_ROOM];

	if (encoding == NULL)
		return &known_encodings[0];
	if (!is_name(encoding) || !fold(encoding, folded))
		return NULL;
	for (size_t i = 0; i < kb_array_size(known_encodings); i++) {
		if (strcmp(folded, known_encodings[i].name) == 0)
			return &known_encodings[i];
	}
	return NULL;
}

static bool open_as(struct kb_decoder *decoder, const char *name)
{
	decoder->converter = iconv_open("UTF-8", name);
	return decoder->converter != (iconv_t)-1;
}

/* Python's '_' where iconv(3) has '-'. */
static void put_dashes(const char *name, char dashed[NAME_ROOM])
{
	size_t i = 0;

	for (; name[i] != '\0' && i + 1 < NAME_ROOM; i++)
		dashed[i] = (char)(name[i] == '_' || name[i] == ' ' ? '-' : name[i]);
	dashed[i] = '\0';
}

/* Each way to spell the name, until the system knows one. */
static int open_converter(struct kb_decoder *decoder, const char *encoding)
{
	char folded[NAME_ROOM];
	char dashed[NAME_ROOM];

	decoder->kind = KIND_OTHER;
	if (strlen(encoding) >= NAME_ROOM || !is_name(encoding) || !fold(encoding, folded))
		return KBAN_E_NOTFOUND;
	put_dashes(encoding, dashed);
	for (size_t i = 0; i < kb_array_size(aliases); i++) {
		if (strcmp(folded, aliases[i].name) == 0 && open_as(decoder, aliases[i].iconv_name))
			return KBAN_OK;
	}
	if (open_as(decoder, dashed) || open_as(decoder, folded))
		return KBAN_OK;
	return errno == ENOMEM ? KBAN_E_NOMEM : KBAN_E_NOTFOUND;
}

int kb_decoder_new(const char *encoding, struct kb_decoder **out)
{
	const struct known *known = find_known(encoding);
	kb_auto(decoder) decoder = calloc(1, sizeof(*decoder));
	int status = KBAN_OK;

	if (decoder == NULL)
		return KBAN_E_NOMEM;
	decoder->converter = (iconv_t)-1;
	if (known != NULL) {
		decoder->kind = known->kind;
		decoder->feed = known->feed;
		decoder->has_mark = known->has_mark;
	} else {
		status = open_converter(decoder, encoding);
	}
	if (status == KBAN_OK)
		*out = kb_steal(decoder);
	return status;
}

void kb_decoder_free(struct kb_decoder *decoder)
{
	if (decoder == NULL)
		return;
	if (decoder->converter != (iconv_t)-1)
		iconv_close(decoder->converter);
	free(decoder);
}

static int decode_utf8(struct kban_text line, struct kb_buffer *scratch, struct kb_decoded *out)
{
	out->text = line;
	out->is_ascii = kb_text_is_ascii(line);
	if (out->is_ascii || kb_text_is_utf8(line))
		return KBAN_OK;
	out->malformed = true;
	if (kb_buffer_utf8(scratch, line) != KBAN_OK)
		return KBAN_E_NOMEM;
	out->text = kb_buffer_content(scratch);
	return KBAN_OK;
}

static int decode_ascii(struct kban_text line, struct kb_buffer *scratch, struct kb_decoded *out)
{
	out->text = line;
	out->is_ascii = kb_text_is_ascii(line);
	if (out->is_ascii)
		return KBAN_OK;
	out->malformed = true;
	for (size_t i = 0; i < line.len; i++)
		kb_buffer_code(scratch, (unsigned char)line.data[i] < 0x80
						? (unsigned char)line.data[i]
						: KB_UTF8_REPLACEMENT);
	out->text = kb_buffer_content(scratch);
	return scratch->failed ? KBAN_E_NOMEM : KBAN_OK;
}

static uint32_t read_unit(struct kban_text line, size_t at, struct kb_line_feed feed)
{
	uint32_t unit = 0;

	for (unsigned i = 0; i < feed.width; i++) {
		unsigned shift = 8 * (feed.big_endian ? feed.width - 1 - i : i);

		unit |= (uint32_t)(unsigned char)line.data[at + i] << shift;
	}
	return unit;
}

static bool is_surrogate(uint32_t unit)
{
	return unit >= 0xd800 && unit <= 0xdfff;
}

/* The code point at @a at, which moves behind it. */
static uint32_t read_code(struct kban_text line, size_t *at, struct kb_line_feed feed,
			  bool *malformed)
{
	uint32_t code = read_unit(line, *at, feed);
	uint32_t low;

	*at += feed.width;
	if (feed.width == 2 && code >= 0xd800 && code <= 0xdbff && *at + 2 <= line.len) {
		low = read_unit(line, *at, feed);
		if (low >= 0xdc00 && low <= 0xdfff) {
			*at += 2;
			return 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
		}
	}
	if (!is_surrogate(code) && code <= 0x10ffff)
		return code;
	*malformed = true;
	return KB_UTF8_REPLACEMENT;
}

/* The order of bytes in @a line, whose mark, if there is one, @a at steps over. */
static struct kb_line_feed read_mark(const struct kb_decoder *decoder, struct kban_text line,
				     size_t *at)
{
	struct kb_line_feed feed = decoder->feed;

	if (!decoder->has_mark || line.len < feed.width)
		return feed;
	for (int big = 0; big <= 1; big++) {
		feed.big_endian = big == 1;
		if (read_unit(line, 0, feed) != 0xfeff)
			continue;
		*at = feed.width;
		return feed;
	}
	return decoder->feed;
}

static int decode_wide(const struct kb_decoder *decoder, struct kban_text line,
		       struct kb_buffer *scratch, struct kb_decoded *out)
{
	size_t at = 0;
	struct kb_line_feed feed = read_mark(decoder, line, &at);

	while (at + feed.width <= line.len)
		kb_buffer_code(scratch, read_code(line, &at, feed, &out->malformed));
	if (at < line.len) {
		out->malformed = true;
		kb_buffer_code(scratch, KB_UTF8_REPLACEMENT);
	}
	out->text = kb_buffer_content(scratch);
	return scratch->failed ? KBAN_E_NOMEM : KBAN_OK;
}

/* One call of iconv(3). False: it stopped at bytes that mean nothing. */
static bool convert_some(struct kb_decoder *decoder, char **in, size_t *in_left,
			 struct kb_buffer *out)
{
	char room[ROOM_AT_ONCE];
	char *to = room;
	size_t to_left = sizeof(room);
	size_t result = iconv(decoder->converter, in, in_left, &to, &to_left);

	kb_buffer_append(out, room, sizeof(room) - to_left);
	return result != (size_t)-1 || errno == E2BIG;
}

static int decode_other(struct kb_decoder *decoder, struct kban_text line,
			struct kb_buffer *scratch, struct kb_decoded *out)
{
	/* iconv(3) changes the pointer, never the bytes. */
	char *in = (char *)(uintptr_t)line.data;
	size_t left = line.len;

	iconv(decoder->converter, NULL, NULL, NULL, NULL);
	while (left > 0 && !scratch->failed) {
		if (convert_some(decoder, &in, &left, scratch))
			continue;
		out->malformed = true;
		kb_buffer_code(scratch, KB_UTF8_REPLACEMENT);
		in++;
		left--;
	}
	left = 0;
	convert_some(decoder, NULL, &left, scratch); /* what it held back */
	out->text = kb_buffer_content(scratch);
	return scratch->failed ? KBAN_E_NOMEM : KBAN_OK;
}

int kb_decoder_decode(struct kb_decoder *decoder, struct kban_text line, struct kb_buffer *scratch,
		      struct kb_decoded *out)
{
	*out = (struct kb_decoded){ 0 };
	kb_buffer_reset(scratch);
	switch (decoder->kind) {
	case KIND_ASCII:
		return decode_ascii(line, scratch, out);
	case KIND_WIDE:
		return decode_wide(decoder, line, scratch, out);
	case KIND_OTHER:
		return decode_other(decoder, line, scratch, out);
	case KIND_UTF8_MARKED:
		if (kb_text_starts_with(line, "\xef\xbb\xbf"))
			line = kb_text_slice(line, 3, line.len);
		break;
	case KIND_UTF8:
		break;
	}
	return decode_utf8(line, scratch, out);
}

bool kb_encoding_keeps_ascii(const char *encoding)
{
	static const char *const families[] = { "iso8859", "8859",       "latin", "l1",
						"cp125",   "windows125", "koi8" };
	const struct known *known = find_known(encoding);
	char folded[NAME_ROOM];

	if (known != NULL)
		return known->kind == KIND_UTF8 || known->kind == KIND_ASCII;
	if (!fold(encoding, folded))
		return false;
	for (size_t i = 0; i < kb_array_size(families); i++)
		if (strncmp(folded, families[i], strlen(families[i])) == 0)
			return true;
	return false;
}

struct kb_line_feed kb_line_feed_of(const char *encoding)
{
	const struct known *known = find_known(encoding);

	return known != NULL ? known->feed : known_encodings[0].feed;
}
