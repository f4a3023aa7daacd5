/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libarchive unpacks by itself; formats for which it would run a program are left out. It is
 * loaded with the first log that is packed: with all that it needs in turn, that takes as long as
 * the rest of a start (docs/decisions/0013-what-a-program-loads.md).
 */
#include "kban-regex/unpacker.h"

#include <archive.h>
#include <archive_entry.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LIBRARY "libarchive.so.13"

#define PACKED_SIZE ((size_t)64 * 1024)

enum { FORMATS = 7 };

/* The calls that are made, with the types that libarchive's header gives them. */
struct calls {
	__typeof__(archive_read_new) *new;
	__typeof__(archive_read_support_filter_gzip) *formats[FORMATS];
	__typeof__(archive_read_open) *open;
	__typeof__(archive_read_next_header) *next_header;
	__typeof__(archive_read_data) *data;
	__typeof__(archive_read_free) *free;
	__typeof__(archive_error_string) *error_string;
	__typeof__(archive_set_error) *set_error;
};

/* Where each belongs. */
static const struct {
	const char *name;
	size_t place;
} names[] = {
	{ "archive_read_new", offsetof(struct calls, new) },
	{ "archive_read_support_filter_gzip", offsetof(struct calls, formats[0]) },
	{ "archive_read_support_filter_bzip2", offsetof(struct calls, formats[1]) },
	{ "archive_read_support_filter_xz", offsetof(struct calls, formats[2]) },
	{ "archive_read_support_filter_zstd", offsetof(struct calls, formats[3]) },
	{ "archive_read_support_filter_lz4", offsetof(struct calls, formats[4]) },
	{ "archive_read_support_format_raw", offsetof(struct calls, formats[5]) },
	{ "archive_read_support_format_empty", offsetof(struct calls, formats[6]) },
	{ "archive_read_open", offsetof(struct calls, open) },
	{ "archive_read_next_header", offsetof(struct calls, next_header) },
	{ "archive_read_data", offsetof(struct calls, data) },
	{ "archive_read_free", offsetof(struct calls, free) },
	{ "archive_error_string", offsetof(struct calls, error_string) },
	{ "archive_set_error", offsetof(struct calls, set_error) },
};

struct unpacker {
	struct calls calls;
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
		unpacker->calls.set_error(archive, errno, "cannot be read");
	*block = unpacker->packed;
	return got;
}

/* False: the library, or a call of it, is not here. It stays loaded. */
static bool find_calls(struct calls *calls)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	for (size_t i = 0; library != NULL && i < sizeof(names) / sizeof(names[0]); i++) {
		void *call = dlsym(library, names[i].name);

		if (call == NULL)
			return false;
		memcpy((char *)calls + names[i].place, &call, sizeof(call));
	}
	return library != NULL;
}

static bool set_formats(struct unpacker *unpacker)
{
	/* A warning says that a program would be run; then it does without. */
	for (size_t i = 0; i < FORMATS; i++)
		if (unpacker->calls.formats[i](unpacker->archive) == ARCHIVE_FATAL)
			return false;
	return true;
}

struct unpacker *unpacker_new(unpacker_read_fn *read, void *data)
{
	struct unpacker *unpacker = calloc(1, sizeof(*unpacker));

	if (unpacker == NULL)
		return NULL;
	unpacker->read = read;
	unpacker->data = data;
	if (!find_calls(&unpacker->calls)) {
		free(unpacker);
		errno = ELIBACC;
		return NULL;
	}
	unpacker->archive = unpacker->calls.new();
	if (unpacker->archive != NULL && set_formats(unpacker))
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

	if (unpacker->calls.open(unpacker->archive, unpacker, NULL, read_packed, NULL) !=
	    ARCHIVE_OK)
		return -1;
	unpacker->is_open = true;
	status = unpacker->calls.next_header(unpacker->archive, &entry);
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
		got = unpacker->calls.data(unpacker->archive, to, room);
	while (got == ARCHIVE_RETRY);
	return got < 0 ? -1 : (ssize_t)got;
}

const char *unpacker_error(const struct unpacker *unpacker)
{
	const char *text = unpacker->calls.error_string(unpacker->archive);

	return text != NULL ? text : "cannot be unpacked";
}

void unpacker_free(struct unpacker *unpacker)
{
	if (unpacker == NULL)
		return;
	unpacker->calls.free(unpacker->archive);
	free(unpacker);
}
