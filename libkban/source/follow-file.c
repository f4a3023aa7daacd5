/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A block is read together with the bytes before it, so that one system call brings both the lines
 * and the proof that they belong behind what was read before. The head is compared beside that.
 *
 * A line longer than a block is not kept in memory while its end is looked for: reading stands at
 * its first byte, scanned tells how far there was no line feed, and once that is found its first
 * max_line bytes are read again.
 */
#include "source/follow-file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "source/line-reader.h"

int kb_read_buffer_init(struct kb_read_buffer *buffer, size_t block_size, size_t max_line)
{
	/* The bytes before, a block, and the line feed that the last line of a file may lack. */
	buffer->data = malloc(KB_MARK_TAIL + block_size + 1);
	buffer->block_size = block_size;
	buffer->max_line = max_line;
	return buffer->data == NULL ? KBAN_E_NOMEM : KBAN_OK;
}

void kb_read_buffer_clear(struct kb_read_buffer *buffer)
{
	free(buffer->data);
	buffer->data = NULL;
}

int kb_follow_file_open(int directory, const char *name, int flags, int *fd,
			struct kb_file_facts *facts)
{
	/* Without O_NONBLOCK a named pipe that took the place of a log would block us. */
	int opened = openat(directory, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | flags);
	int status;

	if (opened < 0)
		return KBAN_E_SYSTEM;
	status = kb_file_facts_of_descriptor(opened, facts);
	if (status == KBAN_OK && !kb_file_facts_is_regular(facts))
		status = KBAN_E_NOTFOUND;
	if (status == KBAN_OK) {
		*fd = opened;
	} else {
		int saved = errno;

		close(opened);
		errno = saved;
	}
	return status;
}

struct kb_follow_file *kb_follow_file_take(int fd, const struct kb_file_facts *facts)
{
	struct kb_follow_file *file = calloc(1, sizeof(*file));

	if (file == NULL)
		return NULL;
	file->holders = 1;
	file->fd = fd;
	file->mark.device = facts->device;
	file->mark.inode = facts->inode;
	file->mark.born = facts->born;
	file->size = facts->size;
	file->deleted = facts->links == 0;
	file->ready = true;
	file->quiet_since = KBAN_TIME_NONE;
	return file;
}

void kb_follow_file_release(struct kb_follow_file *file, struct kb_notify *notify)
{
	if (file == NULL || --file->holders > 0)
		return;
	kb_notify_release(notify, file->watch);
	close(file->fd);
	free(file);
}

bool kb_follow_file_is(const struct kb_follow_file *file, const struct kb_file_facts *facts)
{
	return file->mark.device == facts->device && file->mark.inode == facts->inode;
}

void kb_follow_file_resume(struct kb_follow_file *file, const struct kban_follow_position *mark)
{
	file->mark.offset = mark->offset;
	file->mark.lines = mark->lines;
	file->mark.head_hash = mark->head_hash;
	file->mark.head_len = mark->head_len;
	file->mark.tail_hash = mark->tail_hash;
	file->mark.tail_len = mark->tail_len;
	file->scanned = 0;
	file->ready = true;
}

void kb_follow_file_restart(struct kb_follow_file *file)
{
	static const struct kban_follow_position nothing_read = { 0 };

	kb_follow_file_resume(file, &nothing_read);
}

/* Where the line begins that the byte at @a end belongs to or would belong to. */
static int find_line_start(struct kb_follow_file *file, const struct kb_read_buffer *buffer,
			   uint64_t end, uint64_t *start)
{
	while (end > 0) {
		size_t want = end < buffer->block_size ? (size_t)end : buffer->block_size;
		ssize_t got = kb_read_at(file->fd, buffer->data, want, end - want);
		size_t whole;

		if (got < 0)
			return KBAN_E_SYSTEM;
		whole = kb_lines_whole(buffer->data, (size_t)got);
		if (whole > 0) {
			*start = end - want + whole;
			return KBAN_OK;
		}
		end -= want;
	}
	*start = 0;
	return KBAN_OK;
}

int kb_follow_file_seek_end(struct kb_follow_file *file, const struct kb_read_buffer *buffer)
{
	struct kban_follow_position mark = { 0 };

	if (find_line_start(file, buffer, file->size, &mark.offset) < 0 ||
	    kb_mark_refresh(&mark, file->fd) < 0)
		return KBAN_E_SYSTEM;
	kb_follow_file_resume(file, &mark);
	return KBAN_OK;
}

enum kb_mark_verdict kb_follow_file_look(struct kb_follow_file *file, kban_usec now)
{
	struct kb_file_facts facts;
	enum kb_mark_verdict verdict;
	bool shrank;

	file->ready = false;
	if (kb_file_facts_of_descriptor(file->fd, &facts) < 0)
		return KB_MARK_UNKNOWN;
	shrank = facts.size < file->size;
	if (facts.size != file->size)
		file->quiet_since = now;
	file->size = facts.size;
	file->deleted = facts.links == 0;
	/* By its bytes, one of which nothing was read cannot be told from its former self. */
	if (facts.size < file->mark.offset || (shrank && file->mark.offset == 0))
		return KB_MARK_OTHER;
	verdict = kb_mark_check(&file->mark, file->fd);
	if (verdict != KB_MARK_SAME)
		return verdict;
	if (facts.size < file->scanned)
		file->scanned = 0;
	file->ready = facts.size > (file->scanned ? file->scanned : file->mark.offset);
	return KB_MARK_SAME;
}

bool kb_follow_file_has_rest(const struct kb_follow_file *file)
{
	return file->size > file->mark.offset;
}

static enum kb_read failed(struct kb_follow_file *file)
{
	file->ready = false;
	return KB_READ_FAILED;
}

/* The bytes before a block are at @a before, the first @a len bytes of the block were dealt with.
 */
static void advance(struct kb_follow_file *file, const char *before, size_t len, uint64_t lines)
{
	size_t known = file->mark.tail_len + len;
	size_t tail_len = known < KB_MARK_TAIL ? known : KB_MARK_TAIL;

	file->mark.tail_hash = kb_mark_hash(before + known - tail_len, tail_len);
	file->mark.tail_len = (uint32_t)tail_len;
	file->mark.offset += len;
	file->mark.lines += lines;
	file->scanned = 0;
	/* If it cannot be read, a shorter head does as well. */
	(void)kb_mark_refresh_head(&file->mark, file->fd);
}

/* The first bytes of a line that ends before @a next, and a line feed. */
static enum kb_read read_cut_line(struct kb_follow_file *file, const struct kb_read_buffer *buffer,
				  uint64_t next, struct kban_text *lines)
{
	struct kban_follow_position mark = file->mark;
	ssize_t got = kb_read_at(file->fd, buffer->data, buffer->max_line, mark.offset);

	mark.offset = next;
	mark.lines++;
	if (got < 0 || kb_mark_refresh(&mark, file->fd) < 0)
		return failed(file);
	if (got < (ssize_t)buffer->max_line)
		return KB_READ_REPLACED;
	buffer->data[got] = '\n';
	*lines = (struct kban_text){ buffer->data, (size_t)got + 1 };
	kb_follow_file_resume(file, &mark);
	file->truncated++;
	return KB_READ_LINES;
}

/* Look on for the end of a line that is longer than a block. */
static enum kb_read read_long_line(struct kb_follow_file *file, const struct kb_read_buffer *buffer,
				   bool is_newest, struct kban_text *lines)
{
	enum kb_mark_verdict verdict = kb_mark_check(&file->mark, file->fd);
	const char *feed;
	ssize_t got;

	if (verdict == KB_MARK_OTHER)
		return KB_READ_REPLACED;
	got = kb_read_at(file->fd, buffer->data, buffer->block_size, file->scanned);
	if (verdict == KB_MARK_UNKNOWN || got < 0)
		return failed(file);
	file->reads++;
	file->bytes += (uint64_t)got;
	feed = memchr(buffer->data, '\n', (size_t)got);
	if (feed != NULL)
		return read_cut_line(file, buffer,
				     file->scanned + (uint64_t)(feed - buffer->data) + 1, lines);
	file->scanned += (uint64_t)got;
	if (got == (ssize_t)buffer->block_size)
		return KB_READ_ON;
	if (buffer->last_line_counts && is_newest)
		return read_cut_line(file, buffer, file->scanned, lines);
	file->ready = false;
	return KB_READ_NOTHING;
}

/* There is no line feed in the @a len bytes of a block. */
static enum kb_read read_rest(struct kb_follow_file *file, const struct kb_read_buffer *buffer,
			      bool counts, size_t len, struct kban_text *lines)
{
	char *data = buffer->data + file->mark.tail_len;
	bool at_end = len < buffer->block_size;

	if (len > buffer->max_line)
		file->scanned = file->mark.offset + len;
	if (at_end && counts && len > 0) {
		size_t shown = len < buffer->max_line ? len : buffer->max_line;

		file->truncated += shown < len;
		advance(file, buffer->data, len, 1);
		data[shown] = '\n';
		*lines = (struct kban_text){ data, shown + 1 };
		return KB_READ_LINES;
	}
	file->ready = !at_end;
	return at_end ? KB_READ_NOTHING : KB_READ_ON;
}

static enum kb_read read_block(struct kb_follow_file *file, const struct kb_read_buffer *buffer,
			       size_t *len)
{
	uint32_t tail_len = file->mark.tail_len;
	ssize_t got = kb_read_at(file->fd, buffer->data, tail_len + buffer->block_size,
				 file->mark.offset - tail_len);
	enum kb_mark_verdict head = kb_mark_check_head(&file->mark, file->fd);

	if (got < 0 || head == KB_MARK_UNKNOWN)
		return failed(file);
	if (got < (ssize_t)tail_len || head == KB_MARK_OTHER ||
	    (tail_len > 0 && kb_mark_hash(buffer->data, tail_len) != file->mark.tail_hash))
		return KB_READ_REPLACED;
	*len = (size_t)got - tail_len;
	file->reads++;
	file->bytes += *len;
	return KB_READ_LINES;
}

enum kb_read kb_follow_file_read(struct kb_follow_file *file, const struct kb_read_buffer *buffer,
				 bool is_newest, struct kban_text *lines)
{
	char *data = buffer->data + file->mark.tail_len;
	enum kb_read result;
	size_t len, whole;

	file->first_line = file->mark.lines + 1;
	if (file->scanned > 0)
		return read_long_line(file, buffer, is_newest, lines);
	result = read_block(file, buffer, &len);
	if (result != KB_READ_LINES)
		return result;
	whole = kb_lines_whole(data, len);
	if (whole == 0)
		return read_rest(file, buffer, buffer->last_line_counts && is_newest, len, lines);
	/* At the end, only a look can tell that there is more. */
	file->ready = len == buffer->block_size || (buffer->last_line_counts && whole < len);
	advance(file, buffer->data, whole, kb_lines_count(data, whole));
	*lines = (struct kban_text){ data, kb_lines_cut(data, whole, buffer->max_line,
							&file->truncated) };
	return KB_READ_LINES;
}
