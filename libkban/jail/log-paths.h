/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The option logpath: paths and glob patterns, and the files that they match. */
#ifndef KB_JAIL_LOG_PATHS_H
#define KB_JAIL_LOG_PATHS_H

#include <kban/follow.h>

#include "base/problem-list.h"
#include "conf/conf-value.h"

/* Files that patterns of one jail may match; more is an error. */
#define KB_LOG_FILES_MAX 10000

struct kb_log_path {
	char *path;
	enum kban_follow_from from;
	size_t rank; /* of its entry in the option */
	struct kb_where where;
};

struct kb_log_paths {
	struct kb_log_path *items;
	size_t count;
	size_t capacity;
};

/*
 * Read a value of logpath: one entry a line, with 'head' or 'tail' behind its last blank.
 * KBAN_E_SYNTAX, with place, for any other word there; KBAN_E_NOMEM.
 */
int kb_log_paths_parse(const struct kb_value *value, struct kb_log_paths *out,
		       struct kban_error **err);

/*
 * Append the files that match @a patterns now to @a out, sorted by path, each once: the first
 * pattern that matches says where to begin. What can be no log (a directory, a link to nothing) is
 * left out and is a warning about @a subject.
 *
 * KBAN_OK, KBAN_E_LIMIT with error text, KBAN_E_NOMEM.
 */
int kb_log_paths_expand(const struct kb_log_paths *patterns, const char *subject,
			struct kb_problem_list *problems, struct kb_log_paths *out,
			struct kban_error **err);

void kb_log_paths_clear(struct kb_log_paths *paths);

KB_DEFINE_AUTO_CLEAR(log_paths)

#endif /* KB_JAIL_LOG_PATHS_H */
