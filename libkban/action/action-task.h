/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One thing to be done with an action, command by command. As in fail2ban, a start comes before the
 * first ban; a command that fails is followed by actioncheck, and where that fails, too, by a
 * repair, or a stop and a start; then the command is tried once more. Nothing is run here: whoever
 * runs commands asks for the next one, and tells how it ended.
 */
#ifndef KB_ACTION_ACTION_TASK_H
#define KB_ACTION_ACTION_TASK_H

#include "action/action.h"

enum kb_task_result {
	KB_TASK_GOOD,
	KB_TASK_BAD,
	KB_TASK_TIMED_OUT, /* and is not tried again at once: that would take as long */
};

enum kb_task_step {
	KB_STEP_START,
	KB_STEP_GOAL,
	KB_STEP_CHECK,
	KB_STEP_REPAIR,
	KB_STEP_STOP, /* in place of a repair, with the step behind it */
	KB_STEP_RESTART,
	KB_STEP_CHECK_AGAIN,
	KB_STEP_GOAL_AGAIN,
	KB_STEP_OVER,
};

struct kb_action_task {
	const struct kb_action *action;
	enum kb_action_event goal;
	enum kb_action_family family; /* for which it is to be started first */
	enum kb_task_step step;
	bool has_started;   /* a start was part of it, and went well */
	bool has_rebuilt;   /* what other bans had put there is gone */
	bool has_failed;    /* in the end */
	const char *reason; /* of failing; a constant */
};

/* @param is_started  False: actionstart comes first, unless that is the goal. */
void kb_action_task_begin(struct kb_action_task *task, const struct kb_action *action,
			  enum kb_action_event goal, enum kb_action_family family, bool is_started);

/* False when it is over. The same command until it was answered. */
bool kb_action_task_next(struct kb_action_task *task, enum kb_action_event *command);

void kb_action_task_answer(struct kb_action_task *task, enum kb_task_result result);

#endif /* KB_ACTION_ACTION_TASK_H */
