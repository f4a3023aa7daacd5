/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands about the daemon as a whole. */
#include <stdio.h>

#include "command.h"

/* Commands that take nothing say so. */
static int takes_nothing(char **words)
{
	return *words == NULL ? EXIT_GOOD : wrong("'%s': nothing may follow here", *words);
}

int command_ping(const struct options *options, char **words)
{
	json_t *reply;
	int status = takes_nothing(words);

	if (status == EXIT_GOOD)
		status = call(options, "Ping", NULL, &reply);
	else
		return status;
	if (reply != NULL) {
		printf("Server replied: ");
		print_text(string_of(reply, "answer"));
		putchar('\n');
	}
	json_decref(reply);
	return status;
}

int command_version(const struct options *options, char **words)
{
	json_t *reply;
	int status = takes_nothing(words);

	if (status != EXIT_GOOD)
		return status;
	status = call(options, "Version", NULL, &reply);
	if (reply != NULL) {
		print_text(string_of(reply, "version"));
		putchar('\n');
	}
	json_decref(reply);
	return status;
}

/* Warnings do not keep a configuration from being used, but should be seen. */
int command_reload(const struct options *options, char **words)
{
	json_t *reply, *problem;
	int status = takes_nothing(words);
	size_t i;

	if (status != EXIT_GOOD)
		return status;
	status = call(options, "Reload", NULL, &reply);
	if (reply != NULL) {
		json_array_foreach(json_object_get(reply, "problems"), i, problem)
		{
			fputs("warning: ", stdout);
			print_text(json_string_value(problem));
			putchar('\n');
		}
		puts("OK");
	}
	json_decref(reply);
	return status;
}

int command_stop(const struct options *options, char **words)
{
	bool flush = take_word(words, "--flush");
	json_t *reply;
	int status = takes_nothing(words);

	if (status != EXIT_GOOD)
		return status;
	status = call(options, "Stop", json_pack("{s:b}", "flush", flush), &reply);
	if (reply != NULL) {
		puts("Shutdown successful");
		if (flush)
			puts("All bans were lifted");
		else
			printf("Kept %lld bans in the kernel; 'stop --flush' would have lifted "
			       "them\n",
			       number_of(reply, "kept"));
	}
	json_decref(reply);
	return status;
}

int command_flush(const struct options *options, char **words)
{
	json_t *reply;
	int status = takes_nothing(words);

	if (status != EXIT_GOOD)
		return status;
	status = call(options, "Flush", NULL, &reply);
	if (reply != NULL)
		printf("%lld\n", number_of(reply, "count"));
	json_decref(reply);
	return status;
}
