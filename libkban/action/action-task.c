/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "action/action-task.h"

static bool is_about_host(enum kb_action_event goal)
{
	return goal == KB_ACTION_BAN || goal == KB_ACTION_REBAN || goal == KB_ACTION_UNBAN ||
	       goal == KB_ACTION_PROLONG;
}

void kb_action_task_begin(struct kb_action_task *task, const struct kb_action *action,
			  enum kb_action_event goal, enum kb_action_family family, bool is_started)
{
	*task = (struct kb_action_task){
		.action = action,
		.goal = goal,
		.family = family,
		.step = is_about_host(goal) && !is_started ? KB_STEP_START : KB_STEP_GOAL,
	};
}

static enum kb_action_event command_of(const struct kb_action_task *task)
{
	switch (task->step) {
	case KB_STEP_START:
	case KB_STEP_RESTART:
		return KB_ACTION_START;
	case KB_STEP_CHECK:
	case KB_STEP_CHECK_AGAIN:
		return KB_ACTION_CHECK;
	case KB_STEP_REPAIR:
		return KB_ACTION_REPAIR;
	case KB_STEP_STOP:
		return KB_ACTION_STOP;
	case KB_STEP_GOAL:
	case KB_STEP_GOAL_AGAIN:
	case KB_STEP_OVER:
		break;
	}
	return task->goal;
}

/* An action may do at a ban what it does not do at another ban. */
static bool has_script(const struct kb_action_task *task, enum kb_action_event command)
{
	return kb_action_has(task->action, command) ||
	       (command == KB_ACTION_REBAN && kb_action_has(task->action, KB_ACTION_BAN));
}

static void end(struct kb_action_task *task, const char *reason)
{
	task->step = KB_STEP_OVER;
	task->has_failed = reason != NULL;
	task->reason = reason;
}

/* The goal was missed; see whether that is because what it works on is gone. */
static void look_for_reason(struct kb_action_task *task, enum kb_task_result result)
{
	if (result == KB_TASK_TIMED_OUT)
		end(task, "it took too long");
	else if (!is_about_host(task->goal))
		end(task, "its command failed");
	else if (kb_action_has(task->action, KB_ACTION_CHECK))
		task->step = KB_STEP_CHECK;
	else
		task->step = KB_STEP_GOAL_AGAIN;
}

static void repair(struct kb_action_task *task)
{
	if (task->goal == KB_ACTION_UNBAN && !task->action->repair_on_unban)
		end(task, "invariant check failed, unban is impossible");
	else if (kb_action_has(task->action, KB_ACTION_REPAIR))
		task->step = KB_STEP_REPAIR;
	else
		task->step = KB_STEP_STOP;
}

static void check_again(struct kb_action_task *task)
{
	task->has_rebuilt = true;
	task->step = KB_STEP_CHECK_AGAIN;
}

void kb_action_task_answer(struct kb_action_task *task, enum kb_task_result result)
{
	bool good = result == KB_TASK_GOOD;

	switch (task->step) {
	case KB_STEP_START:
		task->has_started = good;
		task->step = KB_STEP_GOAL;
		if (!good)
			end(task, "its start failed");
		break;
	case KB_STEP_GOAL:
		if (good)
			end(task, NULL);
		else
			look_for_reason(task, result);
		break;
	case KB_STEP_CHECK:
		if (good)
			task->step = KB_STEP_GOAL_AGAIN;
		else
			repair(task);
		break;
	case KB_STEP_STOP: /* what is left to stop may be little */
		task->step = KB_STEP_RESTART;
		break;
	case KB_STEP_REPAIR:
	case KB_STEP_RESTART:
		check_again(task);
		break;
	case KB_STEP_CHECK_AGAIN:
		task->step = KB_STEP_GOAL_AGAIN;
		if (!good)
			end(task, "unable to restore environment");
		break;
	case KB_STEP_GOAL_AGAIN:
		end(task, good ? NULL : "its command failed");
		break;
	case KB_STEP_OVER:
		break;
	}
}

bool kb_action_task_next(struct kb_action_task *task, enum kb_action_event *command)
{
	/* Where there is nothing to run, it went well. */
	while (task->step != KB_STEP_OVER && !has_script(task, command_of(task)))
		kb_action_task_answer(task, KB_TASK_GOOD);
	*command = command_of(task);
	return task->step != KB_STEP_OVER;
}
