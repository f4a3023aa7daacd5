/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon itself: its log, what fail2ban.conf says about it; and the limits of its jails. */
#include "commands.h"

#include "setup.h"

void command_flush_logs(struct command *command)
{
	struct log *log = command->daemon->log;
	bool rolled_over = log_reopen(log);

	if (rolled_over)
		log_say(log, KBAN_INFO, "rollover performed on %s", log_name(log));
	json_object_set_new(command->reply, "rolled_over", json_boolean(rolled_over));
}

void command_settings(struct command *command)
{
	const struct daemon *daemon = command->daemon;
	const struct kban_config *config = daemon->config;
	const char *syslog_socket = kban_config_syslog_socket(config);
	json_t *reply = command->reply;

	json_object_set_new(reply, "loglevel", json_integer(log_level(daemon->log)));
	json_object_set_new(reply, "logtarget", json_string(log_name(daemon->log)));
	json_object_set_new(reply, "syslogsocket",
			    json_string(syslog_socket != NULL ? syslog_socket : "auto"));
	json_object_set_new(
		reply, "dbpurgeage",
		json_integer((json_int_t)(kban_config_purge_age(config) / KBAN_SECOND)));
	json_object_set_new(reply, "dbmaxmatches",
			    json_integer((json_int_t)kban_config_max_stored_matches(config)));
	if (!daemon->arguments->dry_run)
		json_object_set_new(reply, "state", json_string(daemon->arguments->state_dir));
}

/* A file is named from the root: a daemon is in no directory. */
static bool move_log(struct daemon *daemon, const char *text)
{
	kban_auto(log_target) target = NULL;
	char problem[256];

	if (kban_log_target_new(text, &target, NULL) < 0 ||
	    (kban_log_target_output(target) == KBAN_LOG_TO_FILE &&
	     kban_log_target_name(target)[0] != '/'))
		return false;
	return log_move(daemon->log, kban_steal(target), setup_syslog_socket(daemon->config),
			problem) == KBAN_OK;
}

void command_set_log(struct command *command)
{
	struct daemon *daemon = command->daemon;
	const json_t *level = json_object_get(command->parameters, "loglevel");
	const char *target = json_string_value(json_object_get(command->parameters, "logtarget"));

	if (target != NULL && !move_log(daemon, target)) {
		command_fail(command, "Failed", "reason", "Failed to change log target");
		return;
	}
	if (json_is_integer(level) && json_integer_value(level) >= 0 &&
	    json_integer_value(level) <= KBAN_CRITICAL) {
		log_set_level(daemon->log, (int)json_integer_value(level));
		kban_context_set_level(daemon->ctx, (int)json_integer_value(level));
	}
	json_object_set_new(command->reply, "loglevel", json_integer(log_level(daemon->log)));
	json_object_set_new(command->reply, "logtarget", json_string(log_name(daemon->log)));
}

static void take_seconds(const json_t *seconds, kban_usec *out)
{
	if (json_is_number(seconds))
		*out = (kban_usec)(json_number_value(seconds) * (double)KBAN_SECOND);
}

/* Seconds beyond are no span but a mistake, and would not fit. */
#define SECONDS_MAX 1e11

static bool are_sane(const struct command *command)
{
	static const char *const names[] = { "maxretry", "findtime", "bantime" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const json_t *number = json_object_get(command->parameters, names[i]);

		if (number != NULL && !(json_number_value(number) <= SECONDS_MAX &&
					json_number_value(number) >= -SECONDS_MAX))
			return false;
	}
	return true;
}

void command_set_limits(struct command *command)
{
	struct kban_jail *jail = command_jail(command, NULL);
	const json_t *retry = json_object_get(command->parameters, "maxretry");
	kban_auto(error) reason = NULL;
	const struct kban_jail_options *options;
	struct kban_jail_limits limits;

	if (jail == NULL)
		return;
	options = kban_jail_options(jail);
	limits = (struct kban_jail_limits){
		.max_retry = options->max_retry,
		.find_time = options->find_time,
		.ban_time = options->ban_time,
	};
	if (json_is_integer(retry))
		limits.max_retry =
			json_integer_value(retry) < 0 ? 0 : (unsigned)json_integer_value(retry);
	take_seconds(json_object_get(command->parameters, "findtime"), &limits.find_time);
	take_seconds(json_object_get(command->parameters, "bantime"), &limits.ban_time);
	if (!are_sane(command))
		command_fail(command, "Failed", "reason", "a number is too large");
	else if (kban_jail_set_limits(jail, &limits, &reason) < 0)
		command_fail(command, "Failed", "reason", kban_error_text(reason));
	else
		commands_describe_limits(command->reply, jail);
}
