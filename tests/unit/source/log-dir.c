/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "log-dir.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "file-stamps.h"
#include "kban-test.h"

static char directory[PATH_MAX];

void log_dir_open(void)
{
	const char *parent = getenv("TMPDIR");

	snprintf(directory, sizeof(directory), "%s/kban-test-XXXXXX", parent ? parent : "/tmp");
	assert_non_null(mkdtemp(directory));
}

static int remove_entry(const char *path, const struct stat *facts, int type, struct FTW *place)
{
	(void)facts;
	(void)type;
	(void)place;
	return remove(path);
}

void log_dir_close(void)
{
	assert_int_equal(nftw(directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
}

const char *log_path(const char *name)
{
	static char paths[4][PATH_MAX + NAME_MAX];
	static unsigned turn;
	char *path = paths[turn++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", directory, name);
	return path;
}

static void note(int fd, enum file_event event)
{
	struct stat facts;

	assert_int_equal(fstat(fd, &facts), 0);
	file_stamps_note(facts.st_ino, event);
}

static void note_path(const char *name, enum file_event event)
{
	struct stat facts;

	if (!file_stamps_are_on())
		return;
	assert_int_equal(lstat(log_path(name), &facts), 0);
	file_stamps_note(facts.st_ino, event);
}

/* A descriptor to write to, of a file that is there from now on. */
static int open_to_write(const char *name, int flags)
{
	bool is_new = access(log_path(name), F_OK) != 0;
	int fd = open(log_path(name), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);

	assert_true(fd >= 0);
	if (is_new)
		note(fd, FILE_IS_BORN);
	else if (flags & O_TRUNC)
		note(fd, FILE_IS_WRITTEN);
	return fd;
}

static void write_with(const char *name, int flags, const char *text)
{
	int fd = open_to_write(name, flags);

	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	if (*text != '\0')
		note(fd, FILE_IS_WRITTEN);
	close(fd);
}

void log_append(const char *name, const char *text)
{
	write_with(name, O_APPEND, text);
}

void log_put(const char *name, const char *text)
{
	write_with(name, O_TRUNC, text);
}

void log_rename(const char *from, const char *to)
{
	assert_int_equal(rename(log_path(from), log_path(to)), 0);
	note_path(to, FILE_IS_MOVED);
}

void log_copy(const char *from, const char *to)
{
	int in = open(log_path(from), O_RDONLY | O_CLOEXEC);
	int out = open_to_write(to, O_TRUNC);
	char data[4096];
	ssize_t got;

	assert_true(in >= 0);
	while ((got = read(in, data, sizeof(data))) > 0) {
		assert_int_equal(write(out, data, (size_t)got), got);
		note(out, FILE_IS_WRITTEN);
	}
	close(in);
	close(out);
}

void log_delete(const char *name)
{
	note_path(name, FILE_IS_MOVED);
	assert_int_equal(remove(log_path(name)), 0);
}

void log_make_directory(const char *name)
{
	assert_int_equal(mkdir(log_path(name), 0700), 0);
}

void log_make_pipe(const char *name)
{
	assert_int_equal(mkfifo(log_path(name), 0600), 0);
}

void log_make_link(const char *name, const char *target)
{
	assert_int_equal(symlink(target, log_path(name)), 0);
}

static long long steps(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (now.tv_sec * 1000000000LL + now.tv_nsec) / LOG_CLOCK_STEP;
}

void log_tick(void)
{
	/* Some kernels stamp files that are looked at more precisely than others. */
	long long before = steps(CLOCK_REALTIME);

	if (file_stamps_are_on()) {
		file_stamps_tick(LOG_CLOCK_STEP);
		return;
	}
	while (steps(CLOCK_REALTIME_COARSE) <= before)
		;
}
