/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rules that run into a limit of the matching engine: on how many lines, and on which first. It is
 * a mistake in the filter that nothing else shows, for such a line counts as not matched.
 */
#ifndef KBAN_REGEX_LIMIT_WATCH_H
#define KBAN_REGEX_LIMIT_WATCH_H

#include <kban/matcher.h>

struct limit_watch;

/* NULL without memory. Filter and matcher must outlive it. */
struct limit_watch *limit_watch_new(const struct kban_filter *filter,
				    const struct kban_matcher *matcher);
void limit_watch_free(struct limit_watch *watch);

/* To be called after each line that was judged. */
void limit_watch_see(struct limit_watch *watch, uint64_t line);

/* Name the rules on standard error. */
void limit_watch_warn(const struct limit_watch *watch);

#endif /* KBAN_REGEX_LIMIT_WATCH_H */
