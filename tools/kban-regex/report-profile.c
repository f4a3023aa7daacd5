/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --profile: what rules and date formats cost, the costliest first; for people and for programs. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <kban/profile.h>
#include <kban/text.h>

#include "cli/colour.h"
#include "kban-regex/report-value.h"
#include "kban-regex/report.h"

struct profile_report {
	struct report base;
	bool colour;
};

static int start(struct report *base)
{
	((struct profile_report *)base)->colour = cli_colour_wanted(stdout);
	return 0;
}

static int line(struct report *report, const struct judged *judged)
{
	(void)report;
	(void)judged;
	return 0;
}

static int print_text(const char *text)
{
	char *shown = kban_text_printable((struct kban_text){ text, strlen(text) });

	if (shown == NULL)
		return -1;
	fputs(shown, stdout);
	free(shown);
	return 0;
}

/* "failregex 2, FILE:LINE" and its text, or "date" and the format's name. */
static int print_name(const struct profile_report *report, const struct kban_cost *cost)
{
	static const char *const keys[] = { "failregex", "ignoreregex", "prefregex" };
	const struct kban_filter *filter = report->base.run->choice.filter;
	unsigned at;
	const char *file;

	if (cost->is_date) {
		fputs("date\n      ", stdout);
		return print_text(kban_filter_date_format_name(filter, cost->index));
	}
	printf("%s %zu", keys[cost->kind], cost->index + 1);
	file = kban_filter_rule_file(filter, cost->kind, cost->index, &at);
	if (file != NULL) {
		fputs(", ", stdout);
		if (print_text(file) < 0)
			return -1;
		printf(":%u", at);
	}
	fputs("\n      ", stdout);
	return print_text(kban_filter_rule_text(filter, cost->kind, cost->index));
}

/* What decides whether a line is looked at, where lines that cannot match are left out. */
static void print_triggers(const struct run *run, const struct kban_cost *cost)
{
	if (cost->is_date || cost->kind == KBAN_RULE_PREFIX || run->scan.scanner == NULL)
		return;
	if (log_scan_print_triggers(&run->scan, cost->kind, cost->index,
				    "      only where there is ") > 0)
		putchar('\n');
	else if (cost->kind == KBAN_RULE_FAIL)
		puts("      on every line, as it needs no text that could be looked for");
}

static const char *words_for(enum kban_limit limit)
{
	switch (limit) {
	case KBAN_LIMIT_EFFORT:
		return "too many ways to match were tried";
	case KBAN_LIMIT_DEPTH:
		return "it went too deep";
	case KBAN_LIMIT_MEMORY:
		return "it needed too much memory";
	case KBAN_LIMIT_STACK:
		return "machine code ran out of stack, so that it went slowly";
	default:
		return "";
	}
}

static int print_cost(const struct profile_report *report, const struct kban_cost *cost)
{
	printf("%12.3f ms %12" PRIu64 " %9" PRIu64 " %9" PRIu64 " %9" PRIu64 " %12" PRIu64 "  ",
	       (double)cost->nanoseconds / 1e6, cost->steps, cost->attempts, cost->hits,
	       cost->worst.line, cost->worst.steps);
	if (print_name(report, cost) < 0)
		return -1;
	putchar('\n');
	print_triggers(report->base.run, cost);
	if (cost->limit_hits > 0)
		printf("      %sran into a limit %" PRIu64 " times, first on line %" PRIu64
		       ": %s%s\n",
		       cli_colour(report->colour, CLI_YELLOW), cost->limit_hits, cost->limit_line,
		       words_for(cost->limit), cli_colour(report->colour, CLI_PLAIN));
	return 0;
}

static int finish_text(struct report *base)
{
	const struct profile_report *report = (const struct profile_report *)base;
	const struct run *run = base->run;
	const struct kban_cost *cost;

	printf("%s%15s %12s %9s %9s %9s %12s  %s%s\n", cli_colour(report->colour, CLI_BOLD), "time",
	       "steps", "attempts", "hits", "worst at", "steps there", "rule",
	       cli_colour(report->colour, CLI_PLAIN));
	for (size_t i = 0; (cost = kban_profile_cost(run->profile, i)) != NULL; i++)
		if (print_cost(report, cost) < 0)
			return -1;
	printf("\nLines: %" PRIu64 " lines, %" PRIu64 " failures, %" PRIu64 " no failure, %" PRIu64
	       " ignored, %" PRIu64 " missed\n",
	       run->lines, run->verdicts[KBAN_FAILURE], run->verdicts[KBAN_NOFAIL],
	       run->verdicts[KBAN_IGNORED], run->verdicts[KBAN_MISSED]);
	return 0;
}

static void set_number(json_t *object, const char *name, uint64_t number)
{
	json_object_set_new(object, name, json_integer((json_int_t)number));
}

static json_t *name_value(const struct run *run, const struct kban_cost *cost)
{
	if (!cost->is_date)
		return report_rule_value(run, cost->kind, cost->index);
	return json_pack("{s: s, s: I, s: s}", "kind", "date", "index", (json_int_t)cost->index,
			 "format", kban_filter_date_format_name(run->choice.filter, cost->index));
}

/* Texts of which the rule needs one; null: it is tried on every line. */
static json_t *triggers_value(const struct run *run, const struct kban_cost *cost)
{
	json_t *texts = json_array();
	const char *text;

	for (size_t i = 0; (text = kban_scanner_trigger(run->scan.scanner, 0, cost->kind,
							cost->index, i)) != NULL;
	     i++)
		json_array_append_new(texts,
				      report_text_value((struct kban_text){ text, strlen(text) }));
	if (json_array_size(texts) > 0)
		return texts;
	json_decref(texts);
	return json_null();
}

static json_t *cost_value(const struct run *run, const struct kban_cost *cost)
{
	static const char *const limits[] = {
		[KBAN_LIMIT_NONE] = "none",   [KBAN_LIMIT_EFFORT] = "effort",
		[KBAN_LIMIT_DEPTH] = "depth", [KBAN_LIMIT_MEMORY] = "memory",
		[KBAN_LIMIT_STACK] = "stack",
	};
	json_t *value = name_value(run, cost);
	json_t *worst = json_object();

	if (!cost->is_date && cost->kind != KBAN_RULE_PREFIX && run->scan.scanner != NULL)
		json_object_set_new(value, "needs", triggers_value(run, cost));
	set_number(value, "nanoseconds", (uint64_t)cost->nanoseconds);
	set_number(value, "steps", cost->steps);
	set_number(value, "attempts", cost->attempts);
	set_number(value, "hits", cost->hits);
	set_number(worst, "line", cost->worst.line);
	set_number(worst, "steps", cost->worst.steps);
	set_number(worst, "nanoseconds", (uint64_t)cost->worst.nanoseconds);
	json_object_set_new(value, "worst", worst);
	set_number(value, "limit_hits", cost->limit_hits);
	if (cost->limit_hits > 0) {
		json_object_set_new(value, "limit", json_string(limits[cost->limit]));
		set_number(value, "limit_line", cost->limit_line);
	}
	return value;
}

static int finish_json(struct report *report)
{
	const struct kban_cost *cost;
	json_t *costs = json_array();

	for (size_t i = 0; (cost = kban_profile_cost(report->run->profile, i)) != NULL; i++)
		json_array_append_new(costs, cost_value(report->run, cost));
	if (report_print_value(json_pack("{s: o}", "profile", costs)) < 0)
		return -1;
	return report_print_value(report_summary_value(report->run));
}

const struct report_ops report_profile_text = {
	.size = sizeof(struct profile_report),
	.start = start,
	.line = line,
	.finish = finish_text,
};

const struct report_ops report_profile_json = {
	.size = sizeof(struct report),
	.line = line,
	.finish = finish_json,
};
