/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Colour for people: on a terminal only, and not where NO_COLOR is set (https://no-color.org). */
#ifndef CLI_COLOUR_H
#define CLI_COLOUR_H

#include <stdbool.h>
#include <stdio.h>

enum cli_colour {
	CLI_PLAIN, /* ends the others */
	CLI_BOLD,
	CLI_DIM,
	CLI_RED,
	CLI_GREEN,
	CLI_YELLOW,
};

bool cli_colour_wanted(FILE *stream);

/* The escape sequence that switches to @a colour, or "" if colour is not wanted. */
const char *cli_colour(bool wanted, enum cli_colour colour);

#endif /* CLI_COLOUR_H */
