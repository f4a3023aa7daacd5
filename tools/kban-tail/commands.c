/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands.h"

#include <stdlib.h>
#include <string.h>

void command_fail(struct command *command, const char *error, const char *key, const char *value)
{
	command->error = error;
	json_object_clear(command->reply);
	json_object_set_new(command->reply, key, json_string(value));
}

static void failed(struct command *command, const struct kban_error *reason)
{
	command_fail(command, "Failed", "reason", kban_error_text(reason));
}

struct kban_jail *command_jail(struct command *command, size_t *index)
{
	const char *name = json_string_value(json_object_get(command->parameters, "jail"));
	int found = name ? kban_watch_find(command->daemon->watch, name) : -1;
	struct kban_jail *jail;

	if (found < 0) {
		command_fail(command, "NoSuchJail", "jail", name ? name : "");
		return NULL;
	}
	if (index != NULL)
		*index = (size_t)found;
	jail = kban_watch_jail(command->daemon->watch, (size_t)found);
	if (jail == NULL && index == NULL)
		command_fail(command, "Failed", "reason",
			     kban_watch_jail_problem(command->daemon->watch, (size_t)found));
	return jail;
}

bool command_address(struct command *command, const json_t *text, struct kban_addr *out)
{
	const char *written = json_string_value(text);

	if (written != NULL &&
	    kban_addr_parse((struct kban_text){ written, strlen(written) }, out) == KBAN_OK)
		return true;
	command_fail(command, "NotAnAddress", "text", written ? written : "");
	return false;
}

void command_settle(struct command *command)
{
	kban_auto(error) reason = NULL;

	if (daemon_settle(command->daemon, &reason) < 0)
		failed(command, reason);
}

static bool may_ban(struct command *command, const struct kban_jail *jail,
		    const struct kban_addr *host)
{
	char text[KBAN_ADDR_TEXT_SIZE];
	const char *entry = kban_jail_protection(jail, host);

	if (entry == NULL || json_is_true(json_object_get(command->parameters, "force")))
		return true;
	command_fail(command, "Refused", "address", kban_addr_print(host, text));
	json_object_set_new(command->reply, "reason", json_string(entry));
	return false;
}

/* All addresses are checked before the first is banned. */
static bool check_addresses(struct command *command, const struct kban_jail *jail,
			    const json_t *addresses)
{
	struct kban_addr host;
	size_t i;
	json_t *text;

	json_array_foreach(addresses, i, text)
	{
		if (!command_address(command, text, &host) || !may_ban(command, jail, &host))
			return false;
		if (kban_addr_is_network(&host) && !kban_jail_options(jail)->networks) {
			command_fail(command, "Refused", "address", json_string_value(text));
			json_object_set_new(command->reply, "reason",
					    json_string("the jail's sets hold no networks"));
			return false;
		}
	}
	return true;
}

static void ban_addresses(struct command *command)
{
	struct kban_jail *jail = command_jail(command, NULL);
	json_t *addresses = json_object_get(command->parameters, "addresses");
	kban_usec now = kban_context_now(command->daemon->ctx);
	struct kban_addr host;
	int count = 0;
	size_t i;
	json_t *text;

	if (jail == NULL || !check_addresses(command, jail, addresses))
		return;
	json_array_foreach(addresses, i, text)
	{
		if (!command_address(command, text, &host))
			return;
		count += kban_jail_ban(jail, &host, now) > 0;
	}
	json_object_set_new(command->reply, "count", json_integer(count));
	command_settle(command);
}

/* In one jail, or with NULL in all that run. */
static int unban(struct command *command, struct kban_jail *jail, const struct kban_addr *host)
{
	struct kban_watch *watch = command->daemon->watch;
	kban_usec now = kban_context_now(command->daemon->ctx);
	int count = 0;

	if (jail != NULL)
		return kban_jail_unban(jail, host, now);
	for (size_t i = 0; i < kban_watch_jail_count(watch); i++) {
		struct kban_jail *each = kban_watch_jail(watch, i);
		int lifted = each ? kban_jail_unban(each, host, now) : 0;

		count += lifted > 0 ? lifted : 0;
	}
	return count;
}

static int unban_listed(struct command *command, struct kban_jail *jail, const json_t *addresses,
			json_t *absent)
{
	int count = 0;
	size_t i;
	json_t *text;

	json_array_foreach(addresses, i, text)
	{
		struct kban_addr host;
		int lifted;

		if (!command_address(command, text, &host))
			return -1;
		lifted = unban(command, jail, &host);
		if (lifted <= 0)
			json_array_append(absent, text);
		count += lifted > 0 ? lifted : 0;
	}
	return count;
}

static void unban_addresses(struct command *command)
{
	json_t *addresses = json_object_get(command->parameters, "addresses");
	json_t *absent = json_array();
	struct kban_jail *jail = NULL;
	int count;

	json_object_set_new(command->reply, "absent", absent);
	if (!json_is_null(json_object_get(command->parameters, "jail")) &&
	    json_object_get(command->parameters, "jail") != NULL) {
		jail = command_jail(command, NULL);
		if (jail == NULL)
			return;
	}
	if (json_is_array(addresses))
		count = unban_listed(command, jail, addresses, absent);
	else
		count = unban(command, jail, NULL);
	if (count < 0)
		return;
	json_object_set_new(command->reply, "count", json_integer(count));
	command_settle(command);
}

/* What is wrong: the mistakes, or what works but hardly as meant. */
static json_t *problems(const struct kban_config *config, int are_errors)
{
	json_t *list = json_array();

	for (size_t i = 0; config != NULL && i < kban_config_problem_count(config); i++)
		if (!kban_config_problem_is_error(config, i) == !are_errors)
			json_array_append_new(list,
					      json_string(kban_config_problem_text(config, i)));
	return list;
}

/* Let in again whom the jail, or with NULL any, has banned. */
static void unban_all(struct command *command, const char *name)
{
	int found = name != NULL ? kban_watch_find(command->daemon->watch, name) : -1;
	struct kban_jail *jail =
		found >= 0 ? kban_watch_jail(command->daemon->watch, (size_t)found) : NULL;

	if (name == NULL || jail != NULL)
		(void)unban(command, jail, NULL);
	command_settle(command);
}

/* A jail is reloaded with all the others: what is said of one may be in a file of all. */
static void reload(struct command *command)
{
	const json_t *parameters = command->parameters;
	const char *jail = json_string_value(json_object_get(parameters, "jail"));
	kban_auto(error) reason = NULL;
	kban_auto(config) config = NULL;
	int status = daemon_reload(command->daemon, jail, &config, &reason);

	if (status == KBAN_E_NOTFOUND && jail != NULL && reason == NULL) {
		if (!json_is_true(json_object_get(parameters, "if_exists")))
			command_fail(command, "NoSuchJail", "jail", jail);
		else
			json_object_set_new(command->reply, "problems", json_array());
		return;
	}
	if (status < 0 && status != KBAN_E_SYNTAX) {
		failed(command, reason);
		return;
	}
	if (status < 0)
		command->error = "BadConfiguration";
	json_object_set_new(command->reply, "problems",
			    problems(status < 0 ? config : command->daemon->config, status < 0));
	if (status == KBAN_OK && json_is_true(json_object_get(parameters, "unban")))
		unban_all(command, jail);
}

static int kept_bans(const struct kban_watch *watch)
{
	struct kban_jail_stats stats = KBAN_JAIL_STATS_INIT;
	size_t kept = 0;

	for (size_t i = 0; i < kban_watch_jail_count(watch); i++) {
		const struct kban_jail *jail = kban_watch_jail(watch, i);

		if (jail == NULL)
			continue;
		kban_jail_stats(jail, &stats);
		kept += stats.currently_banned;
	}
	return (int)kept;
}

static void stop(struct command *command)
{
	bool flush = json_is_true(json_object_get(command->parameters, "flush"));

	json_object_set_new(command->reply, "kept",
			    json_integer(flush ? 0 : kept_bans(command->daemon->watch)));
	daemon_stop(command->daemon, flush);
}

static const struct {
	const char *name;
	void (*run)(struct command *command);
} methods[] = {
	{ "io.kban.ActionProperties", command_action_properties },
	{ "io.kban.AddAction", command_add_action },
	{ "io.kban.AddIgnored", command_add_ignored },
	{ "io.kban.AddLog", command_add_log },
	{ "io.kban.AddMatch", command_add_match },
	{ "io.kban.BanAddresses", ban_addresses },
	{ "io.kban.Banned", command_banned },
	{ "io.kban.CallAction", command_call_action },
	{ "io.kban.FlushLogs", command_flush_logs },
	{ "io.kban.ImportBans", command_import_bans },
	{ "io.kban.JailSettings", command_jail_settings },
	{ "io.kban.JailStatus", command_jail_status },
	{ "io.kban.Ping", command_ping },
	{ "io.kban.Reload", reload },
	{ "io.kban.RemoveAction", command_remove_action },
	{ "io.kban.RemoveIgnored", command_remove_ignored },
	{ "io.kban.RemoveLog", command_remove_log },
	{ "io.kban.RemoveMatch", command_remove_match },
	{ "io.kban.SetAction", command_set_action },
	{ "io.kban.SetLimits", command_set_limits },
	{ "io.kban.SetLog", command_set_log },
	{ "io.kban.Settings", command_settings },
	{ "io.kban.Status", command_status },
	{ "io.kban.Stop", stop },
	{ "io.kban.UnbanAddresses", unban_addresses },
	{ "io.kban.Version", command_version },
	{ "io.kban.Why", command_why },
};

static bool run(const char *method, struct command *command)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (strcmp(methods[i].name, method) != 0)
			continue;
		methods[i].run(command);
		return true;
	}
	return false;
}

static void send_reply(struct connection *to, const struct command *command)
{
	char *text = json_dumps(command->reply, JSON_COMPACT);
	struct kban_text bytes = { NULL, 0 };
	char name[64];
	int status;

	snprintf(name, sizeof(name), "io.kban.%s", command->error ? command->error : "");
	if (command->error != NULL)
		status = kban_message_write_error(name, text, &bytes);
	else
		status = kban_message_write_reply(text, 0, &bytes);
	free(text);
	if (status == KBAN_OK)
		server_reply(to, bytes);
}

static void unknown_method(struct connection *to, const char *method)
{
	json_t *parameters = json_pack("{s:s}", "method", method);
	char *text = json_dumps(parameters, JSON_COMPACT);
	struct kban_text bytes = { NULL, 0 };

	if (kban_message_write_error("org.varlink.service.MethodNotFound", text, &bytes) == KBAN_OK)
		server_reply(to, bytes);
	free(text);
	json_decref(parameters);
}

void commands_answer(struct connection *from, const struct kban_message *call, void *data)
{
	struct command command = { .daemon = data };
	bool quiet = kban_message_flags(call) & KBAN_MESSAGE_ONEWAY;

	if (strcmp(kban_message_method(call), "io.kban.Flush") == 0) {
		daemon_flush(command.daemon, quiet ? NULL : from);
		return;
	}
	command.parameters = json_loads(kban_message_parameters(call), 0, NULL);
	command.reply = json_object();
	if (command.parameters == NULL || command.reply == NULL)
		command.error = "Failed";
	else if (!run(kban_message_method(call), &command) && !quiet)
		unknown_method(from, kban_message_method(call));
	else if (!quiet)
		send_reply(from, &command);
	json_decref(command.parameters);
	json_decref(command.reply);
}
