/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pointer and length: how text travels inside the library. Nothing here allocates but _copy. */
#ifndef KB_BASE_TEXT_H
#define KB_BASE_TEXT_H

#include <stdbool.h>
#include <string.h>

#include <kban/text.h>

#include "base/utf8.h"

/* A literal as text, in expressions. */
#define KB_TEXT(literal) ((struct kban_text){ "" literal, sizeof(literal) - 1 })

/* A NUL-terminated string as text; NULL is empty. */
struct kban_text kb_text(const char *string);

/* Of ASCII, whatever the locale. */
static inline bool kb_is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static inline bool kb_text_equal(struct kban_text left, struct kban_text right)
{
	return left.len == right.len &&
	       (left.len == 0 || memcmp(left.data, right.data, left.len) == 0);
}

bool kb_text_equal_nocase(struct kban_text left, struct kban_text right); /* ASCII case */
bool kb_text_is(struct kban_text text, const char *string);
bool kb_text_is_nocase(struct kban_text text, const char *string); /* ASCII case */
bool kb_text_starts_with(struct kban_text text, const char *prefix);
bool kb_text_ends_with(struct kban_text text, const char *suffix);

/* Index of the first @a byte or @a needle, or text.len. */
static inline size_t kb_text_index(struct kban_text text, char byte)
{
	const char *found = text.len > 0 ? memchr(text.data, byte, text.len) : NULL;

	return found != NULL ? (size_t)(found - text.data) : text.len;
}

size_t kb_text_find(struct kban_text text, struct kban_text needle);

/* How many bytes of it are @a byte. */
size_t kb_text_count(struct kban_text text, char byte);

static inline struct kban_text kb_text_slice(struct kban_text text, size_t from, size_t to)
{
	size_t end = to < text.len ? to : text.len;
	size_t start = from < end ? from : end;

	/* An empty text may be NULL, which nothing may be added to. */
	return start > 0 ? (struct kban_text){ text.data + start, end - start }
			 : (struct kban_text){ text.data, end };
}

struct kban_text kb_text_trim(struct kban_text text); /* ASCII white space, both ends */

/*
 * Take the next line off @a rest, without its line feed. False when nothing is left. "a\n" is one
 * line, "a\n\nb" three.
 */
bool kb_text_next_line(struct kban_text *rest, struct kban_text *line);

/* Take the next word off @a rest: a run without any byte of @a separators. False: none is left. */
bool kb_text_next_word(struct kban_text *rest, const char *separators, struct kban_text *word);

/* Whole-text decimal number from @a min to @a max. False leaves @a out alone. */
bool kb_text_number(struct kban_text text, long long min, long long max, long long *out);

/* true yes on 1, in any case, are true; everything else is false (jail.conf(5)). */
bool kb_text_boolean(struct kban_text text);

/* A NUL-terminated copy, or NULL without memory. */
char *kb_text_copy(struct kban_text text);

/* Nonzero if all bytes are ASCII / if the whole is valid UTF-8 (no surrogates, no overlongs). */
bool kb_text_is_ascii(struct kban_text text);
bool kb_text_is_utf8(struct kban_text text);

#endif /* KB_BASE_TEXT_H */
