/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The actions of a jail: which there are, and what they are told to do. */
#include <stdio.h>
#include <string.h>

#include <kban/duration.h>

#include "command.h"
#include "print.h"

static void print_actions(const json_t *jail)
{
	const json_t *actions = json_object_get(jail, "actions");
	size_t count = json_array_size(actions);

	if (count == 0) {
		fputs("No actions for jail ", stdout);
		print_text(stdout, string_of(jail, "name"));
		putchar('\n');
		return;
	}
	fputs("The jail ", stdout);
	print_text(stdout, string_of(jail, "name"));
	puts(" has the following actions:");
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			fputs(", ", stdout);
		print_text(stdout, string_of(json_array_get(actions, i), "name"));
	}
	putchar('\n');
}

/* get JAIL actions */
int get_actions(const struct options *options, const char *jail, char **words)
{
	json_t *reply;
	int status;

	if (*words != NULL)
		return wrong("get actions takes no more words");
	status = call(options, "JailStatus", json_pack("{s:s}", "jail", jail), &reply);
	if (reply != NULL)
		print_actions(json_object_get(reply, "jail"));
	json_decref(reply);
	return status;
}

static int ask_properties(const struct options *options, const char *jail, const char *action,
			  json_t **reply)
{
	return call(options, "ActionProperties",
		    json_pack("{s:s,s:s}", "jail", jail, "action", action), reply);
}

/* A text of several lines; what a terminal would obey is escaped in each. */
static void print_lines(const char *text)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");

		print_bytes(stdout, (struct kban_text){ text, length });
		putchar('\n');
		text += length + (text[length] == '\n');
	}
}

/* A time is shown in seconds. */
static void print_property(const char *name, const char *text)
{
	double seconds;

	if (strcmp(name, "timeout") == 0 &&
	    kban_duration_parse((struct kban_text){ text, strlen(text) }, &seconds) == KBAN_OK)
		printf("%.15g\n", seconds);
	else if (*text == '\0')
		putchar('\n');
	else
		print_lines(text);
}

/* get JAIL action ACTION PROPERTY */
int get_action(const struct options *options, const char *jail, char **words)
{
	const char *text;
	json_t *reply;
	int status;

	if (count_words(words) != 2)
		return wrong("get action needs an action and one of its properties");
	status = ask_properties(options, jail, words[0], &reply);
	if (reply == NULL)
		return status;
	text = json_string_value(json_object_get(json_object_get(reply, "properties"), words[1]));
	if (text != NULL) {
		print_property(words[1], text);
	} else {
		fputs("'CommandAction' object has no attribute ", stdout);
		print_quoted(words[1]);
		putchar('\n');
		status = EXIT_FAILED;
	}
	json_decref(reply);
	return status;
}

static void print_heading(const char *jail, const char *action, const char *what)
{
	fputs("The jail ", stdout);
	print_text(stdout, jail);
	fputs(" action ", stdout);
	print_text(stdout, action);
	printf(" has the following %s\n", what);
}

/* get JAIL actionproperties ACTION */
int get_action_properties(const struct options *options, const char *jail, char **words)
{
	const char *name;
	json_t *reply, *value;
	const char *separator = "";
	int status;

	if (count_words(words) != 1)
		return wrong("get actionproperties needs an action");
	status = ask_properties(options, jail, words[0], &reply);
	if (reply == NULL)
		return status;
	print_heading(jail, words[0], "properties:");
	json_object_foreach(json_object_get(reply, "properties"), name, value)
	{
		fputs(separator, stdout);
		print_text(stdout, name);
		separator = ", ";
	}
	putchar('\n');
	json_decref(reply);
	return status;
}

/* get JAIL actionmethods ACTION */
int get_action_methods(const struct options *options, const char *jail, char **words)
{
	json_t *reply;
	int status;

	if (count_words(words) != 1)
		return wrong("get actionmethods needs an action");
	status = ask_properties(options, jail, words[0], &reply);
	if (reply == NULL)
		return status;
	print_heading(jail, words[0], "methods:");
	print_joined(json_object_get(reply, "methods"), ", ");
	putchar('\n');
	json_decref(reply);
	return status;
}

/* What fail2ban's actions can be called by, also where kban's cannot: no property has such a name.
 */
static bool is_method(const char *word)
{
	static const char *const names[] = { "ban",   "consistencyCheck", "flush", "prolong",
					     "reban", "reload",           "start", "stop",
					     "unban" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], word) == 0)
			return true;
	return false;
}

/* Behind a method there may be its arguments, of which those of ours have none. */
static bool has_no_arguments(const char *json)
{
	json_t *arguments = json_loads(json, 0, NULL);
	bool is_empty = json_is_object(arguments) && json_object_size(arguments) == 0;

	json_decref(arguments);
	return is_empty;
}

/* set JAIL action ACTION METHOD [{}] */
static int call_method(const struct options *options, const char *jail, char **words)
{
	json_t *reply;
	int status;

	if (words[2] != NULL && !has_no_arguments(words[2])) {
		fputs("what can be called takes no arguments: {} or nothing\n", stdout);
		return EXIT_FAILED;
	}
	status = call(
		options, "CallAction",
		json_pack("{s:s,s:s,s:s}", "jail", jail, "action", words[0], "method", words[1]),
		&reply);
	if (reply != NULL)
		puts("True");
	json_decref(reply);
	return status;
}

/* set JAIL action ACTION PROPERTY VALUE, or METHOD [ARGUMENTS] */
int set_action(const struct options *options, const char *jail, char **words)
{
	size_t count = count_words(words);
	json_t *reply;
	int status;

	if ((count == 2 || count == 3) && is_method(words[1]))
		return call_method(options, jail, words);
	if (count != 3)
		return wrong("set action needs an action, and one of its properties with a value, "
			     "or flush, reload, start or stop");
	status = call(options, "SetAction",
		      json_pack("{s:s,s:s,s:s,s:s}", "jail", jail, "action", words[0], "property",
				words[1], "value", words[2]),
		      &reply);
	if (reply != NULL)
		print_property(words[1], string_of(reply, "value"));
	json_decref(reply);
	return status;
}

/* set JAIL addaction|delaction ACTION */
static int change(const struct options *options, const char *method, const char *jail, char **words,
		  const char *said)
{
	json_t *reply;
	int status;

	if (words[0] != NULL && words[1] != NULL && strcmp(method, "AddAction") == 0)
		return wrong("actions in Python cannot be run; name the action alone");
	if (count_words(words) != 1)
		return wrong("an action is needed, and nothing behind it");
	status = call(options, method, json_pack("{s:s,s:s}", "jail", jail, "action", words[0]),
		      &reply);
	if (reply != NULL) {
		print_text(stdout, said != NULL ? said : words[0]);
		putchar('\n');
	}
	json_decref(reply);
	return status;
}

int set_addaction(const struct options *options, const char *jail, char **words)
{
	return change(options, "AddAction", jail, words, NULL);
}

int set_delaction(const struct options *options, const char *jail, char **words)
{
	return change(options, "RemoveAction", jail, words, "None");
}
