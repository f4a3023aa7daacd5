/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs the commands that actions want: aside, so that nobody waits for them who does not have to,
 * and a few at a time.
 */
#ifndef KBAN_TAIL_RUNNER_H
#define KBAN_TAIL_RUNNER_H

#include <stdbool.h>

#include <uv.h>

#include <kban/command.h>

#include "log.h"

struct runner;

/* Told when a command is over, and what follows from it is to be saved and run. */
typedef void runner_changed_fn(void *data);

/* NULL without memory. */
struct runner *runner_new(uv_loop_t *loop, struct log *log, runner_changed_fn *changed, void *data);

/* Start what may be started. To be called whenever something happened. False without memory. */
bool runner_run(struct runner *runner, struct kban_watch *watch, kban_usec now);

/* How many commands run, with what they left in the background. */
size_t runner_busy(const struct runner *runner);

/* Kill all that runs. */
void runner_kill(struct runner *runner);

/* Nothing more is started. The loop must turn until nothing runs before runner_free(). */
void runner_close(struct runner *runner);
void runner_free(struct runner *runner);

#endif /* KBAN_TAIL_RUNNER_H */
