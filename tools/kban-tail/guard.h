/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Notices when another program changes sets or rules, and asks for them to be looked at soon. If
 * that goes on, it leaves them to the looks that are had anyway: two programs that undo each
 * other's work must not do so as fast as they can.
 */
#ifndef KBAN_TAIL_GUARD_H
#define KBAN_TAIL_GUARD_H

#include <uv.h>

#include <kban/kban.h>

#include "log.h"

/* Sets and rules are to be looked at. */
typedef void guard_fn(void *data);

struct guard {
	uv_poll_t kernel;  /* the kernel tells something */
	uv_timer_t pulse;  /* once a second */
	uv_timer_t settle; /* what is being changed is left a moment */
	struct kban_context *ctx;
	struct kban_watch *watch;
	struct log *log;
	guard_fn *look;
	void *data;
	unsigned looks;    /* in a row, without a quiet while between them */
	kban_usec noticed; /* when something was last */
};

/* Begin. The parts must live as long. */
void guard_start(struct guard *guard, uv_loop_t *loop);

/* The loop must turn once more before it is closed. One that was not started may be closed. */
void guard_close(struct guard *guard);

#endif /* KBAN_TAIL_GUARD_H */
