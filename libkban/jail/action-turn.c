/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an action does next, and what follows from how it ended. */
#include <stdio.h>

#include "base/context.h"
#include "jail/action-queue.h"

#define TOPIC "actions"

/* How long after a failure it is tried again. */
static const kban_usec delays[KB_ACTION_TRIES_MAX] = { 0, 30 * KBAN_SECOND, 300 * KBAN_SECOND };

static void renew(struct kb_action_host *host)
{
	host->tries = 0;
	host->due = 0;
}

static void begin_task(struct kb_action_queue *queue, enum kb_action_event goal,
		       enum kb_action_family family, struct kb_action_host *host)
{
	kb_action_task_begin(&queue->task, queue->action, goal, family, queue->is_started[family]);
	queue->task_action = kb_action_ref(queue->action);
	queue->host = host;
	queue->is_busy = true;
}

/* A start for another family that would do the same is none. */
static bool starts_alike(const struct kb_action_queue *queue, enum kb_action_family family)
{
	const struct kb_action *action = queue->action;
	enum kb_action_family other = family == KB_FAMILY_INET4 ? KB_FAMILY_INET6 : KB_FAMILY_INET4;
	const char *left = action->scripts[KB_ACTION_START][family];
	const char *right = action->scripts[KB_ACTION_START][other];

	return family != KB_FAMILY_NONE && queue->is_started[other] && left != NULL &&
	       right != NULL && strcmp(left, right) == 0 && strstr(left, "<family>") == NULL;
}

/* The first family that a flag is set for, or -1. Clears the flag. */
static int take_family(bool flags[KB_FAMILIES])
{
	for (int family = 0; family < KB_FAMILIES; family++) {
		if (!flags[family])
			continue;
		flags[family] = false;
		return family;
	}
	return -1;
}

static bool begin_due(struct kb_action_queue *queue, bool due[KB_FAMILIES],
		      enum kb_action_event goal)
{
	int family = take_family(due);

	if (family >= 0)
		begin_task(queue, goal, (enum kb_action_family)family, NULL);
	return family >= 0;
}

static bool begin_for_family(struct kb_action_queue *queue)
{
	return begin_due(queue, queue->start_due, KB_ACTION_START) ||
	       begin_due(queue, queue->reload_due, KB_ACTION_RELOAD) ||
	       begin_due(queue, queue->flush_due, KB_ACTION_FLUSH) ||
	       begin_due(queue, queue->stop_due, KB_ACTION_STOP);
}

/* Make the oldest order due for the families it is about. */
static void take_order(struct kb_action_queue *queue)
{
	enum kb_action_event order = queue->orders[0];

	queue->order_count--;
	memmove(queue->orders, queue->orders + 1, queue->order_count * sizeof(queue->orders[0]));
	for (int family = 0; family < KB_FAMILIES; family++) {
		if (order == KB_ACTION_START) {
			queue->start_due[family] =
				(family != KB_FAMILY_NONE) == queue->action->is_conditional;
		} else if (order == KB_ACTION_FLUSH) {
			queue->flush_due[family] = queue->had_bans[family];
		} else if (order == KB_ACTION_RELOAD) {
			queue->reload_due[family] = queue->is_started[family];
		} else if (order == KB_ACTION_STOP) {
			queue->stop_due[family] = queue->is_started[family];
			queue->is_started[family] = false;
		}
	}
}

/* Each order is through before the next one is taken. */
static bool begin_ordered(struct kb_action_queue *queue)
{
	while (queue->order_count > 0) {
		take_order(queue);
		if (begin_for_family(queue))
			return true;
	}
	return false;
}

/* A ban is acted upon when the kernel keeps the host out, or if it is over by now. */
static bool is_ready(const struct kb_action_queue *queue, const struct kb_action_host *host,
		     kban_usec now)
{
	const struct kb_ban *ban;

	/* A clock that was set back is no reason to wait for long. */
	if (host->due > now && host->due <= now + delays[KB_ACTION_TRIES_MAX - 1])
		return false;
	if (host->wish != KB_WISH_BAN || queue->bans == NULL)
		return true;
	ban = kb_bans_find(queue->bans, &host->news.addr);
	return ban == NULL || ban->state == KB_BAN_APPLIED;
}

static bool begin_for_host(struct kb_action_queue *queue, kban_usec now)
{
	static const enum kb_action_event goals[] = {
		[KB_WISH_BAN] = KB_ACTION_BAN,
		[KB_WISH_REBAN] = KB_ACTION_REBAN,
		[KB_WISH_PROLONG] = KB_ACTION_PROLONG,
		[KB_WISH_UNBAN] = KB_ACTION_UNBAN,
	};
	struct kb_action_host *host = queue->hosts.first;
	enum kb_action_family family;

	while (host != NULL && !is_ready(queue, host, now))
		host = host->next;
	if (host == NULL)
		return false;
	family = kb_action_queue_family_of(queue, host);
	queue->is_started[family] |= starts_alike(queue, family);
	begin_task(queue, goals[host->wish], family, host);
	kb_action_hosts_forget_wish(&queue->hosts, host);
	return true;
}

static bool begin_stop(struct kb_action_queue *queue)
{
	int family;

	if (!queue->is_closing || queue->hosts.wishes > 0)
		return false;
	family = take_family(queue->is_started);
	if (family >= 0)
		begin_task(queue, KB_ACTION_STOP, (enum kb_action_family)family, NULL);
	return family >= 0;
}

static bool begin_any(struct kb_action_queue *queue, kban_usec now)
{
	return begin_for_family(queue) || begin_ordered(queue) || begin_for_host(queue, now) ||
	       begin_stop(queue);
}

/* Hosts that are banned by what was made anew are so no more. */
static void ban_all_again(struct kb_action_queue *queue)
{
	for (struct kb_action_host *host = queue->hosts.all; host != NULL; host = host->after) {
		if (host == queue->host || !host->is_done || host->wish != KB_WISH_NONE ||
		    host->is_flushed ||
		    kb_action_queue_family_of(queue, host) != queue->task.family)
			continue;
		renew(host);
		kb_action_hosts_wish(&queue->hosts, host, KB_WISH_REBAN);
	}
}

static void log_failure(struct kb_action_queue *queue)
{
	const struct kb_action_task *task = &queue->task;
	char host[KBAN_ADDR_TEXT_SIZE] = "";

	if (queue->host != NULL)
		kban_addr_print(&queue->host->news.addr, host);
	if (queue->host != NULL)
		kb_log(queue->ctx, KBAN_ERROR, TOPIC,
		       "Failed to execute %s jail '%s' action '%s' info 'ip=%s': Error %sing %s: "
		       "%s",
		       kb_action_event_name(task->goal), task->action->jail, task->action->name,
		       host,
		       task->goal == KB_ACTION_PROLONG ? "prolong"
		       : task->goal == KB_ACTION_UNBAN ? "unbann"
						       : "bann",
		       host, task->reason);
	else
		kb_log(queue->ctx, KBAN_ERROR, TOPIC, "Failed to %s jail '%s' action '%s': %s",
		       kb_action_event_name(task->goal), task->action->jail, task->action->name,
		       task->reason);
}

static void keep_problem(struct kb_action_queue *queue)
{
	free(queue->problem);
	queue->problem = NULL;
	if (!queue->task.has_failed) {
		queue->succeeded++;
		return;
	}
	queue->failed++;
	/* Without memory it is still counted. */
	if (asprintf(&queue->problem, "%s: %s", kb_action_event_name(queue->task.goal),
		     queue->task.reason) < 0)
		queue->problem = NULL;
	log_failure(queue);
}

static enum kb_wish wish_of(enum kb_action_event goal)
{
	switch (goal) {
	case KB_ACTION_BAN:
		return KB_WISH_BAN;
	case KB_ACTION_REBAN:
		return KB_WISH_REBAN;
	case KB_ACTION_PROLONG:
		return KB_WISH_PROLONG;
	default:
		return KB_WISH_UNBAN;
	}
}

/* True if it is tried again later. Another wish, or the end, leaves no time for that. */
static bool try_again(struct kb_action_queue *queue, struct kb_action_host *host, kban_usec now)
{
	if (host->wish != KB_WISH_NONE || host->is_flushed || queue->is_closing ||
	    ++host->tries >= KB_ACTION_TRIES_MAX)
		return false;
	host->due = now + delays[host->tries];
	kb_action_hosts_wish(&queue->hosts, host, wish_of(queue->task.goal));
	return true;
}

static int finish_unban(struct kb_action_queue *queue, struct kb_action_host *host)
{
	host->is_done = false;
	if (!host->again)
		return kb_action_queue_drop(queue, host);
	host->again = false;
	renew(host);
	kb_action_hosts_wish(&queue->hosts, host, KB_WISH_BAN);
	return kb_action_queue_note(queue, host, KB_ACTION_WANTED);
}

/* What could not be undone before the end is left to the next start. */
static int finish_host(struct kb_action_queue *queue, struct kb_action_host *host, kban_usec now)
{
	if (queue->task.has_failed && try_again(queue, host, now))
		return KBAN_OK;
	if (queue->task.goal == KB_ACTION_UNBAN)
		return queue->task.has_failed && queue->is_closing ? KBAN_OK
								   : finish_unban(queue, host);
	/* Also after a failure: part of it may have been done. */
	host->is_done = true;
	queue->had_bans[queue->task.family] = true;
	if (host->wish != KB_WISH_NONE || host->is_flushed)
		return KBAN_OK;
	return kb_action_queue_lasts(queue) ? kb_action_queue_note(queue, host, KB_ACTION_DONE)
					    : kb_action_queue_drop(queue, host);
}

/* A flush that failed is made up for host by host, if there is time. */
static int finish_flush(struct kb_action_queue *queue)
{
	struct kb_action_host *after;
	int status = KBAN_OK;

	if (!queue->task.has_failed)
		queue->had_bans[queue->task.family] = false;
	for (struct kb_action_host *host = queue->hosts.all; host != NULL && status == KBAN_OK;
	     host = after) {
		after = host->after;
		if (!host->is_flushed ||
		    kb_action_queue_family_of(queue, host) != queue->task.family)
			continue;
		host->is_flushed = false;
		if (queue->task.has_failed && queue->is_closing)
			continue;
		if (queue->task.has_failed && kb_action_has(queue->action, KB_ACTION_UNBAN)) {
			renew(host);
			kb_action_hosts_wish(&queue->hosts, host, KB_WISH_UNBAN);
			continue;
		}
		status = finish_unban(queue, host);
	}
	return status;
}

static int finish_task(struct kb_action_queue *queue, kban_usec now)
{
	struct kb_action_task *task = &queue->task;
	struct kb_action_host *host = queue->host;
	int status = KBAN_OK;

	keep_problem(queue);
	if (task->has_started || (task->goal == KB_ACTION_START && !task->has_failed))
		queue->is_started[task->family] = true;
	if (task->has_rebuilt && !task->has_failed && !queue->is_closing)
		ban_all_again(queue);
	queue->is_busy = false;
	queue->host = NULL;
	if (status == KBAN_OK && host != NULL)
		status = finish_host(queue, host, now);
	else if (status == KBAN_OK && task->goal == KB_ACTION_FLUSH)
		status = finish_flush(queue);
	kb_action_unref(kb_steal(queue->task_action));
	return status;
}

int kb_action_queue_next(struct kb_action_queue *queue, kban_usec now,
			 enum kb_action_event *command)
{
	while (!queue->is_running && (queue->is_busy || begin_any(queue, now))) {
		if (kb_action_task_next(&queue->task, command)) {
			queue->is_running = true;
			return 1;
		}
		/* There was nothing to run for it. */
		if (finish_task(queue, now) < 0)
			return KBAN_E_NOMEM;
	}
	return 0;
}

static void tell_check(const struct kb_action_queue *queue, enum kb_task_step step)
{
	if (step == KB_STEP_CHECK)
		kb_log(queue->ctx, KBAN_ERROR, TOPIC,
		       "[%s] Action '%s': Invariant check failed. Trying to restore a sane "
		       "environment",
		       queue->action->jail, queue->action->name);
	else if (step == KB_STEP_CHECK_AGAIN)
		kb_log(queue->ctx, KBAN_CRITICAL, TOPIC,
		       "[%s] Action '%s': Unable to restore environment", queue->action->jail,
		       queue->action->name);
}

int kb_action_queue_answer(struct kb_action_queue *queue, enum kb_task_result result, kban_usec now)
{
	enum kb_action_event command;

	queue->is_running = false;
	if (result != KB_TASK_GOOD)
		tell_check(queue, queue->task.step);
	kb_action_task_answer(&queue->task, result);
	return kb_action_task_next(&queue->task, &command) ? KBAN_OK : finish_task(queue, now);
}

bool kb_action_queue_is_over(const struct kb_action_queue *queue)
{
	if (!queue->is_closing || queue->is_busy || queue->hosts.wishes > 0)
		return false;
	for (int family = 0; family < KB_FAMILIES; family++)
		if (queue->is_started[family] || queue->flush_due[family])
			return false;
	return true;
}

kban_usec kb_action_queue_next_due(const struct kb_action_queue *queue)
{
	kban_usec due = KBAN_FOREVER;

	for (const struct kb_action_host *host = queue->hosts.first; host != NULL;
	     host = host->next)
		if (host->due > 0 && host->due < due)
			due = host->due;
	return due;
}

enum kb_action_family kb_action_queue_family(const struct kb_action_queue *queue)
{
	if (queue->host == NULL)
		return queue->task.family;
	return queue->host->news.addr.family == KBAN_IPV6 ? KB_FAMILY_INET6 : KB_FAMILY_INET4;
}
