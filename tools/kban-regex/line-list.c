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

int line_list_add(struct line_list *list, struct kban_text line)
{
	char *shown;
	bool failed;

	list->count++;
	if (list->wish == LIST_NONE || (list->wish == LIST_SHORT && list->count > LINE_LIST_SHORT))
		return 0;
	if (list->kept == NULL)
		list->kept = open_kept(list->wish);
	if (list->kept == NULL)
		return -1;
	while (line.len > 0 && (line.data[line.len - 1] == ' ' || line.data[line.len - 1] == '\t' ||
				line.data[line.len - 1] == '\r'))
		line.len--;
	shown = kban_text_printable(line);
	failed = shown == NULL || fprintf(list->kept, "|  %s\n", shown) < 0;
	free(shown);
	return failed ? -1 : 0;
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

int line_list_print(struct line_list *list, const char *title, const char *option, uint64_t count)
{
	if (list->wish == LIST_NONE || count == 0)
		return 0;
	if (list->wish == LIST_SHORT && count >= LINE_LIST_SHORT) {
		printf("%s line(s): too many to print.  Use --%s to print all %llu lines\n", title,
		       option, (unsigned long long)count);
		return 0;
	}
	printf("|- %s line(s):\n", title);
	if (list->kept != NULL && copy(list->kept) < 0)
		return -1;
	puts("`-");
	return 0;
}

void line_list_close(struct line_list *list)
{
	if (list->kept != NULL)
		fclose(list->kept);
	list->kept = NULL;
}
