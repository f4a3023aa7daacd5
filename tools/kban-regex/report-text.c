/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report for people, in the layout of fail2ban-regex. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kban/text.h>

#include "cli/colour.h"
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

struct report {
	const struct run *run;
	bool colour;
	struct timespec started;
	uint64_t counts[LINE_KINDS];
	struct line_list lists[LINE_KINDS];
	struct recent_lines recent; /* missed, where a rule may span lines */
};

/* Print text that somebody else wrote. */
static void print_shown(const char *text)
{
	char *shown = kban_text_printable((struct kban_text){ text, strlen(text) });

	fputs(shown != NULL ? shown : "(out of memory)", stdout);
	free(shown);
}

static void print_use(const char *label, const char *text)
{
	printf("Use %16s : ", label);
	print_shown(text);
	putchar('\n');
}

static void print_header(const struct run *run)
{
	const struct arguments *arguments = run->arguments;
	const char *path = kban_filter_path(run->choice.filter);

	printf("\nRunning tests\n=============\n\n");
	if (kban_filter_max_lines(run->choice.filter) > 1)
		printf("Use %16s : %u\n", "maxlines", kban_filter_max_lines(run->choice.filter));
	if (arguments->options.date_pattern != NULL)
		print_use("datepattern", arguments->options.date_pattern);
	if (run->choice.kind == FILTER_PATTERN)
		print_use("failregex line", arguments->filter);
	else
		print_use("filter file", path != NULL ? path : arguments->filter);
	if (arguments->ignore != NULL)
		print_use("ignoreregex", arguments->ignore);
	print_use("log", arguments->log);
	putchar('\n');
}

static struct report *start(const struct run *run)
{
	struct report *report = calloc(1, sizeof(*report));

	if (report == NULL)
		return NULL;
	if (recent_lines_init(&report->recent, kban_filter_max_lines(run->choice.filter)) < 0) {
		free(report);
		return NULL;
	}
	report->run = run;
	report->colour = cli_colour_wanted(stdout);
	report->lists[LINE_MATCHED].wish = run->arguments->matched;
	report->lists[LINE_IGNORED].wish = run->arguments->ignored;
	report->lists[LINE_MISSED].wish = run->arguments->missed;
	clock_gettime(CLOCK_MONOTONIC, &report->started);
	print_header(run);
	return report;
}

static bool has_field(const struct kban_matcher *matcher, const char *name)
{
	const struct kban_field *field;

	for (size_t i = 0; (field = kban_matcher_field(matcher, i)) != NULL; i++)
		if (strcmp(field->name, name) == 0)
			return field->value.len > 0;
	return false;
}

static enum line_kind kind_of(const struct run *run, const struct kban_match *match)
{
	switch (match->verdict) {
	case KBAN_FAILURE:
		return LINE_MATCHED;
	case KBAN_NOFAIL: /* a failure of somebody who is not known yet is a match */
		return has_field(run->matcher, "nofail") ? LINE_IGNORED : LINE_MATCHED;
	case KBAN_IGNORED:
		return LINE_IGNORED;
	default:
		return LINE_MISSED;
	}
}

static void print_time(kban_usec when)
{
	time_t seconds = (time_t)(when / KBAN_SECOND);
	struct tm local;
	char text[64];

	if (when == KBAN_TIME_NONE || localtime_r(&seconds, &local) == NULL) {
		fputs("no time", stdout);
		return;
	}
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &local);
	fputs(text, stdout);
}

/* -v: what became of the line. */
static void print_verdict(const struct report *report, const struct judged *judged)
{
	const struct kban_match *match = judged->match;
	char *id = kban_text_printable(match->id);

	printf("line %" PRIu64 ": ", judged->number);
	if (match->verdict == KBAN_FAILURE)
		printf("%sfailure%s of %s by rule %d, ", cli_colour(report->colour, CLI_RED),
		       cli_colour(report->colour, CLI_PLAIN), id != NULL ? id : "",
		       match->rule + 1);
	else if (match->verdict == KBAN_NOFAIL)
		printf("no failure yet, by rule %d, ", match->rule + 1);
	else
		printf("ignored by ignoreregex %d, ", match->ignore_rule + 1);
	print_time(match->time);
	putchar('\n');
	free(id);
}

/* The oldest of the recent lines was missed for good. */
static int settle_oldest(struct report *report)
{
	int status = line_list_add(&report->lists[LINE_MISSED], report->recent.lines[0]);

	recent_lines_drop(&report->recent, 0);
	return status;
}

static int add_missed(struct report *report, struct kban_text line)
{
	struct recent_lines *recent = &report->recent;

	if (recent->max == 1)
		return line_list_add(&report->lists[LINE_MISSED], line);
	if (recent_lines_is_full(recent) && settle_oldest(report) < 0)
		return -1;
	while (line.len > 0 && line.data[line.len - 1] == '\r')
		line.len--;
	return recent_lines_add(recent, line);
}

/* Lines before this one that were missed, and belong to the match after all. */
static int add_earlier(struct report *report)
{
	struct kban_text line;

	for (size_t i = 0; (line = kban_matcher_line(report->run->matcher, i)).data != NULL; i++) {
		if (!recent_lines_take(&report->recent, line))
			continue;
		report->counts[LINE_MISSED]--;
		report->counts[LINE_MATCHED]++;
		if (line_list_add(&report->lists[LINE_MATCHED], line) < 0)
			return -1;
	}
	return 0;
}

static int line(struct report *report, const struct judged *judged)
{
	enum line_kind kind = kind_of(report->run, judged->match);

	report->counts[kind]++;
	if (kind == LINE_MISSED)
		return add_missed(report, judged->line);
	if (report->run->arguments->verbose)
		print_verdict(report, judged);
	if (judged->match->verdict == KBAN_FAILURE && add_earlier(report) < 0)
		return -1;
	return line_list_add(&report->lists[kind], judged->line);
}

/* A rule with its hits, its text, and with -v where it stands. */
static void print_rule(const struct report *report, enum kban_rule_kind kind, size_t index)
{
	const struct run *run = report->run;
	uint64_t hits = kban_matcher_rule_hits(run->matcher, kind, index);
	uint64_t limits = kban_matcher_limit_hits(run->matcher, kind, index);
	unsigned at_line;
	const char *file = kban_filter_rule_file(run->choice.filter, kind, index, &at_line);

	if (hits == 0 && limits == 0 && !run->arguments->verbose)
		return;
	printf("|  %2zu) %s[%" PRIu64 "]%s ", index + 1,
	       cli_colour(report->colour, hits > 0 ? CLI_GREEN : CLI_DIM), hits,
	       cli_colour(report->colour, CLI_PLAIN));
	print_shown(kban_filter_rule_text(run->choice.filter, kind, index));
	putchar('\n');
	if (limits > 0)
		printf("|      %sgiven up on %" PRIu64 " lines, at a limit of the engine%s\n",
		       cli_colour(report->colour, CLI_YELLOW), limits,
		       cli_colour(report->colour, CLI_PLAIN));
	if (run->arguments->verbose && file != NULL) {
		printf("|      %s", cli_colour(report->colour, CLI_DIM));
		print_shown(file);
		printf(":%u%s\n", at_line, cli_colour(report->colour, CLI_PLAIN));
	}
}

static bool has_rule_to_show(const struct run *run, enum kban_rule_kind kind)
{
	size_t count = kban_filter_rule_count(run->choice.filter, kind);

	for (size_t i = 0; i < count; i++)
		if (run->arguments->verbose || kban_matcher_rule_hits(run->matcher, kind, i) > 0 ||
		    kban_matcher_limit_hits(run->matcher, kind, i) > 0)
			return true;
	return false;
}

static void print_rules(const struct report *report, enum kban_rule_kind kind, const char *title)
{
	const struct run *run = report->run;
	size_t count = kban_filter_rule_count(run->choice.filter, kind);
	uint64_t total = 0;

	for (size_t i = 0; i < count; i++)
		total += kban_matcher_rule_hits(run->matcher, kind, i);
	printf("\n%s: %" PRIu64 " total\n", title, total);
	if (!has_rule_to_show(run, kind))
		return;
	puts("|-  #) [# of hits] regular expression");
	for (size_t i = 0; i < count; i++)
		print_rule(report, kind, i);
	puts("`-");
}

static void print_dates(const struct report *report)
{
	const struct run *run = report->run;
	size_t count = kban_filter_date_format_count(run->choice.filter);
	bool any = false;

	printf("\nDate template hits:\n");
	for (size_t i = 0; i < count; i++) {
		uint64_t hits = kban_matcher_date_hits(run->matcher, i);

		if (hits == 0 && !run->arguments->verbose)
			continue;
		if (!any)
			puts("|- [# of hits] date format");
		any = true;
		printf("|  [%" PRIu64 "] ", hits);
		print_shown(kban_filter_date_format_name(run->choice.filter, i));
		putchar('\n');
	}
	if (any)
		puts("`-");
}

static void print_sums(const struct report *report)
{
	struct timespec now;
	double seconds;

	clock_gettime(CLOCK_MONOTONIC, &now);
	seconds = (double)(now.tv_sec - report->started.tv_sec) +
		  (double)(now.tv_nsec - report->started.tv_nsec) / 1e9;
	printf("\n%sLines: %" PRIu64 " lines, %" PRIu64 " ignored, %" PRIu64 " matched, %" PRIu64
	       " missed%s\n",
	       cli_colour(report->colour, CLI_BOLD), report->run->lines,
	       report->counts[LINE_IGNORED], report->counts[LINE_MATCHED],
	       report->counts[LINE_MISSED], cli_colour(report->colour, CLI_PLAIN));
	printf("[processed in %.2f sec]\n\n", seconds);
}

static int print_list(struct report *report, enum line_kind kind, const char *title,
		      const char *option)
{
	return line_list_print(&report->lists[kind], title, option, report->counts[kind]);
}

static int finish(struct report *report)
{
	while (report->recent.count > 0)
		if (settle_oldest(report) < 0)
			return -1;
	printf("\nResults\n=======\n");
	if (kban_filter_rule_count(report->run->choice.filter, KBAN_RULE_PREFIX) > 0)
		print_rules(report, KBAN_RULE_PREFIX, "Prefregex");
	print_rules(report, KBAN_RULE_FAIL, "Failregex");
	print_rules(report, KBAN_RULE_IGNORE, "Ignoreregex");
	print_dates(report);
	print_sums(report);
	if (print_list(report, LINE_MATCHED, "Matched", "print-matched") < 0 ||
	    print_list(report, LINE_IGNORED, "Ignored", "print-ignored") < 0)
		return -1;
	return print_list(report, LINE_MISSED, "Missed", "print-missed");
}

static void close_report(struct report *report)
{
	if (report == NULL)
		return;
	for (size_t i = 0; i < LINE_KINDS; i++)
		line_list_close(&report->lists[i]);
	recent_lines_clear(&report->recent);
	free(report);
}

const struct report_ops report_text = {
	.start = start,
	.line = line,
	.finish = finish,
	.close = close_report,
};
