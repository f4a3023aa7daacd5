/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KB_SOURCE_FOLLOW_LOOK_H
#define KB_SOURCE_FOLLOW_LOOK_H

#include "source/follow-set.h"

/*
 * See what is at the path now, and add to its files what is new. KBAN_OK or KBAN_E_NOMEM; what
 * cannot be opened is logged and tried at the next look.
 */
int kb_follow_path_look(struct kb_follow_set *set, struct kb_follow_path *path);

#endif /* KB_SOURCE_FOLLOW_LOOK_H */
