/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The option logpath: paths and glob patterns, and the files that they match. */
#ifndef KB_JAIL_LOG_PATHS_H
#define KB_JAIL_LOG_PATHS_H

#include <kban/follow.h>

#include "base/problem-list.h"
#include "conf/conf-value.h"

/* Files that patterns of one jail may match; more is an error. */
#define KB_LOG_FILES_MAX 10000

/* The entry that stands for what is handed in by who starts the program. */
#define KB_INPUT "stdin:"

/* What an entry is. */
enum kb_log_source {
	KB_LOG_PATTERN, /* a path or a glob pattern */
	KB_LOG_SOCKET,  /* see source/syslog-address.h */
	KB_LOG_INPUT,   /* KB_INPUT */
	KB_LOG_BANS     /* KB_OWN_BANS */
};

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

enum kb_log_source kb_log_source_of(const char *entry);

/*
 * Read a value of logpath: one entry a line, with 'head' or 'tail' behind its last blank.
 * KBAN_E_SYNTAX, with place, for any other word there; KBAN_E_NOMEM.
 */
int kb_log_paths_parse(const struct kb_value *value, struct kb_log_paths *out,
		       struct kban_error **err);

/*
 * Append the files that match @a patterns now to @a out, sorted by path, each once: the first
 * pattern that matches says where to begin. Sockets are there as they stand. What can be no log (a
 * directory, a link to nothing) is left out and is a warning about @a subject; a directory that is
 * named as such is a part that cannot be used.
 *
 * KBAN_OK, KBAN_E_LIMIT with error text, KBAN_E_NOMEM.
 */
int kb_log_paths_expand(const struct kb_log_paths *patterns, const char *subject,
			struct kb_problem_list *problems, struct kb_log_paths *out,
			struct kban_error **err);

void kb_log_paths_clear(struct kb_log_paths *paths);

KB_DEFINE_AUTO_CLEAR(log_paths)

#endif /* KB_JAIL_LOG_PATHS_H */
