/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --out: one thing of each failure, one a line, for scripts. */
#include "kban-regex/report-out.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kban/text.h>

#include "kban-regex/python-text.h"

struct out_report {
	struct report base;
	kban_usec last_time; /* of a line that had one */
	int has_zone;
};

/*
 * On a terminal as a terminal can show it. Elsewhere as it is, but that a line feed which a field
 * brought along would make two lines of one.
 */
void out_print_text(struct kban_text text, FILE *out)
{
	if (isatty(STDOUT_FILENO)) {
		char *shown = kban_text_printable(text);

		fputs(shown != NULL ? shown : "(out of memory)", out);
		free(shown);
		return;
	}
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '\n')
			fputs("\\n", out);
		else
			putc(text.data[i], out);
	}
}

struct kban_text out_field(const struct out_failure *failure, const char *name)
{
	const struct kban_matcher *matcher = failure->run->matcher;
	const struct kban_text none = { NULL, 0 };
	const struct kban_field *field;

	if (failure->match->verdict != KBAN_FAILURE)
		return none;
	for (size_t i = 0; (field = kban_matcher_field(matcher, i)) != NULL; i++)
		if (strcmp(field->name, name) == 0)
			return field->value;
	return none;
}

void out_print_lines(const struct out_failure *failure, const char *end, FILE *out)
{
	struct kban_text line = failure->line;

	if (failure->match->verdict != KBAN_FAILURE) {
		out_print_text(line, out);
		return;
	}
	for (size_t i = 0;; i++) {
		line = kban_matcher_line(failure->run->matcher, i);
		if (line.data == NULL)
			return;
		fputs(i > 0 ? end : "", out);
		out_print_text(line, out);
	}
}

/* An entry of the data, behind those before it. */
static void print_entry(const char *name, struct kban_text value, size_t *count, FILE *out)
{
	fprintf(out, "%s'%s': ", (*count)++ > 0 ? ", " : "", name);
	python_print_text(value, out);
}

static bool is_same(struct kban_text left, struct kban_text right)
{
	return left.len == right.len &&
	       (left.len == 0 || memcmp(left.data, right.data, left.len) == 0);
}

/* Marks of a session, which it takes away. */
static bool is_mark(const char *name)
{
	return strcmp(name, "nofail") == 0 || strcmp(name, "mlfgained") == 0 ||
	       strcmp(name, "mlfforget") == 0;
}

static int print_fields(const struct out_failure *failure, size_t *count, FILE *out)
{
	const struct kban_matcher *matcher = failure->run->matcher;
	bool has_prefix = kban_filter_rule_count(failure->run->choice.filter, KBAN_RULE_PREFIX) > 0;
	bool has_session = out_field(failure, "mlfid").data != NULL;
	const struct kban_field *field;

	for (size_t i = 0; (field = kban_matcher_field(matcher, i)) != NULL; i++)
		if (field->value.data != NULL ||
		    (!has_prefix && !(has_session && is_mark(field->name))))
			print_entry(field->name, field->value, count, out);
	/* A session has a list of its users. */
	if (!has_session || kban_matcher_user(matcher, 0).data == NULL)
		return 0;
	fprintf(out, "%s'users': ", (*count)++ > 0 ? ", " : "");
	return python_print_users(matcher, out);
}

/* The rule tells an id beside the address, in other words. */
static bool has_own_id(const struct out_failure *failure)
{
	static const char *const groups[] = { "ip4", "ip6", "dns" };
	struct kban_text fid = out_field(failure, "fid");

	for (size_t i = 0; fid.data != NULL && i < sizeof(groups) / sizeof(groups[0]); i++) {
		struct kban_text host = out_field(failure, groups[i]);

		if (host.data != NULL)
			return !is_same(host, fid);
	}
	return false;
}

int out_print_data(const struct out_failure *failure, FILE *out)
{
	const struct kban_text nobody = { "", 0 };
	size_t count = 0;
	int status = 0;

	putc('{', out);
	if (failure->match->verdict == KBAN_FAILURE)
		status = print_fields(failure, &count, out);
	else
		print_entry("fid", nobody, &count, out);
	if (has_own_id(failure))
		print_entry("ip", failure->host, &count, out);
	putc('}', out);
	return status;
}

static int print_row(const struct out_failure *failure)
{
	int status;

	putchar('[');
	python_print_text(failure->id, stdout);
	fputs(",\t", stdout);
	python_print_time(failure->match, stdout);
	fputs(",\t", stdout);
	status = out_print_data(failure, stdout);
	puts("],");
	return status;
}

static int print_named(const struct out_failure *failure, const char *name)
{
	const struct kban_text none = { "None", 4 };
	struct kban_text value = out_field(failure, name);
	int status = 0;

	if (strcmp(name, "matches") == 0)
		python_print_lines(failure->run->matcher, stdout);
	else if (strcmp(name, "users") == 0 && kban_matcher_user(failure->run->matcher, 0).data)
		status = python_print_users(failure->run->matcher, stdout);
	else if (value.data == NULL && strcmp(name, "host") == 0)
		out_print_text(failure->host, stdout);
	else
		out_print_text(value.data != NULL ? value : none, stdout);
	putchar('\n');
	return status;
}

static int print(const struct out_failure *failure)
{
	const char *format = failure->run->arguments->out;

	if (strchr(format, '<') != NULL)
		return out_print_template(format, failure);
	if (strcmp(format, "row") == 0)
		return print_row(failure);
	if (strcmp(format, "id") == 0 || strcmp(format, "fid") == 0)
		out_print_text(failure->id, stdout);
	else if (strcmp(format, "ip") == 0)
		out_print_text(failure->host, stdout);
	else if (strcmp(format, "msg") == 0)
		out_print_lines(failure, "\n", stdout);
	else
		return print_named(failure, format);
	putchar('\n');
	return 0;
}

/* A failure of each address that a name stands for, or of the one id. */
static int print_failures(const struct run *run, const struct kban_match *match)
{
	struct out_failure failure = {
		.run = run, .match = match, .id = match->id, .host = match->host
	};
	char text[KBAN_ADDR_TEXT_SIZE];
	bool is_name = out_field(&failure, "ip4").data == NULL &&
		       out_field(&failure, "ip6").data == NULL &&
		       out_field(&failure, "fid").data == NULL;
	int status = 0;

	if (match->address_count == 0 || !is_name)
		return print(&failure);
	for (size_t i = 0; status == 0 && i < match->address_count; i++) {
		kban_addr_print(&match->addresses[i], text);
		failure.id = (struct kban_text){ text, strlen(text) };
		failure.host = failure.id;
		status = print(&failure);
	}
	return status;
}

/* A line that is no failure, with the time of the last that had one. */
static int print_other(const struct out_report *report, const struct judged *judged)
{
	struct kban_match match = *judged->match;
	struct kban_text nobody = { "", 0 };
	const struct out_failure failure = {
		.run = report->base.run,
		.match = &match,
		.id = nobody,
		.host = nobody,
		.line = judged->line,
	};

	match.verdict = KBAN_MISSED;
	match.time = report->last_time;
	match.has_zone = report->has_zone;
	return print(&failure);
}

static int line(struct report *base, const struct judged *judged)
{
	struct out_report *report = (struct out_report *)base;
	const struct kban_match *match = judged->match;
	const struct out_failure failure = { .run = base->run, .match = match };
	bool is_failure = match->verdict == KBAN_FAILURE && out_field(&failure, "nofail").len == 0;

	if (match->time != KBAN_TIME_NONE) {
		report->last_time = match->time;
		report->has_zone = match->has_zone;
	}
	if (is_failure == base->run->arguments->inverted)
		return 0;
	return is_failure ? print_failures(base->run, match) : print_other(report, judged);
}

/* Nobody looked for their time. */
static bool pass(struct report *base, uint64_t lines)
{
	(void)lines;
	return !base->run->arguments->inverted;
}

static int start(struct report *base)
{
	((struct out_report *)base)->last_time = KBAN_TIME_NONE;
	return 0;
}

const struct report_ops report_out = {
	.size = sizeof(struct out_report),
	.start = start,
	.line = line,
	.pass = pass,
};
