/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Numbers of processes are used again, so a number that runs says little: only a process of the
 * name of kban or fail2ban, whose configuration is read, may be the one that wrote the file.
 */
#include "pid-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE 0644

/* What the file at @a path begins with; empty if it cannot be read. */
static void read_start(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t len = fd >= 0 ? read(fd, text, size - 1) : -1;

	text[len > 0 ? len : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

static long read_pid(const char *path)
{
	char text[32];

	read_start(path, text, sizeof(text));
	return strtol(text, NULL, 10);
}

/* True if a daemon that could have written its number there still runs. */
static bool is_daemon(long pid)
{
	static const char *const names[] = { "fail2ban", "kban-tail" };
	char path[64], name[32];

	if (pid <= 0 || pid == getpid())
		return false;
	snprintf(path, sizeof(path), "/proc/%ld/comm", pid);
	read_start(path, name, sizeof(name));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(name, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static void make_directory(const char *path)
{
	char *directory = strdup(path);
	char *slash = directory != NULL ? strrchr(directory, '/') : NULL;

	if (slash != NULL && slash != directory) {
		*slash = '\0';
		(void)mkdir(directory, 0755);
	}
	free(directory);
}

/* 0, or -1 with errno. */
static int write_number(const char *path)
{
	int fd = open(path,
		      O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
		      MODE);
	int written;

	if (fd < 0)
		return -1;
	written = dprintf(fd, "%d\n", (int)getpid());
	if (close(fd) < 0 || written < 0)
		return -1;
	return 0;
}

char *pid_file_write(const char *path, char problem[256])
{
	long pid;

	problem[0] = '\0';
	if (path == NULL || path[0] == '\0' || strcasecmp(path, "None") == 0)
		return NULL;
	pid = read_pid(path);
	if (is_daemon(pid)) {
		snprintf(problem, 256, "pidfile '%s': it tells of process %ld, which runs", path,
			 pid);
		return NULL;
	}
	make_directory(path);
	if (write_number(path) < 0) {
		snprintf(problem, 256, "pidfile '%s': cannot write: %s", path, strerror(errno));
		return NULL;
	}
	/* The daemon's working directory may change. */
	return realpath(path, NULL);
}

void pid_file_remove(char *file)
{
	if (file != NULL && read_pid(file) == getpid())
		(void)unlink(file);
	free(file);
}
