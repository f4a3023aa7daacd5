/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The lines of a file, of standard input, or of a text. Read in blocks into one buffer, which only
 * grows for a line that is longer than a block.
 */
#ifndef KBAN_REGEX_LOG_READER_H
#define KBAN_REGEX_LOG_READER_H

#include <stdbool.h>

#include <kban/filter.h>

#include "kban-regex/log-bytes.h"

/* A longer line is judged by its first bytes. */
#define LOG_LINE_MAX ((size_t)4 * 1024 * 1024)

struct log_reader {
	const char *path;       /* for messages; NULL: all of the text is in the buffer */
	struct log_bytes bytes; /* what is read */
	struct kban_line_feed feed;
	char *buffer;
	size_t capacity;
	size_t from, to; /* what is in the buffer and not handed out */
	bool at_end;     /* of the file */
	bool is_cut;     /* the rest of a line that was too long is still to come */
	bool is_full;    /* there was no memory for a line */
};

/* Lines that are no longer the reader's. */
struct log_block {
	struct kban_text text; /* in the memory */
	uint64_t taken;        /* bytes of the file that were read with them */
	char *memory;          /* owned by whoever has the block, and used again; NULL at first */
	size_t capacity;
};

/*
 * Open the file, or standard input for "-". 0, or -1 after a message.
 *
 * @param feed  How its lines end.
 */
int log_reader_open(struct log_reader *reader, const char *path, const struct kban_line_feed *feed);

/* Read a text. 0, or -1 after a message. */
int log_reader_open_text(struct log_reader *reader, const char *text);

/*
 * The next line, without its line feed; valid until the next call. The last one need not have any.
 * 1, 0 at the end, or -1.
 */
int log_reader_next(struct log_reader *reader, struct kban_text *line);

/*
 * Lines as they come, with their line feeds, as many as are at hand; one at least, which may lack
 * it. Only for logs whose line feed is one byte. 1, 0 at the end, or -1.
 */
int log_reader_next_block(struct log_reader *reader, struct kban_text *block);

/* The same lines as those would be, in memory that stays as it is while others are read. */
int log_reader_take_block(struct log_reader *reader, struct log_block *block);

/* Say why the last call failed. */
void log_reader_complain(const struct log_reader *reader);

/* Empty lines and comments are no lines of a log. */
bool log_line_is_skipped(struct kban_text line, const struct kban_line_feed *feed);

/* Bytes of the file that were read. */
uint64_t log_reader_taken(const struct log_reader *reader);

void log_reader_close(struct log_reader *reader);

#endif /* KBAN_REGEX_LOG_READER_H */
