/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is told about each line and at the end; one implementation for each form of output. */
#ifndef KBAN_REGEX_REPORT_H
#define KBAN_REGEX_REPORT_H

#include <kban/matcher.h>

#include "kban-regex/arguments.h"
#include "kban-regex/filter-choice.h"

/* All that reports may look at. */
struct run {
	const struct arguments *arguments;
	struct filter_choice choice;
	struct kban_matcher *matcher;

	uint64_t lines; /* empty lines and comments are not counted */
	uint64_t verdicts[KBAN_IGNORED + 1];
};

/* A line that was judged. */
struct judged {
	uint64_t number; /* in the file, from 1 */
	struct kban_text line;
	const struct kban_match *match;
};

struct report;

struct report_ops {
	/* NULL without memory. */
	struct report *(*start)(const struct run *run);
	/* All return 0, or -1 and errno. */
	int (*line)(struct report *report, const struct judged *judged);
	int (*finish)(struct report *report);
	/* NULL is allowed. */
	void (*close)(struct report *report);
};

extern const struct report_ops report_text;
extern const struct report_ops report_json;
extern const struct report_ops report_field;

#endif /* KBAN_REGEX_REPORT_H */
