/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines to print when all are read. They wait in a file without a name, so that listing a whole
 * log needs no memory for it.
 */
#ifndef KBAN_REGEX_LINE_LIST_H
#define KBAN_REGEX_LINE_LIST_H

#include <stdio.h>

#include "kban-regex/arguments.h"

/* Without a wish for all, so many lines are too many to list. */
#define LINE_LIST_SHORT 20

struct line_list {
	enum list_wish wish;
	uint64_t count; /* also those that are not kept */
	FILE *kept;
};

/* 0, or -1 and errno. */
int line_list_add(struct line_list *list, struct kban_text line);

/*
 * Print the list under "TITLE line(s):".
 *
 * @param option  What asks for all lines.
 * @param count   Of lines, also where it is not that of the list.
 */
int line_list_print(struct line_list *list, const char *title, const char *option, uint64_t count);

void line_list_close(struct line_list *list);

#endif /* KBAN_REGEX_LINE_LIST_H */
