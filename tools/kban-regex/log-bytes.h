/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bytes of a file or of standard input, unpacked if its first bytes say that it is packed. */
#ifndef KBAN_REGEX_LOG_BYTES_H
#define KBAN_REGEX_LOG_BYTES_H

#include <stdint.h>
#include <sys/types.h>

#include "kban-regex/unpacker.h"

struct log_bytes {
	int fd;
	uint64_t size;  /* of the file; 0: not known */
	uint64_t taken; /* of them, so far */
	char head[UNPACKER_HEAD_SIZE];
	size_t head_from, head_to; /* what was looked at and not handed out */
	struct unpacker *unpacker; /* NULL: they are handed out as they are */
	int error;                 /* errno of what could not be read; 0: the unpacker knows more */
};

/* Open a file, or standard input for "-". 0, or -1 after a message. */
int log_bytes_open(struct log_bytes *bytes, const char *path);

/* Up to @a room bytes. 0 at the end, or -1; then log_bytes_error() tells why. */
ssize_t log_bytes_read(struct log_bytes *bytes, void *to, size_t room);

const char *log_bytes_error(const struct log_bytes *bytes);

/* Also of a struct that is zeroed but for its fd, -1. */
void log_bytes_close(struct log_bytes *bytes);

#endif /* KBAN_REGEX_LOG_BYTES_H */
