/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Python's regular expressions as PCRE2 understands them.
 *
 * Nearly all of the two dialects is the same. The rest is rewritten by a tokenizer that knows
 * escapes, sets, groups and quantifiers: {,n}, \Z, \v, \uHHHH, POSIX look-alikes in sets, numbered
 * backreferences, global flags, and verbs, which are refused.
 */
#ifndef KB_REGEX_PYTHON_SYNTAX_H
#define KB_REGEX_PYTHON_SYNTAX_H

#include <kban/base.h>

#include "base/buffer.h"

struct kb_python_syntax {
	bool caseless, dotall, multiline, extended; /* global flags of the text, hoisted */
	bool ascii;                                 /* (?a): \d \w \s \b know ASCII only */
};

/*
 * Append the translation of @a text to @a out.
 *
 * @param message  Receives, on KBAN_E_SYNTAX, what is wrong; a constant string.
 * @param offset   Receives where in @a text.
 */
int kb_python_syntax_translate(struct kban_text text, struct kb_buffer *out,
			       struct kb_python_syntax *syntax, const char **message,
			       size_t *offset);

#endif /* KB_REGEX_PYTHON_SYNTAX_H */
