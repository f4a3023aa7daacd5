/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is to be run for a ban: a script and variables for its environment, from an action and what
 * is known of the ban. Nothing is run, asked or remembered here.
 */
#ifndef KB_ACTION_ACTION_RENDER_H
#define KB_ACTION_ACTION_RENDER_H

#include "action/action-tags.h"
#include "base/string-list.h"

/* Bytes of a script at most: what the system takes as one argument. More is KBAN_E_LIMIT. */
#define KB_SCRIPT_MAX ((size_t)128 * 1024 - 1)

struct kb_rendered {
	char *script;                      /* for /bin/sh -c */
	struct kb_string_list environment; /* NAME=value, beside what the program itself has */
};

/*
 * Replace the tags of @a script. Those that mean nothing stay as they are.
 *
 * @return KBAN_OK, KBAN_E_LIMIT, KBAN_E_NOMEM.
 */
int kb_script_render(const char *script, enum kb_action_family family,
		     const struct kb_ticket *ticket, struct kb_rendered *out);

/*
 * The same for what @a action does at @a event. KBAN_E_NOTFOUND if that is nothing: an action
 * without actionreban does what actionban does.
 */
int kb_action_render(const struct kb_action *action, enum kb_action_event event,
		     enum kb_action_family family, const struct kb_ticket *ticket,
		     struct kb_rendered *out);

void kb_rendered_clear(struct kb_rendered *rendered);

KB_DEFINE_AUTO_CLEAR(rendered)

#endif /* KB_ACTION_ACTION_RENDER_H */
