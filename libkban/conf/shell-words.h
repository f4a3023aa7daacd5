/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KB_CONF_SHELL_WORDS_H
#define KB_CONF_SHELL_WORDS_H

#include "base/string-list.h"

/*
 * Append the words of @a text to @a out, split as a POSIX shell does: at blanks outside quotes; a
 * backslash takes the next byte as it is, inside double quotes only '"' and '\'; nothing in single
 * quotes means anything. Words that are next to each other without a blank are one.
 *
 * @return KBAN_OK; KBAN_E_SYNTAX for a quote that is not closed or a backslash at the end;
 *         KBAN_E_NOMEM. Words before that are in @a out.
 */
int kb_shell_words_split(struct kban_text text, struct kb_string_list *out);

#endif /* KB_CONF_SHELL_WORDS_H */
