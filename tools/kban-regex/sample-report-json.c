/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --test --format json: an object for each sample, and one with the sums of each file. */
#include <stdio.h>
#include <stdlib.h>

#include "kban-regex/sample-report.h"

static const char *const outcomes[SAMPLE_OUTCOMES] = {
	[SAMPLE_PASSED] = "passed",
	[SAMPLE_FAILED] = "failed",
	[SAMPLE_SKIPPED] = "skipped",
};

/* Print and release. */
static void print(json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);

	json_decref(object);
	if (text != NULL)
		puts(text);
	free(text);
}

static void add_match(json_t *object, const struct kban_match *match)
{
	static const char *const verdicts[] = {
		[KBAN_MISSED] = "missed",
		[KBAN_FAILURE] = "failure",
		[KBAN_NOFAIL] = "nofail",
		[KBAN_IGNORED] = "ignored",
	};

	json_object_set_new(object, "verdict", json_string(verdicts[match->verdict]));
	if (match->rule >= 0)
		json_object_set_new(object, "regex", json_integer(match->rule));
	if (match->ignore_rule >= 0)
		json_object_set_new(object, "ignoreregex", json_integer(match->ignore_rule));
}

static void result(const struct sample_result *result, bool is_verbose)
{
	json_t *object = json_object();

	(void)is_verbose;
	json_object_set_new(object, "file", json_string(result->path));
	json_object_set_new(object, "line", json_integer((json_int_t)result->number));
	json_object_set(object, "options", result->options);
	json_object_set_new(object, "outcome", json_string(outcomes[result->outcome]));
	if (result->match != NULL)
		add_match(object, result->match);
	if (result->differences != NULL)
		json_object_set(object, "differences", result->differences);
	print(object);
}

static json_t *unused_value(const struct sample_unused *unused)
{
	const struct kban_filter *filter = unused->filter->filter;
	json_t *object = json_object();
	unsigned line;
	const char *file = kban_filter_rule_file(filter, KBAN_RULE_FAIL, unused->rule, &line);

	json_object_set_new(
		object, "failregex",
		json_string(kban_filter_rule_text(filter, KBAN_RULE_FAIL, unused->rule)));
	if (file == NULL)
		return object;
	json_object_set_new(object, "file", json_string(file));
	json_object_set_new(object, "line", json_integer(line));
	return object;
}

static void sums(const struct sample_sums *sums)
{
	json_t *summary = json_object();
	json_t *unused = json_array();

	json_object_set_new(summary, "file", json_string(sums->path));
	for (int i = 0; i < SAMPLE_OUTCOMES; i++)
		json_object_set_new(summary, outcomes[i],
				    json_integer((json_int_t)sums->counts[i]));
	for (size_t i = 0; i < sums->unused_count; i++)
		json_array_append_new(unused, unused_value(&sums->unused[i]));
	json_object_set_new(summary, "unused", unused);
	print(json_pack("{s: o}", "summary", summary));
}

const struct sample_report_ops sample_report_json = {
	.result = result,
	.sums = sums,
};
