/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a pattern to what its matches contain. For literal.c. */
#ifndef KB_REGEX_LITERAL_READ_H
#define KB_REGEX_LITERAL_READ_H

#include "regex/literal-pieces.h"
#include "regex/python-syntax.h"

/*
 * Read a pattern in PCRE2's spelling, which compiles.
 *
 * @param syntax  The flags that were taken out of it.
 *
 * @return KBAN_OK, KBAN_E_LIMIT: it is too much for @a room, KBAN_E_SYNTAX: there is something in
 * it that is not known here, KBAN_E_NOMEM. But for the first, nothing can be said.
 */
int kb_literal_read(struct kban_text pattern, const struct kb_python_syntax *syntax,
		    struct kb_piece_room *room, struct kb_content *out);

#endif /* KB_REGEX_LITERAL_READ_H */
