/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --out: what is printed of a failure, and a template with its tags. */
#ifndef KBAN_REGEX_REPORT_OUT_H
#define KBAN_REGEX_REPORT_OUT_H

#include <stdio.h>

#include "kban-regex/report.h"

/* What may be told of a failure. */
struct out_failure {
	const struct run *run;
	const struct kban_match *match;
	struct kban_text id;   /* one of those that are to be banned */
	struct kban_text host; /* whose failure it is, or the same */
	struct kban_text line; /* of the log, where no failure is: --invert */
};

/* The field @a name of the failure; data NULL if it is unset or there is none. */
struct kban_text out_field(const struct out_failure *failure, const char *name);

/* {'name': 'text', …} of all that is known but the lines. 0, or -1 and errno. */
int out_print_data(const struct out_failure *failure, FILE *out);

/* Text from the log, so that it stays on its line. */
void out_print_text(struct kban_text text, FILE *out);

/* The lines of the log, each ended by @a end but the last. */
void out_print_lines(const struct out_failure *failure, const char *end, FILE *out);

/* Print @a template with its <tags> replaced, once for each line if it has <msg>. 0, or -1. */
int out_print_template(const char *template, const struct out_failure *failure);

#endif /* KBAN_REGEX_REPORT_OUT_H */
