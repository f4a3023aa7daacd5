/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libarchive unpacks by itself; formats for which it would run a program are left out. */
#include "kban-regex/unpacker.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>

#define PACKED_SIZE ((size_t)64 * 1024)

struct unpacker {
	struct archive *archive;
	unpacker_read_fn *read;
	void *data;
	bool is_open;
	char packed[PACKED_SIZE];
};

static la_ssize_t read_packed(struct archive *archive, void *data, const void **block)
{
	struct unpacker *unpacker = data;
	ssize_t got = unpacker->read(unpacker->data, unpacker->packed, sizeof(unpacker->packed));

	if (got < 0)
		archive_set_error(archive, errno, "cannot be read");
	*block = unpacker->packed;
	return got;
}

static bool set_formats(struct archive *archive)
{
	static int (*const formats[])(struct archive *) = {
		archive_read_support_filter_gzip, archive_read_support_filter_bzip2,
		archive_read_support_filter_xz,   archive_read_support_filter_zstd,
		archive_read_support_filter_lz4,
	};

	/* A warning says that a program would be run; then it does without. */
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i](archive) == ARCHIVE_FATAL)
			return false;
	return archive_read_support_format_raw(archive) == ARCHIVE_OK &&
	       archive_read_support_format_empty(archive) == ARCHIVE_OK;
}

struct unpacker *unpacker_new(unpacker_read_fn *read, void *data)
{
	struct unpacker *unpacker = calloc(1, sizeof(*unpacker));

	if (unpacker == NULL)
		return NULL;
	unpacker->read = read;
	unpacker->data = data;
	unpacker->archive = archive_read_new();
	if (unpacker->archive != NULL && set_formats(unpacker->archive))
		return unpacker;
	unpacker_free(unpacker);
	errno = ENOMEM;
	return NULL;
}

/* 1: there is something to read, 0: nothing, -1: trouble. */
static int start(struct unpacker *unpacker)
{
	struct archive_entry *entry;
	int status;

	if (archive_read_open(unpacker->archive, unpacker, NULL, read_packed, NULL) != ARCHIVE_OK)
		return -1;
	unpacker->is_open = true;
	status = archive_read_next_header(unpacker->archive, &entry);
	if (status == ARCHIVE_EOF)
		return 0;
	return status == ARCHIVE_OK ? 1 : -1;
}

ssize_t unpacker_read(struct unpacker *unpacker, void *to, size_t room)
{
	la_ssize_t got;

	if (!unpacker->is_open) {
		int started = start(unpacker);

		if (started <= 0)
			return started;
	}
	do
		got = archive_read_data(unpacker->archive, to, room);
	while (got == ARCHIVE_RETRY);
	return got < 0 ? -1 : (ssize_t)got;
}

const char *unpacker_error(const struct unpacker *unpacker)
{
	const char *text = archive_error_string(unpacker->archive);

	return text != NULL ? text : "cannot be unpacked";
}

void unpacker_free(struct unpacker *unpacker)
{
	if (unpacker == NULL)
		return;
	archive_read_free(unpacker->archive);
	free(unpacker);
}
