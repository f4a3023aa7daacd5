/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * White space as the readers of fail2ban's files see it: all of Unicode's, so that a no-break space
 * pasted from a web page indents a line and is stripped from a value.
 */
#ifndef KB_CONF_BLANK_H
#define KB_CONF_BLANK_H

#include "base/text.h"

/* Bytes of the white space character @a text starts with, or 0. */
size_t kb_blank_length(struct kban_text text);

/* Bytes of all white space at the start; @a count (may be NULL) receives how many characters. */
size_t kb_blank_prefix(struct kban_text text, unsigned *count);

/* @a text without white space at both ends. */
struct kban_text kb_blank_trim(struct kban_text text);

#endif /* KB_CONF_BLANK_H */
