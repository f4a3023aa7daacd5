/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "regex/character-set.h"

#include <string.h>

#define WORD_BITS 64

void kb_character_set_add(struct kb_character_set *set, unsigned character)
{
	set->bits[character / WORD_BITS] |= UINT64_C(1) << character % WORD_BITS;
}

void kb_character_set_remove(struct kb_character_set *set, unsigned character)
{
	set->bits[character / WORD_BITS] &= ~(UINT64_C(1) << character % WORD_BITS);
}

void kb_character_set_add_range(struct kb_character_set *set, unsigned first, unsigned last)
{
	for (unsigned i = first; i <= last && i <= KB_CHARACTER_BEYOND; i++)
		kb_character_set_add(set, i);
}

void kb_character_set_unite(struct kb_character_set *set, const struct kb_character_set *more)
{
	for (size_t i = 0; i < 3; i++)
		set->bits[i] |= more->bits[i];
}

bool kb_character_set_has(const struct kb_character_set *set, unsigned character)
{
	return (set->bits[character / WORD_BITS] >> character % WORD_BITS & 1) != 0;
}

struct kb_character_set kb_character_set_all(void)
{
	return (struct kb_character_set){ { UINT64_MAX, UINT64_MAX, 1 } };
}

struct kb_character_set kb_character_set_invert(const struct kb_character_set *set)
{
	struct kb_character_set inverted = kb_character_set_all();

	for (size_t i = 0; i < 3; i++)
		inverted.bits[i] &= ~set->bits[i];
	return inverted;
}

bool kb_character_set_intersect(const struct kb_character_set *left,
				const struct kb_character_set *right, struct kb_character_set *out)
{
	for (size_t i = 0; i < 3; i++)
		out->bits[i] = left->bits[i] & right->bits[i];
	return (out->bits[0] | out->bits[1] | out->bits[2]) != 0;
}

unsigned kb_character_set_count(const struct kb_character_set *set)
{
	unsigned count = 0;

	for (size_t i = 0; i < 3; i++)
		count += (unsigned)__builtin_popcountll(set->bits[i]);
	return count;
}

/* Letters beyond ASCII are words; digits and blanks beyond it are left out, as nobody writes them.
 */
bool kb_character_set_class(char letter, struct kb_character_set *out)
{
	struct kb_character_set set = { { 0 } };
	char lower = (char)(letter | 0x20);

	if (lower != 'd' && lower != 'w' && lower != 's')
		return false;
	if (lower == 's') {
		kb_character_set_add(&set, ' ');
		kb_character_set_add_range(&set, '\t', '\r');
	} else {
		kb_character_set_add_range(&set, '0', '9');
	}
	if (lower == 'w') {
		kb_character_set_add_range(&set, 'a', 'z');
		kb_character_set_add_range(&set, 'A', 'Z');
		kb_character_set_add(&set, '_');
		kb_character_set_add(&set, KB_CHARACTER_BEYOND);
	}
	if (letter == lower) {
		*out = set;
		return true;
	}
	*out = kb_character_set_invert(&set);
	kb_character_set_add(out, KB_CHARACTER_BEYOND);
	return true;
}

static unsigned digit_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return (unsigned)(digit - '0');
	digit |= 0x20;
	return digit >= 'a' && digit <= 'f' ? (unsigned)(digit - 'a' + 10) : 16;
}

/* Up to @a most digits of an escape. */
static unsigned read_number(struct kban_text pattern, size_t *at, unsigned base, unsigned most)
{
	unsigned value = 0;

	for (; most > 0 && *at < pattern.len && digit_value(pattern.data[*at]) < base; most--)
		value = value * base + digit_value(pattern.data[(*at)++]);
	return value < KB_CHARACTER_BEYOND ? value : KB_CHARACTER_BEYOND;
}

static unsigned read_escape(struct kban_text pattern, size_t *at)
{
	static const char letters[] = "tnrfva";
	static const char meanings[] = "\t\n\r\f\v\a";
	char letter = pattern.data[*at];
	const char *found = strchr(letters, letter);

	if (letter == '0')
		return read_number(pattern, at, 8, 3);
	(*at)++;
	switch (letter) {
	case 'x':
		return read_number(pattern, at, 16, 2);
	case 'u':
		return read_number(pattern, at, 16, 4);
	case 'U':
		return read_number(pattern, at, 16, 8);
	default:
		return found != NULL && letter != '\0' ? (unsigned)meanings[found - letters]
						       : (unsigned)(unsigned char)letter & 0x7f;
	}
}

unsigned kb_character_set_read(struct kban_text pattern, size_t *at)
{
	unsigned char byte = (unsigned char)pattern.data[(*at)++];

	if (byte == '\\' && *at < pattern.len)
		return read_escape(pattern, at);
	if (byte < 0x80)
		return byte;
	while (*at < pattern.len && ((unsigned char)pattern.data[*at] & 0xc0) == 0x80)
		(*at)++;
	return KB_CHARACTER_BEYOND;
}

/* One item of a set: a class, a character, or a range. */
static void parse_item(struct kban_text pattern, size_t *at, struct kb_character_set *set)
{
	struct kb_character_set class;
	unsigned first, last;

	if (pattern.data[*at] == '\\' && *at + 1 < pattern.len &&
	    kb_character_set_class(pattern.data[*at + 1], &class)) {
		kb_character_set_unite(set, &class);
		*at += 2;
		return;
	}
	first = last = kb_character_set_read(pattern, at);
	if (*at + 1 < pattern.len && pattern.data[*at] == '-' && pattern.data[*at + 1] != ']') {
		(*at)++;
		last = kb_character_set_read(pattern, at);
	}
	kb_character_set_add_range(set, first, last);
}

bool kb_character_set_parse(struct kban_text pattern, size_t *at, struct kb_character_set *out)
{
	struct kb_character_set set = { { 0 } };
	bool inverted = *at + 1 < pattern.len && pattern.data[*at + 1] == '^';
	size_t first = *at + (inverted ? 2 : 1);

	for (*at = first; *at < pattern.len; parse_item(pattern, at, &set)) {
		if (pattern.data[*at] != ']' || *at == first)
			continue;
		(*at)++;
		*out = inverted ? kb_character_set_invert(&set) : set;
		if (inverted)
			kb_character_set_add(out, KB_CHARACTER_BEYOND);
		return true;
	}
	return false;
}
