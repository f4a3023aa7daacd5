/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A build without libarchive: compressed logs are recognised, and refused. */
#include "kban-regex/unpacker.h"

#include <errno.h>

struct unpacker *unpacker_new(unpacker_read_fn *read, void *data)
{
	(void)read;
	(void)data;
	errno = ENOTSUP;
	return NULL;
}

ssize_t unpacker_read(struct unpacker *unpacker, void *to, size_t room)
{
	(void)unpacker;
	(void)to;
	(void)room;
	return -1;
}

const char *unpacker_error(const struct unpacker *unpacker)
{
	(void)unpacker;
	return "";
}

void unpacker_free(struct unpacker *unpacker)
{
	(void)unpacker;
}
