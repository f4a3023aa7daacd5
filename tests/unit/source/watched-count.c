/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "watched-count.h"

#include "kban-test.h"

int watched_count(int fd)
{
	char line[256];
	FILE *about;
	int count = 0;

	snprintf(line, sizeof(line), "/proc/self/fdinfo/%d", fd);
	about = fopen(line, "re");
	assert_non_null(about);
	while (fgets(line, sizeof(line), about) != NULL)
		count += strncmp(line, "inotify wd:", strlen("inotify wd:")) == 0;
	fclose(about);
	return count;
}
