/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* System calls that fail when a test wants them to. The linker sends those of the library here. */
#ifndef KBAN_FAILING_CALLS_H
#define KBAN_FAILING_CALLS_H

#include <stdbool.h>

enum failing_call {
	FAILING_INOTIFY_INIT,
	FAILING_INOTIFY_WATCH,
	FAILING_OPEN, /* open(2) and openat(2) */
	FAILING_READ, /* pread(2) */
	FAILING_STAT, /* statx(2) */
	FAILING_CALL_COUNT,
};

/* Let each @a nth call fail with @a error_number from now on; 0: none. */
void failing_calls_set(enum failing_call call, unsigned nth, int error_number);

/* Let pread(2) give at most @a len bytes; 0: as many as there are. */
void failing_calls_shorten(unsigned len);

/* Let statx(2) tell times as a clock would that moves in steps of LOG_CLOCK_STEP. */
void failing_calls_coarsen(bool coarse);

/* All succeed again, and tell the truth. */
void failing_calls_stop(void);

#endif /* KBAN_FAILING_CALLS_H */
