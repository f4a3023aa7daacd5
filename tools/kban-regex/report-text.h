/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report for people, in the layout of fail2ban-regex: its parts and what they share. */
#ifndef KBAN_REGEX_REPORT_TEXT_H
#define KBAN_REGEX_REPORT_TEXT_H

#include <time.h>

#include "kban-regex/line-list.h"
#include "kban-regex/recent-lines.h"
#include "kban-regex/report.h"

/* How a line is counted; what only tells facts about a session counts as ignored. */
enum line_kind {
	LINE_MATCHED,
	LINE_IGNORED,
	LINE_MISSED,
	LINE_KINDS,
};

/* What a failregex hit. */
struct rule_hits {
	uint64_t count;         /* a name with two addresses counts twice */
	struct line_list shown; /* with -v: who, and when */
};

struct text_report {
	struct report base;
	bool colour;
	struct timespec started;
	uint64_t counts[LINE_KINDS];
	struct line_list lists[LINE_KINDS];
	struct recent_lines recent; /* missed, where a rule may span lines */

	struct rule_hits *hits; /* by failregex */
	uint64_t prefix_count;
	struct line_list prefixes; /* with -v: what prefregex told */

	/* The line at work. */
	unsigned failures;
	bool is_quiet; /* a rule says that it is no failure */
	int trouble;   /* errno of what an observer could not do */
};

/* "Running tests", and what is used: filter and logs. */
void text_header(const struct text_report *report);

/* "Results", with all that follows. 0, or -1 and errno. */
int text_results(struct text_report *report);

/* Text that somebody else wrote. */
void text_print(const char *text);

#endif /* KBAN_REGEX_REPORT_TEXT_H */
