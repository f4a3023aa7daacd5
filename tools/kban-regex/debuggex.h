/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KBAN_REGEX_DEBUGGEX_H
#define KBAN_REGEX_DEBUGGEX_H

#include <kban/filter.h>

/*
 * "LINE | RULE |  URL", where the URL shows rule and line at debuggex.com to whoever opens it;
 * nothing is sent. The caller frees it; NULL without memory.
 */
char *debuggex_entry(const struct kban_filter *filter, enum kban_rule_kind kind, size_t rule,
		     struct kban_text line);

#endif /* KBAN_REGEX_DEBUGGEX_H */
