/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The last lines that were missed, while a rule that spans lines may still make them part of a
 * match. */
#ifndef KBAN_REGEX_RECENT_LINES_H
#define KBAN_REGEX_RECENT_LINES_H

#include <stdbool.h>

#include <kban/base.h>

struct recent_lines {
	struct kban_text *lines; /* oldest first; their bytes are owned */
	size_t count;
	size_t max;
};

/* 0, or -1 without memory. */
int recent_lines_init(struct recent_lines *recent, unsigned max);
void recent_lines_clear(struct recent_lines *recent);

bool recent_lines_is_full(const struct recent_lines *recent);

/* Keep a copy of @a line; there must be room. 0, or -1 without memory. */
int recent_lines_add(struct recent_lines *recent, struct kban_text line);

/* Forget the line at @a index. */
void recent_lines_drop(struct recent_lines *recent, size_t index);

/* Forget the first line that reads as @a line. False: there is none. */
bool recent_lines_take(struct recent_lines *recent, struct kban_text line);

#endif /* KBAN_REGEX_RECENT_LINES_H */
