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
	const char *config_dir; /* NULL: the default */
	const char *socket_path;
	kban_usec timeout;
	bool json;
};

/* The words behind the command's name, NULL behind the last. */
typedef int command_fn(const struct options *options, char **words);

/* status.c */
int command_status(const struct options *options, char **words);
/* bans.c */
int command_banned(const struct options *options, char **words);
int command_get(const struct options *options, char **words);
int command_set(const struct options *options, char **words);
int command_unban(const struct options *options, char **words);
/* why.c */
int command_why(const struct options *options, char **words);
/* service.c */
int command_flush(const struct options *options, char **words);
int command_ping(const struct options *options, char **words);
int command_reload(const struct options *options, char **words);
int command_stop(const struct options *options, char **words);
int command_version(const struct options *options, char **words);

/*
 * Call io.kban.METHOD.
 *
 * @param parameters  Taken over; NULL: none.
 * @param reply       Receives the reply's parameters, owned by the caller, where there is something
 *                    left to print: not after an error, and not with --json, when it was printed.
 *
 * @return An exit status; *reply is NULL if nothing is left to do.
 */
int call(const struct options *options, const char *method, json_t *parameters, json_t **reply);

/* Say on standard error that the words make no command. @return EXIT_USAGE. */
__attribute__((format(printf, 1, 2))) int wrong(const char *format, ...);

/* Take @a word off the words, wherever it stands. True if it was there. */
bool take_word(char **words, const char *word);

size_t count_words(char **words);

/* The words as an array of strings. */
json_t *word_list(char **words);

/* What the daemon said, fit for a terminal. */
void print_text(const char *text);

/* Shorthands for fields that may be missing. */
const char *string_of(const json_t *object, const char *key);
long long number_of(const json_t *object, const char *key);

#endif /* KBAN_CLIENT_COMMAND_H */
