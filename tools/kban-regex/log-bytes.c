/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/log-bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kban-regex/messages.h"

static ssize_t read_fd(int fd, void *to, size_t room)
{
	ssize_t got;

	do
		got = read(fd, to, room);
	while (got < 0 && errno == EINTR);
	return got;
}

/* What is in the file: first what was looked at. */
static ssize_t read_packed(void *data, void *to, size_t room)
{
	struct log_bytes *bytes = data;
	size_t held = bytes->head_to - bytes->head_from;
	ssize_t got;

	if (held > 0) {
		if (room < held)
			held = room;
		memcpy(to, bytes->head + bytes->head_from, held);
		bytes->head_from += held;
		return (ssize_t)held;
	}
	got = read_fd(bytes->fd, to, room);
	if (got > 0)
		bytes->taken += (uint64_t)got;
	return got;
}

/* The first bytes, which a pipe may give one by one. */
static int look_at_head(struct log_bytes *bytes)
{
	ssize_t got = 1;

	while (got > 0 && bytes->head_to < sizeof(bytes->head)) {
		got = read_fd(bytes->fd, bytes->head + bytes->head_to,
			      sizeof(bytes->head) - bytes->head_to);
		if (got > 0)
			bytes->head_to += (size_t)got;
	}
	bytes->taken = bytes->head_to;
	return got < 0 ? -1 : 0;
}

static int start_unpacking(struct log_bytes *bytes, const char *path, const char *format)
{
	bytes->unpacker = unpacker_new(read_packed, bytes);
	if (bytes->unpacker != NULL)
		return 0;
	if (errno == ENOTSUP)
		message_print("%s: packed with %s, which this build of kban-regex cannot read; "
			      "unpack it first",
			      path, format);
	else if (errno == ELIBACC)
		message_print("%s: packed with %s, and libarchive, which unpacks it, is not "
			      "installed; unpack it first",
			      path, format);
	else
		message_print("%s: %s", path, strerror(errno));
	return -1;
}

int log_bytes_open(struct log_bytes *bytes, const char *path)
{
	struct stat info;
	const char *format;

	*bytes = (struct log_bytes){ .fd = STDIN_FILENO };
	if (strcmp(path, "-") != 0)
		bytes->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (bytes->fd < 0 || fstat(bytes->fd, &info) < 0 || look_at_head(bytes) < 0) {
		message_print("%s: %s", path, strerror(errno));
		return -1;
	}
	if (S_ISREG(info.st_mode))
		bytes->size = (uint64_t)info.st_size;
	format = unpacker_format(bytes->head, bytes->head_to);
	return format != NULL ? start_unpacking(bytes, path, format) : 0;
}

ssize_t log_bytes_read(struct log_bytes *bytes, void *to, size_t room)
{
	ssize_t got = bytes->unpacker != NULL ? unpacker_read(bytes->unpacker, to, room)
					      : read_packed(bytes, to, room);

	bytes->error = got < 0 && bytes->unpacker == NULL ? errno : 0;
	return got;
}

const char *log_bytes_error(const struct log_bytes *bytes)
{
	if (bytes->unpacker != NULL && bytes->error == 0)
		return unpacker_error(bytes->unpacker);
	return strerror(bytes->error);
}

void log_bytes_close(struct log_bytes *bytes)
{
	unpacker_free(bytes->unpacker);
	bytes->unpacker = NULL;
	if (bytes->fd > STDIN_FILENO)
		close(bytes->fd);
	bytes->fd = -1;
}
