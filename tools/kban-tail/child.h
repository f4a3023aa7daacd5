/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A program run to its end, in a process group of its own: text in, text out, with limits of time
 * and size. What it leaves running behind it is ended at its limit of time, too.
 */
#ifndef KBAN_TAIL_CHILD_H
#define KBAN_TAIL_CHILD_H

#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include <kban/base.h>

struct child;

/* What became of it. Texts live during the call. */
struct child_result {
	int status;              /* exit status; -1: not started, killed, or out of limits */
	const char *problem;     /* why -1 */
	bool was_started;        /* with -1 */
	bool timed_out;          /* with -1 */
	struct kban_text output; /* standard output, its beginning */
	struct kban_text errors; /* standard error, its beginning */
};

typedef void child_done_fn(const struct child_result *result, void *data);

/* Nothing of it runs any more. */
typedef void child_gone_fn(void *data);

/* What is run; all is copied. */
struct child_request {
	const char *const *argv;        /* NULL-terminated */
	const char *const *environment; /* of the program, NULL-terminated; NULL: our own */
	struct kban_text input;         /* for its standard input */
	uint64_t limit_ms;              /* then its whole group is ended */
	size_t output_max, errors_max;  /* what is beyond is read and dropped */
	child_done_fn *done;            /* called once, also when it cannot be started */
	child_gone_fn *gone;            /* called once, after done; may be NULL */
	void *data;
};

/* @return NULL without memory; nothing is called then. The child frees itself. */
struct child *child_start(uv_loop_t *loop, const struct child_request *request);

/* Kill it with all that it started; done and gone are still called. */
void child_kill(struct child *child);

#endif /* KBAN_TAIL_CHILD_H */
