/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/blank.h"

#include "base/memory.h"

/* Ranges of code points, first and last. */
static const uint32_t blanks[][2] = {
	{ 0x09, 0x0d },     { 0x1c, 0x20 },     { 0x85, 0x85 },     { 0xa0, 0xa0 },
	{ 0x1680, 0x1680 }, { 0x2000, 0x200a }, { 0x2028, 0x2029 }, { 0x202f, 0x202f },
	{ 0x205f, 0x205f }, { 0x3000, 0x3000 },
};

size_t kb_blank_length(struct kban_text text)
{
	uint32_t code;
	size_t used;

	if (text.len == 0)
		return 0;
	used = kb_utf8_decode(text, &code);
	for (size_t i = 0; i < kb_array_size(blanks); i++) {
		if (code >= blanks[i][0] && code <= blanks[i][1])
			return used;
	}
	return 0;
}

size_t kb_blank_prefix(struct kban_text text, unsigned *count)
{
	unsigned found = 0;
	size_t at = 0;
	size_t used;

	while ((used = kb_blank_length(kb_text_slice(text, at, text.len))) > 0) {
		at += used;
		found++;
	}
	if (count != NULL)
		*count = found;
	return at;
}

/* Bytes of the white space character @a text ends with, or 0. */
static size_t blank_at_end(struct kban_text text)
{
	size_t start = text.len;

	if (start == 0)
		return 0;
	do
		start--;
	while (start > 0 && text.len - start < KB_UTF8_MAX &&
	       ((unsigned char)text.data[start] & 0xc0) == 0x80);
	return kb_blank_length(kb_text_slice(text, start, text.len)) == text.len - start
		       ? text.len - start
		       : 0;
}

struct kban_text kb_blank_trim(struct kban_text text)
{
	size_t used;

	text = kb_text_slice(text, kb_blank_prefix(text, NULL), text.len);
	while ((used = blank_at_end(text)) > 0)
		text.len -= used;
	return text;
}
