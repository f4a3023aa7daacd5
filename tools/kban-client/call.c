/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kban/cleanup.h>

#include "command.h"
#include "print.h"

json_t *word_list(char **words)
{
	json_t *list = json_array();

	for (; *words != NULL; words++) {
		if (json_array_append_new(list, json_string(*words)) == 0)
			continue;
		json_decref(list);
		return NULL;
	}
	return list;
}

const char *string_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

long long number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

bool is_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

static void print_bad_configuration(const json_t *parameters)
{
	print_joined(json_object_get(parameters, "problems"), "\n");
	puts("\nThe configuration was refused; the old one stays in force");
}

static void print_refused(const json_t *parameters)
{
	print_text(stdout, string_of(parameters, "address"));
	fputs(" is not to be banned: ", stdout);
	print_text(stdout, string_of(parameters, "reason"));
	putchar('\n');
}

/* A text with the value of one parameter in it. */
struct wording {
	const char *error;
	const char *before, *key, *behind;
	void (*print)(const json_t *parameters); /* instead of them */
};

/* In fail2ban's words where it has some. */
static const struct wording wordings[] = {
	{ "io.kban.NoSuchJail", "Sorry but the jail '", "jail", "' does not exist", NULL },
	{ "io.kban.NoSuchAction", "'Invalid Action name: ", "action", "'", NULL },
	{ "io.kban.NotAnAddress", "'", "text", "' is not an address", NULL },
	{ "io.kban.Failed", "", "reason", "", NULL },
	{ "io.kban.Refused", NULL, NULL, NULL, print_refused },
	{ "io.kban.BadConfiguration", NULL, NULL, NULL, print_bad_configuration },
};

/* What the daemon would not do. On standard output, where fail2ban-client says it. */
static void print_error(const char *name, const json_t *parameters)
{
	for (size_t i = 0; i < sizeof(wordings) / sizeof(wordings[0]); i++) {
		const struct wording *wording = &wordings[i];

		if (strcmp(wording->error, name) != 0)
			continue;
		if (wording->print != NULL) {
			wording->print(parameters);
			return;
		}
		fputs(wording->before, stdout);
		print_text(stdout, string_of(parameters, wording->key));
		puts(wording->behind);
		return;
	}
	fputs("The daemon answered with the error ", stdout);
	print_text(stdout, name);
	putchar('\n');
}

/* ASCII, so that no byte of it means anything to a terminal. */
static void print_json(const json_t *value)
{
	json_dumpf(value, stdout, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(16));
	putchar('\n');
}

static int judge_error(const struct options *options, const char *name, json_t *parameters)
{
	json_t *object;

	if (!options->json) {
		print_error(name, parameters);
		return EXIT_FAILED;
	}
	object = json_pack("{s:s,s:O}", "error", name, "parameters", parameters);
	if (object == NULL)
		return out_of_memory();
	print_json(object);
	json_decref(object);
	return EXIT_FAILED;
}

/* Takes @a parameters over, into *reply where they are still to be printed. */
static int judge(const struct options *options, const char *error_name, json_t *parameters,
		 json_t **reply)
{
	int status = EXIT_GOOD;

	if (parameters == NULL)
		return out_of_memory();
	if (error_name == NULL && !options->json) {
		*reply = parameters;
		return EXIT_GOOD;
	}
	if (error_name != NULL)
		status = judge_error(options, error_name, parameters);
	else
		print_json(parameters);
	json_decref(parameters);
	return status;
}

static int unreachable(const struct options *options, int status, const struct kban_error *error)
{
	if (status == KBAN_E_NOTFOUND)
		fprintf(stderr,
			"kban-client: Failed to access socket path: %s. Is kban-tail running?\n",
			options->socket_path);
	else if (status == KBAN_E_DENIED)
		fprintf(stderr,
			"kban-client: Permission denied to socket: %s, (you must be root)\n",
			options->socket_path);
	else
		fprintf(stderr, "kban-client: %s\n", kban_error_text(error));
	return EXIT_FAILED;
}

static int exchange(const struct options *options, const char *method, const char *parameters,
		    json_t **reply)
{
	kban_auto(client) client = NULL;
	kban_auto(error) error = NULL;
	char *answer = NULL;
	char *error_name = NULL;
	int status = kban_client_open(options->socket_path, options->timeout, &client, &error);

	if (status == KBAN_OK)
		status = kban_client_call(client, method, parameters, &answer, &error_name, &error);
	if (answer == NULL)
		status = unreachable(options, status, error);
	else
		status = judge(options, error_name, json_loads(answer, 0, NULL), reply);
	free(answer);
	free(error_name);
	return status;
}

int call(const struct options *options, const char *method, json_t *parameters, json_t **reply)
{
	char *text = parameters != NULL ? json_dumps(parameters, JSON_COMPACT) : NULL;
	char full_name[64];
	int status;

	*reply = NULL;
	json_decref(parameters);
	snprintf(full_name, sizeof(full_name), "io.kban.%s", method);
	status = text != NULL ? exchange(options, full_name, text, reply) : out_of_memory();
	free(text);
	return status;
}
