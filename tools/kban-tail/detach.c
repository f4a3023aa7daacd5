/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "detach.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static void wait_and_exit(int fd)
{
	unsigned char status = EXIT_FAILURE;

	/* End of file without a byte: the daemon died before it was ready. */
	if (read(fd, &status, 1) != 1)
		status = EXIT_FAILURE;
	_exit(status);
}

int detach(void)
{
	int fds[2];
	pid_t child;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -1;
	child = fork();
	if (child < 0)
		return -1;
	if (child > 0) {
		close(fds[1]);
		wait_and_exit(fds[0]);
	}
	close(fds[0]);
	/* A second fork: who is no session leader cannot get a terminal by accident. */
	if (setsid() < 0)
		return -1;
	child = fork();
	if (child < 0)
		return -1;
	if (child > 0)
		_exit(EXIT_SUCCESS);
	return fds[1];
}

void detach_tell(int fd, int exit_status)
{
	unsigned char status = (unsigned char)exit_status;
	int null;

	if (fd < 0)
		return;
	if (write(fd, &status, 1) < 0)
		return;
	close(fd);
	if (exit_status != 0 || chdir("/") < 0)
		return;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0)
		return;
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	close(null);
}
