/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/line-list.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kban/text.h>

/* A short list needs no disk. */
static FILE *open_kept(enum list_wish wish)
{
	FILE *file;
	int fd;

	if (wish == LIST_ALL)
		return tmpfile();
	fd = memfd_create("kban-regex lines", MFD_CLOEXEC);
	if (fd < 0)
		return NULL;
	file = fdopen(fd, "w+");
	if (file == NULL)
		close(fd);
	return file;
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

bool line_list_count(struct line_list *list)
{
	list->count++;
	return list->wish == LIST_ALL || (list->wish == LIST_SHORT && list->count < list->max);
}

bool line_list_is_over(const struct line_list *list)
{
	return list->wish == LIST_NONE ||
	       (list->wish == LIST_SHORT && list->count + 1 >= list->max);
}

int line_list_keep(struct line_list *list, struct kban_text entry)
{
	char *shown;
	bool failed;

	if (list->kept == NULL)
		list->kept = open_kept(list->wish);
	if (list->kept == NULL)
		return -1;
	while (entry.len > 0 && is_blank(entry.data[entry.len - 1]))
		entry.len--;
	shown = kban_text_printable(entry);
	failed = shown == NULL || fprintf(list->kept, "|  %s\n", shown) < 0;
	free(shown);
	return failed ? -1 : 0;
}

int line_list_add(struct line_list *list, struct kban_text line)
{
	return line_list_count(list) ? line_list_keep(list, line) : 0;
}

static int copy(FILE *from)
{
	char block[8192];
	size_t got;

	rewind(from);
	while ((got = fread(block, 1, sizeof(block), from)) > 0)
		fwrite(block, 1, got, stdout);
	return ferror(from) ? -1 : 0;
}

int line_list_print(struct line_list *list)
{
	return list->kept != NULL ? copy(list->kept) : 0;
}

void line_list_close(struct line_list *list)
{
	if (list->kept != NULL)
		fclose(list->kept);
	list->kept = NULL;
}
