/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Text that every match of a pattern must contain, proved from the pattern alone. A line without it
 * need not be shown to the pattern, nor have its stamp looked for.
 *
 * What is found is a list of factors. Every match contains at least one string of each factor, so
 * one factor that is missed is enough to leave a line alone; which one to look for is the caller's
 * choice. No factor means that nothing is known, and that is the answer whenever there is doubt.
 *
 * What a factor holds for is the line as it stands in the log, bytes that are yet to be decoded and
 * with its stamp, as long as
 *
 *   - its encoding is one where a byte below 0x80 is that ASCII character and nothing else is
 *     written so: UTF-8 whatever its errors, ISO 8859, Windows code pages; not UTF-16 or UTF-7;
 *   - what is told of the cut (enum kb_literal_cut) is true of its stamp;
 *   - the pattern is searched in one line. Of a window of lines it holds for one of them at least,
 *     not for the newest.
 *
 * Nothing is said of assertions: a pattern that wants a word not to be there contributes nothing.
 */
#ifndef KB_REGEX_LITERAL_H
#define KB_REGEX_LITERAL_H

#include <stdbool.h>

#include <kban/base.h>

#include "base/memory.h"

/* A string to look for. It is not empty and has no line feed. */
struct kb_literal {
	struct kban_text text;
	bool caseless; /* ASCII letters in any case; then text has them in lower case */
	size_t digits; /* so many stand before it, at least */
};

/* Longer strings are cut, which leaves them true. */
#define KB_LITERAL_LENGTH_MAX  64
/* A factor that would have more strings is not worth a search. */
#define KB_LITERAL_STRINGS_MAX 256
#define KB_LITERAL_FACTORS_MAX 8

/*
 * Where the stamp may have been cut out of a line before the pattern saw it. What stood on both
 * sides of it is then side by side, and a match may span that place: the line of the log has both
 * parts of a string there, and not the string. A string that may span a cut is replaced by the two
 * longest of its parts one of which is whole on either side, or by the part that cannot span it. So
 * the caller does nothing but tell which cuts there may be: any of these, added up.
 */
enum kb_literal_cut {
	/* Nothing is cut: the line comes with its time, or its stamp is empty. */
	KB_LITERAL_UNCUT = 0,

	/*
	 * Before the stamp stand at most two characters, none of a word (letters, digits, '_').
	 * True of a format after "{^LN-BEG}" that has no group of its own and no bounds of its own.
	 */
	KB_LITERAL_CUT_AT_BEGIN = 1,

	/*
	 * The stamp is followed by the end of the line or by a character that is not of a word, or
	 * has nothing before it. True of all default formats.
	 */
	KB_LITERAL_CUT_AT_WORD_END = 2,

	/* Both of these at once. True of all default formats after "{^LN-BEG}". */
	KB_LITERAL_CUT_AT_BEGIN_AND_WORD_END = 4,

	/* The stamp follows a '['. */
	KB_LITERAL_CUT_AFTER_BRACKET = 8,

	/* Anything may be cut anywhere, between two characters. Always true. */
	KB_LITERAL_CUT_ANYWHERE = 16,
};

struct kb_literal_factor {
	struct kb_literal *items;
	size_t count;
	unsigned score; /* how rare it is by its look: eight for each halving of what is left */
	/*
	 * It has digits for which there are others beyond ASCII. A line with any byte of those may
	 * match without one of the strings.
	 */
	bool or_beyond_ascii;
};

struct kb_literals {
	struct kb_literal_factor factors[KB_LITERAL_FACTORS_MAX]; /* the rarest first */
	size_t count;
};

/*
 * Find the factors of a pattern.
 *
 * Without regard to case, K and S also match U+212A and U+017F, which are not ASCII. A factor with
 * such a string has the UTF-8 of these as strings of its own.
 *
 * Where a pattern has no text that is long enough, sets of up to ten characters are spelled out.
 *
 * @param pattern  As for kb_pattern_compile(), and compiled without error.
 * @param flags    As for kb_pattern_compile().
 * @param cuts     enum kb_literal_cut.
 * @param out      Release it with kb_literals_clear().
 *
 * @return KBAN_OK, also when none are found, or KBAN_E_NOMEM.
 */
int kb_literals_find(struct kban_text pattern, unsigned flags, unsigned cuts,
		     struct kb_literals *out);

void kb_literals_clear(struct kb_literals *literals);

void kb_literal_factor_clear(struct kb_literal_factor *factor);

/* True if as many digits as @a literal needs stand before byte @a at of @a text, where it is. */
bool kb_literal_has_digits(const struct kb_literal *literal, struct kban_text text, size_t at);

/* True if @a text has one of the factor's strings. */
bool kb_literal_factor_in(const struct kb_literal_factor *factor, struct kban_text text);

/* True if @a text has a string of each factor, so that the pattern has to be asked. */
bool kb_literals_in(const struct kb_literals *literals, struct kban_text text);

/*
 * How many lines of @a sample have one of the factor's strings; how many lines there are at all is
 * what a factor with no string would be compared to.
 */
size_t kb_literal_factor_measure(const struct kb_literal_factor *factor, struct kban_text sample);

KB_DEFINE_AUTO_CLEAR(literals)

#endif /* KB_REGEX_LITERAL_H */
