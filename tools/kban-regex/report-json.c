/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --format json: an object for each line, and a last one with the sums (kban-regex(1)). */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cli/iso-time.h"
#include "kban-regex/report-value.h"
#include "kban-regex/report.h"

json_t *report_text_value(struct kban_text text)
{
	return json_stringn(text.data, text.len);
}

static json_t *time_value(kban_usec when)
{
	char text[CLI_ISO_TIME_SIZE];

	return when == KBAN_TIME_NONE ? json_null() : json_string(cli_iso_time(when, text));
}

/* Named groups, without those that have a place of their own or serve sessions only. */
static json_t *fields_value(const struct kban_matcher *matcher)
{
	json_t *fields = json_object();
	const struct kban_field *field;

	for (size_t i = 0; (field = kban_matcher_field(matcher, i)) != NULL; i++) {
		if (field->value.data == NULL || strcmp(field->name, "user") == 0 ||
		    strncmp(field->name, "mlf", 3) == 0)
			continue;
		json_object_set_new(fields, field->name, report_text_value(field->value));
	}
	return fields;
}

static json_t *users_value(const struct kban_matcher *matcher)
{
	json_t *users = json_array();
	struct kban_text user;

	for (size_t i = 0; (user = kban_matcher_user(matcher, i)).data != NULL; i++)
		json_array_append_new(users, report_text_value(user));
	return users;
}

static void add_failure(json_t *object, const struct run *run, const struct kban_match *match)
{
	json_object_set_new(object, "host", report_text_value(match->host));
	json_object_set_new(object, "id", report_text_value(match->id));
	if (match->user.data != NULL)
		json_object_set_new(object, "user", report_text_value(match->user));
	json_object_set_new(object, "time", time_value(match->time));
	json_object_set_new(object, "attempts", json_integer(match->attempts));
	json_object_set_new(object, "users", users_value(run->matcher));
	json_object_set_new(object, "fields", fields_value(run->matcher));
}

json_t *report_rule_value(const struct run *run, enum kban_rule_kind kind, size_t index)
{
	static const char *const keys[] = { "failregex", "ignoreregex", "prefregex" };
	const struct kban_filter *filter = run->choice.filter;
	unsigned line;
	const char *file = kban_filter_rule_file(filter, kind, index, &line);
	json_t *value = json_object();

	json_object_set_new(value, "kind", json_string(keys[kind]));
	json_object_set_new(value, "index", json_integer((json_int_t)index));
	json_object_set_new(value, "rule", json_string(kban_filter_rule_text(filter, kind, index)));
	if (file != NULL)
		json_object_set_new(value, "file", json_pack("[s, i]", file, (int)line));
	return value;
}

int report_print_value(json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);

	json_decref(object);
	if (text == NULL) {
		errno = ENOMEM;
		return -1;
	}
	puts(text);
	free(text);
	return 0;
}

static bool has_several_logs(const struct run *run)
{
	return run->arguments->file_count > 1;
}

json_t *report_line_value(const struct run *run, const struct judged *judged)
{
	static const char *const verdicts[] = {
		[KBAN_MISSED] = "missed",
		[KBAN_FAILURE] = "failure",
		[KBAN_NOFAIL] = "nofail",
		[KBAN_IGNORED] = "ignored",
	};
	const struct kban_match *match = judged->match;
	json_t *object = json_object();

	if (has_several_logs(run))
		json_object_set_new(
			object, "log",
			report_text_value((struct kban_text){ judged->log, strlen(judged->log) }));
	json_object_set_new(object, "line", json_integer((json_int_t)judged->number));
	json_object_set_new(object, "verdict", json_string(verdicts[match->verdict]));
	if (match->verdict == KBAN_FAILURE)
		add_failure(object, run, match);
	if (match->rule >= 0)
		json_object_set_new(object, "regex", json_integer(match->rule));
	if (match->ignore_rule >= 0)
		json_object_set_new(object, "ignoreregex", json_integer(match->ignore_rule));
	return object;
}

static int line(struct report *report, const struct judged *judged)
{
	/* By far most lines; nothing in it has to be escaped. */
	if (judged->match->verdict != KBAN_MISSED || has_several_logs(report->run))
		return report_print_value(report_line_value(report->run, judged));
	printf("{\"line\":%llu,\"verdict\":\"missed\"}\n", (unsigned long long)judged->number);
	return 0;
}

static json_t *hits_value(const struct run *run, enum kban_rule_kind kind)
{
	size_t count = kban_filter_rule_count(run->choice.filter, kind);
	json_t *hits = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(hits, json_integer((json_int_t)kban_matcher_rule_hits(
						    run->matcher, kind, i)));
	return hits;
}

/* The date formats that were used, each with its hits. */
static json_t *dates_value(const struct run *run)
{
	size_t count = kban_filter_date_format_count(run->choice.filter);
	json_t *dates = json_array();

	for (size_t i = 0; i < count; i++) {
		uint64_t hits = kban_matcher_date_hits(run->matcher, i);

		if (hits > 0)
			json_array_append_new(dates, json_pack("[s, I]",
							       kban_filter_date_format_name(
								       run->choice.filter, i),
							       (json_int_t)hits));
	}
	return dates;
}

json_t *report_summary_value(const struct run *run)
{
	json_t *summary = json_object();

	json_object_set_new(summary, "lines", json_integer((json_int_t)run->lines));
	json_object_set_new(summary, "failures",
			    json_integer((json_int_t)run->verdicts[KBAN_FAILURE]));
	json_object_set_new(summary, "ignored",
			    json_integer((json_int_t)run->verdicts[KBAN_IGNORED]));
	json_object_set_new(summary, "missed",
			    json_integer((json_int_t)run->verdicts[KBAN_MISSED]));
	json_object_set_new(summary, "nofail",
			    json_integer((json_int_t)run->verdicts[KBAN_NOFAIL]));
	json_object_set_new(summary, "date_templates", dates_value(run));
	json_object_set_new(summary, "regex_hits", hits_value(run, KBAN_RULE_FAIL));
	json_object_set_new(summary, "ignoreregex_hits", hits_value(run, KBAN_RULE_IGNORE));
	return json_pack("{s: o}", "summary", summary);
}

static int finish(struct report *report)
{
	return report_print_value(report_summary_value(report->run));
}

const struct report_ops report_json = {
	.size = sizeof(struct report),
	.line = line,
	.finish = finish,
};
