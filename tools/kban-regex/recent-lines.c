/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/recent-lines.h"

#include <stdlib.h>
#include <string.h>

int recent_lines_init(struct recent_lines *recent, unsigned max)
{
	*recent = (struct recent_lines){ .max = max };
	recent->lines = calloc(max, sizeof(*recent->lines));
	return recent->lines == NULL ? -1 : 0;
}

void recent_lines_clear(struct recent_lines *recent)
{
	while (recent->count > 0)
		recent_lines_drop(recent, recent->count - 1);
	free(recent->lines);
	*recent = (struct recent_lines){ 0 };
}

bool recent_lines_is_full(const struct recent_lines *recent)
{
	return recent->count == recent->max;
}

int recent_lines_add(struct recent_lines *recent, struct kban_text line)
{
	char *copy = malloc(line.len + 1);

	if (copy == NULL)
		return -1;
	memcpy(copy, line.data, line.len);
	recent->lines[recent->count++] = (struct kban_text){ copy, line.len };
	return 0;
}

void recent_lines_drop(struct recent_lines *recent, size_t index)
{
	free((void *)(uintptr_t)recent->lines[index].data);
	recent->count--;
	memmove(&recent->lines[index], &recent->lines[index + 1],
		(recent->count - index) * sizeof(recent->lines[0]));
}

bool recent_lines_take(struct recent_lines *recent, struct kban_text line)
{
	for (size_t i = 0; i < recent->count; i++) {
		if (recent->lines[i].len != line.len ||
		    memcmp(recent->lines[i].data, line.data, line.len) != 0)
			continue;
		recent_lines_drop(recent, i);
		return true;
	}
	return false;
}
