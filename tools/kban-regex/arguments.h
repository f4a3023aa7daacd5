/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What kban-regex was asked to do. */
#ifndef KBAN_REGEX_ARGUMENTS_H
#define KBAN_REGEX_ARGUMENTS_H

#include <stdbool.h>

#include <kban/filter.h>

/* Which lines a report lists. */
enum list_wish {
	LIST_SHORT, /* if they are few */
	LIST_ALL,
	LIST_NONE,
};

struct arguments {
	const char *log;
	const char *filter;
	const char *ignore; /* NULL: none */

	struct kban_filter_options options;
	kban_usec now; /* KBAN_TIME_NONE: the real one */
	unsigned matcher_flags;

	bool json;
	const char *field; /* print only this of each failure; NULL: the whole report */
	bool verbose;
	enum list_wish matched;
	enum list_wish missed;
	enum list_wish ignored;
};

/* What to do after reading them. */
enum arguments_result {
	ARGUMENTS_RUN,
	ARGUMENTS_ANSWERED, /* --help and the like */
	ARGUMENTS_WRONG,    /* a message was printed */
};

enum arguments_result arguments_read(struct arguments *arguments, int argc, char **argv);

#endif /* KBAN_REGEX_ARGUMENTS_H */
