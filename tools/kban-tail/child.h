/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A program run to its end: text in, text out, with limits of time and size. Only programs that
 * the code itself names are run, never through a shell.
 */
#ifndef KBAN_TAIL_CHILD_H
#define KBAN_TAIL_CHILD_H

#include <stdint.h>

#include <uv.h>

#include <kban/base.h>

struct child;

/* What became of it. Texts live during the call. */
struct child_result {
	int status;              /* exit status; -1: not started, killed, or out of limits */
	const char *problem;     /* why -1 */
	struct kban_text output; /* standard output */
	struct kban_text errors; /* standard error, its beginning */
};

typedef void child_done_fn(const struct child_result *result, void *data);

/*
 * Start @a argv (NULL-terminated) with @a input on standard input, which is copied.
 * @a done is called once, from the loop, also when it cannot be started.
 * @return NULL without memory; done is not called then. The child frees itself.
 */
struct child *child_start(uv_loop_t *loop, const char *const *argv, struct kban_text input,
			  uint64_t limit_ms, child_done_fn *done, void *data);

/* Kill it; done is still called. */
void child_kill(struct child *child);

#endif /* KBAN_TAIL_CHILD_H */
