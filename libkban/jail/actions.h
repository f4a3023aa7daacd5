/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The actions of a jail at work: what happens in the jail becomes wishes of each action, and these
 * become commands, one at a time for each action.
 */
#ifndef KB_JAIL_ACTIONS_H
#define KB_JAIL_ACTIONS_H

#include <kban/jail.h>

#include "action/action-render.h"
#include "jail/action-queue.h"

struct kb_jail_action {
	struct kb_action_queue *queue;
	const struct kban_jail *jail;       /* NULL: there is none any more */
	struct kb_jail_action *predecessor; /* that undoes its own things first; or NULL */
	bool bans_due;                      /* those in force are not told yet */
	size_t max_merged;                  /* lines that <ipmatches> has at most */

	uint64_t command; /* that runs; 0: none */
	bool is_chosen;   /* event was taken from the queue, and waits for a name of the host */
	enum kb_action_event event;
	struct kb_rendered rendered;
	const char *argv[4];
};

struct kb_actions {
	struct kb_jail_action **items; /* in the order of the configuration */
	size_t count;
	bool failed; /* for want of memory something was not taken in */
};

/* The actions as a jail has them configured. KBAN_OK or KBAN_E_NOMEM. */
int kb_actions_new(struct kban_context *ctx, struct kb_action *const *actions, size_t count,
		   size_t max_merged, struct kb_actions **out);
void kb_actions_free(struct kb_actions *actions);

/* allowipv6 = no: nothing is started for IPv6 before the first ban of such an address. */
void kb_actions_without_ipv6(struct kb_actions *actions);

void kb_jail_action_free(struct kb_jail_action *action);

/* One more, at the end; and without one of them, which is closed and handed out. */
int kb_actions_add(struct kb_actions *actions, struct kban_jail *jail, struct kb_action *definition,
		   size_t max_merged);
struct kb_jail_action *kb_actions_take(struct kb_actions *actions, size_t index);

/* What happens in @a jail is heard from now on. */
void kb_actions_attach(struct kb_actions *actions, struct kban_jail *jail);

/* Start from what the store remembers; then, when the jail's bans have been told, settle. */
int kb_actions_remember(struct kb_actions *actions, struct kban_store *store,
			struct kban_error **err);
int kb_actions_remembered(struct kb_actions *actions);

/*
 * A reload: actions that did not change go on as what they were; all others of @a old are closed
 * and moved to @a retired, which has room for them. Cannot fail.
 */
void kb_actions_inherit(struct kb_actions *actions, struct kb_actions *old,
			struct kb_jail_action **retired, size_t *retired_count);
/* The jail is gone: all of its actions are closed, and moved. */
void kb_actions_retire(struct kb_actions *old, struct kb_jail_action **retired,
		       size_t *retired_count);

void kb_actions_hear(struct kb_actions *actions, const struct kban_event *event);
/* All bans are about to be lifted; they have been. */
void kb_actions_begin_flush(struct kb_actions *actions);
void kb_actions_end_flush(struct kb_actions *actions);

/*
 * 1 and a command to be run: action->argv and rendered.environment, with action->event for a name.
 * 0: there is none now. KBAN_E_NOMEM.
 */
int kb_jail_action_next(struct kb_jail_action *action, kban_usec now);
int kb_jail_action_answer(struct kb_jail_action *action, enum kb_task_result result, kban_usec now);
bool kb_jail_action_is_over(const struct kb_jail_action *action);

/* What is not saved yet, into the transaction that is open; then it is saved. */
bool kb_jail_action_has_changes(const struct kb_jail_action *action);
int kb_jail_action_write(const struct kb_jail_action *action, struct kban_store *store,
			 struct kban_error **err);
void kb_jail_action_saved(struct kb_jail_action *action);

#endif /* KB_JAIL_ACTIONS_H */
