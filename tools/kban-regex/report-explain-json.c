/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --explain --format json: an object for each line, with the member "explanation". */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <kban/explainer.h>

#include "kban-regex/report-value.h"
#include "kban-regex/report.h"

/* Places are counted in characters: programs have no bytes of a JSON string. */
static size_t characters(struct kban_text text, size_t bytes)
{
	size_t count = 0;

	for (size_t i = 0; i < bytes && i < text.len; i++)
		count += ((unsigned char)text.data[i] & 0xc0) != 0x80;
	return count;
}

static void set_span(json_t *object, const char *from, const char *to, struct kban_text text,
		     struct kban_span span)
{
	json_object_set_new(object, from, json_integer((json_int_t)characters(text, span.from)));
	json_object_set_new(object, to, json_integer((json_int_t)characters(text, span.to)));
}

static struct kban_text part(struct kban_text text, struct kban_span span)
{
	return (struct kban_text){ text.data + span.from, span.to - span.from };
}

static json_t *date_value(const struct run *run)
{
	static const char *const findings[] = {
		[KBAN_DATE_MISSING] = "missing",       [KBAN_DATE_FOUND] = "found",
		[KBAN_DATE_IMPOSSIBLE] = "impossible", [KBAN_DATE_UNWANTED] = "unwanted",
		[KBAN_DATE_REMEMBERED] = "remembered",
	};
	const struct kban_date_explanation *date = kban_explainer_date(run->explainer);
	struct kban_text text = kban_explainer_text(run->explainer);
	json_t *value = json_object();

	json_object_set_new(value, "finding", json_string(findings[date->finding]));
	if (date->format >= 0)
		json_object_set_new(value, "format",
				    json_string(kban_filter_date_format_name(
					    run->choice.filter, (size_t)date->format)));
	if (date->stamp.to > date->stamp.from) {
		json_object_set_new(value, "text", report_text_value(part(text, date->stamp)));
		set_span(value, "from", "to", text, date->stamp);
	}
	return value;
}

static json_t *groups_value(const struct run *run, const struct kban_attempt *attempt)
{
	struct kban_text text = kban_explainer_text(run->explainer);
	json_t *groups = json_array();

	for (size_t i = 0; i < attempt->capture_count; i++) {
		const struct kban_capture *capture = &attempt->captures[i];
		json_t *group = json_object();

		json_object_set_new(group, "name", json_string(capture->name));
		json_object_set_new(group, "text", report_text_value(part(text, capture->span)));
		set_span(group, "from", "to", text, capture->span);
		json_array_append_new(groups, group);
	}
	return groups;
}

static json_t *progress_value(const struct run *run, const struct kban_attempt *attempt)
{
	struct kban_text text = kban_explainer_text(run->explainer);
	const char *rule = kban_filter_rule_text(run->choice.filter, attempt->kind, attempt->rule);
	const struct kban_text rule_text = { rule, strlen(rule) };
	const struct kban_progress *progress = attempt->progress;
	const struct kban_span matched = { progress->start, progress->place.to };
	json_t *value = json_object();

	json_object_set_new(value, "passed", json_integer((json_int_t)progress->passed));
	set_span(value, "start", "stop", text, matched);
	json_object_set_new(value, "stop_from",
			    json_integer((json_int_t)characters(text, progress->place.from)));
	json_object_set_new(value, "wanted", report_text_value(part(rule_text, progress->wanted)));
	set_span(value, "wanted_from", "wanted_to", rule_text, progress->wanted);
	return value;
}

static json_t *attempt_value(const struct run *run, const struct kban_attempt *attempt)
{
	static const char *const outcomes[] = {
		[KBAN_OUTCOME_NO_MATCH] = "no match",     [KBAN_OUTCOME_GIVEN_UP] = "given up",
		[KBAN_OUTCOME_MATCH] = "match",           [KBAN_OUTCOME_IGNORED] = "ignored",
		[KBAN_OUTCOME_FAILURE] = "failure",       [KBAN_OUTCOME_NOFAIL] = "nofail",
		[KBAN_OUTCOME_PENDING] = "pending",       [KBAN_OUTCOME_NOBODY] = "nobody",
		[KBAN_OUTCOME_NO_ADDRESS] = "no address",
	};
	json_t *value = report_rule_value(run, attempt->kind, attempt->rule);

	json_object_set_new(value, "outcome", json_string(outcomes[attempt->outcome]));
	if (attempt->outcome >= KBAN_OUTCOME_MATCH) {
		set_span(value, "from", "to", kban_explainer_text(run->explainer), attempt->span);
		json_object_set_new(value, "groups", groups_value(run, attempt));
	}
	if (attempt->progress != NULL)
		json_object_set_new(value, "progress", progress_value(run, attempt));
	return value;
}

static void set_attempts(json_t *value, const struct run *run)
{
	const struct kban_attempt *nearest = kban_explainer_nearest(run->explainer);
	const struct kban_attempt *attempt;
	json_t *attempts = json_array();

	for (size_t i = 0; (attempt = kban_explainer_attempt(run->explainer, i)) != NULL; i++) {
		json_array_append_new(attempts, attempt_value(run, attempt));
		if (attempt == nearest)
			json_object_set_new(value, "nearest", json_integer((json_int_t)i));
	}
	json_object_set_new(value, "attempts", attempts);
}

static json_t *session_value(const struct kban_session_explanation *session)
{
	static const struct {
		const char *name;
		unsigned flag;
	} flags[] = {
		{ "opened", KBAN_SESSION_OPENED },
		{ "closed", KBAN_SESSION_CLOSED },
		{ "facts", KBAN_SESSION_FACTS },
		{ "gained", KBAN_SESSION_GAINED },
		{ "was_pending", KBAN_SESSION_WAS_PENDING },
		{ "several_users", KBAN_SESSION_SEVERAL_USERS },
	};
	json_t *value = json_object();

	json_object_set_new(value, "key", report_text_value(session->key));
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		json_object_set_new(value, flags[i].name,
				    json_boolean(session->flags & flags[i].flag));
	return value;
}

static json_t *explanation_value(const struct run *run)
{
	const struct kban_session_explanation *session = kban_explainer_session(run->explainer);
	struct kban_text content = kban_explainer_content(run->explainer);
	json_t *value = json_object();

	json_object_set_new(value, "text", report_text_value(kban_explainer_text(run->explainer)));
	json_object_set_new(value, "date", date_value(run));
	json_object_set_new(value, "searched",
			    report_text_value(kban_explainer_searched(run->explainer)));
	if (content.data != NULL)
		json_object_set_new(value, "content", report_text_value(content));
	set_attempts(value, run);
	if (session != NULL)
		json_object_set_new(value, "session", session_value(session));
	return value;
}

static int line(struct report *report, const struct judged *judged)
{
	json_t *object;

	if (!line_choice_has(&report->run->arguments->explain, judged->number,
			     judged->match->verdict))
		return 0;
	object = report_line_value(report->run, judged);
	json_object_set_new(object, "explanation", explanation_value(report->run));
	return report_print_value(object);
}

static int finish(struct report *report)
{
	return report_print_value(report_summary_value(report->run));
}

const struct report_ops report_explain_json = {
	.size = sizeof(struct report),
	.line = line,
	.finish = finish,
};
