/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the commands of kban-client share. Each asks the daemon one thing, and prints the answer as
 * fail2ban-client would, or, with --json, as it came.
 */
#ifndef KBAN_CLIENT_COMMAND_H
#define KBAN_CLIENT_COMMAND_H

#include <stdbool.h>

#include <jansson.h>

#include <kban/base.h>

/* Exit statuses: those of fail2ban-client, and one for being called wrongly. */
enum {
	EXIT_GOOD = 0,
	EXIT_USAGE = 2,
	EXIT_FAILED = 255,
};

struct options {
	const char *socket_path;
	kban_usec timeout;
	bool json;
};

/* The words behind the command's name, NULL behind the last. All are UTF-8. */
typedef int command_fn(const struct options *options, char **words);

/* status.c */
int command_status(const struct options *options, char **words);
/* banned.c */
int command_banned(const struct options *options, char **words);
int command_get(const struct options *options, char **words);
/* change.c */
int command_set(const struct options *options, char **words);
int command_unban(const struct options *options, char **words);
/* import.c */
int command_import(const struct options *options, char **words);
/* why.c */
int command_why(const struct options *options, char **words);
/* service.c */
int command_flush(const struct options *options, char **words);
int command_flushlogs(const struct options *options, char **words);
int command_server_status(const struct options *options, char **words);
int command_ping(const struct options *options, char **words);
int command_reload(const struct options *options, char **words);
int command_restart(const struct options *options, char **words);
int command_echo(const struct options *options, char **words);
int command_stop(const struct options *options, char **words);
int command_version(const struct options *options, char **words);

/* get THING and set THING VALUE, in settings.c. False: the words name no such thing. */
bool get_setting(const struct options *options, char **words, int *status);
bool set_setting(const struct options *options, char **words, int *status);

/* get JAIL SETTING, and set JAIL SETTING of what holds until it is written otherwise; in
 * jail-settings.c. False: the words name no such thing. */
bool get_jail_setting(const struct options *options, char **words, int *status);
bool refuse_jail_setting(char **words, int *status);

/* What may follow get JAIL and set JAIL; actions.c, jail-settings.c, logs.c, settings.c. */
typedef int jail_command_fn(const struct options *options, const char *jail, char **words);
jail_command_fn get_actions, get_action, get_action_properties, get_action_methods;
jail_command_fn set_action, set_addaction, set_delaction;
jail_command_fn get_logpath, get_journalmatch;
jail_command_fn get_bantime, get_findtime, get_maxretry;
jail_command_fn set_bantime, set_findtime, set_maxretry;
jail_command_fn set_addignoreip, set_delignoreip;
jail_command_fn set_addlogpath, set_dellogpath, set_addjournalmatch, set_deljournalmatch;

struct jail_command {
	const char *name;
	jail_command_fn *run;
};

/*
 * Run the command that the words behind the jail name.
 *
 * @param kind      "get" or "set".
 * @param commands  Those of that kind, of which an unknown one may have meant the nearest; the
 * first 15 are looked at.
 * @param words     The jail, the command, and what follows.
 */
int run_jail_command(const struct options *options, const char *kind,
		     const struct jail_command *commands, size_t count, char **words);

/*
 * Call io.kban.METHOD.
 *
 * @param parameters  An object, taken over. NULL is lack of memory, so that the result of
 *                    json_pack() may be handed in.
 * @param reply       Receives the reply's parameters, owned by the caller, where there is something
 *                    left to print: not after an error, and not with --json, when it was printed.
 *
 * @return An exit status; *reply is NULL if nothing is left to do.
 */
int call(const struct options *options, const char *method, json_t *parameters, json_t **reply);

/* The words as an array of strings; NULL without memory. */
json_t *word_list(char **words);

/* Fields of a reply, which an older or newer daemon may not send: then "", 0 and false. */
const char *string_of(const json_t *object, const char *key);
long long number_of(const json_t *object, const char *key);
bool is_true(const json_t *object, const char *key);

/* Say on standard error that the words make no command. @return EXIT_USAGE. */
__attribute__((format(printf, 1, 2))) int wrong(const char *format, ...);

/* The same of @a word, where one of @a names was meant; NULL ends them. @return EXIT_USAGE. */
int wrong_word(const char *what, const char *word, const char *const *names);

/* Say so on standard error. @return EXIT_FAILED. */
int out_of_memory(void);

/* Take @a word off the words, wherever it stands. True if it was there. */
bool take_word(char **words, const char *word);

size_t count_words(char **words);

#endif /* KBAN_CLIENT_COMMAND_H */
