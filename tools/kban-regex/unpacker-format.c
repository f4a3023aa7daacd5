/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/unpacker.h"

#include <string.h>

const char *unpacker_format(const void *head, size_t len)
{
	static const struct {
		const char *name;
		const char *magic;
		size_t len;
	} formats[] = {
		{ "gzip", "\x1f\x8b", 2 },
		{ "bzip2", "BZh", 3 },
		{ "xz",
		  "\xfd"
		  "7zXZ",
		  6 },
		{ "zstd", "\x28\xb5\x2f\xfd", 4 },
		{ "lz4", "\x04\x22\x4d\x18", 4 },
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (len >= formats[i].len && memcmp(head, formats[i].magic, formats[i].len) == 0)
			return formats[i].name;
	return NULL;
}
