/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much room text takes on a terminal. */
#ifndef CLI_COLUMNS_H
#define CLI_COLUMNS_H

#include <stdio.h>

#include <kban/base.h>

/*
 * The first character of @a text, which is not empty: its length in bytes, and the columns that it
 * takes once kban_text_printable() has made it fit for a terminal.
 */
size_t cli_character(struct kban_text text, unsigned *columns);

/* Columns of a line of @a stream: of the terminal, else of $COLUMNS, else CLI_COLUMNS_DEFAULT. */
unsigned cli_columns(FILE *stream);

#define CLI_COLUMNS_DEFAULT 160

#endif /* CLI_COLUMNS_H */
