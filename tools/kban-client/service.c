/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands about the daemon as a whole. */
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "print.h"

/* Call what needs no words, and take none. */
static int call_plain(const struct options *options, const char *method, char **words,
		      json_t **reply)
{
	*reply = NULL;
	if (*words != NULL)
		return wrong("'%s': nothing may follow here", *words);
	return call(options, method, json_object(), reply);
}

/* Print a line that ends in a string of the reply, and release that. NULL is nothing to print. */
static void print_string(json_t *reply, const char *before, const char *key)
{
	if (reply == NULL)
		return;
	fputs(before, stdout);
	print_text(stdout, string_of(reply, key));
	putchar('\n');
	json_decref(reply);
}

/* ping [SECONDS] */
int command_ping(const struct options *options, char **words)
{
	struct options patient = *options;
	json_t *reply;
	int status;

	if (*words != NULL) {
		char *end;
		double seconds = strtod(*words, &end);

		if (words[1] != NULL || *end != '\0' || !(seconds > 0 && seconds <= 86400))
			return wrong("ping '%s': at most a number of seconds may follow here",
				     *words);
		patient.timeout = (kban_usec)(seconds * (double)KBAN_SECOND);
		words++;
	}
	status = call_plain(&patient, "Ping", words, &reply);
	print_string(reply, "Server replied: ", "answer");
	return status;
}

int command_server_status(const struct options *options, char **words)
{
	json_t *reply;
	int status = call_plain(options, "Ping", words, &reply);

	if (reply != NULL)
		puts("Server ready");
	json_decref(reply);
	return status;
}

int command_flushlogs(const struct options *options, char **words)
{
	json_t *reply;
	int status = call_plain(options, "FlushLogs", words, &reply);

	if (reply != NULL)
		puts(is_true(reply, "rolled_over") ? "logs: rolled over" : "logs: flushed");
	json_decref(reply);
	return status;
}

int command_version(const struct options *options, char **words)
{
	json_t *reply;
	int status = call_plain(options, "Version", words, &reply);

	print_string(reply, "", "version");
	return status;
}

/* Warnings do not keep a configuration from being used, but should be seen. */
static void print_warnings(const json_t *problems)
{
	for (size_t i = 0; i < json_array_size(problems); i++) {
		const char *problem = json_string_value(json_array_get(problems, i));

		fputs("kban-client: ", stderr);
		print_text(stderr, problem != NULL ? problem : "");
		fputc('\n', stderr);
	}
}

static int reload(const struct options *options, const char *jail, bool unban, bool if_exists)
{
	json_t *parameters = json_object();
	json_t *reply;
	int status;

	if (jail != NULL)
		json_object_set_new(parameters, "jail", json_string(jail));
	if (unban)
		json_object_set_new(parameters, "unban", json_true());
	if (if_exists)
		json_object_set_new(parameters, "if_exists", json_true());
	status = call(options, "Reload", parameters, &reply);
	if (reply == NULL)
		return status;
	print_warnings(json_object_get(reply, "problems"));
	puts("OK");
	json_decref(reply);
	return status;
}

/*
 * reload [--restart] [--unban] [--if-exists] [--all | JAIL]. Each reload makes jails anew, which is
 * what --restart asks for.
 */
int command_reload(const struct options *options, char **words)
{
	bool unban = take_word(words, "--unban");
	bool if_exists = take_word(words, "--if-exists");
	bool all = take_word(words, "--all");

	(void)take_word(words, "--restart");
	if (words[0] != NULL && (all || words[1] != NULL || words[0][0] == '-'))
		return wrong("'%s': of a reload, there may be --all or one jail, --restart, "
			     "--unban and --if-exists",
			     words[1] != NULL ? words[1] : words[0]);
	return reload(options, words[0], unban, if_exists);
}

/* restart [--unban] [--if-exists] JAIL */
int command_restart(const struct options *options, char **words)
{
	bool unban = take_word(words, "--unban");
	bool if_exists = take_word(words, "--if-exists");

	if (count_words(words) != 1 || words[0][0] == '-')
		return wrong(
			"restart needs one jail; what has started the daemon restarts it, such "
			"as 'systemctl restart kban'");
	return reload(options, words[0], unban, if_exists);
}

/* echo WORD … */
int command_echo(const struct options *options, char **words)
{
	(void)options;
	for (size_t i = 0; words[i] != NULL; i++) {
		if (i > 0)
			putchar(' ');
		print_text(stdout, words[i]);
	}
	putchar('\n');
	return EXIT_GOOD;
}

/* stop [--flush] */
int command_stop(const struct options *options, char **words)
{
	bool flush = take_word(words, "--flush");
	json_t *reply;
	int status;

	if (*words != NULL)
		return wrong("'%s': nothing but --flush may follow here", *words);
	status = call(options, "Stop", json_pack("{s:b}", "flush", flush), &reply);
	if (reply == NULL)
		return status;
	puts("Shutdown successful");
	if (flush)
		puts("All bans were lifted");
	else
		printf("Bans that stay in the kernel: %lld\n", number_of(reply, "kept"));
	json_decref(reply);
	return status;
}

int command_flush(const struct options *options, char **words)
{
	json_t *reply;
	int status = call_plain(options, "Flush", words, &reply);

	if (reply != NULL)
		printf("%lld\n", number_of(reply, "count"));
	json_decref(reply);
	return status;
}
