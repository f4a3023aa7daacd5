/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "program.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Bytes that a program may say. */
#define OUTPUT_MAX ((rlim_t)256 << 20)

/* Exit statuses of the child before it is the program. */
#define STATUS_ABSENT 127
#define STATUS_FAILED 126

/* Standard input, output and error, as files in memory, so that nobody waits for anybody. */
struct streams {
	int fd[3];
};

static void close_streams(struct streams *streams)
{
	for (int i = 0; i < 3; i++)
		if (streams->fd[i] >= 0)
			close(streams->fd[i]);
}

static bool open_streams(struct streams *streams, const char *input)
{
	size_t left = input != NULL ? strlen(input) : 0;
	bool good = true;

	for (int i = 0; i < 3; i++) {
		streams->fd[i] = memfd_create("kban-client", MFD_CLOEXEC);
		good = good && streams->fd[i] >= 0;
	}
	while (good && left > 0) {
		ssize_t written = write(streams->fd[0], input, left);

		good = written > 0;
		input += good ? written : 0;
		left -= good ? (size_t)written : 0;
	}
	return good && lseek(streams->fd[0], 0, SEEK_SET) == 0;
}

__attribute__((noreturn)) static void become(const char *const *argv, const struct streams *streams)
{
	const struct rlimit limit = { OUTPUT_MAX, OUTPUT_MAX };

	for (int i = 0; i < 3; i++)
		if (dup2(streams->fd[i], i) < 0)
			_exit(STATUS_FAILED);
	setrlimit(RLIMIT_FSIZE, &limit);
	alarm(PROGRAM_SECONDS);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(errno == ENOENT ? STATUS_ABSENT : STATUS_FAILED);
}

static int wait_for(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return PROGRAM_FAILED;
	if (!WIFEXITED(status))
		return PROGRAM_KILLED;
	if (WEXITSTATUS(status) == STATUS_ABSENT)
		return PROGRAM_ABSENT;
	return WEXITSTATUS(status) == STATUS_FAILED ? PROGRAM_FAILED : WEXITSTATUS(status);
}

/* All of a stream, NUL-terminated; NULL without memory. */
static char *content_of(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *content = size < 0 ? NULL : malloc((size_t)size + 1);
	size_t got = 0;

	while (content != NULL && got < (size_t)size) {
		ssize_t count = pread(fd, content + got, (size_t)size - got, (off_t)got);

		if (count <= 0)
			break;
		got += (size_t)count;
	}
	if (content != NULL)
		content[got] = '\0';
	return content;
}

static bool keep_output(const struct streams *streams, struct program_result *result)
{
	char *said = content_of(streams->fd[2]);

	result->output = content_of(streams->fd[1]);
	if (said != NULL)
		snprintf(result->problem, sizeof(result->problem), "%.*s", (int)strcspn(said, "\n"),
			 said);
	free(said);
	return said != NULL && result->output != NULL;
}

bool program_run(const char *const *argv, const char *input, struct program_result *result)
{
	struct streams streams = { { -1, -1, -1 } };
	pid_t child;
	bool good;

	*result = (struct program_result){ .status = PROGRAM_FAILED };
	if (!open_streams(&streams, input)) {
		close_streams(&streams);
		return false;
	}
	child = fork();
	if (child == 0)
		become(argv, &streams);
	good = child > 0;
	if (good) {
		result->status = wait_for(child);
		good = keep_output(&streams, result);
	}
	close_streams(&streams);
	return good;
}

void program_clear(struct program_result *result)
{
	free(result->output);
	result->output = NULL;
}
