/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values as Python writes them, which is how fail2ban-regex prints data. */
#ifndef KBAN_REGEX_PYTHON_TEXT_H
#define KBAN_REGEX_PYTHON_TEXT_H

#include <stdio.h>

#include <kban/matcher.h>

/* 'text', or "it's"; None where data is NULL. Bytes that are not UTF-8 are shown as \xHH. */
void python_print_text(struct kban_text text, FILE *out);

/* 1794694381.25, or an integer where the stamp named its zone; None for KBAN_TIME_NONE. */
void python_print_time(const struct kban_match *match, FILE *out);

/* {'a', 'b'} of the users of the last match, sorted. 0, or -1 without memory. */
int python_print_users(const struct kban_matcher *matcher, FILE *out);

/* ['line', …] of the lines of the last match. */
void python_print_lines(const struct kban_matcher *matcher, FILE *out);

#endif /* KBAN_REGEX_PYTHON_TEXT_H */
