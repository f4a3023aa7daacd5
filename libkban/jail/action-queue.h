/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What one action of one jail still has to do, and for whom it has done something.
 *
 * A host has one wish at a time: to be banned, let go, and so on. Wishes are fulfilled in their
 * order, one command after another. A ban that ends before anybody began with it is not run, unless
 * nothing would undo it: then it is a message that somebody waits for. What fails is tried again
 * later, and others go on meanwhile.
 *
 * Of each host the store is told whether the action still has to be run, was run, or has to be
 * undone; so whoever starts after a crash knows.
 *
 * action-queue.c  what happened to hosts, and what is wished for them
 * action-turn.c   what is run next, and what follows from how it ended
 */
#ifndef KB_JAIL_ACTION_QUEUE_H
#define KB_JAIL_ACTION_QUEUE_H

#include <kban/context.h>

#include "action/action-task.h"
#include "ban/bans.h"
#include "jail/action-hosts.h"

/* Hosts of an action at most; beyond that it is not run for more, and that is logged. */
#define KB_ACTION_HOSTS_MAX 100000

/* Orders that wait at most. */
#define KB_ACTION_ORDERS_MAX 16

/* How often a task is tried at most. */
#define KB_ACTION_TRIES_MAX 3

/* A change that is not saved yet. */
struct kb_action_change {
	struct kban_addr addr;
	enum kb_action_state state;
};

struct kb_action_queue {
	struct kban_context *ctx;
	struct kb_action *action;
	const struct kb_bans *bans; /* of the jail; NULL: there is no jail any more */
	struct kb_action_hosts hosts;

	bool is_started[KB_FAMILIES];
	bool had_bans[KB_FAMILIES]; /* since the start: then a flush makes sense */
	bool start_due[KB_FAMILIES], reload_due[KB_FAMILIES], flush_due[KB_FAMILIES];
	bool stop_due[KB_FAMILIES];
	enum kb_action_event orders[KB_ACTION_ORDERS_MAX]; /* of operators, the oldest first */
	size_t order_count;
	bool is_inherited; /* another queue goes on with what this one knew */
	bool is_flushing;  /* hosts that are let go now, are so by a flush */
	bool is_closing;   /* what was done is undone, and then it stops */

	struct kb_action_task task;
	struct kb_action *task_action; /* a reference: the definition may change meanwhile */
	struct kb_action_host *host;   /* that the task is about, or NULL */
	bool is_busy;                  /* with a task */
	bool is_running;               /* a command of it */

	struct kb_action_change *changes;
	size_t change_count, change_capacity;

	uint64_t succeeded, failed, dropped; /* tasks; bans that there was no room for */
	char *problem;                       /* of the last task, if that failed; NULL */
};

/* Takes references to @a ctx and @a action. NULL without memory. */
struct kb_action_queue *kb_action_queue_new(struct kban_context *ctx, struct kb_action *action,
					    const struct kb_bans *bans);
void kb_action_queue_free(struct kb_action_queue *queue);

/* Go on with what @a old knows, as another definition of the same action. Cannot fail. */
void kb_action_queue_inherit(struct kb_action_queue *queue, struct kb_action_queue *old);

/*
 * What the store remembers, before anything happens; and that all bans of before the start were
 * told, so that whoever is left is banned no more.
 */
int kb_action_queue_remember(struct kb_action_queue *queue, const struct kban_addr *addr,
			     enum kb_action_state state);
int kb_action_queue_remembered(struct kb_action_queue *queue);

/* What happened to a host. All return KBAN_OK or KBAN_E_NOMEM. */
int kb_action_queue_ban(struct kb_action_queue *queue, const struct kb_action_news *news);
int kb_action_queue_restore(struct kb_action_queue *queue, const struct kb_action_news *news);
int kb_action_queue_prolong(struct kb_action_queue *queue, const struct kb_action_news *news);
int kb_action_queue_unban(struct kb_action_queue *queue, const struct kban_addr *addr);

/* All hosts are about to be let go: by one command, if the action has one for that. */
void kb_action_queue_begin_flush(struct kb_action_queue *queue);
void kb_action_queue_end_flush(struct kb_action_queue *queue);

/*
 * What an operator wants to be run, whoever is banned: KB_ACTION_START, _STOP, _FLUSH or _RELOAD.
 * As with fail2ban, only what was started is stopped or reloaded, and flushed only what had bans.
 * KBAN_OK; KBAN_E_LIMIT: too many wait; KBAN_E_INVAL: it is closing.
 */
int kb_action_queue_order(struct kb_action_queue *queue, enum kb_action_event event);

/* Undo what was done, then stop. Bans that nobody began with are left to the next start. */
int kb_action_queue_close(struct kb_action_queue *queue);
bool kb_action_queue_is_over(const struct kb_action_queue *queue);

/* 1 and the next command, which is running then; 0 if there is none now; KBAN_E_NOMEM. */
int kb_action_queue_next(struct kb_action_queue *queue, kban_usec now,
			 enum kb_action_event *command);
/* How the running command ended. KBAN_OK or KBAN_E_NOMEM. */
int kb_action_queue_answer(struct kb_action_queue *queue, enum kb_task_result result,
			   kban_usec now);

/* When something that failed is to be tried again; KBAN_FOREVER if nothing is. */
kban_usec kb_action_queue_next_due(const struct kb_action_queue *queue);

/* Which family's script is to be run now. */
enum kb_action_family kb_action_queue_family(const struct kb_action_queue *queue);

/*
 * For action-queue.c and action-turn.c: a change to be saved; the host, of which nothing is known
 * any more; whether what the action does lasts; and a host's family as the action tells them apart.
 */
int kb_action_queue_note(struct kb_action_queue *queue, struct kb_action_host *host,
			 enum kb_action_state state);
int kb_action_queue_drop(struct kb_action_queue *queue, struct kb_action_host *host);
bool kb_action_queue_lasts(const struct kb_action_queue *queue);
enum kb_action_family kb_action_queue_family_of(const struct kb_action_queue *queue,
						const struct kb_action_host *host);

KB_DEFINE_AUTO(action_queue)

#endif /* KB_JAIL_ACTION_QUEUE_H */
