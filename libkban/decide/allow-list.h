/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KB_DECIDE_ALLOW_LIST_H
#define KB_DECIDE_ALLOW_LIST_H

#include <kban/allow-list.h>

#include "decide/own-addresses.h"

/* Learn own addresses from @a sources, which outlive the list, instead of from the system. */
void kb_allow_list_set_sources(struct kban_allow_list *list, const struct kb_own_sources *sources);

#endif /* KB_DECIDE_ALLOW_LIST_H */
