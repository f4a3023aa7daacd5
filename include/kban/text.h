/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/text.h
 * Making text that an attacker may have written fit for a terminal or for JSON.
 */
#ifndef KBAN_TEXT_H
#define KBAN_TEXT_H

#include <kban/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Copy @a text so that a terminal can show it: control bytes, escape sequences, bidirectional
 * overrides and bytes that are not UTF-8 become \n, \t, \xHH or \uHHHH; a backslash stays.
 *
 * @return A NUL-terminated string, owned by the caller and released with free(); NULL when out
 *         of memory.
 */
KBAN_API char *kban_text_printable(struct kban_text text);

/**
 * Copy @a text as valid UTF-8: each maximal sequence that is not UTF-8 becomes U+FFFD (as in
 * Unicode 15, section 3.9, "U+FFFD Substitution of Maximal Subparts"). NUL bytes stay.
 *
 * @param out  Receives the text; data is owned by the caller and released with free().
 *
 * @return KBAN_OK or KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_text_utf8(struct kban_text text, struct kban_text *out);

/**
 * The candidate a mistyped @a word most likely meant.
 *
 * @param candidates  NULL-terminated list of names.
 *
 * @return One of @a candidates, at an edit distance of at most two and less than half the word's
 *         length; NULL if none is that near.
 */
KBAN_API const char *kban_text_nearest(const char *word, const char *const *candidates);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_TEXT_H */
