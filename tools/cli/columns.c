/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/columns.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <kban/text.h>

/* Less is no line, more is no terminal. */
#define COLUMNS_MIN 20
#define COLUMNS_MAX 10000

struct range {
	uint32_t first, last;
};

static bool is_in(uint32_t code, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

/* East Asian characters and pictures take two columns, accents that combine take none. */
static unsigned width_of(uint32_t code)
{
	static const struct range wide[] = {
		{ 0x1100, 0x115f },   { 0x2e80, 0xa4cf },   { 0xac00, 0xd7a3 },
		{ 0xf900, 0xfaff },   { 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },
		{ 0xffe0, 0xffe6 },   { 0x1f300, 0x1f64f }, { 0x1f900, 0x1f9ff },
		{ 0x20000, 0x3fffd },
	};
	static const struct range none[] = { { 0x300, 0x36f }, { 0x20d0, 0x20ff } };

	if (is_in(code, none, sizeof(none) / sizeof(none[0])))
		return 0;
	return is_in(code, wide, sizeof(wide) / sizeof(wide[0])) ? 2 : 1;
}

/* The code point of @a len bytes that are its UTF-8. */
static uint32_t code_of(const char *bytes, size_t len)
{
	uint32_t code = (unsigned char)bytes[0];

	if (len > 1)
		code &= 0xffu >> (len + 1);
	for (size_t i = 1; i < len; i++)
		code = code << 6 | ((unsigned char)bytes[i] & 0x3f);
	return code;
}

/* Bytes that belong to the first, by what it says. */
static size_t length_of(struct kban_text text)
{
	unsigned char first = (unsigned char)text.data[0];
	size_t len = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;

	return len < text.len ? len : text.len;
}

size_t cli_character(struct kban_text text, unsigned *columns)
{
	size_t len = length_of(text);
	char *shown;

	*columns = 1;
	if (len == 1 && text.data[0] >= ' ' && text.data[0] < '\x7f')
		return 1;
	shown = kban_text_printable((struct kban_text){ text.data, len });
	if (shown == NULL)
		return len;
	*columns = shown[0] == '\\' ? (unsigned)strlen(shown) : width_of(code_of(shown, len));
	free(shown);
	return len;
}

unsigned cli_columns(FILE *stream)
{
	const char *variable = getenv("COLUMNS");
	struct winsize size;
	unsigned long columns = 0;

	if (isatty(fileno(stream)) == 1 && ioctl(fileno(stream), TIOCGWINSZ, &size) == 0)
		columns = size.ws_col;
	else if (variable != NULL)
		columns = strtoul(variable, NULL, 10);
	if (columns < COLUMNS_MIN || columns > COLUMNS_MAX)
		return CLI_COLUMNS_DEFAULT;
	return (unsigned)columns;
}
