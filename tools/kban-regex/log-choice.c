/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/log-choice.h"

#include <string.h>
#include <sys/stat.h>

#define JOURNAL "systemd-journal"

enum log_choice log_choose(const char *log)
{
	struct stat info;

	if (strcmp(log, "-") == 0)
		return LOG_FILE;
	if (stat(log, &info) == 0)
		return S_ISDIR(info.st_mode) ? LOG_FOLDER : LOG_FILE;
	return strncmp(log, JOURNAL, strlen(JOURNAL)) == 0 ? LOG_JOURNAL : LOG_TEXT;
}
