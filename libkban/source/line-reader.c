/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All lines of a block are looked at, most of them by nobody else, so nothing here works line by
 * line: counting runs over bytes in groups that compilers turn into vector code, and cutting looks
 * for a line feed once every max_line bytes.
 */
#include "source/line-reader.h"

#include <assert.h>
#include <string.h>

/* Few enough for their sum to fit into a byte. */
#define GROUP 128

size_t kb_lines_whole(const char *data, size_t len)
{
	const char *last = memrchr(data, '\n', len);

	return last == NULL ? 0 : (size_t)(last - data) + 1;
}

static unsigned count_group(const char *data)
{
	uint8_t count = 0;

	for (size_t i = 0; i < GROUP; i++)
		count = (uint8_t)(count + (data[i] == '\n'));
	return count;
}

uint64_t kb_lines_count(const char *data, size_t len)
{
	uint64_t count = 0;
	size_t i = 0;

	for (; len - i >= GROUP; i += GROUP)
		count += count_group(data + i);
	for (; i < len; i++)
		count += data[i] == '\n';
	return count;
}

/* Where the first line longer than @a max_line begins, or @a len. */
static size_t find_long(const char *data, size_t from, size_t len, size_t max_line)
{
	while (len - from > max_line + 1) {
		const char *last = memrchr(data + from, '\n', max_line + 1);

		if (last == NULL)
			return from;
		from = (size_t)(last - data) + 1;
	}
	return len;
}

size_t kb_lines_cut(char *data, size_t len, size_t max_line, uint64_t *cut)
{
	size_t begin = find_long(data, 0, len, max_line);
	size_t kept = begin;

	assert(len == 0 || data[len - 1] == '\n');
	while (begin < len) {
		const char *feed = memchr(data + begin, '\n', len - begin);
		size_t next = (size_t)(feed - data);
		size_t end = find_long(data, next + 1, len, max_line);

		memmove(data + kept, data + begin, max_line);
		kept += max_line;
		memmove(data + kept, data + next, end - next);
		kept += end - next;
		begin = end;
		++*cut;
	}
	return kept;
}
