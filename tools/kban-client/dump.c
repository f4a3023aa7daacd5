/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dump.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include <kban/cleanup.h>

#define EXIT_GOOD    0
#define EXIT_TROUBLE 2

/* How a setting is printed; times are as they were written. */
enum form {
	FORM_TEXT,
	FORM_NUMBER,
	FORM_SWITCH,
};

static const struct {
	enum kban_setting setting;
	enum form form;
} settings[] = {
	{ KBAN_SETTING_BACKEND, FORM_TEXT },
	{ KBAN_SETTING_MAXRETRY, FORM_NUMBER },
	{ KBAN_SETTING_MAXMATCHES, FORM_NUMBER },
	{ KBAN_SETTING_FINDTIME, FORM_TEXT },
	{ KBAN_SETTING_BANTIME, FORM_TEXT },
	{ KBAN_SETTING_BANTIME_INCREMENT, FORM_SWITCH },
	{ KBAN_SETTING_BANTIME_FACTOR, FORM_TEXT },
	{ KBAN_SETTING_BANTIME_FORMULA, FORM_TEXT },
	{ KBAN_SETTING_BANTIME_MULTIPLIERS, FORM_TEXT },
	{ KBAN_SETTING_BANTIME_MAXTIME, FORM_TEXT },
	{ KBAN_SETTING_BANTIME_RNDTIME, FORM_TEXT },
	{ KBAN_SETTING_BANTIME_OVERALLJAILS, FORM_SWITCH },
	{ KBAN_SETTING_IGNORESELF, FORM_SWITCH },
	{ KBAN_SETTING_IGNORECOMMAND, FORM_TEXT },
	{ KBAN_SETTING_IGNORECACHE, FORM_TEXT },
	{ KBAN_SETTING_LOGENCODING, FORM_TEXT },
	{ KBAN_SETTING_LOGTIMEZONE, FORM_TEXT },
};

static json_t *setting_value(const struct kban_jail_config *jail, enum kban_setting setting,
			     enum form form)
{
	switch (form) {
	case FORM_NUMBER:
		return json_integer(kban_jail_config_number(jail, setting));
	case FORM_SWITCH:
		return json_boolean(kban_jail_config_switch(jail, setting));
	case FORM_TEXT:
		break;
	}
	return json_string(kban_jail_config_text(jail, setting));
}

static void add_settings(json_t *object, const struct kban_jail_config *jail)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		enum kban_setting setting = settings[i].setting;

		if (kban_jail_config_text(jail, setting) != NULL)
			json_object_set_new(object, kban_setting_name(setting),
					    setting_value(jail, setting, settings[i].form));
	}
}

static json_t *rules(const struct kban_jail_config *jail, enum kban_rule_kind kind)
{
	json_t *list = json_array();

	for (size_t i = 0; i < kban_jail_config_rule_count(jail, kind); i++)
		json_array_append_new(list, json_string(kban_jail_config_rule(jail, kind, i)));
	return list;
}

/* The lines that a filter has for dates are one value in its file. */
static json_t *date_patterns(const struct kban_jail_config *jail)
{
	json_t *joined = json_string("");

	for (size_t i = 0; i < kban_jail_config_date_pattern_count(jail); i++) {
		json_t *longer =
			json_sprintf("%s%s%s", json_string_value(joined), i > 0 ? "\n" : "",
				     kban_jail_config_date_pattern(jail, i));

		json_decref(joined);
		joined = longer;
	}
	return joined;
}

static const char *usedns_name(enum kban_usedns usedns)
{
	switch (usedns) {
	case KBAN_USEDNS_YES:
		return "yes";
	case KBAN_USEDNS_NO:
		return "no";
	case KBAN_USEDNS_RAW:
		return "raw";
	case KBAN_USEDNS_DEFAULT:
	case KBAN_USEDNS_WARN:
		break;
	}
	return "warn";
}

static void add_filter(json_t *object, const struct kban_jail_config *jail)
{
	json_object_set_new(object, "usedns",
			    json_string(usedns_name(kban_jail_config_usedns(jail))));
	if (kban_jail_config_rule_count(jail, KBAN_RULE_PREFIX) > 0)
		json_object_set_new(object, "prefregex",
				    json_string(kban_jail_config_rule(jail, KBAN_RULE_PREFIX, 0)));
	if (kban_jail_config_max_lines(jail) > 0)
		json_object_set_new(object, "maxlines",
				    json_integer(kban_jail_config_max_lines(jail)));
	if (kban_jail_config_date_pattern_count(jail) > 0)
		json_object_set_new(object, "datepattern", date_patterns(jail));
	json_object_set_new(object, "failregex", rules(jail, KBAN_RULE_FAIL));
	json_object_set_new(object, "ignoreregex", rules(jail, KBAN_RULE_IGNORE));
}

static json_t *logs(const struct kban_jail_config *jail)
{
	json_t *list = json_array();

	for (size_t i = 0; i < kban_jail_config_log_count(jail); i++) {
		int from_end = kban_jail_config_log_from(jail, i) == KBAN_FOLLOW_FROM_END;

		json_array_append_new(list, json_pack("[s, s]", kban_jail_config_log(jail, i),
						      from_end ? "tail" : "head"));
	}
	return list;
}

static json_t *ignored(const struct kban_jail_config *jail)
{
	json_t *list = json_array();

	for (size_t i = 0; i < kban_jail_config_ignore_count(jail); i++)
		json_array_append_new(list, json_string(kban_jail_config_ignore(jail, i)));
	return list;
}

static json_t *matches(const struct kban_jail_config *jail)
{
	json_t *list = json_array();

	for (size_t i = 0; i < kban_jail_config_match_count(jail); i++) {
		json_t *words = json_array();

		for (size_t j = 0; j < kban_jail_config_match_word_count(jail, i); j++)
			json_array_append_new(words,
					      json_string(kban_jail_config_match_word(jail, i, j)));
		json_array_append_new(list, words);
	}
	return list;
}

static json_t *parameters(const struct kban_jail_config *jail, size_t action)
{
	json_t *object = json_object();

	for (size_t i = 0; i < kban_jail_config_parameter_count(jail, action); i++)
		json_object_set_new(object, kban_jail_config_parameter_name(jail, action, i),
				    json_string(kban_jail_config_parameter_value(jail, action, i)));
	return object;
}

static json_t *actions(const struct kban_jail_config *jail)
{
	json_t *list = json_array();

	for (size_t i = 0; i < kban_jail_config_action_count(jail); i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "name",
						      kban_jail_config_action_name(jail, i), "file",
						      kban_jail_config_action_file(jail, i),
						      "params", parameters(jail, i)));
	return list;
}

static json_t *jail_object(const struct kban_jail_config *jail)
{
	json_t *object = json_object();

	add_settings(object, jail);
	add_filter(object, jail);
	json_object_set_new(object, "logpath", logs(jail));
	json_object_set_new(object, "ignoreip", ignored(jail));
	json_object_set_new(object, "journalmatch", matches(jail));
	json_object_set_new(object, "actions", actions(jail));
	return object;
}

static json_t *whole_object(const struct kban_config *config)
{
	json_t *started = json_array();
	json_t *jails = json_object();

	for (size_t i = 0; i < kban_config_jail_count(config); i++) {
		const struct kban_jail_config *jail = kban_config_jail(config, i);

		if (!kban_jail_config_is_usable(jail))
			continue;
		json_array_append_new(started, json_string(kban_jail_config_name(jail)));
		json_object_set_new(jails, kban_jail_config_name(jail), jail_object(jail));
	}
	return json_pack("{s:o, s:o}", "started", started, "jails", jails);
}

/* Returns the exit status that the problems ask for. */
static int print_problems(const struct kban_config *config)
{
	int status = EXIT_GOOD;

	for (size_t i = 0; i < kban_config_problem_count(config); i++) {
		int is_error = kban_config_problem_is_error(config, i);
		const char *jail = kban_config_problem_jail(config, i);

		fprintf(stderr, "kban-client: %s", is_error ? "" : "warning: ");
		if (jail != NULL)
			fprintf(stderr, "[%s] ", jail);
		fprintf(stderr, "%s\n", kban_config_problem_text(config, i));
		if (is_error)
			status = EXIT_TROUBLE;
	}
	return status;
}

int dump_run(const char *config_dir)
{
	kban_auto(context) ctx = kban_context_new();
	kban_auto(config) config = NULL;
	kban_auto(error) err = NULL;
	json_t *object;
	int failed;

	if (ctx == NULL || kban_config_load(ctx, config_dir, &config, &err) != KBAN_OK) {
		fprintf(stderr, "kban-client: %s\n", kban_error_text(err));
		return EXIT_TROUBLE;
	}
	object = whole_object(config);
	failed = object == NULL || json_dumpf(object, stdout, JSON_INDENT(1)) < 0 ||
		 putchar('\n') == EOF || fflush(stdout) != 0;
	json_decref(object);
	if (print_problems(config) != EXIT_GOOD)
		return EXIT_TROUBLE;
	if (failed)
		fputs("kban-client: cannot write the dump\n", stderr);
	return failed ? EXIT_TROUBLE : EXIT_GOOD;
}
