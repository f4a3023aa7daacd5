/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/journal-check.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

/* What every file of a journal begins with. */
#define SIGNATURE     "LPKSHHRH"
#define SIGNATURE_LEN 8

static const char *const system_directories[] = { "/var/log/journal", "/run/log/journal" };

/* 0, or why it cannot be read. One that is being made has nothing in it yet. */
static int look_at(const char *path)
{
	char bytes[SIGNATURE_LEN];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t got;
	int error;

	if (fd < 0)
		return errno == ENOENT ? 0 : errno;
	got = pread(fd, bytes, sizeof(bytes), 0);
	error = got < 0 ? errno : 0;
	close(fd);
	if (got > 0 && (got < SIGNATURE_LEN || memcmp(bytes, SIGNATURE, SIGNATURE_LEN) != 0))
		error = EBADMSG;
	return error;
}

static int note(const char *path, struct kb_journal_check *out)
{
	int error = look_at(path);

	if (error == 0) {
		out->readable++;
		return 0;
	}
	if (out->refused++ > 0)
		return 0;
	out->error = error;
	out->path = strdup(path);
	return out->path == NULL ? -ENOMEM : 0;
}

static int look_at_all(const char *pattern, struct kb_journal_check *out)
{
	glob_t found;
	int failed = glob(pattern, 0, NULL, &found);
	int status = failed == GLOB_NOSPACE ? -ENOMEM : 0;

	for (size_t i = 0; failed == 0 && status == 0 && i < found.gl_pathc; i++)
		status = note(found.gl_pathv[i], out);
	if (failed == 0)
		globfree(&found);
	return status;
}

/* Those in the directory, and in those of machines in it. */
static int look_in(const char *directory, struct kb_journal_check *out)
{
	static const char *const names[] = { "*.journal", "*/*.journal" };
	int status = 0;

	for (size_t i = 0; status == 0 && i < kb_array_size(names); i++) {
		kb_autofree char *pattern = NULL;

		if (asprintf(&pattern, "%s/%s", directory, names[i]) < 0) {
			pattern = NULL;
			return -ENOMEM;
		}
		status = look_at_all(pattern, out);
	}
	return status;
}

int kb_journal_check(const struct kban_journal_options *options, struct kb_journal_check *out)
{
	int status = 0;

	*out = (struct kb_journal_check){ 0 };
	if (options->directory != NULL)
		return look_in(options->directory, out);
	for (size_t i = 0; status == 0 && options->files != NULL && options->files[i] != NULL; i++)
		status = look_at_all(options->files[i], out);
	/* Those of users are of no interest by default, and may be others' secrets. */
	if (options->files != NULL || options->name_space != NULL)
		return status;
	for (size_t i = 0; status == 0 && i < kb_array_size(system_directories); i++) {
		kb_autofree char *pattern = NULL;

		if (asprintf(&pattern, "%s/*/system*.journal", system_directories[i]) < 0) {
			pattern = NULL;
			return -ENOMEM;
		}
		status = look_at_all(pattern, out);
	}
	return status;
}
