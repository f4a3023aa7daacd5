/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The actions of a jail: how they do, and what they are told to do. */
#include <stdlib.h>
#include <string.h>

#include <kban/command.h>
#include <kban/duration.h>

#include "commands.h"

/* Text that an operator wrote, which may be in any encoding. */
static json_t *utf8(const char *text)
{
	struct kban_text clean = { NULL, 0 };
	json_t *string;

	if (kban_text_utf8((struct kban_text){ text, strlen(text) }, &clean) != KBAN_OK)
		return NULL;
	string = json_stringn(clean.data ? clean.data : "", clean.len);
	free((char *)(uintptr_t)clean.data);
	return string;
}

static json_t *describe(const struct kban_action_state *state)
{
	json_t *object = json_object();

	json_object_set_new(object, "name", utf8(state->name));
	json_object_set_new(object, "native", json_false());
	json_object_set_new(object, "started", json_boolean(state->started));
	json_object_set_new(object, "running", json_boolean(state->running));
	json_object_set_new(object, "banned", json_integer((json_int_t)state->banned));
	json_object_set_new(object, "pending", json_integer((json_int_t)state->pending));
	json_object_set_new(object, "succeeded", json_integer((json_int_t)state->succeeded));
	json_object_set_new(object, "failed", json_integer((json_int_t)state->failed));
	json_object_set_new(object, "dropped", json_integer((json_int_t)state->dropped));
	if (state->problem != NULL)
		json_object_set_new(object, "problem", utf8(state->problem));
	return object;
}

json_t *commands_describe_actions(const struct kban_watch *watch, size_t jail)
{
	json_t *list = json_array();
	const char *native;

	for (size_t i = 0; (native = kban_watch_native_action(watch, jail, i)) != NULL; i++) {
		json_t *object = json_object();

		json_object_set_new(object, "name", utf8(native));
		json_object_set_new(object, "native", json_true());
		json_array_append_new(list, object);
	}
	for (size_t i = 0; i < kban_watch_action_count(watch, jail); i++) {
		struct kban_action_state state = KBAN_ACTION_STATE_INIT;

		kban_watch_action_state(watch, jail, i, &state);
		json_array_append_new(list, describe(&state));
	}
	return list;
}

static const char *text_in(const struct command *command, const char *key)
{
	const char *text = json_string_value(json_object_get(command->parameters, key));

	return text != NULL ? text : "";
}

/* An action that runs commands. False: an error was answered. */
static bool find_action(struct command *command, size_t *jail, size_t *action)
{
	const struct kban_watch *watch = command->daemon->watch;
	const char *name = text_in(command, "action");

	if (command_jail(command, jail) == NULL && command->error != NULL)
		return false;
	for (*action = 0; *action < kban_watch_action_count(watch, *jail); (*action)++) {
		struct kban_action_state state = KBAN_ACTION_STATE_INIT;

		kban_watch_action_state(watch, *jail, *action, &state);
		if (strcmp(state.name, name) == 0)
			return true;
	}
	command_fail(command, "NoSuchAction", "action", name);
	return false;
}

/* Whether the action is the jail's firewall, which has no commands. */
static bool is_native(struct command *command, size_t *jail)
{
	const char *name = text_in(command, "action");
	const char *native;

	if (command_jail(command, jail) == NULL && command->error != NULL)
		return false;
	for (size_t i = 0;
	     (native = kban_watch_native_action(command->daemon->watch, *jail, i)) != NULL; i++)
		if (strcmp(native, name) == 0)
			return true;
	return false;
}

static const struct kban_jail_config *config_of(const struct command *command, size_t jail)
{
	return kban_config_find_jail(command->daemon->config,
				     kban_watch_jail_name(command->daemon->watch, jail));
}

/* What the jail hands to its firewall. */
static void show_native(struct command *command, size_t jail)
{
	const struct kban_jail_config *config = config_of(command, jail);
	json_t *list = json_object();

	json_object_set_new(command->reply, "properties", list);
	json_object_set_new(command->reply, "methods", json_array());
	for (size_t i = 0; config != NULL && i < kban_jail_config_action_count(config); i++) {
		if (strcmp(kban_jail_config_action_name(config, i), text_in(command, "action")) !=
		    0)
			continue;
		for (size_t k = 0; k < kban_jail_config_parameter_count(config, i); k++)
			json_object_set_new(list, kban_jail_config_parameter_name(config, i, k),
					    utf8(kban_jail_config_parameter_value(config, i, k)));
	}
}

static json_t *list_methods(void)
{
	json_t *list = json_array();
	const char *name;

	for (size_t i = 0; (name = kban_action_method(i)) != NULL; i++)
		json_array_append_new(list, json_string(name));
	return list;
}

void command_action_properties(struct command *command)
{
	const struct kban_watch *watch = command->daemon->watch;
	json_t *list;
	size_t jail = 0, action;
	const char *name;

	if (is_native(command, &jail)) {
		show_native(command, jail);
		return;
	}
	if (command->error != NULL || !find_action(command, &jail, &action))
		return;
	list = json_object();
	json_object_set_new(command->reply, "properties", list);
	json_object_set_new(command->reply, "methods", list_methods());
	for (size_t i = 0; (name = kban_watch_action_property_name(watch, jail, action, i)) != NULL;
	     i++)
		json_object_set_new(list, name,
				    utf8(kban_watch_action_property(watch, jail, action, name)));
}

void command_set_action(struct command *command)
{
	kban_auto(error) reason = NULL;
	const char *property = text_in(command, "property");
	size_t jail = 0, action;

	if (is_native(command, &jail)) {
		command_fail(command, "Failed", "reason",
			     "this action is sets and rules, not commands; change jail.local, and "
			     "reload");
		return;
	}
	if (command->error != NULL || !find_action(command, &jail, &action))
		return;
	if (*property == '\0')
		command_fail(command, "Failed", "reason", "a property has a name");
	else if (kban_watch_set_action_property(command->daemon->watch, jail, action, property,
						text_in(command, "value"), &reason) < 0)
		command_fail(command, "Failed", "reason", kban_error_text(reason));
	else
		json_object_set_new(command->reply, "value",
				    json_string(text_in(command, "value")));
}

void command_call_action(struct command *command)
{
	kban_auto(error) reason = NULL;
	size_t jail = 0, action;

	if (is_native(command, &jail)) {
		command_fail(command, "Failed", "reason",
			     "this action is sets and rules, not commands; there is nothing to "
			     "call");
		return;
	}
	if (command->error != NULL || !find_action(command, &jail, &action))
		return;
	if (kban_watch_call_action(command->daemon->watch, jail, action, text_in(command, "method"),
				   &reason) < 0)
		command_fail(command, "Failed", "reason", kban_error_text(reason));
	else
		command_settle(command);
}

void command_add_action(struct command *command)
{
	kban_auto(error) reason = NULL;
	size_t jail = 0;

	if (command_jail(command, &jail) == NULL && command->error != NULL)
		return;
	if (kban_watch_add_action(command->daemon->watch, jail, text_in(command, "action"),
				  &reason) < 0) {
		command_fail(command, "Failed", "reason", kban_error_text(reason));
		return;
	}
	command_settle(command);
}

void command_remove_action(struct command *command)
{
	size_t jail = 0, action;

	if (is_native(command, &jail)) {
		command_fail(command, "Failed", "reason",
			     "this action is the jail's firewall; change jail.local, and reload");
		return;
	}
	if (command->error != NULL || !find_action(command, &jail, &action))
		return;
	if (kban_watch_remove_action(command->daemon->watch, jail, action) < 0)
		command_fail(command, "Failed", "reason", "out of memory");
	else
		command_settle(command);
}
