/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Methods that only look. Log text goes out as valid UTF-8. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <kban/why.h>

#include "commands.h"

static json_t *seconds(kban_usec time)
{
	return json_real((double)time / (double)KBAN_SECOND);
}

/* A field that is absent where there is nothing to say. */
static void set_optional(json_t *object, const char *key, const char *value)
{
	if (value != NULL)
		json_object_set_new(object, key, json_string(value));
}

static json_t *utf8(struct kban_text text)
{
	struct kban_text clean = { NULL, 0 };
	json_t *string;

	if (kban_text_utf8(text, &clean) != KBAN_OK)
		return NULL;
	string = json_stringn(clean.data ? clean.data : "", clean.len);
	free((char *)(uintptr_t)clean.data);
	return string;
}

static json_t *address(const struct kban_addr *addr)
{
	char text[KBAN_ADDR_TEXT_SIZE];

	return json_string(kban_addr_print(addr, text));
}

void command_ping(struct command *command)
{
	json_object_set_new(command->reply, "answer", json_string("pong"));
}

void command_version(struct command *command)
{
	json_object_set_new(command->reply, "version", json_string(KBAN_VERSION));
}

static int append_address(const struct kban_ban *ban, void *data)
{
	/* Only what the kernel has is banned. */
	if (ban->applied)
		json_array_append_new(data, address(&ban->host));
	return 0;
}

/* With times, those that the kernel has, in order of banning. */
static int append_ban(const struct kban_ban *ban, void *data)
{
	json_t *object;

	if (!ban->applied)
		return 0;
	object = json_object();
	json_object_set_new(object, "address", address(&ban->host));
	json_object_set_new(object, "since", seconds(ban->since));
	if (ban->until != KBAN_FOREVER)
		json_object_set_new(object, "until", seconds(ban->until));
	json_object_set_new(object, "number", json_integer(ban->number));
	json_array_append_new(data, object);
	return 0;
}

static json_t *bans_in(const struct kban_jail *jail)
{
	json_t *list = json_array();

	if (jail != NULL)
		kban_jail_each_ban(jail, append_ban, list);
	return list;
}

static json_t *banned_in(const struct kban_jail *jail)
{
	json_t *list = json_array();

	if (jail != NULL)
		kban_jail_each_ban(jail, append_address, list);
	return list;
}

void commands_describe_limits(json_t *object, const struct kban_jail *jail)
{
	const struct kban_jail_options *options = kban_jail_options(jail);

	json_object_set_new(object, "maxretry", json_integer(options->max_retry));
	json_object_set_new(object, "findtime", seconds(options->find_time));
	if (options->ban_time >= 0 && options->ban_time != KBAN_FOREVER)
		json_object_set_new(object, "bantime", seconds(options->ban_time));
}

static void describe_options(json_t *object, const struct kban_jail *jail)
{
	json_t *sets = json_array();

	json_array_append_new(sets, json_string(kban_jail_set(jail, KBAN_IPV4)));
	json_array_append_new(sets, json_string(kban_jail_set(jail, KBAN_IPV6)));
	json_object_set_new(object, "sets", sets);
	commands_describe_limits(object, jail);
}

static json_t *describe_jail(struct kban_watch *watch, size_t index)
{
	const struct kban_jail *jail = kban_watch_jail(watch, index);
	struct kban_jail_stats stats = KBAN_JAIL_STATS_INIT;
	json_t *object = json_object();

	if (jail != NULL)
		kban_jail_stats(jail, &stats);
	json_object_set_new(object, "name", json_string(kban_watch_jail_name(watch, index)));
	json_object_set_new(object, "running", json_boolean(jail != NULL));
	set_optional(object, "problem", kban_watch_jail_problem(watch, index));
	json_object_set_new(object, "currently_failed",
			    json_integer((json_int_t)stats.currently_failed));
	json_object_set_new(object, "total_failed", json_integer((json_int_t)stats.total_failed));
	json_object_set_new(object, "files", commands_describe_files(watch, index));
	if (kban_watch_jail_waits_for(watch, index, 0) != NULL)
		json_object_set_new(object, "waits_for", commands_describe_missing(watch, index));
	if (kban_watch_jail_has_journal(watch, index))
		json_object_set_new(object, "matches", commands_describe_matches(watch, index));
	json_object_set_new(object, "currently_banned",
			    json_integer((json_int_t)stats.currently_banned));
	json_object_set_new(object, "total_banned", json_integer((json_int_t)stats.total_banned));
	json_object_set_new(object, "failed_to_apply",
			    json_integer((json_int_t)stats.failed_to_apply));
	json_object_set_new(object, "odd_times", json_integer((json_int_t)stats.odd_times));
	json_object_set_new(object, "limit_hits", json_integer((json_int_t)stats.limit_hits));
	json_object_set_new(object, "waiting", json_integer((json_int_t)stats.waiting));
	json_object_set_new(object, "banned", banned_in(jail));
	if (jail != NULL) {
		describe_options(object, jail);
		json_object_set_new(object, "actions", commands_describe_actions(watch, index));
	}
	return object;
}

static json_t *describe_log(const struct kban_watch *watch, size_t index)
{
	struct kban_follow_state state;
	json_t *object = json_object();
	json_t *scan;

	kban_follow_file(kban_watch_follow(watch), index, &state);
	json_object_set_new(object, "path",
			    utf8((struct kban_text){ state.path, strlen(state.path) }));
	json_object_set_new(object, "missing", json_boolean(state.missing));
	json_object_set_new(object, "offset", json_integer((json_int_t)state.position.offset));
	json_object_set_new(object, "lines", json_integer((json_int_t)state.position.lines));
	json_object_set_new(object, "bytes", json_integer((json_int_t)state.bytes));
	json_object_set_new(object, "reads", json_integer((json_int_t)state.reads));
	json_object_set_new(object, "truncated", json_integer((json_int_t)state.truncated));
	json_object_set_new(object, "dropped", json_integer((json_int_t)state.dropped));
	scan = commands_describe_scan(watch, state.path);
	if (scan != NULL)
		json_object_set_new(object, "scan", scan);
	return object;
}

static json_t *describe_logs(const struct kban_watch *watch)
{
	const struct kban_follow *follow = kban_watch_follow(watch);
	json_t *list = json_array();

	for (size_t i = 0; i < kban_follow_file_count(follow); i++)
		json_array_append_new(list, describe_log(watch, i));
	return list;
}

void command_status(struct command *command)
{
	struct kban_watch *watch = command->daemon->watch;
	kban_usec saved = kban_watch_saved(watch);
	json_t *list = json_array();

	for (size_t i = 0; i < kban_watch_jail_count(watch); i++)
		json_array_append_new(list, describe_jail(watch, i));
	json_object_set_new(command->reply, "jails", list);
	json_object_set_new(command->reply, "logs", describe_logs(watch));
	json_object_set_new(command->reply, "saving", json_boolean(!kban_watch_is_unsaved(watch)));
	if (saved != KBAN_TIME_NONE)
		json_object_set_new(command->reply, "saved", seconds(saved));
	json_object_set_new(
		command->reply, "problems",
		json_integer((json_int_t)kban_config_problem_count(command->daemon->config)));
}

void command_jail_status(struct command *command)
{
	size_t index = 0;
	json_t *jail;

	command_jail(command, &index);
	if (command->error != NULL)
		return;
	jail = describe_jail(command->daemon->watch, index);
	json_object_set_new(jail, "bans", bans_in(kban_watch_jail(command->daemon->watch, index)));
	json_object_set_new(jail, "scans", commands_describe_scans(command->daemon->watch, index));
	json_object_set_new(command->reply, "jail", jail);
}

static json_t *jails_banning(const struct kban_watch *watch, const struct kban_addr *host)
{
	json_t *names = json_array();

	for (size_t i = 0; i < kban_watch_jail_count(watch); i++) {
		const struct kban_jail *jail = kban_watch_jail(watch, i);
		struct kban_ban ban;

		if (jail != NULL && kban_jail_find_ban(jail, host, &ban) && ban.applied)
			json_array_append_new(names, json_string(kban_watch_jail_name(watch, i)));
	}
	return names;
}

static void banned_addresses(struct command *command, const json_t *addresses)
{
	json_t *found = json_array();
	size_t i;
	json_t *text;

	json_object_set_new(command->reply, "found", found);
	json_array_foreach(addresses, i, text)
	{
		struct kban_addr host;

		if (!command_address(command, text, &host))
			return;
		json_array_append_new(found, jails_banning(command->daemon->watch, &host));
	}
}

void command_banned(struct command *command)
{
	const struct kban_watch *watch = command->daemon->watch;
	const json_t *addresses = json_object_get(command->parameters, "addresses");
	json_t *jails;

	if (json_array_size(addresses) > 0) {
		banned_addresses(command, addresses);
		return;
	}
	jails = json_array();
	for (size_t i = 0; i < kban_watch_jail_count(watch); i++) {
		const struct kban_jail *jail = kban_watch_jail(watch, i);
		json_t *entry;

		if (jail == NULL)
			continue;
		entry = json_object();
		json_object_set_new(entry, "jail", json_string(kban_watch_jail_name(watch, i)));
		json_object_set_new(entry, "addresses", banned_in(jail));
		json_array_append_new(jails, entry);
	}
	json_object_set_new(command->reply, "jails", jails);
}

static json_t *describe_failure(const struct kban_why_failure *failure)
{
	json_t *object = json_object();
	json_t *rule;

	json_object_set_new(object, "time", seconds(failure->time));
	json_object_set_new(object, "source", json_string(failure->source ? failure->source : ""));
	if (failure->line > 0)
		json_object_set_new(object, "line", json_integer((json_int_t)failure->line));
	json_object_set_new(object, "text", utf8(failure->text));
	if (failure->rule_text == NULL)
		return object;
	rule = json_object();
	set_optional(rule, "text", failure->rule_text);
	set_optional(rule, "file", failure->rule_file);
	if (failure->rule_line > 0)
		json_object_set_new(rule, "line", json_integer(failure->rule_line));
	json_object_set_new(object, "rule", rule);
	return object;
}

static json_t *describe_failures(const struct kban_why_failure *failures, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, describe_failure(&failures[i]));
	return list;
}

static json_t *describe_ban(const struct kban_why_ban *ban, kban_usec now)
{
	json_t *object = json_object();

	json_object_set_new(object, "jail", json_string(ban->jail));
	json_object_set_new(object, "address", address(&ban->host));
	json_object_set_new(object, "since", seconds(ban->since));
	if (ban->until != KBAN_FOREVER)
		json_object_set_new(object, "until", seconds(ban->until));
	if (ban->until != KBAN_FOREVER && ban->active)
		json_object_set_new(object, "remaining",
				    seconds(ban->until > now ? ban->until - now : 0));
	json_object_set_new(object, "number", json_integer(ban->number));
	json_object_set_new(object, "manual", json_boolean(ban->manual));
	json_object_set_new(object, "applied", json_boolean(ban->applied));
	json_object_set_new(object, "set", json_string(ban->set));
	if (!ban->active)
		json_object_set_new(object, "ended", seconds(ban->ended));
	set_optional(object, "end", ban->end);
	json_object_set_new(object, "failures",
			    describe_failures(ban->failures, ban->failure_count));
	return object;
}

static json_t *describe_pending(const struct kban_why_pending *pending)
{
	json_t *object = json_object();

	json_object_set_new(object, "jail", json_string(pending->jail));
	json_object_set_new(object, "count", json_integer(pending->count));
	json_object_set_new(object, "maxretry", json_integer(pending->max_retry));
	json_object_set_new(object, "findtime", seconds(pending->find_time));
	json_object_set_new(object, "failures",
			    describe_failures(pending->failures, pending->failure_count));
	return object;
}

static json_t *describe_protection(const struct kban_why_protection *protection)
{
	json_t *object = json_object();

	json_object_set_new(object, "jail", json_string(protection->jail));
	json_object_set_new(object, "entry", json_string(protection->entry));
	return object;
}

static void describe_why(json_t *reply, const struct kban_why *why, kban_usec now)
{
	json_t *bans = json_array();
	json_t *pending = json_array();
	json_t *protections = json_array();
	bool banned = false;

	for (size_t i = 0; i < why->ban_count; i++) {
		banned = banned || (why->bans[i].active && why->bans[i].applied);
		json_array_append_new(bans, describe_ban(&why->bans[i], now));
	}
	for (size_t i = 0; i < why->pending_count; i++)
		json_array_append_new(pending, describe_pending(&why->pending[i]));
	for (size_t i = 0; i < why->protection_count; i++)
		json_array_append_new(protections, describe_protection(&why->protections[i]));
	json_object_set_new(reply, "banned", json_boolean(banned));
	json_object_set_new(reply, "bans", bans);
	json_object_set_new(reply, "pending", pending);
	json_object_set_new(reply, "protected", protections);
}

void command_why(struct command *command)
{
	kban_usec now = kban_context_now(command->daemon->ctx);
	kban_auto(error) reason = NULL;
	struct kban_why *why = NULL;
	struct kban_addr host;

	if (!command_address(command, json_object_get(command->parameters, "address"), &host))
		return;
	if (kban_watch_why(command->daemon->watch, &host, now, &why, &reason) < 0) {
		command_fail(command, "Failed", "reason", kban_error_text(reason));
		return;
	}
	json_object_set_new(command->reply, "address", address(&host));
	describe_why(command->reply, why, now);
	kban_why_free(why);
}
