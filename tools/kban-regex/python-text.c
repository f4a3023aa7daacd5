/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/python-text.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <kban/text.h>

static bool contains(struct kban_text text, char byte)
{
	return text.len > 0 && memchr(text.data, byte, text.len) != NULL;
}

/* One byte that stands for itself nowhere. */
static void print_special(unsigned char byte, char quote, FILE *out)
{
	switch (byte) {
	case '\n':
		fputs("\\n", out);
		break;
	case '\r':
		fputs("\\r", out);
		break;
	case '\t':
		fputs("\\t", out);
		break;
	default:
		if (byte == (unsigned char)quote || byte == '\\')
			fprintf(out, "\\%c", byte);
		else
			fprintf(out, "\\x%02x", byte);
		break;
	}
}

static bool is_special(unsigned char byte, char quote)
{
	return byte < 0x20 || byte == 0x7f || byte == '\\' || byte == (unsigned char)quote;
}

/* Length of the character at @a text, which is not ASCII. */
static size_t character_length(struct kban_text text)
{
	size_t len = 1;

	while (len < text.len && ((unsigned char)text.data[len] & 0xc0) == 0x80)
		len++;
	return len;
}

/* A character beyond ASCII as it is, or escaped where it cannot be seen. */
static void print_wide(struct kban_text text, FILE *out)
{
	char *shown = kban_text_printable(text);

	if (shown != NULL)
		fputs(shown, out);
	free(shown);
}

void python_print_text(struct kban_text text, FILE *out)
{
	char quote = contains(text, '\'') && !contains(text, '"') ? '"' : '\'';

	if (text.data == NULL) {
		fputs("None", out);
		return;
	}
	putc(quote, out);
	for (size_t i = 0, len; i < text.len; i += len) {
		unsigned char byte = (unsigned char)text.data[i];

		len = 1;
		if (byte >= 0x80) {
			len = character_length((struct kban_text){ text.data + i, text.len - i });
			print_wide((struct kban_text){ text.data + i, len }, out);
		} else if (is_special(byte, quote)) {
			print_special(byte, quote, out);
		} else {
			putc(byte, out);
		}
	}
	putc(quote, out);
}

/* The shortest digits that are read back as @a number. */
static void print_float(double number, FILE *out)
{
	char text[40];

	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	if (strchr(text, 'e') != NULL)
		snprintf(text, sizeof(text), "%.1f", number);
	fprintf(out, "%s%s", text, strchr(text, '.') == NULL ? ".0" : "");
}

void python_print_time(const struct kban_match *match, FILE *out)
{
	if (match->time == KBAN_TIME_NONE)
		fputs("None", out);
	else if (match->has_zone && match->time % KBAN_SECOND == 0)
		fprintf(out, "%" PRId64, match->time / KBAN_SECOND);
	else
		print_float((double)match->time / (double)KBAN_SECOND, out);
}

static int compare_texts(const void *left, const void *right)
{
	const struct kban_text *a = left;
	const struct kban_text *b = right;
	int order = memcmp(a->data, b->data, a->len < b->len ? a->len : b->len);

	return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

int python_print_users(const struct kban_matcher *matcher, FILE *out)
{
	struct kban_text *users;
	size_t count = 0;

	while (kban_matcher_user(matcher, count).data != NULL)
		count++;
	users = calloc(count + 1, sizeof(*users));
	if (users == NULL)
		return -1;
	for (size_t i = 0; i < count; i++)
		users[i] = kban_matcher_user(matcher, i);
	qsort(users, count, sizeof(*users), compare_texts);
	for (size_t i = 0; i < count; i++) {
		fputs(i == 0 ? "{" : ", ", out);
		python_print_text(users[i], out);
	}
	fputs(count == 0 ? "set()" : "}", out);
	free(users);
	return 0;
}

void python_print_lines(const struct kban_matcher *matcher, FILE *out)
{
	struct kban_text line;

	putc('[', out);
	for (size_t i = 0; (line = kban_matcher_line(matcher, i)).data != NULL; i++) {
		fputs(i > 0 ? ", " : "", out);
		python_print_text(line, out);
	}
	putc(']', out);
}
