/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A line on a terminal that tells how far reading has come. It appears after a second, and is gone
 * at the end; where standard error is no terminal there is none.
 */
#ifndef KBAN_REGEX_PROGRESS_H
#define KBAN_REGEX_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct progress {
	bool wanted;
	bool is_shown;
	struct timespec started;
	unsigned calls;  /* since the clock was asked */
	double next_due; /* seconds after that */
	uint64_t total;  /* bytes of all logs; 0: not known */
	uint64_t before; /* bytes of the logs that are done */
};

/*
 * @param total   See above.
 * @param wanted  False: nothing is drawn, because something else is.
 */
void progress_start(struct progress *progress, uint64_t total, bool wanted);

/* Draw the line if it is time. Cheap enough to be called for each line, and after many. */
void progress_show(struct progress *progress, uint64_t bytes, uint64_t lines);

/* A log of @a bytes is done. */
void progress_next_log(struct progress *progress, uint64_t bytes);

/* Wipe it out. */
void progress_stop(struct progress *progress);

/*
 * What the line says, written to @a text and cut to @a size.
 *
 * @param bytes, lines  Read so far, in @a seconds.
 * @param total         Bytes there are; 0: not known.
 */
void progress_write(char *text, int size, uint64_t bytes, uint64_t total, uint64_t lines,
		    double seconds);

#endif /* KBAN_REGEX_PROGRESS_H */
