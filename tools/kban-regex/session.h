/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All that reading a log needs, and what becomes of one line of it. */
#ifndef KBAN_REGEX_SESSION_H
#define KBAN_REGEX_SESSION_H

#include "kban-regex/messages.h"
#include "kban-regex/progress.h"
#include "kban-regex/report.h"

/* Beside exit statuses: nobody reads what is printed, which is no trouble. */
enum { NO_READER = -1 };

struct session {
	struct run run;
	struct messages messages;
	struct report *report;
	const char *warned_of; /* the log whose encoding is not what was said */
	struct progress progress;
	char *entry; /* of the journal, as lists show it */
};

/* All return 0, NO_READER, or CLI_EXIT_TROUBLE after a message. */

/* What the report could not print, by what it returned. */
int session_check_output(int status);

/* Judge a line and report it. */
int session_judge(struct session *session, struct judged *judged);

#endif /* KBAN_REGEX_SESSION_H */
