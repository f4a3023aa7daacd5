/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What kban-regex was asked to do. */
#ifndef KBAN_REGEX_ARGUMENTS_H
#define KBAN_REGEX_ARGUMENTS_H

#include <stdbool.h>

#include <kban/filter.h>

#include "kban-regex/line-choice.h"
#include "kban-regex/messages.h"

/* Which lines a report lists. */
enum list_wish {
	LIST_SHORT, /* if they are few */
	LIST_ALL,
	LIST_NONE,
};

/* When lines that no rule can match are left out by a scan of the log for what rules need. */
enum scan_wish {
	SCAN_AUTO, /* in a long log, where the report does not suffer */
	SCAN_ALWAYS,
	SCAN_NEVER,
};

struct arguments {
	const char **files; /* logs, or samples to test; the list is owned, the texts are not */
	size_t file_count;
	const char *filter; /* NULL with --test: the files are called like their filters */
	const char *ignore; /* NULL: none */

	struct kban_filter_options options;
	char *locale_encoding; /* of logs for which nobody says another; owned */
	kban_usec now;         /* KBAN_TIME_NONE: the real one */
	unsigned matcher_flags;

	bool test; /* run filters on files of samples, and not a filter on a log */
	bool strict;

	bool explains; /* lines, and lists none */
	struct line_choice explain;
	bool profiles; /* says what rules cost */

	bool json;
	const char *out; /* print only this of each failure; NULL: the whole report */
	bool inverted;   /* of each line that is none, instead */
	unsigned verbosity;
	bool date_details;
	bool debuggex;
	unsigned list_max; /* a list that is not shorter is too long */
	enum list_wish matched;
	enum list_wish missed;
	enum list_wish ignored;
	enum scan_wish scan;
	unsigned jobs; /* threads that read a log */
	int log_level; /* 0: warnings about the filter, nothing about lines */
	enum message_form message_form;
};

/* What to do after reading them. */
enum arguments_result {
	ARGUMENTS_RUN,
	ARGUMENTS_ANSWERED, /* --help and the like */
	ARGUMENTS_WRONG,    /* a message was printed */
};

enum arguments_result arguments_read(struct arguments *arguments, int argc, char **argv);

/* After arguments_read(), whatever its result. */
void arguments_clear(struct arguments *arguments);

#endif /* KBAN_REGEX_ARGUMENTS_H */
