/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/log-reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kban-regex/messages.h"

#define BLOCK_SIZE ((size_t)256 * 1024)

static int no_memory(struct log_reader *reader)
{
	reader->is_full = true;
	return -1;
}

void log_reader_complain(const struct log_reader *reader)
{
	if (reader->is_full)
		message_print("%s", strerror(ENOMEM));
	else
		message_print("%s: %s", reader->path, log_bytes_error(&reader->bytes));
}

static int complain_of_memory(struct log_reader *reader)
{
	no_memory(reader);
	log_reader_complain(reader);
	return -1;
}

int log_reader_open(struct log_reader *reader, const char *path, const struct kban_line_feed *feed)
{
	*reader = (struct log_reader){
		.path = path,
		.bytes = { .fd = -1 },
		.feed = *feed,
		.capacity = BLOCK_SIZE,
	};
	reader->buffer = malloc(reader->capacity);
	if (reader->buffer == NULL)
		return complain_of_memory(reader);
	return log_bytes_open(&reader->bytes, path);
}

int log_reader_open_text(struct log_reader *reader, const char *text)
{
	*reader = (struct log_reader){ .bytes = { .fd = -1 }, .feed = { 1, 0 }, .at_end = true };
	reader->buffer = strdup(text);
	reader->to = strlen(text);
	return reader->buffer == NULL ? complain_of_memory(reader) : 0;
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
		return no_memory(reader);
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
	got = log_bytes_read(&reader->bytes, reader->buffer + reader->to,
			     reader->capacity - reader->to);
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

/* Whether the unit at @a bytes is @a byte. */
static bool is_unit(const char *bytes, char byte, const struct kban_line_feed *feed)
{
	unsigned last = feed->width - 1;

	for (unsigned i = 0; i <= last; i++)
		if (bytes[i] != (i == (feed->big_endian ? last : 0) ? byte : 0))
			return false;
	return true;
}

/* The first line feed from byte @a from on, or NULL. */
static const char *find_end(const struct log_reader *reader, size_t from)
{
	const char *start = reader->buffer + reader->from;
	size_t held = reader->to - reader->from;
	size_t width = reader->feed.width;

	if (width == 1)
		return from < held ? memchr(start + from, '\n', held - from) : NULL;
	for (from -= from % width; from + width <= held; from += width)
		if (is_unit(start + from, '\n', &reader->feed))
			return start + from;
	return NULL;
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
		const char *end = find_end(reader, searched);

		if (end != NULL) {
			take(reader, (size_t)(end - start), reader->feed.width, line);
			return 1;
		}
		searched = held;
		*is_cut = held >= LOG_LINE_MAX;
		if (*is_cut)
			held -= held % reader->feed.width;
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

/* Take all whole lines of the buffer, if there are any and none of them can be too long. */
static bool take_lines(struct log_reader *reader, struct kban_text *block)
{
	const char *start = reader->buffer + reader->from;
	size_t held = reader->to - reader->from;
	const char *end = held > 0 ? memrchr(start, '\n', held) : NULL;

	if (end == NULL || reader->is_cut || held > LOG_LINE_MAX)
		return false;
	take(reader, (size_t)(end + 1 - start), 0, block);
	return true;
}

int log_reader_next_block(struct log_reader *reader, struct kban_text *block)
{
	if (take_lines(reader, block))
		return 1;
	if (!reader->at_end && fill(reader) < 0)
		return -1;
	return take_lines(reader, block) ? 1 : log_reader_next(reader, block);
}

/* Memory as large as the reader's, whatever is in it. */
static int make_memory(struct log_reader *reader, struct log_block *block)
{
	if (block->capacity == reader->capacity)
		return 0;
	free(block->memory);
	block->memory = malloc(reader->capacity);
	block->capacity = block->memory != NULL ? reader->capacity : 0;
	return block->memory != NULL ? 0 : no_memory(reader);
}

/* What was not handed out stays where it is in the buffer, so that the next block is no other. */
int log_reader_take_block(struct log_reader *reader, struct log_block *block)
{
	int got = log_reader_next_block(reader, &block->text);
	char *memory;

	block->taken = reader->bytes.taken;
	if (got <= 0)
		return got;
	if (make_memory(reader, block) < 0)
		return -1;
	memory = block->memory;
	memcpy(memory + reader->from, reader->buffer + reader->from, reader->to - reader->from);
	block->memory = reader->buffer;
	reader->buffer = memory;
	return 1;
}

bool log_line_is_skipped(struct kban_text line, const struct kban_line_feed *feed)
{
	size_t width = feed->width;

	while (line.len >= width && is_unit(line.data + line.len - width, '\r', feed))
		line.len -= width;
	return line.len < width || is_unit(line.data, '#', feed);
}

uint64_t log_reader_taken(const struct log_reader *reader)
{
	return reader->bytes.taken;
}

void log_reader_close(struct log_reader *reader)
{
	log_bytes_close(&reader->bytes);
	free(reader->buffer);
	reader->buffer = NULL;
}
