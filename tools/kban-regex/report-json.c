/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --format json: an object for each line, and a last one with the sums (kban-regex(1)). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cli/iso-time.h"
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

static json_t *text_value(struct kban_text text)
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
		json_object_set_new(fields, field->name, text_value(field->value));
	}
	return fields;
}

static json_t *users_value(const struct kban_matcher *matcher)
{
	json_t *users = json_array();
	struct kban_text user;

	for (size_t i = 0; (user = kban_matcher_user(matcher, i)).data != NULL; i++)
		json_array_append_new(users, text_value(user));
	return users;
}

static void add_failure(json_t *object, const struct run *run, const struct kban_match *match)
{
	json_object_set_new(object, "host", text_value(match->host));
	json_object_set_new(object, "id", text_value(match->id));
	if (match->user.data != NULL)
		json_object_set_new(object, "user", text_value(match->user));
	json_object_set_new(object, "time", time_value(match->time));
	json_object_set_new(object, "attempts", json_integer(match->attempts));
	json_object_set_new(object, "users", users_value(run->matcher));
	json_object_set_new(object, "fields", fields_value(run->matcher));
}

/* Print and release. */
static int print(json_t *object)
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

static int line(struct report *report, const struct judged *judged)
{
	static const char *const verdicts[] = {
		[KBAN_MISSED] = "missed",
		[KBAN_FAILURE] = "failure",
		[KBAN_NOFAIL] = "nofail",
		[KBAN_IGNORED] = "ignored",
	};
	const struct kban_match *match = judged->match;
	json_t *object;

	/* By far most lines; nothing in it has to be escaped. */
	if (match->verdict == KBAN_MISSED) {
		printf("{\"line\":%llu,\"verdict\":\"missed\"}\n",
		       (unsigned long long)judged->number);
		return 0;
	}
	object = json_object();
	json_object_set_new(object, "line", json_integer((json_int_t)judged->number));
	json_object_set_new(object, "verdict", json_string(verdicts[match->verdict]));
	if (match->verdict == KBAN_FAILURE)
		add_failure(object, report->run, match);
	if (match->rule >= 0)
		json_object_set_new(object, "regex", json_integer(match->rule));
	if (match->ignore_rule >= 0)
		json_object_set_new(object, "ignoreregex", json_integer(match->ignore_rule));
	return print(object);
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

static int finish(struct report *report)
{
	const struct run *run = report->run;
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
	return print(json_pack("{s: o}", "summary", summary));
}

static void close_report(struct report *report)
{
	free(report);
}

const struct report_ops report_json = {
	.start = start,
	.line = line,
	.finish = finish,
	.close = close_report,
};
