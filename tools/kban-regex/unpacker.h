/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bytes of a compressed file, unpacked as they are read. The only place that knows libarchive; a
 * build without it has the same calls, which refuse (docs/decisions/0007-compressed-logs.md).
 */
#ifndef KBAN_REGEX_UNPACKER_H
#define KBAN_REGEX_UNPACKER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What a file is packed with, by its first bytes; NULL: it is not, as far as is known. */
const char *unpacker_format(const void *head, size_t len);

/* So many bytes tell all formats apart. */
#define UNPACKER_HEAD_SIZE 6

struct unpacker;

/* The packed bytes: at most @a room of them. 0 at the end, or -1 and errno. */
typedef ssize_t unpacker_read_fn(void *data, void *to, size_t room);

/*
 * @a data is handed to @a read. NULL: errno is ENOMEM; ENOTSUP in a build without libarchive; or
 * ELIBACC where libarchive is not installed.
 */
struct unpacker *unpacker_new(unpacker_read_fn *read, void *data);

/* Up to @a room unpacked bytes. 0 at the end, or -1; then unpacker_error() tells why. */
ssize_t unpacker_read(struct unpacker *unpacker, void *to, size_t room);

const char *unpacker_error(const struct unpacker *unpacker);

void unpacker_free(struct unpacker *unpacker);

#endif /* KBAN_REGEX_UNPACKER_H */
