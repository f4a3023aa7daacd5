/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which filter FILTER and IGNORE mean: a name, a file, or a pattern itself. */
#ifndef KBAN_REGEX_FILTER_CHOICE_H
#define KBAN_REGEX_FILTER_CHOICE_H

#include <kban/filter.h>

#include "kban-regex/arguments.h"

/* How the filter was told. */
enum filter_kind {
	FILTER_NAMED,  /* a name or a file */
	FILTER_PATTERN /* FILTER is a failregex */
};

struct filter_choice {
	struct kban_filter *filter;
	enum filter_kind kind;
};

/* KBAN_OK and @a out, or a negative status and @a err. */
int filter_choose(struct kban_context *ctx, const struct arguments *arguments,
		  struct filter_choice *out, struct kban_error **err);

#endif /* KBAN_REGEX_FILTER_CHOICE_H */
