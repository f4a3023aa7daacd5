/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The lines of a file, of standard input, or of a text. Read in blocks into one buffer, which only
 * grows for a line that is longer than a block.
 */
#ifndef KBAN_REGEX_LOG_READER_H
#define KBAN_REGEX_LOG_READER_H

#include <stdbool.h>

#include <kban/base.h>

/* A longer line is judged by its first bytes. */
#define LOG_LINE_MAX ((size_t)4 * 1024 * 1024)

struct log_reader {
	int fd; /* -1: all of the text is in the buffer */
	char *buffer;
	size_t capacity;
	size_t from, to; /* what is in the buffer and not handed out */
	bool at_end;     /* of the file */
	bool is_cut;     /* the rest of a line that was too long is still to come */
};

/* Open the file, or standard input for "-". Nonzero: errno tells why not. */
int log_reader_open(struct log_reader *reader, const char *path);

/* Read a text. Nonzero: out of memory. */
int log_reader_open_text(struct log_reader *reader, const char *text);

/*
 * The next line, without its line feed; valid until the next call. The last one need not have any.
 * 1, 0 at the end, or -1 and errno.
 */
int log_reader_next(struct log_reader *reader, struct kban_text *line);

void log_reader_close(struct log_reader *reader);

#endif /* KBAN_REGEX_LOG_READER_H */
