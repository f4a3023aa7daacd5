/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A line with marks under it:
 *
 *     Failed password for root from 192.0.2.7 port 22
 *                         ^^^^ user ^^^^^^^^^ ip4
 *
 * A long line goes on in the next row of the terminal, and its marks with it; rows in which nothing
 * is marked are left out.
 */
#ifndef KBAN_REGEX_MARKED_LINE_H
#define KBAN_REGEX_MARKED_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include <kban/explainer.h>

#include "cli/colour.h"

struct mark {
	struct kban_span
		span;      /* bytes of the line; an empty one marks the place before its start */
	const char *label; /* of ASCII */
	char sign;         /* the line under it is made of these */
	char tip;          /* what is at its last place, if it differs; else 0 */
	enum cli_colour colour;
};

struct page {
	unsigned columns;
	unsigned indent;
	bool colour;
};

/*
 * Print @a line, which is UTF-8 and may hold anything; line feeds begin a new line. 0, or -1
 * without memory.
 */
int marked_line_print(const struct page *page, struct kban_text line, const struct mark *marks,
		      size_t count);

#endif /* KBAN_REGEX_MARKED_LINE_H */
