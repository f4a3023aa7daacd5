/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/utf8.h"

#include <string.h>

/*
 * Well-formed sequences by their first byte (Unicode 15, table 3-7). Only the second byte has
 * narrower limits than 80..BF, which is what keeps out overlong forms, surrogates and code points
 * beyond 10FFFF.
 */
static const struct lead {
	unsigned char first, last; /* the first byte is one of these */
	unsigned char mask;        /* its bits that belong to the code point */
	unsigned char more;        /* bytes that follow */
	unsigned char low, high;   /* limits of the second byte */
} leads[] = {
	{ 0x00, 0x7f, 0x7f, 0, 0, 0 },       { 0xc2, 0xdf, 0x1f, 1, 0x80, 0xbf },
	{ 0xe0, 0xe0, 0x0f, 2, 0xa0, 0xbf }, { 0xe1, 0xec, 0x0f, 2, 0x80, 0xbf },
	{ 0xed, 0xed, 0x0f, 2, 0x80, 0x9f }, { 0xee, 0xef, 0x0f, 2, 0x80, 0xbf },
	{ 0xf0, 0xf0, 0x07, 3, 0x90, 0xbf }, { 0xf1, 0xf3, 0x07, 3, 0x80, 0xbf },
	{ 0xf4, 0xf4, 0x07, 3, 0x80, 0x8f },
};

static const struct lead *find_lead(unsigned char byte)
{
	size_t i;

	for (i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
		if (byte >= leads[i].first && byte <= leads[i].last)
			return &leads[i];
	}
	return NULL;
}

size_t kb_utf8_decode(struct kban_text text, uint32_t *code)
{
	const unsigned char *bytes = (const unsigned char *)text.data;
	const struct lead *lead = find_lead(bytes[0]);
	uint32_t value;
	size_t i;

	*code = KB_UTF8_REPLACEMENT;
	if (lead == NULL)
		return 1;
	value = bytes[0] & lead->mask;
	for (i = 1; i <= lead->more; i++) {
		unsigned char low = i == 1 ? lead->low : 0x80;
		unsigned char high = i == 1 ? lead->high : 0xbf;

		if (i == text.len || bytes[i] < low || bytes[i] > high)
			return i;
		value = value << 6 | (bytes[i] & 0x3f);
	}
	*code = value;
	return i;
}

bool kb_utf8_is_malformed(struct kban_text bytes, uint32_t code)
{
	static const char replacement[] = { '\xef', '\xbf', '\xbd' };

	/* Unless U+FFFD was written as such. */
	return code == KB_UTF8_REPLACEMENT &&
	       (bytes.len != sizeof(replacement) ||
		memcmp(bytes.data, replacement, sizeof(replacement)) != 0);
}

size_t kb_utf8_encode(uint32_t code, char *bytes)
{
	static const unsigned char marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t len;
	size_t i;

	if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		code = KB_UTF8_REPLACEMENT;
	len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	for (i = len - 1; i > 0; i--) {
		bytes[i] = (char)(0x80 | (code & 0x3f));
		code >>= 6;
	}
	bytes[0] = (char)(marks[len] | code);
	return len;
}
