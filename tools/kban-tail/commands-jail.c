/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a jail goes by, and whom it never bans. */
#include <string.h>

#include "commands.h"

static void add_text(json_t *object, const char *key, const char *text)
{
	if (text != NULL)
		json_object_set_new(object, key, json_string(text));
}

/* Networks without the bits of hosts; names as they were written. */
static json_t *entry_text(const char *entry)
{
	char text[KBAN_ADDR_TEXT_SIZE];
	struct kban_addr addr;

	if (kban_addr_parse((struct kban_text){ entry, strlen(entry) }, &addr) != KBAN_OK)
		return json_string(entry);
	return json_string(kban_addr_print(&addr, text));
}

/* Of the jail that is asked about, which runs. */
static struct kban_allow_list *find_allowed(const struct command *command,
					    const struct kban_jail *jail)
{
	struct kban_watch *watch = command->daemon->watch;

	return kban_watch_jail_allowed(watch, (size_t)kban_watch_find(watch, kban_jail_name(jail)));
}

static void describe_allowed(json_t *object, const struct kban_allow_list *allowed)
{
	json_t *list = json_array();
	const char *text;

	for (size_t i = 0; (text = kban_allow_list_entry(allowed, i)) != NULL; i++)
		json_array_append_new(list, entry_text(text));
	for (size_t i = 0; (text = kban_allow_list_file(allowed, i)) != NULL; i++)
		json_array_append_new(list, json_sprintf("file:%s", text));
	json_object_set_new(object, "ignoreip", list);
}

static void describe_ignoring(json_t *object, const struct kban_jail_config *config)
{
	unsigned answers = 0;
	kban_usec age = 0;
	const char *key = kban_jail_config_ignore_cache(config, &answers, &age);

	json_object_set_new(object, "ignoreself",
			    json_boolean(kban_jail_config_switch(config, KBAN_SETTING_IGNORESELF)));
	add_text(object, "ignorecommand", kban_jail_config_ignore_command(config));
	if (key != NULL)
		json_object_set_new(object, "ignorecache",
				    json_pack("{s:s,s:I,s:f}", "key", key, "answers",
					      (json_int_t)answers, "age",
					      (double)age / (double)KBAN_SECOND));
}

static json_t *rules(const struct kban_jail_config *config, enum kban_rule_kind kind)
{
	json_t *list = json_array();

	for (size_t i = 0; i < kban_jail_config_rule_count(config, kind); i++)
		json_array_append_new(list, json_string(kban_jail_config_rule(config, kind, i)));
	return list;
}

static const char *usedns_name(enum kban_usedns usedns)
{
	static const char *const names[] = {
		[KBAN_USEDNS_YES] = "yes",
		[KBAN_USEDNS_NO] = "no",
		[KBAN_USEDNS_RAW] = "raw",
		[KBAN_USEDNS_WARN] = "warn",
	};
	const char *name = (size_t)usedns < sizeof(names) / sizeof(names[0]) ? names[usedns] : NULL;

	return name != NULL ? name : "warn";
}

static void describe_filter(json_t *object, const struct kban_jail_config *config)
{
	json_t *dates = json_array();
	unsigned lines = kban_jail_config_max_lines(config);

	for (size_t i = 0; i < kban_jail_config_date_pattern_count(config); i++)
		json_array_append_new(dates, json_string(kban_jail_config_date_pattern(config, i)));
	json_object_set_new(object, "datepattern", dates);
	json_object_set_new(object, "failregex", rules(config, KBAN_RULE_FAIL));
	json_object_set_new(object, "ignoreregex", rules(config, KBAN_RULE_IGNORE));
	if (kban_jail_config_rule_count(config, KBAN_RULE_PREFIX) > 0)
		add_text(object, "prefregex", kban_jail_config_rule(config, KBAN_RULE_PREFIX, 0));
	json_object_set_new(object, "maxlines", json_integer(lines > 0 ? lines : 1));
	json_object_set_new(object, "usedns",
			    json_string(usedns_name(kban_jail_config_usedns(config))));
	add_text(object, "logencoding", kban_jail_config_text(config, KBAN_SETTING_LOGENCODING));
	add_text(object, "logtimezone", kban_jail_config_text(config, KBAN_SETTING_LOGTIMEZONE));
}

/* How bans grow, as far as the configuration says so. */
static void describe_growth(json_t *object, const struct kban_jail_config *config)
{
	static const struct {
		const char *key;
		enum kban_setting setting;
		enum { TEXT, SWITCH, TIME } form;
	} settings[] = {
		{ "increment", KBAN_SETTING_BANTIME_INCREMENT, SWITCH },
		{ "factor", KBAN_SETTING_BANTIME_FACTOR, TEXT },
		{ "formula", KBAN_SETTING_BANTIME_FORMULA, TEXT },
		{ "multipliers", KBAN_SETTING_BANTIME_MULTIPLIERS, TEXT },
		{ "maxtime", KBAN_SETTING_BANTIME_MAXTIME, TIME },
		{ "rndtime", KBAN_SETTING_BANTIME_RNDTIME, TIME },
		{ "overalljails", KBAN_SETTING_BANTIME_OVERALLJAILS, SWITCH },
	};

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		enum kban_setting setting = settings[i].setting;
		const char *text = kban_jail_config_text(config, setting);
		json_t *value = NULL;

		if (text == NULL)
			continue;
		if (settings[i].form == TEXT)
			value = json_string(text);
		else if (settings[i].form == SWITCH)
			value = json_boolean(kban_jail_config_switch(config, setting));
		else
			value = json_real((double)kban_jail_config_time(config, setting) /
					  (double)KBAN_SECOND);
		json_object_set_new(object, settings[i].key, value);
	}
}

void command_jail_settings(struct command *command)
{
	const struct kban_jail *jail = command_jail(command, NULL);
	const struct kban_jail_config *config;
	json_t *growth;

	if (jail == NULL)
		return;
	config = kban_config_find_jail(command->daemon->config, kban_jail_name(jail));
	if (config == NULL)
		return;
	describe_allowed(command->reply, find_allowed(command, jail));
	describe_ignoring(command->reply, config);
	describe_filter(command->reply, config);
	json_object_set_new(command->reply, "maxmatches",
			    json_integer((json_int_t)kban_jail_options(jail)->max_matches));
	growth = json_object();
	describe_growth(growth, config);
	json_object_set_new(command->reply, "growth", growth);
}

/* All of them, or none. */
static bool are_entries(struct command *command, const json_t *entries)
{
	kban_auto(allow_list) trial = kban_allow_list_new(command->daemon->ctx);
	kban_auto(error) reason = NULL;
	size_t i;
	json_t *entry;

	json_array_foreach(entries, i, entry)
	{
		const char *text = json_string_value(entry);

		if (trial == NULL ||
		    kban_allow_list_add(trial, text != NULL ? text : "", &reason) < 0) {
			command_fail(command, "Failed", "reason", kban_error_text(reason));
			return false;
		}
	}
	return true;
}

void command_add_ignored(struct command *command)
{
	const struct kban_jail *jail = command_jail(command, NULL);
	const json_t *entries = json_object_get(command->parameters, "entries");
	struct kban_allow_list *allowed;
	kban_auto(error) reason = NULL;
	size_t i;
	json_t *entry;

	if (jail == NULL || !are_entries(command, entries))
		return;
	allowed = find_allowed(command, jail);
	json_array_foreach(entries, i, entry)
	{
		const char *text = json_string_value(entry);

		/* Once is enough. */
		if (kban_allow_list_remove(allowed, text, NULL) == KBAN_E_NOMEM ||
		    kban_allow_list_add(allowed, text, &reason) < 0) {
			command_fail(command, "Failed", "reason", kban_error_text(reason));
			return;
		}
	}
	describe_allowed(command->reply, allowed);
}

void command_remove_ignored(struct command *command)
{
	const struct kban_jail *jail = command_jail(command, NULL);
	const char *entry = json_string_value(json_object_get(command->parameters, "entry"));
	struct kban_allow_list *allowed;
	kban_auto(error) reason = NULL;

	if (jail == NULL)
		return;
	allowed = find_allowed(command, jail);
	if (kban_allow_list_remove(allowed, entry != NULL ? entry : "", &reason) < 0)
		command_fail(command, "Failed", "reason", kban_error_text(reason));
	else
		describe_allowed(command->reply, allowed);
}
