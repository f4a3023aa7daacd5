/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is wrong in files that people wrote, collected so that all of it can be told at once and one
 * mistake costs only the jail it is about. A call that adds to the list goes on; a call that fails
 * says so by its status.
 */
#ifndef KB_BASE_PROBLEM_LIST_H
#define KB_BASE_PROBLEM_LIST_H

#include "base/error.h"
#include "base/memory.h"

enum kb_severity {
	KB_PROBLEM_WARNING, /* it works, but hardly as meant */
	KB_PROBLEM_WAITING, /* it works as soon as something is there that is missing now */
	KB_PROBLEM_PART,    /* a part of what it is about cannot be used, and is left out */
	KB_PROBLEM_ERROR,   /* what it is about cannot be used */
};

struct kb_problem {
	enum kb_severity severity;
	char *subject; /* the jail or section concerned, or NULL for all */
	struct kban_error *error;
};

struct kb_problem_list {
	struct kb_problem *items; /* in the order they were found */
	size_t count;
	size_t capacity;
};

/* Take over @a error, which may be NULL (out of memory). KBAN_OK or KBAN_E_NOMEM. */
int kb_problem_list_take(struct kb_problem_list *list, enum kb_severity severity,
			 const char *subject, struct kban_error *error);

/* The same with a text. */
__attribute__((format(printf, 5, 6))) int kb_problem_list_add(struct kb_problem_list *list,
							      enum kb_severity severity,
							      const char *subject,
							      const struct kb_where *where,
							      const char *format, ...);

/* How many errors, without the warnings, concern @a subject or all; NULL counts every error. */
size_t kb_problem_list_errors(const struct kb_problem_list *list, const char *subject);

void kb_problem_list_clear(struct kb_problem_list *list);

KB_DEFINE_AUTO_CLEAR(problem_list)

#endif /* KB_BASE_PROBLEM_LIST_H */
