/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is told about each line and at the end; one implementation for each form of output. */
#ifndef KBAN_REGEX_REPORT_H
#define KBAN_REGEX_REPORT_H

#include <kban/explainer.h>
#include <kban/matcher.h>
#include <kban/profile.h>

#include "kban-regex/arguments.h"
#include "kban-regex/filter-choice.h"
#include "kban-regex/log-scan.h"

/* All that reports may look at. */
struct run {
	const struct arguments *arguments;
	struct kban_context *ctx;
	struct filter_choice choice;
	struct kban_matcher *matcher;
	struct kban_explainer *explainer; /* NULL: nobody asks why */
	struct kban_profile *profile;     /* NULL: nor at what price */
	struct limit_watch *limits;
	struct log_scan scan;

	uint64_t lines; /* empty lines and comments are not counted */
	uint64_t verdicts[KBAN_IGNORED + 1];
};

/* A line that was judged. */
struct judged {
	const char *log; /* as it was named */
	uint64_t number; /* of the line in it, from 1 */
	struct kban_text line;
	kban_usec time;                 /* of an entry of the journal, or KBAN_TIME_NONE */
	struct kban_scan_line *scanned; /* the line in the scan, or NULL */
	const struct kban_match *match;
};

struct report_ops;

/* What each report begins with. */
struct report {
	const struct report_ops *ops;
	const struct run *run;
};

struct report_ops {
	size_t size; /* of the implementation's struct */
	/* All return 0, or -1 and errno. NULL where there is nothing to do. */
	int (*start)(struct report *report);
	int (*line)(struct report *report, const struct judged *judged);
	int (*finish)(struct report *report);
	/* So many lines more were missed; false: each is to be told. NULL: each always is. */
	bool (*pass)(struct report *report, uint64_t lines);
	/* Release what the report owns, also one that could not start. */
	void (*clear)(struct report *report);
};

extern const struct report_ops report_text;
extern const struct report_ops report_json;
extern const struct report_ops report_out;
extern const struct report_ops report_explain_text;
extern const struct report_ops report_explain_json;
extern const struct report_ops report_profile_text;
extern const struct report_ops report_profile_json;

/* The report that the arguments ask for. NULL: errno tells why not. */
struct report *report_open(const struct run *run);

/* NULL is allowed. */
void report_close(struct report *report);

#endif /* KBAN_REGEX_REPORT_H */
