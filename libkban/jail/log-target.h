/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KB_JAIL_LOG_TARGET_H
#define KB_JAIL_LOG_TARGET_H

#include <kban/log-target.h>

#include "conf/conf-value.h"

/* Names of levels, the gravest first; NULL ends them. */
extern const char *const kb_log_level_names[];

/* As kban_log_target_new(), of a value with its places. */
int kb_log_target_read(const struct kb_value *value, struct kban_log_target **out,
		       struct kban_error **err);

#endif /* KB_JAIL_LOG_TARGET_H */
