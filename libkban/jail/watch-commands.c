/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands that the jails of a watch want to be run, and what is known of their actions. */
#include <kban/command.h>

#include "action/action-firewall.h"
#include "action/action-load.h"
#include "base/error.h"
#include "base/text.h"
#include "jail/actions.h"
#include "jail/questions.h"
#include "jail/watch.h"

/* The actions of all jails, then those that are being closed, as one list. NULL ends it. */
static struct kb_jail_action *action_at(const struct kban_watch *watch, size_t index)
{
	for (size_t i = 0; i < watch->running_count; i++) {
		const struct kb_actions *actions = watch->running[i]->actions;
		size_t count = actions != NULL ? actions->count : 0;

		if (index < count)
			return actions->items[index];
		index -= count;
	}
	return index < watch->closing_count ? watch->closing[index] : NULL;
}

static size_t count_actions(const struct kban_watch *watch)
{
	size_t count = 0;

	while (action_at(watch, count) != NULL)
		count++;
	return count;
}

static const char *const nothing[] = { NULL };

static void fill_command(struct kban_watch *watch, struct kb_jail_action *action,
			 struct kban_command *out)
{
	action->command = ++watch->last_command;
	*out = (struct kban_command){
		.id = action->command,
		.jail = action->queue->task.action->jail,
		.action = action->queue->task.action->name,
		.event = kb_action_event_name(action->event),
		.argv = action->argv,
		.environment = nothing,
		.timeout = action->queue->task.action->timeout,
	};
	if (action->rendered.environment.count > 0)
		out->environment = (const char *const *)action->rendered.environment.items;
}

static void fill_question(struct kban_watch *watch, struct kban_jail *jail,
			  struct kb_question *question, struct kban_command *out)
{
	kb_jail_begin_question(jail, question, ++watch->last_command);
	*out = (struct kban_command){
		.id = question->command,
		.jail = jail->options.name,
		.event = "ignore",
		.argv = question->argv,
		.environment = nothing,
		.timeout = KB_QUESTION_TIMEOUT,
	};
	if (question->rendered.environment.count > 0)
		out->environment = (const char *const *)question->rendered.environment.items;
}

/* Actions take turns, so that none with much to do keeps others waiting. */
static int next_of_actions(struct kban_watch *watch, kban_usec now, struct kban_command *out)
{
	size_t count = count_actions(watch);

	for (size_t i = 0; i < count; i++) {
		size_t turn = (watch->turn + i) % count;
		struct kb_jail_action *action = action_at(watch, turn);
		int status = kb_jail_action_next(action, now);

		if (status < 0)
			return status;
		if (status == 0)
			continue;
		watch->turn = turn + 1;
		fill_command(watch, action, out);
		return 1;
	}
	return 0;
}

/* Jails take turns, too. */
static int next_of_questions(struct kban_watch *watch, kban_usec now, struct kban_command *out)
{
	for (size_t i = 0; i < watch->running_count; i++) {
		size_t turn = (watch->question_turn + i) % watch->running_count;
		struct kban_jail *jail = watch->running[turn];
		struct kb_question *question;

		if (kb_jail_next_question(jail, now, &question) < 0)
			return KBAN_E_NOMEM;
		if (question == NULL)
			continue;
		watch->question_turn = turn + 1;
		fill_question(watch, jail, question, out);
		return 1;
	}
	return 0;
}

int kban_watch_next_command(struct kban_watch *watch, unsigned kinds, kban_usec now,
			    struct kban_command *out)
{
	int status = 0;

	if (watch->is_spoilt)
		return 0;
	if (kinds & KBAN_COMMANDS_QUESTIONS)
		status = next_of_questions(watch, now, out);
	if (status != 0)
		return status;
	return kinds & KBAN_COMMANDS_ACTIONS ? next_of_actions(watch, now, out) : 0;
}

static enum kb_task_result result_of(int status)
{
	if (status == 0)
		return KB_TASK_GOOD;
	return status == KBAN_COMMAND_TIMED_OUT ? KB_TASK_TIMED_OUT : KB_TASK_BAD;
}

int kban_watch_command_done(struct kban_watch *watch, uint64_t id, int status, kban_usec now)
{
	struct kb_jail_action *action;

	for (size_t i = 0; (action = action_at(watch, i)) != NULL; i++)
		if (action->command == id)
			return kb_jail_action_answer(action, result_of(status), now);
	for (size_t i = 0; i < watch->running_count; i++) {
		int answered = kb_jail_answer_question(watch->running[i], id, status, now);

		if (answered != 0)
			return answered < 0 ? answered : KBAN_OK;
	}
	return KBAN_OK;
}

kban_usec kban_watch_command_due(const struct kban_watch *watch)
{
	kban_usec due = KBAN_FOREVER;
	const struct kb_jail_action *action;

	for (size_t i = 0; (action = action_at(watch, i)) != NULL; i++) {
		kban_usec own = action->command == 0 ? kb_action_queue_next_due(action->queue)
						     : KBAN_FOREVER;

		if (own < due)
			due = own;
	}
	for (size_t i = 0; i < watch->running_count; i++) {
		kban_usec own = kb_jail_questions_due(watch->running[i]);

		if (own < due)
			due = own;
	}
	return due;
}

int kban_watch_close_actions(struct kban_watch *watch)
{
	struct kb_jail_action *action;
	int status = KBAN_OK;

	for (size_t i = 0; (action = action_at(watch, i)) != NULL && status == KBAN_OK; i++)
		status = kb_action_queue_close(action->queue);
	return status;
}

size_t kban_watch_open_actions(const struct kban_watch *watch)
{
	const struct kb_jail_action *action;
	size_t open = 0;

	for (size_t i = 0; (action = action_at(watch, i)) != NULL; i++)
		open += action->command != 0 || !kb_action_queue_is_over(action->queue);
	return open;
}

static void forget_predecessor(const struct kban_watch *watch, const struct kb_jail_action *closed)
{
	struct kb_jail_action *action;

	for (size_t i = 0; (action = action_at(watch, i)) != NULL; i++)
		if (action->predecessor == closed)
			action->predecessor = NULL;
}

/* Those that have undone everything, and whose changes are saved. */
void kb_watch_release_closed(struct kban_watch *watch)
{
	size_t i = 0;

	while (i < watch->closing_count) {
		struct kb_jail_action *closed = watch->closing[i];

		if (!kb_jail_action_is_over(closed)) {
			i++;
			continue;
		}
		forget_predecessor(watch, closed);
		watch->closing_count--;
		memmove(&watch->closing[i], &watch->closing[i + 1],
			(watch->closing_count - i) * sizeof(struct kb_jail_action *));
		kb_jail_action_free(closed);
	}
}

static struct kb_jail_action *action_of(const struct kban_watch *watch, size_t jail, size_t index)
{
	return watch->jails[jail]->jail->actions->items[index];
}

size_t kban_watch_action_count(const struct kban_watch *watch, size_t jail)
{
	const struct kban_jail *running = watch->jails[jail]->jail;

	return running != NULL && running->actions != NULL ? running->actions->count : 0;
}

void kban_watch_action_state(const struct kban_watch *watch, size_t jail, size_t index,
			     struct kban_action_state *out)
{
	const struct kb_jail_action *action = action_of(watch, jail, index);
	const struct kb_action_queue *queue = action->queue;
	struct kban_action_state state = {
		.size = out->size,
		.name = queue->action->name,
		.running = action->command != 0,
		.pending = queue->hosts.wishes + (queue->host != NULL),
		.succeeded = queue->succeeded,
		.failed = queue->failed,
		.dropped = queue->dropped,
		.problem = queue->problem,
	};

	for (int family = 0; family < KB_FAMILIES; family++)
		state.started |= queue->is_started[family];
	for (const struct kb_action_host *host = queue->hosts.all; host != NULL; host = host->after)
		state.banned += host->is_done;
	memcpy(out, &state, out->size < sizeof(state) ? out->size : sizeof(state));
}

static bool has_action(const struct kban_watch *watch, size_t jail, const char *name)
{
	for (size_t i = 0; i < kban_watch_action_count(watch, jail); i++)
		if (strcmp(action_of(watch, jail, i)->queue->action->name, name) == 0)
			return true;
	return false;
}

const char *kban_watch_native_action(const struct kban_watch *watch, size_t jail, size_t index)
{
	const struct kban_jail_config *config;

	if (watch->jails[jail]->jail == NULL)
		return NULL;
	config = watch->jails[jail]->settings->config;
	for (size_t i = 0; i < kban_jail_config_action_count(config); i++) {
		const char *name = kban_jail_config_action_name(config, i);

		if (!kb_firewall_is_known(kban_jail_config_action_file(config, i)) ||
		    has_action(watch, jail, name))
			continue;
		if (index-- == 0)
			return name;
	}
	return NULL;
}

static bool is_taken(const struct kban_watch *watch, size_t jail, const char *name)
{
	const char *native;

	for (size_t i = 0; (native = kban_watch_native_action(watch, jail, i)) != NULL; i++)
		if (strcmp(native, name) == 0)
			return true;
	return has_action(watch, jail, name);
}

int kban_watch_add_action(struct kban_watch *watch, size_t jail, const char *name,
			  struct kban_error **err)
{
	struct kban_jail *running = watch->jails[jail]->jail;
	kb_auto(action) definition = NULL;
	int status;

	if (running == NULL || running->actions == NULL || *name == '\0')
		return kb_fail(err, KBAN_E_INVAL, NULL, "jail '%s' takes no action '%s'",
			       watch->jails[jail]->name, name);
	if (is_taken(watch, jail, name))
		return kb_fail(err, KBAN_E_LIMIT, NULL, "Action %s already exists", name);
	if (running->actions->count >= KBAN_ACTIONS_MAX)
		return kb_fail(err, KBAN_E_LIMIT, NULL, "jail '%s' has %d actions",
			       watch->jails[jail]->name, KBAN_ACTIONS_MAX);
	status = kb_action_new(watch->jails[jail]->name, name, &definition, err);
	if (status < 0)
		return status;
	if (kb_actions_add(running->actions, running, definition,
			   kban_config_max_stored_matches(watch->config)) < 0)
		return kb_fail_memory(err);
	return KBAN_OK;
}

static const struct {
	const char *name;
	enum kb_action_event event;
} methods[] = {
	{ "flush", KB_ACTION_FLUSH },
	{ "reload", KB_ACTION_RELOAD },
	{ "start", KB_ACTION_START },
	{ "stop", KB_ACTION_STOP },
};

const char *kban_action_method(size_t index)
{
	return index < kb_array_size(methods) ? methods[index].name : NULL;
}

int kban_watch_call_action(struct kban_watch *watch, size_t jail, size_t index, const char *method,
			   struct kban_error **err)
{
	struct kb_action_queue *queue = action_of(watch, jail, index)->queue;
	size_t i = 0;

	while (i < kb_array_size(methods) && strcmp(methods[i].name, method) != 0)
		i++;
	if (i == kb_array_size(methods))
		return kb_fail(err, KBAN_E_NOTFOUND, NULL,
			       "'%s' of an action cannot be called; flush, reload, start and stop "
			       "can",
			       method);
	if (kb_action_queue_order(queue, methods[i].event) != KBAN_OK)
		return kb_fail(err, KBAN_E_LIMIT, NULL,
			       "action '%s' has %d calls to answer already", queue->action->name,
			       KB_ACTION_ORDERS_MAX);
	return KBAN_OK;
}

int kban_watch_remove_action(struct kban_watch *watch, size_t jail, size_t index)
{
	struct kb_jail_action **grown =
		reallocarray(watch->closing, watch->closing_count + 1 + count_actions(watch),
			     sizeof(struct kb_jail_action *));

	if (grown == NULL)
		return KBAN_E_NOMEM;
	watch->closing = grown;
	watch->closing[watch->closing_count] =
		kb_actions_take(watch->jails[jail]->jail->actions, index);
	watch->closing_count++;
	return KBAN_OK;
}

const char *kban_watch_action_property(const struct kban_watch *watch, size_t jail, size_t index,
				       const char *property)
{
	const struct kb_options *properties =
		&action_of(watch, jail, index)->queue->action->properties;
	const struct kb_value *value = kb_options_find(properties, property);

	return value != NULL ? value->text : NULL;
}

const char *kban_watch_action_property_name(const struct kban_watch *watch, size_t jail,
					    size_t action, size_t index)
{
	const struct kb_options *properties =
		&action_of(watch, jail, action)->queue->action->properties;

	return index < properties->count ? properties->items[index].name : NULL;
}

int kban_watch_set_action_property(struct kban_watch *watch, size_t jail, size_t index,
				   const char *property, const char *value, struct kban_error **err)
{
	struct kb_action_queue *queue = action_of(watch, jail, index)->queue;
	struct kb_action *changed = NULL;
	int status = kb_action_change(queue->action, property, value, &changed, err);

	if (status < 0)
		return status;
	kb_action_unref(queue->action);
	queue->action = changed;
	return KBAN_OK;
}
