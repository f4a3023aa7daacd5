/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A log in blocks, of which only lines are looked at that some rule may match.
 *
 * What a report tells of lines that were not looked at, their dates and what prefregex made of
 * them, is not known. So a log is looked at line by line for a while before a scan begins, and one
 * that is not long never sees any.
 */
#ifndef KBAN_REGEX_LOG_SCAN_H
#define KBAN_REGEX_LOG_SCAN_H

#include <stdbool.h>

#include <kban/filter.h>
#include <kban/scanner.h>

#include "kban-regex/arguments.h"

struct log_scan {
	struct kban_scanner *scanner; /* NULL: every line is looked at */
	uint64_t begins_after;        /* so many lines of all logs */
	bool is_on;
	bool is_profile;
	struct kban_line_feed feed; /* of the log at hand */
};

/* As the arguments want it. 0, or -1 after a message. */
int log_scan_open(struct log_scan *scan, const struct arguments *arguments,
		  struct kban_matcher *matcher);

void log_scan_close(struct log_scan *scan);

/* Whether the next lines, after @a lines of all logs, are to be scanned; they end so. */
bool log_scan_is_due(struct log_scan *scan, uint64_t lines, const struct kban_line_feed *feed);

/*
 * Print the texts of which a rule needs one, after @a prefix if there are any. How many there are;
 * a rule that needs none is tried on every line.
 */
size_t log_scan_print_triggers(const struct log_scan *scan, enum kban_rule_kind kind, size_t rule,
			       const char *prefix);

/*
 * Whether all lines are lines of a log, and text in any encoding. False, where it is not certain.
 */
bool log_lines_are_plain(struct kban_text lines);

/* Judge the line at hand, as kban_matcher_try(). What was looked at is a candidate afterwards. */
int log_scan_try(struct log_scan *scan, struct kban_scan_line *line, const struct kban_context *ctx,
		 struct kban_match *match);

#endif /* KBAN_REGEX_LOG_SCAN_H */
