/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kban/text.h>

#include "kban-regex/sample-report.h"

/* Text of a file or a log, fit for a terminal. */
static void print_text(struct kban_text text)
{
	char *printable = kban_text_printable(text);

	fputs(printable != NULL ? printable : "?", stdout);
	free(printable);
}

static void print_string(const char *text)
{
	print_text((struct kban_text){ text, strlen(text) });
}

static void print_value(json_t *value)
{
	char *text;

	if (json_is_string(value)) {
		putchar('\'');
		print_text(
			(struct kban_text){ json_string_value(value), json_string_length(value) });
		putchar('\'');
		return;
	}
	if (json_is_null(value)) {
		fputs("none", stdout);
		return;
	}
	text = json_dumps(value, JSON_ENCODE_ANY);
	if (text != NULL)
		print_string(text);
	free(text);
}

/* "FILE:LINE", or which of the rules it is. */
static void print_rule(const struct kban_filter *filter, enum kban_rule_kind kind, int rule)
{
	unsigned line;
	const char *file = kban_filter_rule_file(filter, kind, (size_t)rule, &line);
	const char *name = kind == KBAN_RULE_IGNORE ? "ignoreregex" : "failregex";

	if (file != NULL)
		printf("%s of %s:%u", name, file, line);
	else
		printf("%s %d", name, rule + 1);
}

static void print_what_came(const struct sample_result *result)
{
	const struct kban_filter *filter = result->filter->filter;
	const struct kban_match *match = result->match;

	switch (match->verdict) {
	case KBAN_MISSED:
		fputs(result->has_prefix ? "no failregex matches" : "prefregex does not match",
		      stdout);
		break;
	case KBAN_FAILURE:
		fputs("failure of '", stdout);
		print_text(match->id);
		fputs("' by ", stdout);
		print_rule(filter, KBAN_RULE_FAIL, match->rule);
		break;
	case KBAN_NOFAIL:
		print_rule(filter, KBAN_RULE_FAIL, match->rule);
		fputs(" says no failure, or not yet whose", stdout);
		break;
	case KBAN_IGNORED:
		print_rule(filter, KBAN_RULE_IGNORE, match->ignore_rule);
		fputs(" matches", stdout);
		break;
	}
}

/* "expected no failure", "expected a failure of '192.0.2.7'", or what is not as it must be. */
static void print_difference(const struct sample_result *result, json_t *difference)
{
	const char *what = json_string_value(json_object_get(difference, "what"));
	json_t *host = json_object_get(result->expected, "host");

	if (strcmp(what, "match") != 0) {
		printf("expected %s ", what);
		print_value(json_object_get(difference, "expected"));
		fputs(", got ", stdout);
		print_value(json_object_get(difference, "got"));
	} else if (!json_is_true(json_object_get(difference, "expected"))) {
		fputs("expected no failure", stdout);
	} else {
		fputs("expected a failure", stdout);
		if (host != NULL) {
			fputs(" of ", stdout);
			print_value(host);
		}
	}
}

static void print_differences(const struct sample_result *result)
{
	for (size_t i = 0; i < json_array_size(result->differences); i++) {
		print_difference(result, json_array_get(result->differences, i));
		fputs("; ", stdout);
	}
}

static void result(const struct sample_result *result, bool is_verbose)
{
	const char *constraint = json_string_value(json_object_get(result->expected, "constraint"));

	if (result->outcome == SAMPLE_PASSED && !is_verbose)
		return;
	printf("%s:%llu: ", result->path, (unsigned long long)result->number);
	if (result->filter->label[0] != '\0') {
		putchar('[');
		print_string(result->filter->label);
		fputs("] ", stdout);
	}
	if (result->outcome == SAMPLE_SKIPPED) {
		fputs("skipped, its constraint is not understood: ", stdout);
		print_string(constraint != NULL ? constraint : "");
	} else {
		if (result->outcome == SAMPLE_PASSED)
			fputs("passed: ", stdout);
		print_differences(result);
		print_what_came(result);
	}
	putchar('\n');
}

static void print_unused(const struct sample_sums *sums, const struct sample_unused *unused)
{
	printf("%s: ", sums->path);
	if (unused->filter->label[0] != '\0') {
		putchar('[');
		print_string(unused->filter->label);
		fputs("] ", stdout);
	}
	fputs("no line for ", stdout);
	print_rule(unused->filter->filter, KBAN_RULE_FAIL, (int)unused->rule);
	putchar('\n');
}

static void sums(const struct sample_sums *sums)
{
	for (size_t i = 0; i < sums->unused_count; i++)
		print_unused(sums, &sums->unused[i]);
	printf("%s: %llu passed, %llu failed", sums->path,
	       (unsigned long long)sums->counts[SAMPLE_PASSED],
	       (unsigned long long)sums->counts[SAMPLE_FAILED]);
	if (sums->counts[SAMPLE_SKIPPED] > 0)
		printf(", %llu skipped", (unsigned long long)sums->counts[SAMPLE_SKIPPED]);
	if (sums->unused_count > 0)
		printf(", %zu failregex without a line", sums->unused_count);
	putchar('\n');
}

const struct sample_report_ops sample_report_text = {
	.result = result,
	.sums = sums,
};
