/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/log-reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_SIZE ((size_t)256 * 1024)

int log_reader_open(struct log_reader *reader, const char *path)
{
	*reader = (struct log_reader){ .fd = STDIN_FILENO, .capacity = BLOCK_SIZE };
	reader->buffer = malloc(reader->capacity);
	if (reader->buffer == NULL)
		return -1;
	if (strcmp(path, "-") != 0)
		reader->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	return reader->fd < 0 ? -1 : 0;
}

int log_reader_open_text(struct log_reader *reader, const char *text)
{
	*reader = (struct log_reader){ .fd = -1, .at_end = true };
	reader->buffer = strdup(text);
	reader->to = strlen(text);
	return reader->buffer == NULL ? -1 : 0;
}

/* Room behind what is in the buffer: move it to the front, then let the buffer grow. */
static int make_room(struct log_reader *reader)
{
	char *grown;

	if (reader->to < reader->capacity)
		return 0;
	if (reader->from > 0) {
		memmove(reader->buffer, reader->buffer + reader->from, reader->to - reader->from);
		reader->to -= reader->from;
		reader->from = 0;
		return 0;
	}
	grown = realloc(reader->buffer, reader->capacity * 2);
	if (grown == NULL)
		return -1;
	reader->buffer = grown;
	reader->capacity *= 2;
	return 0;
}

/* Read more behind what is there. */
static int fill(struct log_reader *reader)
{
	ssize_t got;

	if (make_room(reader) < 0)
		return -1;
	do {
		got = read(reader->fd, reader->buffer + reader->to, reader->capacity - reader->to);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return -1;
	reader->at_end = got == 0;
	reader->to += (size_t)got;
	return 0;
}

/* Hand out @a len bytes and step over @a gap more. */
static void take(struct log_reader *reader, size_t len, size_t gap, struct kban_text *line)
{
	*line = (struct kban_text){ reader->buffer + reader->from, len };
	reader->from += len + gap;
}

/*
 * The next line, or the beginning of one that is too long. A line that is in the buffer only in
 * part is searched again from where the last search ended.
 */
static int next_piece(struct log_reader *reader, struct kban_text *line, bool *is_cut)
{
	size_t searched = 0;

	*is_cut = false;
	for (;;) {
		size_t held = reader->to - reader->from;
		const char *start = reader->buffer + reader->from;
		const char *end =
			held > searched ? memchr(start + searched, '\n', held - searched) : NULL;

		if (end != NULL) {
			take(reader, (size_t)(end - start), 1, line);
			return 1;
		}
		searched = held;
		*is_cut = held >= LOG_LINE_MAX;
		if (*is_cut || (reader->at_end && held > 0)) {
			take(reader, held, 0, line);
			return 1;
		}
		if (reader->at_end)
			return 0;
		if (fill(reader) < 0)
			return -1;
	}
}

int log_reader_next(struct log_reader *reader, struct kban_text *line)
{
	bool is_cut;
	int got;

	do {
		got = next_piece(reader, line, &is_cut);
		if (got <= 0)
			return got;
		/* What follows the beginning of a line that was too long is not a line. */
		if (!reader->is_cut)
			break;
		reader->is_cut = is_cut;
	} while (true);
	reader->is_cut = is_cut;
	if (line->len > LOG_LINE_MAX)
		line->len = LOG_LINE_MAX;
	return 1;
}

void log_reader_close(struct log_reader *reader)
{
	if (reader->fd > STDIN_FILENO)
		close(reader->fd);
	free(reader->buffer);
}
