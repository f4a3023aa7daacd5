/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rules that a stranger's text can mislead. Much of a log line was chosen by whom it is about: user
 * names, addresses of mail, URLs. A rule that may find the address in there lets anybody have
 * anybody banned; an ignoreregex that may hit there lets him go.
 */
#ifndef KB_FILTER_RULE_SAFETY_H
#define KB_FILTER_RULE_SAFETY_H

#include <kban/filter.h>

#include "base/problem-list.h"

/*
 * Append a warning for each rule of @a filter that can be misled: "PLACE: KEY: why, and what to
 * do". @a subject is that of the problems. KBAN_OK or KBAN_E_NOMEM.
 */
int kb_rule_safety_check(const struct kban_filter *filter, const char *subject,
			 struct kb_problem_list *problems);

#endif /* KB_FILTER_RULE_SAFETY_H */
