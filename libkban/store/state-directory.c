/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/state-directory.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/error.h"

#define STATE_NAME "state.sqlite"
#define PID_NAME   "state.pid"

/*
 * A process that was killed may leave the lock to children that it had just begun: to one that does
 * not run its program yet, or looks up a name, which is stopped after two seconds. They are waited
 * for.
 */
#define ORPHAN_TRIES 300
#define ORPHAN_PAUSE 10000000 /* ns */

/* Files set aside within one second, before giving up. */
#define ASIDE_MAX 100

struct kb_state_directory {
	int fd; /* holds the lock, -1 before */
	char *path;
	char *file;
};

void kb_state_directory_free(struct kb_state_directory *directory)
{
	if (directory == NULL)
		return;
	if (directory->fd >= 0) {
		unlinkat(directory->fd, PID_NAME, 0);
		close(directory->fd);
	}
	free(directory->path);
	free(directory->file);
	free(directory);
}

const char *kb_state_directory_file(const struct kb_state_directory *directory)
{
	return directory->file;
}

static int fail(const char *path, const char *what, struct kban_error **err)
{
	struct kb_where where = { path, 0 };

	if (errno == EACCES || errno == EPERM)
		return kb_fail(err, KBAN_E_DENIED, &where, "%s: permission denied", what);
	return kb_fail_errno(err, errno, &where, "%s", what);
}

/* Who has the lock, or 0 if that cannot be told. */
static long holder(int fd)
{
	char text[24] = "";
	int file = openat(fd, PID_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (file < 0)
		return 0;
	if (read(file, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(file);
	return strtol(text, NULL, 10);
}

/* Only a help for people: the lock is held with or without it, also on a full disk. */
static void write_pid(int fd)
{
	int file =
		openat(fd, PID_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (file < 0)
		return;
	dprintf(file, "%ld\n", (long)getpid());
	close(file);
}

static bool is_gone(long pid)
{
	return pid > 0 && kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

static int in_use(const char *path, long pid, struct kban_error **err)
{
	struct kb_where where = { path, 0 };

	if (pid > 0)
		return kb_fail(err, KBAN_E_LIMIT, &where, "in use by process %ld", pid);
	return kb_fail(err, KBAN_E_LIMIT, &where, "in use by another process");
}

static int lock(int fd, const char *path, struct kban_error **err)
{
	static const struct timespec pause = { 0, ORPHAN_PAUSE };
	unsigned tries = 0;
	long pid;

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return fail(path, "cannot lock", err);
		pid = holder(fd);
		if (!is_gone(pid) || ++tries > ORPHAN_TRIES)
			return in_use(path, pid, err);
		nanosleep(&pause, NULL);
	}
	return KBAN_OK;
}

int kb_state_directory_open(const char *path, struct kb_state_directory **out,
			    struct kban_error **err)
{
	kb_auto(state_directory) directory = calloc(1, sizeof(*directory));
	int fd;
	int status;

	if (directory == NULL)
		return kb_fail_memory(err);
	directory->fd = -1;
	directory->path = strdup(path);
	if (directory->path == NULL || asprintf(&directory->file, "%s/" STATE_NAME, path) < 0) {
		directory->file = NULL;
		return kb_fail_memory(err);
	}
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return fail(path, "cannot create", err);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail(path, "cannot open", err);
	status = lock(fd, path, err);
	if (status != KBAN_OK) {
		close(fd);
		return status;
	}
	write_pid(fd);
	directory->fd = fd;
	*out = kb_steal(directory);
	return KBAN_OK;
}

int kb_state_directory_ready(struct kb_state_directory *directory, struct kban_error **err)
{
	int fd = openat(directory->fd, STATE_NAME,
			O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
	struct stat about;
	int status = KBAN_OK;

	if (fd < 0 && (errno == ELOOP || errno == EISDIR || errno == ENXIO)) {
		struct kb_where where = { directory->file, 0 };

		return kb_fail(err, KBAN_E_SYNTAX, &where, "not a regular file");
	}
	if (fd < 0 || fstat(fd, &about) < 0)
		status = fail(directory->file, "cannot open", err);
	else if (!S_ISREG(about.st_mode))
		status = kb_fail(err, KBAN_E_SYNTAX, &(struct kb_where){ directory->file, 0 },
				 "not a regular file");
	else if ((about.st_mode & 0177) != 0)
		fchmod(fd, about.st_mode & 0600); /* on a disk mounted read-only it stays */
	if (fd >= 0)
		close(fd);
	return status;
}

/* "state.bad-20241124-015334", or with "-2" behind it if there is one already. */
static int free_name(int fd, kban_usec now, char *name, size_t size)
{
	time_t seconds = (time_t)(now / KBAN_SECOND);
	struct tm utc = { 0 };
	char stamp[32];
	int i;

	gmtime_r(&seconds, &utc);
	strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &utc);
	snprintf(name, size, "state.bad-%s", stamp);
	for (i = 2; i <= ASIDE_MAX; i++) {
		if (faccessat(fd, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT)
			return 0;
		snprintf(name, size, "state.bad-%s-%d", stamp, i);
	}
	errno = EEXIST;
	return -1;
}

/*
 * The logs go first: left behind under their names, they would be taken for those of the next state
 * file, if this process were killed in between.
 */
static int rename_all(int fd, const char *name)
{
	static const char *const suffixes[] = { "-journal", "-wal", "-shm", "" };
	size_t i;

	for (i = 0; i < kb_array_size(suffixes); i++) {
		char from[32];
		char to[64];

		snprintf(from, sizeof(from), STATE_NAME "%s", suffixes[i]);
		snprintf(to, sizeof(to), "%s%s", name, suffixes[i]);
		if (renameat(fd, from, fd, to) < 0 && errno != ENOENT)
			return -1;
	}
	return 0;
}

int kb_state_directory_set_aside(struct kb_state_directory *directory, kban_usec now, char **out,
				 struct kban_error **err)
{
	char name[48];

	if (free_name(directory->fd, now, name, sizeof(name)) < 0 ||
	    rename_all(directory->fd, name) < 0)
		return fail(directory->file, "cannot set aside", err);
	if (asprintf(out, "%s/%s", directory->path, name) < 0)
		return kb_fail_memory(err);
	return KBAN_OK;
}
