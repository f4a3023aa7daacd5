/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Python's regular expressions as PCRE2 understands them.
 *
 * Nearly all of the two dialects is the same. The rest is rewritten by a tokenizer that knows
 * escapes, sets, groups and quantifiers: {,n}, \Z, \v, \uHHHH, POSIX look-alikes in sets, numbered
 * backreferences, names longer than PCRE2 allows, global flags, and verbs, which are refused. What
 * PCRE2 knows beyond Python is let through.
 */
#ifndef KB_REGEX_PYTHON_SYNTAX_H
#define KB_REGEX_PYTHON_SYNTAX_H

#include <kban/base.h>

#include "base/buffer.h"
#include "base/string-list.h"

struct kb_python_syntax {
	bool caseless, dotall, multiline, extended; /* global flags of the text, hoisted */
	bool ascii;                                 /* (?a): \d \w \s \b know ASCII only */
	bool beyond_ascii; /* it may speak of characters that are not ASCII */

	/* Names that were too long; the group of item i is called _g(i + 1) in the translation. */
	struct kb_string_list long_names;
};

/*
 * Append the translation of @a text to @a out. Release @a syntax afterwards, whatever the status.
 *
 * @param syntax   Starts empty.
 * @param message  Receives, on KBAN_E_SYNTAX, what is wrong; a constant string.
 * @param offset   Receives where in @a text.
 */
int kb_python_syntax_translate(struct kban_text text, struct kb_buffer *out,
			       struct kb_python_syntax *syntax, const char **message,
			       size_t *offset);

/*
 * The translation for searches in nothing but ASCII, where it is compiled for bytes: all that \s
 * is, is ASCII there. Only of a text that was translated, and is not beyond_ascii. @a out is empty.
 *
 * KBAN_OK or KBAN_E_NOMEM.
 */
int kb_python_syntax_translate_for_ascii(struct kban_text text, struct kb_buffer *out);

/* Where in @a text byte @a offset of its translation comes from; SIZE_MAX without memory. */
size_t kb_python_syntax_origin(struct kban_text text, size_t offset);

/* The name as it was written, of the group that is called @a name in the translation. */
const char *kb_python_syntax_name(const struct kb_python_syntax *syntax, const char *name);

void kb_python_syntax_clear(struct kb_python_syntax *syntax);

KB_DEFINE_AUTO_CLEAR(python_syntax)

#endif /* KB_REGEX_PYTHON_SYNTAX_H */
