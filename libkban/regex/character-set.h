/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sets of what may come next in a text: ASCII one by one, all beyond ASCII as one, and a whole
 * address as one, which is what a set repeated without end can match.
 */
#ifndef KB_REGEX_CHARACTER_SET_H
#define KB_REGEX_CHARACTER_SET_H

#include <stdbool.h>
#include <stdint.h>

#include <kban/base.h>

enum {
	KB_CHARACTER_BEYOND = 128, /* anything that is not ASCII */
	KB_CHARACTER_ADDRESS = 129,
};

struct kb_character_set {
	uint64_t bits[3];
};

void kb_character_set_add(struct kb_character_set *set, unsigned character);
void kb_character_set_remove(struct kb_character_set *set, unsigned character);
void kb_character_set_add_range(struct kb_character_set *set, unsigned first, unsigned last);
void kb_character_set_unite(struct kb_character_set *set, const struct kb_character_set *more);
bool kb_character_set_has(const struct kb_character_set *set, unsigned character);

/* All characters, or all that are not in @a set. Neither has the address. */
struct kb_character_set kb_character_set_all(void);
struct kb_character_set kb_character_set_invert(const struct kb_character_set *set);

/* What both have; false: nothing. */
bool kb_character_set_intersect(const struct kb_character_set *left,
				const struct kb_character_set *right, struct kb_character_set *out);

/* How many characters it has, the address included. */
unsigned kb_character_set_count(const struct kb_character_set *set);

/* What \d, \w, \s and their opposites stand for. False: @a letter is none of them. */
bool kb_character_set_class(char letter, struct kb_character_set *out);

/*
 * Read one character of a pattern at @a at, which is moved behind it: a byte, an escape, or what is
 * encoded in several bytes.
 */
unsigned kb_character_set_read(struct kban_text pattern, size_t *at);

/*
 * Read the set [...] at @a at, which is moved behind it. False: it has no end.
 */
bool kb_character_set_parse(struct kban_text pattern, size_t *at, struct kb_character_set *out);

#endif /* KB_REGEX_CHARACTER_SET_H */
