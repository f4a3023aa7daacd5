/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From a file of action.d and what a jail says in brackets to an action.
 *
 * A tag is looked up among the parameters in brackets, the options of the file, those of its
 * [Init], and at last the options of the jail that every action sees. A parameter in brackets beats
 * what the file says for any family; <known/NAME> is what it beats. Tags that nobody defines stay:
 * some of them get their meaning with each ban (action/action-render.h).
 */
#ifndef KB_ACTION_ACTION_LOAD_H
#define KB_ACTION_ACTION_LOAD_H

#include "action/action.h"
#include "base/problem-list.h"
#include "conf/option-list.h"

/* How long a command may run unless the action says otherwise. */
#define KB_ACTION_TIMEOUT (60 * KBAN_SECOND)

struct kb_action_request {
	const char *config_dir;
	const char *jail;
	const char *name;                    /* what the jail calls the action */
	const struct kb_named_options *item; /* the action as the jail names it */
	const struct kb_options *options;    /* of the jail, that actions see; may be NULL */
	struct kb_problem_list *problems;    /* receives warnings about its files; may be NULL */
};

/*
 * KBAN_OK; KBAN_E_NOTFOUND if there is no such file, KBAN_E_SYNTAX and KBAN_E_LIMIT with file, line
 * and option; KBAN_E_NOMEM.
 */
int kb_action_load(const struct kb_action_request *request, struct kb_action **out,
		   struct kban_error **err);

/* An action without a file, which does nothing. KBAN_OK or KBAN_E_NOMEM. */
int kb_action_new(const char *jail, const char *name, struct kb_action **out,
		  struct kban_error **err);

/*
 * The same action with another value of one property, which may be new: what a client sets.
 * A value of NULL is that of before. The statuses are those of kb_action_load().
 */
int kb_action_change(const struct kb_action *action, const char *property, const char *value,
		     struct kb_action **out, struct kban_error **err);

#endif /* KB_ACTION_ACTION_LOAD_H */
