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

/* commands.c: for methods: answer with an error whose one parameter is @a key. */
void command_fail(struct command *command, const char *error, const char *key, const char *value);

/* The jail that parameter "jail" names; NULL and an error if there is none that runs. */
struct kban_jail *command_jail(struct command *command, size_t *index);

/* Read an address as operators write it. False: an error was answered. */
bool command_address(struct command *command, const json_t *text, struct kban_addr *out);

#endif /* KBAN_TAIL_COMMANDS_H */
