/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The methods of the interface io.kban; see docs/io.kban.varlink. */
#ifndef KBAN_TAIL_COMMANDS_H
#define KBAN_TAIL_COMMANDS_H

#include <jansson.h>

#include "daemon.h"

/* A server_call_fn; data is the daemon. */
void commands_answer(struct connection *from, const struct kban_message *call, void *data);

/* What a method is handed, and its answer. */
struct command {
	struct daemon *daemon;
	json_t *parameters; /* of the call */
	json_t *reply;      /* to fill */
	const char *error;  /* name of the error to answer with, without "io.kban."; reply has its
			       parameters */
};

/* commands-show.c: methods that only look. */
void command_ping(struct command *command);
void command_version(struct command *command);
void command_status(struct command *command);
void command_jail_status(struct command *command);
void command_banned(struct command *command);
void command_why(struct command *command);

/* commands-actions.c: about the actions of a jail; and what a status says of them. */
void command_action_properties(struct command *command);
void command_flush_logs(struct command *command);
void command_settings(struct command *command);
void command_set_log(struct command *command);
void command_set_limits(struct command *command);
void command_set_action(struct command *command);
void command_call_action(struct command *command);
void command_add_action(struct command *command);
void command_remove_action(struct command *command);
void commands_describe_limits(json_t *object, const struct kban_jail *jail);
json_t *commands_describe_actions(const struct kban_watch *watch, size_t jail);

/* commands-jail.c: what a jail goes by, and whom it never bans. */
void command_jail_settings(struct command *command);
void command_add_ignored(struct command *command);
void command_remove_ignored(struct command *command);

/* commands-logs.c: where the lines of a jail come from; and what a status says of that. */
void command_add_log(struct command *command);
void command_remove_log(struct command *command);
void command_add_match(struct command *command);
void command_remove_match(struct command *command);
json_t *commands_describe_files(const struct kban_watch *watch, size_t jail);
/* What it has to wait for before it reads anything. */
json_t *commands_describe_missing(const struct kban_watch *watch, size_t jail);
json_t *commands_describe_matches(struct kban_watch *watch, size_t jail);

/* commands-scans.c: what of a log is looked at, or NULL if all is; and what each rule of a jail
 * waits for, in each of its logs. */
json_t *commands_describe_scan(const struct kban_watch *watch, const char *log);
json_t *commands_describe_scans(const struct kban_watch *watch, size_t jail);

/* commands-import.c */
void command_import_bans(struct command *command);

/* commands.c: put into force what a method changed, or answer why that failed. */
void command_settle(struct command *command);

/* commands.c: for methods: answer with an error whose one parameter is @a key. */
void command_fail(struct command *command, const char *error, const char *key, const char *value);

/* The jail that parameter "jail" names; NULL and an error if there is none that runs. */
struct kban_jail *command_jail(struct command *command, size_t *index);

/* Read an address as operators write it. False: an error was answered. */
bool command_address(struct command *command, const json_t *text, struct kban_addr *out);

#endif /* KBAN_TAIL_COMMANDS_H */
