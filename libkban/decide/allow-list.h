/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KB_DECIDE_ALLOW_LIST_H
#define KB_DECIDE_ALLOW_LIST_H

#include <kban/allow-list.h>

#include "decide/allow-file.h"
#include "decide/own-addresses.h"

/* Learn own addresses from @a sources, which outlive the list, instead of from the system. */
void kb_allow_list_set_sources(struct kban_allow_list *list, const struct kb_own_sources *sources);

/* Add what a file has, now and whenever it changes. The list takes a reference. KBAN_OK or
 * KBAN_E_NOMEM. */
int kb_allow_list_add_file(struct kban_allow_list *list, struct kb_allow_file *file);

#endif /* KB_DECIDE_ALLOW_LIST_H */
