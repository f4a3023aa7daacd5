/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

#define READ_SIZE ((size_t)65536)

static void close_pointed(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define auto_close __attribute__((cleanup(close_pointed))) int

/* The next bytes into @a out, never more than one beyond @a room: how many, or -1 with errno. */
static ssize_t read_some(int fd, size_t room, struct kb_buffer *out)
{
	size_t wanted = room < READ_SIZE ? room + 1 : READ_SIZE;
	ssize_t got;

	if (kb_buffer_reserve(out, wanted) != KBAN_OK) {
		errno = ENOMEM;
		return -1;
	}
	do
		got = read(fd, out->data + out->len, wanted);
	while (got < 0 && errno == EINTR);
	if (got > 0)
		out->len += (size_t)got;
	out->data[out->len] = '\0';
	return got;
}

static int read_all(int fd, size_t limit, struct kb_buffer *out, const struct kb_where *where,
		    struct kban_error **err)
{
	size_t start = out->len;
	ssize_t got;

	do {
		got = read_some(fd, limit - (out->len - start), out);
		if (out->failed)
			return kb_fail_memory(err);
		if (got < 0)
			return kb_fail_errno(err, errno, where, "cannot read");
		if (out->len - start > limit)
			return kb_fail(err, KBAN_E_LIMIT, where, "longer than %zu bytes", limit);
	} while (got > 0);
	return KBAN_OK;
}

static int open_regular(const char *path, int *fd, const struct kb_where *where,
			struct kban_error **err)
{
	struct stat about;

	/* Without O_NONBLOCK, opening a named pipe would wait for its other end. */
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (*fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return kb_fail(err, KBAN_E_NOTFOUND, where, "no such file");
	if (*fd < 0 || fstat(*fd, &about) < 0)
		return kb_fail_errno(err, errno, where, "cannot open");
	if (S_ISDIR(about.st_mode))
		return kb_fail_errno(err, EISDIR, where, "cannot read");
	if (!S_ISREG(about.st_mode))
		return kb_fail(err, KBAN_E_SYSTEM, where, "not a regular file");
	return KBAN_OK;
}

int kb_file_read(const char *path, size_t limit, struct kb_buffer *out, struct kban_error **err)
{
	struct kb_where where = { path, 0 };
	size_t start = out->len;
	auto_close fd = -1;
	int status = open_regular(path, &fd, &where, err);

	if (status != KBAN_OK)
		return status;
	status = read_all(fd, limit, out, &where, err);
	if (status != KBAN_OK && out->data != NULL) {
		out->len = start;
		out->data[start] = '\0';
	}
	return status;
}

static int write_all(int fd, struct kban_text content)
{
	while (content.len > 0) {
		ssize_t written = write(fd, content.data, content.len);

		if (written < 0 && errno != EINTR)
			return -1;
		if (written > 0) {
			content.data += written;
			content.len -= (size_t)written;
		}
	}
	return 0;
}

/* Write @a content to a new file named after the pattern in @a temporary. */
static int write_temporary(char *temporary, struct kban_text content, unsigned mode)
{
	auto_close fd = mkostemp(temporary, O_CLOEXEC);
	int saved;

	if (fd < 0)
		return -1;
	if (write_all(fd, content) == 0 && fchmod(fd, mode) == 0 && fsync(fd) == 0)
		return 0;
	saved = errno;
	unlink(temporary);
	errno = saved;
	return -1;
}

static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
}

/* Only when its directory is synced, too, does a renamed file keep its name through a crash. */
static int sync_directory(const char *directory)
{
	auto_close fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	/* Some file systems cannot; that is no failure of the caller's. */
	return fsync(fd) == 0 || errno == EINVAL ? 0 : -1;
}

int kb_file_replace(const char *path, struct kban_text content, unsigned mode,
		    struct kban_error **err)
{
	struct kb_where where = { path, 0 };
	kb_autofree char *directory = directory_of(path);
	kb_auto_clear(buffer) temporary = { 0 };

	if (directory == NULL || kb_buffer_printf(&temporary, "%s.XXXXXX", path) != KBAN_OK)
		return kb_fail_memory(err);
	if (write_temporary(temporary.data, content, mode) < 0)
		return kb_fail_errno(err, errno, &where, "cannot write beside it");
	if (rename(temporary.data, path) < 0) {
		int saved = errno;

		unlink(temporary.data);
		return kb_fail_errno(err, saved, &where, "cannot replace");
	}
	if (sync_directory(directory) < 0)
		return kb_fail_errno(err, errno, &where, "cannot sync its directory");
	return KBAN_OK;
}
