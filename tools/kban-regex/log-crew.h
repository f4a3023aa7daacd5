/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Threads that read a log ahead, block by block, and look in it for the texts that rules need. What
 * comes of lines is not theirs: blocks are handed out in their order, to the one thread that
 * judges. It reads and looks, too, while no block is ready.
 */
#ifndef KBAN_REGEX_LOG_CREW_H
#define KBAN_REGEX_LOG_CREW_H

#include <kban/scanner.h>

#include "kban-regex/log-reader.h"

/* More threads than that are not started. */
#define LOG_CREW_MAX 64

struct log_piece {
	struct log_block block;
	bool is_plain;                /* as log_lines_are_plain() */
	struct kban_lookahead *ahead; /* what was found in the block */
	int found;                    /* KBAN_OK; or else it is to be looked at again */
};

struct log_crew;

/* Whether there is so much to read that threads pay: a file that is large, or packed. */
bool log_crew_pays(const struct log_reader *reader);

/*
 * Begin to read. Until the crew is gone, the reader is its own.
 *
 * @param scanner  Which has had a block.
 * @param jobs     Threads in all, with the caller's. Those that cannot be started are done without.
 *
 * @return NULL without memory.
 */
struct log_crew *log_crew_new(struct log_reader *reader, const struct kban_scanner *scanner,
			      unsigned jobs);

/* The next block; valid until the next call. As log_reader_next_block(). */
int log_crew_next(struct log_crew *crew, struct log_piece **piece);

/* Also before the end. NULL is allowed. */
void log_crew_free(struct log_crew *crew);

#endif /* KBAN_REGEX_LOG_CREW_H */
