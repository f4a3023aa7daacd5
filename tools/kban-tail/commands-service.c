/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon itself: its log, and what fail2ban.conf says about it. */
#include "commands.h"

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
