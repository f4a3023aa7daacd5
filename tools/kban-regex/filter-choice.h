/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which filter FILTER and IGNORE mean: a jail, a name, a file, or a pattern itself. */
#ifndef KBAN_REGEX_FILTER_CHOICE_H
#define KBAN_REGEX_FILTER_CHOICE_H

#include <kban/filter.h>

#include "kban-regex/arguments.h"

/* How the filter was told. */
enum filter_kind {
	FILTER_NAMED, /* a name or a file */
	FILTER_OF_JAIL,
	FILTER_PATTERN /* FILTER is a failregex */
};

struct filter_choice {
	struct kban_filter *filter;
	enum filter_kind kind;
	char *name; /* of the jail, or NULL */
	bool ignore_is_file;
};

/*
 * Choose and compile. 0, or CLI_EXIT_TROUBLE after a message; filter_choice_clear() is due in both
 * cases.
 */
int filter_choose(struct kban_context *ctx, const struct arguments *arguments,
		  struct filter_choice *out);

void filter_choice_clear(struct filter_choice *choice);

#endif /* KBAN_REGEX_FILTER_CHOICE_H */
