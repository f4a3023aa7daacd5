/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/actions.h"

#include "base/text.h"
#include "jail/action-ticket.h"
#include "jail/jail.h"

void kb_jail_action_free(struct kb_jail_action *action)
{
	if (action == NULL)
		return;
	kb_rendered_clear(&action->rendered);
	kb_action_queue_free(action->queue);
	free(action);
}

void kb_actions_free(struct kb_actions *actions)
{
	if (actions == NULL)
		return;
	for (size_t i = 0; i < actions->count; i++)
		kb_jail_action_free(actions->items[i]);
	free(actions->items);
	free(actions);
}

static struct kb_jail_action *new_action(struct kban_context *ctx, struct kb_action *definition)
{
	struct kb_jail_action *action = calloc(1, sizeof(*action));

	if (action == NULL)
		return NULL;
	action->queue = kb_action_queue_new(ctx, definition, NULL);
	if (action->queue != NULL)
		return action;
	free(action);
	return NULL;
}

int kb_actions_new(struct kban_context *ctx, struct kb_action *const *definitions, size_t count,
		   size_t max_merged, struct kb_actions **out)
{
	struct kb_actions *actions = calloc(1, sizeof(*actions));

	if (actions == NULL)
		return KBAN_E_NOMEM;
	actions->items = calloc(count + 1, sizeof(struct kb_jail_action *));
	while (actions->items != NULL && actions->count < count) {
		struct kb_jail_action *action = new_action(ctx, definitions[actions->count]);

		if (action == NULL)
			break;
		action->max_merged = max_merged;
		actions->items[actions->count++] = action;
	}
	if (actions->items == NULL || actions->count < count) {
		kb_actions_free(actions);
		return KBAN_E_NOMEM;
	}
	*out = actions;
	return KBAN_OK;
}

void kb_actions_without_ipv6(struct kb_actions *actions)
{
	for (size_t i = 0; i < actions->count; i++)
		actions->items[i]->queue->start_due[KB_FAMILY_INET6] = false;
}

void kb_actions_attach(struct kb_actions *actions, struct kban_jail *jail)
{
	jail->actions = actions;
	for (size_t i = 0; i < actions->count; i++) {
		actions->items[i]->jail = jail;
		actions->items[i]->queue->bans = jail->bans;
		jail->wants_fields |= actions->items[i]->queue->action->uses_fields;
	}
}

int kb_actions_add(struct kb_actions *actions, struct kban_jail *jail, struct kb_action *definition,
		   size_t max_merged)
{
	struct kb_jail_action **grown =
		reallocarray(actions->items, actions->count + 2, sizeof(struct kb_jail_action *));
	struct kb_jail_action *action;

	if (grown == NULL)
		return KBAN_E_NOMEM;
	actions->items = grown;
	action = new_action(jail->ctx, definition);
	if (action == NULL)
		return KBAN_E_NOMEM;
	action->max_merged = max_merged;
	actions->items[actions->count++] = action;
	kb_actions_attach(actions, jail);
	return KBAN_OK;
}

static struct kb_jail_action *find(const struct kb_actions *actions, const char *name)
{
	for (size_t i = 0; i < actions->count; i++)
		if (strcmp(actions->items[i]->queue->action->name, name) == 0)
			return actions->items[i];
	return NULL;
}

/* An action that is configured no more knows not how to undo what it did; it is left as it is. */
static int remember(const char *jail, const char *name, const struct kban_addr *addr,
		    enum kb_action_state state, void *data)
{
	const struct kb_jail_action *action = find(data, name);

	(void)jail;
	return action != NULL ? kb_action_queue_remember(action->queue, addr, state) : 0;
}

int kb_actions_remember(struct kb_actions *actions, struct kban_store *store,
			struct kban_error **err)
{
	if (store == NULL || actions->count == 0)
		return KBAN_OK;
	return kb_store_each_action_host(store, actions->items[0]->queue->action->jail, remember,
					 actions, err);
}

int kb_actions_remembered(struct kb_actions *actions)
{
	int status = KBAN_OK;

	for (size_t i = 0; i < actions->count && status == KBAN_OK; i++)
		status = kb_action_queue_remembered(actions->items[i]->queue);
	return status;
}

static void fill_news(const struct kban_jail *jail, const struct kb_ban *ban,
		      struct kb_action_news *news)
{
	(void)jail;
	*news = (struct kb_action_news){
		.addr = ban->addr,
		.since = ban->since,
		.until = ban->until,
		.number = ban->number,
		.is_in_kernel = ban->state == KB_BAN_APPLIED,
	};
}

/* What an action was not there to hear. It was not run for them, wherever they are. */
static int tell_bans(struct kb_jail_action *action)
{
	int status = KBAN_OK;

	action->bans_due = false;
	if (action->jail == NULL)
		return KBAN_OK;
	for (const struct kb_ban *ban = kb_bans_first(action->jail->bans);
	     ban != NULL && status == KBAN_OK; ban = ban->next) {
		struct kb_action_news news;

		fill_news(action->jail, ban, &news);
		status = kb_action_queue_restore(action->queue, &news);
	}
	return status;
}

static int hear(struct kb_action_queue *queue, const struct kban_jail *jail,
		const struct kban_event *event)
{
	const struct kb_ban *ban = kb_bans_find(jail->bans, &event->host);
	struct kb_action_news news;

	if (event->kind == KBAN_EVENT_UNBAN)
		return kb_action_queue_unban(queue, &event->host);
	if (ban == NULL)
		return KBAN_OK;
	fill_news(jail, ban, &news);
	news.failures = event->failures;
	switch (event->kind) {
	case KBAN_EVENT_BAN:
		return kb_action_queue_ban(queue, &news);
	case KBAN_EVENT_RESTORED:
		return kb_action_queue_restore(queue, &news);
	case KBAN_EVENT_AGAIN:
		return kb_action_queue_prolong(queue, &news);
	default:
		return KBAN_OK;
	}
}

void kb_actions_hear(struct kb_actions *actions, const struct kban_event *event)
{
	for (size_t i = 0; i < actions->count; i++) {
		struct kb_jail_action *action = actions->items[i];

		if (!action->bans_due && hear(action->queue, action->jail, event) < 0)
			actions->failed = true;
	}
}

void kb_actions_begin_flush(struct kb_actions *actions)
{
	for (size_t i = 0; i < actions->count; i++)
		kb_action_queue_begin_flush(actions->items[i]->queue);
}

void kb_actions_end_flush(struct kb_actions *actions)
{
	for (size_t i = 0; i < actions->count; i++)
		kb_action_queue_end_flush(actions->items[i]->queue);
}

static bool same_text(const char *left, const char *right)
{
	if (left == NULL || right == NULL)
		return left == right;
	return strcmp(left, right) == 0;
}

static bool same_scripts(const struct kb_action *left, const struct kb_action *right)
{
	for (int event = 0; event < KB_ACTION_EVENTS; event++)
		for (int family = 0; family < KB_FAMILIES; family++)
			if (!same_text(left->scripts[event][family], right->scripts[event][family]))
				return false;
	return true;
}

/* An action that says what it does at a reload is believed. */
static bool goes_on(const struct kb_action *action, const struct kb_action *old)
{
	return same_scripts(action, old) || kb_action_has(action, KB_ACTION_RELOAD);
}

static void retire(struct kb_jail_action *action, struct kb_jail_action **retired,
		   size_t *retired_count)
{
	/* Without memory for a change it is saved later, with the next one. */
	(void)kb_action_queue_close(action->queue);
	action->jail = NULL;
	action->queue->bans = NULL;
	retired[(*retired_count)++] = action;
}

struct kb_jail_action *kb_actions_take(struct kb_actions *actions, size_t index)
{
	struct kb_jail_action *taken[1];
	size_t count = 0;

	retire(actions->items[index], taken, &count);
	actions->count--;
	memmove(&actions->items[index], &actions->items[index + 1],
		(actions->count - index) * sizeof(struct kb_jail_action *));
	return taken[0];
}

/* A command that runs goes on under the new object. */
static void go_on(struct kb_jail_action *action, struct kb_jail_action *old)
{
	struct kb_jail_action fresh = *action;

	kb_action_queue_inherit(action->queue, old->queue);
	*action = *old;
	*old = fresh;
	old->queue = action->queue;
	action->queue = fresh.queue;
	action->jail = fresh.jail;
	action->max_merged = fresh.max_merged;
}

void kb_actions_retire(struct kb_actions *old, struct kb_jail_action **retired,
		       size_t *retired_count)
{
	for (size_t i = 0; i < old->count; i++)
		if (old->items[i] != NULL)
			retire(old->items[i], retired, retired_count);
	old->count = 0;
}

void kb_actions_inherit(struct kb_actions *actions, struct kb_actions *old,
			struct kb_jail_action **retired, size_t *retired_count)
{
	for (size_t i = 0; i < actions->count; i++) {
		struct kb_jail_action *action = actions->items[i];
		struct kb_jail_action *before = find(old, action->queue->action->name);

		if (before != NULL && goes_on(action->queue->action, before->queue->action)) {
			go_on(action, before);
			before->queue->is_inherited = true;
			continue;
		}
		action->predecessor = before;
		action->bans_due = true;
	}
	for (size_t i = 0; i < old->count; i++)
		if (!old->items[i]->queue->is_inherited)
			retire(old->items[i], retired, retired_count);
		else
			kb_jail_action_free(old->items[i]);
	old->count = 0;
}

bool kb_jail_action_is_over(const struct kb_jail_action *action)
{
	return action->command == 0 && kb_action_queue_is_over(action->queue) &&
	       !kb_jail_action_has_changes(action);
}

/* 1 when the command is made; 0 while a name is waited for. */
static int render(struct kb_jail_action *action, kban_usec now)
{
	kb_auto_clear(ticket_texts) texts = { 0 };
	struct kb_ticket ticket;
	int status = kb_ticket_fill(action, now, &texts, &ticket);

	if (status <= 0)
		return status;
	kb_rendered_clear(&action->rendered);
	status =
		kb_action_render(action->queue->task.action, action->event,
				 kb_action_queue_family(action->queue), &ticket, &action->rendered);
	if (status == KBAN_E_NOMEM)
		return status;
	action->is_chosen = false;
	/* What is too long for the system, or not there for this family, is not run. */
	if (status < 0)
		return kb_action_queue_answer(
			action->queue, status == KBAN_E_LIMIT ? KB_TASK_BAD : KB_TASK_GOOD, now);
	action->argv[0] = "/bin/sh";
	action->argv[1] = "-c";
	action->argv[2] = action->rendered.script;
	action->argv[3] = NULL;
	return 1;
}

static bool may_begin(struct kb_jail_action *action)
{
	return action->command == 0 &&
	       (action->predecessor == NULL || kb_jail_action_is_over(action->predecessor));
}

int kb_jail_action_next(struct kb_jail_action *action, kban_usec now)
{
	int status = 0;

	if (!may_begin(action))
		return 0;
	action->predecessor = NULL;
	if (action->bans_due && tell_bans(action) < 0)
		return KBAN_E_NOMEM;
	while (status == 0) {
		if (!action->is_chosen)
			status = kb_action_queue_next(action->queue, now, &action->event);
		else
			status = 1;
		if (status <= 0)
			return status;
		action->is_chosen = true;
		status = render(action, now);
		if (status == 0 && action->is_chosen)
			return 0;
	}
	return status;
}

int kb_jail_action_answer(struct kb_jail_action *action, enum kb_task_result result, kban_usec now)
{
	action->command = 0;
	return kb_action_queue_answer(action->queue, result, now);
}

bool kb_jail_action_has_changes(const struct kb_jail_action *action)
{
	return action->queue->change_count > 0;
}

int kb_jail_action_write(const struct kb_jail_action *action, struct kban_store *store,
			 struct kban_error **err)
{
	const struct kb_action_queue *queue = action->queue;

	for (size_t i = 0; i < queue->change_count; i++) {
		int status = kb_store_put_action_host(store, queue->action->jail,
						      queue->action->name, &queue->changes[i].addr,
						      queue->changes[i].state, err);

		if (status < 0)
			return status;
	}
	return KBAN_OK;
}

void kb_jail_action_saved(struct kb_jail_action *action)
{
	action->queue->change_count = 0;
}
