/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kban/cleanup.h>

#include "command.h"

int wrong(const char *format, ...)
{
	va_list arguments;

	fputs("kban-client: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputs("\nTry 'kban-client --help'.\n", stderr);
	return EXIT_USAGE;
}

bool take_word(char **words, const char *word)
{
	for (; *words != NULL; words++) {
		if (strcmp(*words, word) != 0)
			continue;
		do
			words[0] = words[1];
		while (*words++ != NULL);
		return true;
	}
	return false;
}

size_t count_words(char **words)
{
	size_t count = 0;

	while (words[count] != NULL)
		count++;
	return count;
}

json_t *word_list(char **words)
{
	json_t *list = json_array();

	for (; *words != NULL; words++)
		json_array_append_new(list, json_string(*words));
	return list;
}

void print_text(const char *text)
{
	char *printable = kban_text_printable((struct kban_text){ text, strlen(text) });

	fputs(printable ? printable : "", stdout);
	free(printable);
}

const char *string_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

long long number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void print_problems(const json_t *problems)
{
	size_t i;
	json_t *problem;

	json_array_foreach(problems, i, problem)
	{
		print_text(json_string_value(problem) ? json_string_value(problem) : "");
		putchar('\n');
	}
}

/* What the daemon would not do, in fail2ban's words where it has some. */
static int print_error(const char *name, const json_t *parameters)
{
	if (strcmp(name, "io.kban.NoSuchJail") == 0) {
		printf("Sorry but the jail '");
		print_text(string_of(parameters, "jail"));
		puts("' does not exist");
	} else if (strcmp(name, "io.kban.NotAnAddress") == 0) {
		printf("'");
		print_text(string_of(parameters, "text"));
		puts("' is not an address");
	} else if (strcmp(name, "io.kban.Refused") == 0) {
		print_text(string_of(parameters, "address"));
		printf(" is not banned: ");
		print_text(string_of(parameters, "reason"));
		puts("; --force does it all the same");
	} else if (strcmp(name, "io.kban.BadConfiguration") == 0) {
		print_problems(json_object_get(parameters, "problems"));
		puts("The configuration was refused; the old one stays in force");
	} else if (strcmp(name, "io.kban.Failed") == 0) {
		print_text(string_of(parameters, "reason"));
		putchar('\n');
	} else {
		printf("The daemon answered with the error %s\n", name);
	}
	return EXIT_FAILED;
}

static void print_json(const json_t *reply)
{
	json_dumpf(reply, stdout, JSON_COMPACT);
	putchar('\n');
}

static int unreachable(const struct options *options, int status, const struct kban_error *error)
{
	if (status == KBAN_E_NOTFOUND)
		fprintf(stderr, "kban-client: no daemon answers at %s. Is kban-tail running?\n",
			options->socket_path);
	else if (status == KBAN_E_DENIED)
		fprintf(stderr, "kban-client: permission denied to socket %s (you must be root)\n",
			options->socket_path);
	else
		fprintf(stderr, "kban-client: %s\n", kban_error_text(error));
	return EXIT_FAILED;
}

static int judge(const struct options *options, const char *error_name, json_t *parameters,
		 json_t **reply)
{
	json_t *object;

	if (!options->json && error_name == NULL) {
		*reply = parameters;
		return EXIT_GOOD;
	}
	if (!options->json) {
		print_error(error_name, parameters);
	} else if (error_name == NULL) {
		print_json(parameters);
	} else {
		object = json_pack("{s:s,s:O}", "error", error_name, "parameters", parameters);
		print_json(object);
		json_decref(object);
	}
	json_decref(parameters);
	return error_name ? EXIT_FAILED : EXIT_GOOD;
}

int call(const struct options *options, const char *method, json_t *parameters, json_t **reply)
{
	kban_auto(client) client = NULL;
	kban_auto(error) error = NULL;
	char *text = parameters ? json_dumps(parameters, JSON_COMPACT) : NULL;
	char *answer = NULL, *error_name = NULL;
	char full_name[64];
	json_t *parsed;
	int status;

	*reply = NULL;
	snprintf(full_name, sizeof(full_name), "io.kban.%s", method);
	json_decref(parameters);
	status = kban_client_open(options->socket_path, options->timeout, &client, &error);
	if (status == KBAN_OK)
		status = kban_client_call(client, full_name, text, &answer, &error_name, &error);
	free(text);
	if (status != KBAN_OK && status != KBAN_E_INVAL)
		return unreachable(options, status, error);
	parsed = json_loads(answer ? answer : "{}", 0, NULL);
	status = judge(options, status == KBAN_E_INVAL ? error_name : NULL, parsed, reply);
	free(answer);
	free(error_name);
	return status;
}
