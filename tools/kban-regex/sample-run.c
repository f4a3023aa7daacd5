/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/sample-run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kban/cleanup.h>

#include "cli/options.h"
#include "kban-regex/sample-check.h"
#include "kban-regex/sample-condition.h"
#include "kban-regex/sample-file.h"
#include "kban-regex/sample-report.h"

/* Files that others add, in all. */
#define FILES_MAX 100

/* The filter and options that lines are put to until others are named. */
struct set {
	json_t *options; /* also those for tests */
	struct sample_filter *filter;
};

struct run {
	struct kban_context *ctx;
	const struct arguments *arguments;
	const struct sample_report_ops *report;
	char *name; /* of the filter, for conditions */
	struct sample_filters filters;
	json_t *paths; /* the file that was named, and those that it adds */

	/* The file at work. */
	struct sample_file file;
	json_t *common; /* fileOptions */
	struct set *sets;
	size_t set_count;
	bool is_set;           /* filterOptions were read, though perhaps none counts */
	uint64_t left_out;     /* sets whose condition was not understood */
	struct kban_text line; /* with test.prefix-line in front */
	char *prefixed;

	struct sample_sums sums;
	struct sample_unused *unused;
};

static int no_memory(void)
{
	fprintf(stderr, "kban-regex: %s\n", kban_error_text(NULL));
	return -1;
}

static void clear_sets(struct run *run)
{
	for (size_t i = 0; i < run->set_count; i++)
		json_decref(run->sets[i].options);
	free(run->sets);
	run->sets = NULL;
	run->set_count = 0;
	run->left_out = 0;
}

/* Is this set to be used? A condition that is not understood leaves it out, and says so. */
static bool is_wanted(struct run *run, uint64_t number, const json_t *options)
{
	const char *text = json_string_value(json_object_get(options, "test.condition"));

	if (text == NULL)
		return true;
	switch (condition_evaluate(text, run->name, options)) {
	case CONDITION_TRUE:
		return true;
	case CONDITION_FALSE:
		return false;
	case CONDITION_UNKNOWN:
		break;
	}
	sample_file_broken(&run->file, number, "skipped, its test.condition is not understood: %s",
			   text);
	run->left_out++;
	return false;
}

static int check_options(const struct run *run, uint64_t number, json_t *options)
{
	const char *name;
	json_t *value;

	if (!json_is_object(options))
		return sample_file_broken(&run->file, number, "options must be an object");
	json_object_foreach(options, name, value)
	{
		if (!json_is_string(value))
			return sample_file_broken(&run->file, number,
						  "option '%s' must be a string", name);
	}
	return 0;
}

/* Add a set with its own options and those of the file. Takes ownership of @a options. */
static int add_set(struct run *run, uint64_t number, json_t *options)
{
	kban_auto(error) err = NULL;
	struct set *grown = reallocarray(run->sets, run->set_count + 1, sizeof(*grown));

	if (grown == NULL) {
		json_decref(options);
		return no_memory();
	}
	run->sets = grown;
	run->sets[run->set_count++] = (struct set){ .options = options };
	if (options == NULL)
		return no_memory();
	if (sample_filters_get(&run->filters, options, &grown[run->set_count - 1].filter, &err) ==
	    KBAN_OK)
		return 0;
	return sample_file_broken(&run->file, number, "%s", kban_error_text(err));
}

static int use_options(struct run *run, uint64_t number, json_t *own)
{
	json_t *options;

	if (check_options(run, number, own) != 0)
		return -1;
	options = json_copy(run->common);
	if (options == NULL || json_object_update(options, own) < 0) {
		json_decref(options);
		return no_memory();
	}
	if (is_wanted(run, number, options))
		return add_set(run, number, options);
	json_decref(options);
	return 0;
}

/* filterOptions: the lines that follow are put to these filters. */
static int change_sets(struct run *run, uint64_t number, json_t *value)
{
	int status = 0;

	clear_sets(run);
	run->is_set = true;
	if (!json_is_array(value))
		return use_options(run, number, value);
	for (size_t i = 0; i < json_array_size(value) && status == 0; i++)
		status = use_options(run, number, json_array_get(value, i));
	return status;
}

/* Lines before any filterOptions are put to the filter as it is. */
static int use_filter_as_it_is(struct run *run)
{
	run->is_set = true;
	return add_set(run, run->file.number, json_object());
}

static int change_common(struct run *run, uint64_t number, json_t *value)
{
	if (check_options(run, number, value) != 0)
		return -1;
	json_decref(run->common);
	run->common = json_incref(value);
	return 0;
}

/* A file beside the one that was named; once is enough. */
static int add_file(struct run *run, uint64_t number, const char *name)
{
	const char *first = json_string_value(json_array_get(run->paths, 0));
	const char *slash = strrchr(first, '/');
	int folder = slash != NULL && name[0] != '/' ? (int)(slash - first) + 1 : 0;
	json_t *path = json_sprintf("%.*s%s", folder, first, name);

	for (size_t i = 0; i < json_array_size(run->paths); i++) {
		if (json_equal(json_array_get(run->paths, i), path)) {
			json_decref(path);
			return 0;
		}
	}
	if (json_array_size(run->paths) >= FILES_MAX) {
		json_decref(path);
		return sample_file_broken(&run->file, number, "too many files are added");
	}
	return json_array_append_new(run->paths, path) < 0 ? no_memory() : 0;
}

/* With these options lines come from the journal: without a date, and all at the present time. */
static bool are_journal(const json_t *options)
{
	const char *logtype = json_string_value(json_object_get(options, "logtype"));

	return logtype != NULL && strcmp(logtype, "journal") == 0;
}

/* The line as the filter sees it. Entries of the journal get what that puts in front of them. */
static int prefix_line(struct run *run, const struct set *set, struct kban_text line)
{
	json_t *prefix = json_object_get(set->options, "test.prefix-line");
	size_t len = json_string_length(prefix);

	run->line = line;
	if (len == 0 || !are_journal(set->options))
		return 0;
	free(run->prefixed);
	run->prefixed = malloc(len + line.len + 1);
	if (run->prefixed == NULL)
		return no_memory();
	memcpy(run->prefixed, json_string_value(prefix), len);
	memcpy(run->prefixed + len, line.data, line.len);
	run->line = (struct kban_text){ run->prefixed, len + line.len };
	return 0;
}

static uint64_t prefix_hits(const struct sample_filter *filter)
{
	if (kban_filter_rule_count(filter->filter, KBAN_RULE_PREFIX) == 0)
		return 1;
	return kban_matcher_rule_hits(filter->matcher, KBAN_RULE_PREFIX, 0);
}

static void tell(struct run *run, const struct sample_result *result)
{
	run->sums.counts[result->outcome]++;
	run->report->result(result, run->arguments->verbosity > 0);
}

static void count_failures(const struct kban_hit *hit, void *data)
{
	unsigned *failures = data;

	if (hit->kind == KBAN_RULE_FAIL && hit->verdict == KBAN_FAILURE)
		(*failures)++;
}

/* What the filter says of the line, and how many of its rules say that it is a failure. */
static int try_matcher(const struct run *run, const struct sample_result *result,
		       struct kban_match *match, unsigned *failures)
{
	struct kban_matcher *matcher = result->filter->matcher;
	kban_usec now = kban_context_now(run->ctx);
	kban_usec when = are_journal(result->options) ? now : KBAN_TIME_NONE;
	int verdict;

	*failures = 0;
	kban_matcher_observe(matcher, count_failures, failures);
	verdict = kban_matcher_try_at(matcher, run->line, when, now, match);
	kban_matcher_observe(matcher, NULL, NULL);
	return verdict < 0 ? no_memory() : 0;
}

static int judge(struct run *run, struct sample_result *result)
{
	struct kban_matcher *matcher = result->filter->matcher;
	struct kban_match match;
	uint64_t before = prefix_hits(result->filter);
	unsigned failures;
	int status;

	if (try_matcher(run, result, &match, &failures) != 0)
		return -1;
	result->match = &match;
	result->has_prefix = prefix_hits(result->filter) > before ||
			     kban_filter_rule_count(result->filter->filter, KBAN_RULE_PREFIX) == 0;
	status = sample_check(matcher, &match, failures, result->expected, &result->differences);
	if (status < 0)
		return no_memory();
	if (status > 0) {
		json_decref(result->differences);
		return sample_file_broken(&run->file, result->number - 1,
					  "time must be like 2005-06-21T16:47:48");
	}
	result->outcome = json_array_size(result->differences) == 0 ? SAMPLE_PASSED : SAMPLE_FAILED;
	tell(run, result);
	json_decref(result->differences);
	return 0;
}

static int try_set(struct run *run, const struct set *set, const struct sample *sample)
{
	struct sample_result result = {
		.path = run->file.path,
		.number = sample->number,
		.options = set->options,
		.filter = set->filter,
		.expected = sample->value,
	};
	const char *constraint = json_string_value(json_object_get(sample->value, "constraint"));
	enum condition counts = CONDITION_TRUE;

	if (constraint != NULL)
		counts = condition_evaluate(constraint, run->name, set->options);
	if (counts == CONDITION_FALSE)
		return 0;
	if (counts == CONDITION_UNKNOWN) {
		result.outcome = SAMPLE_SKIPPED;
		tell(run, &result);
		return 0;
	}
	return prefix_line(run, set, sample->line) == 0 ? judge(run, &result) : -1;
}

static int try_line(struct run *run, const struct sample *sample)
{
	int status = 0;

	if (!run->is_set)
		status = use_filter_as_it_is(run);
	for (size_t i = 0; i < run->set_count && status == 0; i++)
		status = try_set(run, &run->sets[i], sample);
	run->sums.counts[SAMPLE_SKIPPED] += run->left_out;
	return status;
}

static int take(struct run *run, const struct sample *sample)
{
	switch (sample->kind) {
	case SAMPLE_LINE:
		return try_line(run, sample);
	case SAMPLE_FILTER_OPTIONS:
		return change_sets(run, sample->number, sample->value);
	case SAMPLE_FILE_OPTIONS:
		return change_common(run, sample->number, sample->value);
	case SAMPLE_ADD_FILE:
		return add_file(run, sample->number, json_string_value(sample->value));
	}
	return 0;
}

/* Each file begins without options. */
static int read_file(struct run *run, const char *path)
{
	struct sample sample;
	int got;

	clear_sets(run);
	run->is_set = false;
	json_decref(run->common);
	run->common = json_object();
	if (sample_file_open(&run->file, path) != 0) {
		sample_file_close(&run->file);
		return -1;
	}
	while ((got = sample_file_next(&run->file, &sample)) > 0)
		if (take(run, &sample) != 0)
			break;
	sample_file_close(&run->file);
	return got == 0 ? 0 : -1;
}

static size_t rule_count(const struct sample_filter *filter)
{
	return kban_filter_rule_count(filter->filter, KBAN_RULE_FAIL);
}

/* The texts of all failregex that matched under any options. */
static json_t *list_used(const struct run *run)
{
	json_t *used = json_object();

	for (size_t i = 0; i < run->filters.count; i++) {
		const struct sample_filter *filter = run->filters.items[i];

		for (size_t rule = 0; rule < rule_count(filter); rule++)
			if (kban_matcher_rule_hits(filter->matcher, KBAN_RULE_FAIL, rule) > 0)
				json_object_set_new(
					used,
					kban_filter_rule_text(filter->filter, KBAN_RULE_FAIL, rule),
					json_true());
	}
	return used;
}

/* Each failregex that is not among @a used, once. */
static int find_unused(struct run *run, json_t *used)
{
	size_t total = 0;

	for (size_t i = 0; i < run->filters.count; i++)
		total += rule_count(run->filters.items[i]);
	run->unused = calloc(total + 1, sizeof(*run->unused));
	if (run->unused == NULL || used == NULL)
		return no_memory();
	for (size_t i = 0; i < run->filters.count; i++) {
		const struct sample_filter *filter = run->filters.items[i];

		for (size_t rule = 0; rule < rule_count(filter); rule++) {
			const char *text =
				kban_filter_rule_text(filter->filter, KBAN_RULE_FAIL, rule);

			if (json_object_get(used, text) != NULL)
				continue;
			json_object_set_new(used, text, json_true());
			run->unused[run->sums.unused_count++] =
				(struct sample_unused){ filter, rule };
		}
	}
	run->sums.unused = run->unused;
	return 0;
}

static int finish(struct run *run)
{
	json_t *used = list_used(run);
	int status = find_unused(run, used);
	const uint64_t *counts = run->sums.counts;

	json_decref(used);
	if (status != 0)
		return CLI_EXIT_TROUBLE;
	if (counts[SAMPLE_PASSED] + counts[SAMPLE_FAILED] + counts[SAMPLE_SKIPPED] == 0) {
		fprintf(stderr, "kban-regex: %s: there is nothing to test\n", run->sums.path);
		return CLI_EXIT_TROUBLE;
	}
	run->report->sums(&run->sums);
	if (counts[SAMPLE_FAILED] > 0)
		return 1;
	return run->arguments->strict && run->sums.unused_count > 0;
}

static void clear(struct run *run)
{
	clear_sets(run);
	json_decref(run->common);
	json_decref(run->paths);
	sample_filters_clear(&run->filters);
	free(run->prefixed);
	free(run->unused);
	free(run->name);
}

/* "dir/sshd.log", "filter.d/sshd.conf" and "sshd[mode=ddos]" are all sshd's. */
static char *name_of(const char *text)
{
	static const char *const suffixes[] = { ".log", ".conf", ".local" };
	size_t len = strcspn(text, "[");
	const char *start = text;

	for (size_t i = 0; i < len; i++)
		if (text[i] == '/')
			start = text + i + 1;
	len -= (size_t)(start - text);
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		size_t suffix = strlen(suffixes[i]);

		if (len > suffix && memcmp(start + len - suffix, suffixes[i], suffix) == 0)
			return strndup(start, len - suffix);
	}
	return strndup(start, len);
}

/* All samples of a file that was named, and of those it adds. Returns the exit status. */
static int run_file(struct run *run, const char *path)
{
	const char *filter = run->arguments->filter;

	run->sums.path = path;
	run->paths = json_pack("[s]", path);
	run->name = name_of(filter != NULL ? filter : path);
	if (run->paths == NULL || run->name == NULL) {
		no_memory();
		return CLI_EXIT_TROUBLE;
	}
	run->filters.name = filter != NULL ? filter : run->name;
	for (size_t i = 0; i < json_array_size(run->paths); i++)
		if (read_file(run, json_string_value(json_array_get(run->paths, i))) != 0)
			return CLI_EXIT_TROUBLE;
	return finish(run);
}

int sample_run(struct kban_context *ctx, const struct arguments *arguments)
{
	int worst = 0;

	for (size_t i = 0; i < arguments->file_count; i++) {
		struct run run = {
			.ctx = ctx,
			.arguments = arguments,
			.report = arguments->json ? &sample_report_json : &sample_report_text,
			.filters = { .ctx = ctx,
				     .options = &arguments->options,
				     .matcher_flags = arguments->matcher_flags },
		};
		int status = run_file(&run, arguments->files[i]);

		clear(&run);
		if (status > worst)
			worst = status;
	}
	if (fflush(stdout) == 0)
		return worst;
	fprintf(stderr, "kban-regex: cannot write: %s\n", strerror(errno));
	return CLI_EXIT_TROUBLE;
}
