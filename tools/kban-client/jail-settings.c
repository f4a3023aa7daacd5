/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a jail goes by, and whom it never bans, in the words of fail2ban-client. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "print.h"

static void print_tree(const json_t *list, bool numbered)
{
	size_t count = json_array_size(list);

	for (size_t i = 0; i < count; i++) {
		const char *text = json_string_value(json_array_get(list, i));

		fputs(i + 1 < count ? "|- " : "`- ", stdout);
		if (numbered)
			printf("[%zu]: ", i);
		print_text(stdout, text != NULL ? text : "");
		putchar('\n');
	}
}

static void print_ignored(const json_t *list)
{
	puts(json_array_size(list) > 0 ? "These IP addresses/networks are ignored:"
				       : "No IP address/network is ignored");
	print_tree(list, false);
}

static void print_rules(const json_t *list)
{
	puts(json_array_size(list) > 0 ? "The following regular expression are defined:"
				       : "No regular expression is defined");
	print_tree(list, true);
}

static void print_dates(const json_t *list)
{
	fputs("Current date pattern set to: ", stdout);
	if (json_array_size(list) == 0)
		fputs("Default Detectors", stdout);
	else
		print_joined(list, ", ");
	putchar('\n');
}

static void print_encoding(const json_t *value)
{
	const char *code = json_string_value(value);

	puts("Current log encoding is set to:");
	print_text(stdout, code != NULL && strcmp(code, "auto") != 0 ? code : "UTF-8");
	putchar('\n');
}

/* ['<ip>', 1000, 300] */
static void print_cache(const json_t *cache)
{
	if (cache == NULL) {
		puts("None");
		return;
	}
	putchar('[');
	print_quoted(string_of(cache, "key"));
	printf(", %lld, %.0f]\n", number_of(cache, "answers"),
	       json_number_value(json_object_get(cache, "age")));
}

/* A text, a number or a switch, in Python's notation; None where there is none. */
static void print_value(const json_t *value)
{
	if (json_is_string(value))
		print_text(stdout, json_string_value(value));
	else if (json_is_boolean(value))
		fputs(json_is_true(value) ? "True" : "False", stdout);
	else if (json_is_number(value))
		printf("%.0f", json_number_value(value));
	else
		fputs("None", stdout);
	putchar('\n');
}

static void print_or_nothing(const json_t *value)
{
	const char *text = json_string_value(value);

	print_text(stdout, text != NULL ? text : "");
	putchar('\n');
}

static const struct {
	const char *name;
	void (*print)(const json_t *value);
} known[] = {
	{ "datepattern", print_dates }, { "failregex", print_rules },
	{ "ignorecache", print_cache }, { "ignorecommand", print_or_nothing },
	{ "ignoreip", print_ignored },  { "ignoreregex", print_rules },
	{ "ignoreself", print_value },  { "logencoding", print_encoding },
	{ "logtimezone", print_value }, { "maxlines", print_value },
	{ "maxmatches", print_value },  { "prefregex", print_or_nothing },
	{ "usedns", print_value },
};

#define KNOWN_COUNT (sizeof(known) / sizeof(known[0]))

/* What "bantime.NAME" has behind the dot, or NULL. */
static const char *growth_name(const char *name)
{
	return strncmp(name, "bantime.", strlen("bantime.")) == 0 ? name + strlen("bantime.")
								  : NULL;
}

static void print_setting(const json_t *reply, const char *name)
{
	const char *growth = growth_name(name);

	if (growth != NULL) {
		print_value(json_object_get(json_object_get(reply, "growth"), growth));
		return;
	}
	for (size_t i = 0; i < KNOWN_COUNT; i++)
		if (strcmp(known[i].name, name) == 0)
			known[i].print(json_object_get(reply, name));
}

bool get_jail_setting(const struct options *options, char **words, int *status)
{
	json_t *reply;
	size_t i = 0;

	while (i < KNOWN_COUNT && strcmp(known[i].name, words[1]) != 0)
		i++;
	if (i == KNOWN_COUNT && growth_name(words[1]) == NULL)
		return false;
	if (words[2] != NULL) {
		*status = wrong("get %s takes no more words", words[1]);
		return true;
	}
	*status = call(options, "JailSettings", json_pack("{s:s}", "jail", words[0]), &reply);
	if (reply != NULL)
		print_setting(reply, words[1]);
	json_decref(reply);
	return true;
}

/* What fail2ban-client can set and kban-client cannot: the name, with "add" or "del" before it. */
bool refuse_jail_setting(char **words, int *status)
{
	const char *name = words[1];
	size_t i = 0;

	if (strncmp(name, "add", 3) == 0 || strncmp(name, "del", 3) == 0)
		name += 3;
	if (strcmp(name, "ignoreip") == 0) /* which is changed by its own commands */
		return false;
	while (i < KNOWN_COUNT && strcmp(known[i].name, name) != 0)
		i++;
	if (i == KNOWN_COUNT && growth_name(name) == NULL)
		return false;
	print_text(stdout, name);
	fputs(" cannot be set in a running jail; write it into jail.local, under [", stdout);
	print_text(stdout, words[0]);
	puts("], and run 'kban-client reload'");
	*status = EXIT_FAILED;
	return true;
}

static int change_ignored(const struct options *options, const char *method, json_t *parameters)
{
	json_t *reply;
	int status = call(options, method, parameters, &reply);

	if (reply != NULL)
		print_ignored(json_object_get(reply, "ignoreip"));
	json_decref(reply);
	return status;
}

int set_addignoreip(const struct options *options, const char *jail, char **words)
{
	return change_ignored(options, "AddIgnored",
			      json_pack("{s:s,s:o}", "jail", jail, "entries", word_list(words)));
}

int set_delignoreip(const struct options *options, const char *jail, char **words)
{
	if (count_words(words) != 1)
		return wrong("delignoreip needs one address, network or name of a host");
	return change_ignored(options, "RemoveIgnored",
			      json_pack("{s:s,s:s}", "jail", jail, "entry", words[0]));
}
