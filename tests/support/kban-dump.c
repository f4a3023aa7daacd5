/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kban-client's --dump alone: kban-dump -c DIR --dump --format json. */
#include <stdio.h>
#include <string.h>

#include "dump.h"

int main(int argc, char **argv)
{
	const char *dir = NULL;
	int i;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-c") == 0 && i + 1 < argc)
			dir = argv[++i];
		else if (strcmp(argv[i], "--format") == 0 && i + 1 < argc &&
			 strcmp(argv[i + 1], "json") == 0)
			i++;
		else if (strcmp(argv[i], "--dump") != 0)
			break;
	}
	if (i < argc) {
		fprintf(stderr, "usage: kban-dump [-c DIR] --dump --format json\n");
		return 2;
	}
	return dump_run(dir);
}
