/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of a descriptor that somebody else opened, such as standard input, until it ends. */
#ifndef KB_SOURCE_INPUT_H
#define KB_SOURCE_INPUT_H

#include <kban/context.h>

#include "source/line-frames.h"
#include "source/reader-list.h"

struct kb_input {
	struct kban_context *ctx;
	const char *name;      /* for messages */
	int fd;                /* not owned; -1: there is none, or it has ended */
	int poll;              /* epoll(7) descriptor that tells of it, or -1 */
	bool is_file;          /* that cannot tell: it is always ready */
	bool last_line_counts; /* without a line feed, at the end */
	struct kb_reader_list readers;
	struct kb_line_frames frames;
	char *piece;     /* what is being read */
	uint64_t number; /* of the last line */
};

/* Let @a reader have its lines, from now on. KBAN_OK or KBAN_E_NOMEM. */
int kb_input_add(struct kb_input *input, void *reader);

/* True while there may be more lines for somebody. */
bool kb_input_is_open(const struct kb_input *input);

/* True if it is to be read though the descriptor of epoll(7) is silent. */
bool kb_input_is_due(const struct kb_input *input);

/*
 * The next line; valid until the next call. Never waits. 1; 0 if none has come yet, or at the end;
 * KBAN_E_NOMEM.
 */
int kb_input_next(struct kb_input *input, struct kban_text *out);

void kb_input_clear(struct kb_input *input);

#endif /* KB_SOURCE_INPUT_H */
