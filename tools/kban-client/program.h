/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running a program of the system, with words that are fixed: no shell, no text of others. */
#ifndef KBAN_CLIENT_PROGRAM_H
#define KBAN_CLIENT_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

/* How a program ended that did not exit. */
enum {
	PROGRAM_ABSENT = -1,
	PROGRAM_KILLED = -2, /* after PROGRAM_SECONDS, or for too much output */
	PROGRAM_FAILED = -3, /* it could not be run at all */
};

#define PROGRAM_SECONDS 60

struct program_result {
	int status;        /* exit status, or one of the above */
	char *output;      /* NUL-terminated */
	char problem[256]; /* first line of what it said on standard error */
};

/*
 * Run it to its end. @a input is its standard input, or NULL.
 *
 * @return false without memory or descriptors. The result is to be cleared in either case.
 */
bool program_run(const char *const *argv, const char *input, struct program_result *result);
void program_clear(struct program_result *result);

#endif /* KBAN_CLIENT_PROGRAM_H */
