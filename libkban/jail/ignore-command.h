/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a jail says about ignorecommand and ignorecache. */
#ifndef KB_JAIL_IGNORE_COMMAND_H
#define KB_JAIL_IGNORE_COMMAND_H

#include "jail/jail-config.h"

/* Answers that are remembered at most, whatever max-count says. */
#define KB_IGNORE_ANSWERS_MAX 100000

/* Read both into @a jail; mistakes are problems. KBAN_OK or KBAN_E_NOMEM. */
int kb_ignore_command_read(const struct kb_jail_origin *origin, struct kban_jail_config *jail);

#endif /* KB_JAIL_IGNORE_COMMAND_H */
