/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an action is told of a ban: from the jail, from the store, and of what is not saved yet. */
#ifndef KB_JAIL_ACTION_TICKET_H
#define KB_JAIL_ACTION_TICKET_H

#include "jail/actions.h"

/* What a ticket points to. */
struct kb_ticket_texts {
	struct kb_buffer matches, all, all_jail, fields;
	char host_name[KBAN_HOST_NAME_SIZE], machine[KBAN_HOST_NAME_SIZE];
};

/* For the command that @a action runs now. 1; 0: a name is not known yet; KBAN_E_NOMEM. */
int kb_ticket_fill(const struct kb_jail_action *action, kban_usec now,
		   struct kb_ticket_texts *texts, struct kb_ticket *out);

void kb_ticket_texts_clear(struct kb_ticket_texts *texts);

KB_DEFINE_AUTO_CLEAR(ticket_texts)

#endif /* KB_JAIL_ACTION_TICKET_H */
