/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines to print when all are read. They wait in a file without a name, so that listing a whole
 * log needs no memory for it.
 */
#ifndef KBAN_REGEX_LINE_LIST_H
#define KBAN_REGEX_LINE_LIST_H

#include <stdio.h>

#include "kban-regex/arguments.h"

struct line_list {
	enum list_wish wish;
	unsigned max;   /* without a wish for all, so many are too many to list */
	uint64_t count; /* also those that are not kept */
	FILE *kept;
};

/* Count a line. True if it is to be kept. */
bool line_list_count(struct line_list *list);

/* Whether none of those that come is kept. */
bool line_list_is_over(const struct line_list *list);

/* Keep an entry: mostly the line itself. 0, or -1 and errno. */
int line_list_keep(struct line_list *list, struct kban_text entry);

/* Both. */
int line_list_add(struct line_list *list, struct kban_text line);

/* Print what is kept, each entry behind "|  ". 0, or -1 and errno. */
int line_list_print(struct line_list *list);

void line_list_close(struct line_list *list);

#endif /* KBAN_REGEX_LINE_LIST_H */
