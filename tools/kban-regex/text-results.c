/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* "Results": hits of rules and date formats, sums, and lines. */
#include <inttypes.h>

#include "cli/colour.h"
#include "kban-regex/log-choice.h"
#include "kban-regex/report-text.h"

static const char *colour(const struct text_report *report, enum cli_colour which)
{
	return cli_colour(report->colour, which);
}

/* Behind a figure that is of those lines only. */
static const char *scan_note(const struct text_report *report)
{
	return report->base.run->scan.is_on ? " (of lines that a rule may match; all: --scan=never)"
					    : "";
}

static int print_prefix(struct text_report *report)
{
	const struct kban_filter *filter = report->base.run->choice.filter;

	if (kban_filter_rule_count(filter, KBAN_RULE_PREFIX) == 0)
		return 0;
	printf("\nPrefregex: %" PRIu64 " total%s\n|  ", report->prefix_count, scan_note(report));
	text_print(kban_filter_rule_regex(filter, KBAN_RULE_PREFIX, 0));
	putchar('\n');
	if (line_list_print(&report->prefixes) < 0)
		return -1;
	puts("`-");
	return 0;
}

/* How often a rule hit; failures are counted by those whom they are of. */
static uint64_t hits_of(const struct text_report *report, enum kban_rule_kind kind, size_t index)
{
	if (kind == KBAN_RULE_FAIL)
		return report->hits[index].count;
	return kban_matcher_rule_hits(report->base.run->matcher, kind, index);
}

/* A line behind a rule that tells more of it. */
static void print_limits(const struct text_report *report, uint64_t limits)
{
	if (limits > 0)
		printf("|      %sgiven up on %" PRIu64 " lines, at a limit of the engine%s\n",
		       colour(report, CLI_YELLOW), limits, colour(report, CLI_PLAIN));
}

static void print_place(const struct text_report *report, enum kban_rule_kind kind, size_t index)
{
	unsigned at_line;
	const char *file =
		kban_filter_rule_file(report->base.run->choice.filter, kind, index, &at_line);

	if (file == NULL || report->base.run->arguments->verbosity < 2)
		return;
	printf("|      %s", colour(report, CLI_DIM));
	text_print(file);
	printf(":%u%s\n", at_line, colour(report, CLI_PLAIN));
}

static bool is_shown(const struct text_report *report, enum kban_rule_kind kind, size_t index)
{
	return report->base.run->arguments->verbosity > 0 || hits_of(report, kind, index) > 0 ||
	       kban_matcher_limit_hits(report->base.run->matcher, kind, index) > 0;
}

/* A rule with its hits, its text, and with -v what it hit. */
static int print_rule(struct text_report *report, enum kban_rule_kind kind, size_t index)
{
	const struct run *run = report->base.run;
	uint64_t hits = hits_of(report, kind, index);

	printf("|  %2zu) %s[%" PRIu64 "]%s ", index + 1,
	       colour(report, hits > 0 ? CLI_GREEN : CLI_DIM), hits, colour(report, CLI_PLAIN));
	text_print(kban_filter_rule_text(run->choice.filter, kind, index));
	putchar('\n');
	print_limits(report, kban_matcher_limit_hits(run->matcher, kind, index));
	print_place(report, kind, index);
	return kind == KBAN_RULE_FAIL ? line_list_print(&report->hits[index].shown) : 0;
}

static int print_rules(struct text_report *report, enum kban_rule_kind kind, const char *title)
{
	size_t count = kban_filter_rule_count(report->base.run->choice.filter, kind);
	uint64_t total = 0;
	bool any = false;

	for (size_t i = 0; i < count; i++)
		total += hits_of(report, kind, i);
	printf("\n%s: %" PRIu64 " total\n", title, total);
	for (size_t i = 0; i < count; i++) {
		if (!is_shown(report, kind, i))
			continue;
		if (!any)
			puts("|-  #) [# of hits] regular expression");
		any = true;
		if (print_rule(report, kind, i) < 0)
			return -1;
	}
	if (any)
		puts("`-");
	return 0;
}

static void print_date_details(const struct run *run, size_t format)
{
	printf("|      # weight: %.3f (%.3f), pattern: ",
	       kban_matcher_date_weight(run->matcher, format),
	       (double)kban_filter_date_format_weight(run->choice.filter, format));
	text_print(kban_filter_date_format_pattern(run->choice.filter, format));
	printf("\n|      # regex:   ");
	text_print(kban_filter_date_format_regex(run->choice.filter, format));
	putchar('\n');
}

/* In the order in which they are tried now. */
static void print_dates(const struct text_report *report)
{
	const struct run *run = report->base.run;
	size_t count = kban_filter_date_format_count(run->choice.filter);
	bool any = false;

	/* Entries of the journal have a time; a datepattern is shown all the same. */
	if (log_choose(run->arguments->files[0]) == LOG_JOURNAL &&
	    kban_filter_date_pattern(run->choice.filter) == NULL)
		return;
	printf("\nDate template hits:%s\n", scan_note(report));
	for (size_t i = 0; i < count; i++) {
		size_t format = kban_matcher_date_at(run->matcher, i);
		uint64_t hits = kban_matcher_date_hits(run->matcher, format);

		if (hits == 0 && run->arguments->verbosity == 0)
			continue;
		if (!any)
			puts("|- [# of hits] date format");
		any = true;
		printf("|  [%" PRIu64 "] ", hits);
		text_print(kban_filter_date_format_name(run->choice.filter, format));
		putchar('\n');
		if (run->arguments->date_details)
			print_date_details(run, format);
	}
	if (any)
		puts("`-");
}

static void print_sums(const struct text_report *report)
{
	struct timespec now;
	double seconds;

	clock_gettime(CLOCK_MONOTONIC, &now);
	seconds = (double)(now.tv_sec - report->started.tv_sec) +
		  (double)(now.tv_nsec - report->started.tv_nsec) / 1e9;
	printf("\n%sLines: %" PRIu64 " lines, %" PRIu64 " ignored, %" PRIu64 " matched, %" PRIu64
	       " missed%s\n",
	       colour(report, CLI_BOLD), report->base.run->lines, report->counts[LINE_IGNORED],
	       report->counts[LINE_MATCHED], report->counts[LINE_MISSED],
	       colour(report, CLI_PLAIN));
	printf("[processed in %.2f sec]\n\n", seconds);
}

static int print_list(struct text_report *report, enum line_kind kind)
{
	static const struct {
		const char *title;
		const char *option;
	} names[LINE_KINDS] = {
		[LINE_MATCHED] = { "Matched", "print-all-matched" },
		[LINE_IGNORED] = { "Ignored", "print-all-ignored" },
		[LINE_MISSED] = { "Missed", "print-all-missed" },
	};
	struct line_list *list = &report->lists[kind];
	uint64_t count = report->counts[kind];

	if (list->wish == LIST_NONE || count == 0)
		return 0;
	if (list->wish == LIST_SHORT && count >= list->max) {
		printf("%s line(s): too many to print.  Use --%s to print all %" PRIu64 " lines\n",
		       names[kind].title, names[kind].option, count);
		return 0;
	}
	printf("|- %s line(s):\n", names[kind].title);
	if (line_list_print(list) < 0)
		return -1;
	puts("`-");
	return 0;
}

int text_results(struct text_report *report)
{
	printf("\nResults\n=======\n");
	if (print_prefix(report) < 0 || print_rules(report, KBAN_RULE_FAIL, "Failregex") < 0 ||
	    print_rules(report, KBAN_RULE_IGNORE, "Ignoreregex") < 0)
		return -1;
	print_dates(report);
	print_sums(report);
	for (enum line_kind kind = 0; kind < LINE_KINDS; kind++)
		if (print_list(report, kind) < 0)
			return -1;
	return 0;
}
