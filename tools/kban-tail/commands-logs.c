/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the lines of a jail come from, as asked for and changed by operators. */
#include <stdlib.h>
#include <string.h>

#include "commands.h"

typedef const char *list_fn(const struct kban_watch *watch, size_t jail, size_t index);

static json_t *describe_paths(const struct kban_watch *watch, size_t jail, list_fn *item)
{
	json_t *list = json_array();
	const char *path;

	for (size_t i = 0; (path = item(watch, jail, i)) != NULL; i++) {
		struct kban_text clean = { NULL, 0 };

		if (kban_text_utf8((struct kban_text){ path, strlen(path) }, &clean) < 0)
			continue;
		json_array_append_new(list, json_stringn(clean.data ? clean.data : "", clean.len));
		free((char *)(uintptr_t)clean.data);
	}
	return list;
}

json_t *commands_describe_files(const struct kban_watch *watch, size_t jail)
{
	return describe_paths(watch, jail, kban_watch_jail_file);
}

json_t *commands_describe_missing(const struct kban_watch *watch, size_t jail)
{
	return describe_paths(watch, jail, kban_watch_jail_waits_for);
}

json_t *commands_describe_matches(struct kban_watch *watch, size_t jail)
{
	json_t *list = json_array();
	const char *match;

	for (size_t i = 0; (match = kban_watch_jail_match(watch, jail, i)) != NULL; i++)
		json_array_append_new(list, json_string(match));
	return list;
}

/* Answer with what the jail has now, or why nothing was changed. */
static void answer(struct command *command, size_t jail, int status, const struct kban_error *error)
{
	struct kban_watch *watch = command->daemon->watch;

	if (status < 0) {
		command_fail(command, "Failed", "reason", kban_error_text(error));
		return;
	}
	json_object_set_new(command->reply, "files", commands_describe_files(watch, jail));
	json_object_set_new(command->reply, "matches", commands_describe_matches(watch, jail));
	command_settle(command);
}

static const char *path_of(const struct command *command)
{
	const char *path = json_string_value(json_object_get(command->parameters, "path"));

	return path != NULL ? path : "";
}

void command_add_log(struct command *command)
{
	bool tail = json_is_true(json_object_get(command->parameters, "tail"));
	kban_auto(error) error = NULL;
	size_t jail = 0;
	int status;

	command_jail(command, &jail);
	if (command->error != NULL)
		return;
	status = kban_watch_add_log(command->daemon->watch, jail, path_of(command),
				    tail ? KBAN_FOLLOW_FROM_END : KBAN_FOLLOW_FROM_START, &error);
	answer(command, jail, status, error);
}

void command_remove_log(struct command *command)
{
	kban_auto(error) error = NULL;
	size_t jail = 0;
	int status;

	command_jail(command, &jail);
	if (command->error != NULL)
		return;
	status = kban_watch_remove_log(command->daemon->watch, jail, path_of(command), &error);
	/* What is wanted is so already; fail2ban answers as if it had been there. */
	if (status == KBAN_E_NOTFOUND)
		status = KBAN_OK;
	answer(command, jail, status, error);
}

typedef int change_fn(struct kban_watch *watch, size_t index, const char *const *words,
		      struct kban_error **err);

static void change_match(struct command *command, change_fn *change)
{
	const json_t *words = json_object_get(command->parameters, "words");
	const char **list = calloc(json_array_size(words) + 1, sizeof(*list));
	kban_auto(error) error = NULL;
	size_t jail = 0;

	command_jail(command, &jail);
	for (size_t i = 0; list != NULL && i < json_array_size(words); i++) {
		list[i] = json_string_value(json_array_get(words, i));
		if (list[i] == NULL)
			list[i] = "";
	}
	if (command->error == NULL && list == NULL)
		command_fail(command, "Failed", "reason", "out of memory");
	if (command->error == NULL) {
		int status = change(command->daemon->watch, jail, list, &error);

		answer(command, jail, status, error);
	}
	free((void *)list);
}

void command_add_match(struct command *command)
{
	change_match(command, kban_watch_add_match);
}

void command_remove_match(struct command *command)
{
	change_match(command, kban_watch_remove_match);
}
