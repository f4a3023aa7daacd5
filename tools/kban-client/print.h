/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts of others on standard output, fit for a terminal. */
#ifndef KBAN_CLIENT_PRINT_H
#define KBAN_CLIENT_PRINT_H

#include <stdio.h>

#include <jansson.h>

#include <kban/base.h>

/* Control bytes and the like are escaped, whoever wrote the text. */
void print_text(FILE *out, const char *text);
void print_bytes(FILE *out, struct kban_text text);

/* Strings of an array, with @a separator between them. */
void print_joined(const json_t *list, const char *separator);

/* In Python's notation, as fail2ban-client prints: 'a', "it's", ['a', 'b'] */
void print_quoted(const char *text);
void print_list(const json_t *list);

/* "2024-11-24 01:53:34" in local time, of a JSON number. */
void print_time(const json_t *seconds);

/* "59m 50s" */
void print_span(const json_t *seconds);

#endif /* KBAN_CLIENT_PRINT_H */
