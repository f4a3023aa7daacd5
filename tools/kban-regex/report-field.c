/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --out: one thing of each failure, one a line, for scripts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kban/text.h>

#include "kban-regex/report.h"

struct report {
	const struct run *run;
};

static struct report *start(const struct run *run)
{
	struct report *report = calloc(1, sizeof(*report));

	if (report != NULL)
		report->run = run;
	return report;
}

static int print(struct kban_text text)
{
	/* A name in a log may hold anything; a line of output is one line. */
	char *shown = kban_text_printable(text);

	if (shown == NULL)
		return -1;
	puts(shown);
	free(shown);
	return 0;
}

static int print_lines(const struct kban_matcher *matcher)
{
	struct kban_text line;

	for (size_t i = 0; (line = kban_matcher_line(matcher, i)).data != NULL; i++)
		if (print(line) < 0)
			return -1;
	return 0;
}

static int print_field(const struct kban_matcher *matcher, const char *name)
{
	const struct kban_text none = { "None", 4 };
	const struct kban_field *field;

	for (size_t i = 0; (field = kban_matcher_field(matcher, i)) != NULL; i++)
		if (strcmp(field->name, name) == 0 && field->value.data != NULL)
			return print(field->value);
	return print(none);
}

/* The id, or the addresses that a name stands for. */
static int print_ids(const struct kban_match *match)
{
	char text[KBAN_ADDR_TEXT_SIZE];

	if (match->address_count < 2)
		return print(match->id);
	for (size_t i = 0; i < match->address_count; i++)
		puts(kban_addr_print(&match->addresses[i], text));
	return 0;
}

static int line(struct report *report, const struct judged *judged)
{
	const char *field = report->run->arguments->field;
	const struct kban_match *match = judged->match;

	if (match->verdict != KBAN_FAILURE)
		return 0;
	if (strcmp(field, "id") == 0 || strcmp(field, "fid") == 0)
		return print_ids(match);
	if (strcmp(field, "ip") == 0 || strcmp(field, "host") == 0)
		return print(match->host);
	if (strcmp(field, "msg") == 0)
		return print_lines(report->run->matcher);
	return print_field(report->run->matcher, field);
}

static int finish(struct report *report)
{
	(void)report;
	return 0;
}

static void close_report(struct report *report)
{
	free(report);
}

const struct report_ops report_field = {
	.start = start,
	.line = line,
	.finish = finish,
	.close = close_report,
};
