/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench-wake LOG COUNT
 *
 * What no program that follows a log can be faster than: the time from before the write of a line
 * to when it has been read by a process that does nothing but wait for it, with inotify and epoll.
 * Both have a processor of their own where there are two. COUNT lines; microseconds of each.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Between two lines, so that the reader is at rest. */
#define PAUSE 50000000L
/* Nanoseconds that a line may take. */
#define LIMIT 5000000000

/* When the reader had the last line; shared by both processes. */
typedef _Atomic(long long) stamp;

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long long)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Run on the first or on the last of the processors that are allowed. */
static void keep_to(int is_last)
{
	cpu_set_t allowed, one;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return;
	CPU_ZERO(&one);
	for (size_t i = 0; i < CPU_SETSIZE; i++) {
		if (!CPU_ISSET(i, &allowed) || (!is_last && CPU_COUNT(&one) > 0))
			continue;
		CPU_ZERO(&one);
		CPU_SET(i, &one);
	}
	sched_setaffinity(0, sizeof(one), &one);
}

static int read_lines(const char *path, stamp *read_at)
{
	int log = open(path, O_RDONLY | O_CLOEXEC);
	int notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	int poll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = { .events = EPOLLIN };
	char events[4096], line[4096];

	if (log < 0 || notify < 0 || poll < 0 || lseek(log, 0, SEEK_END) < 0 ||
	    inotify_add_watch(notify, path, IN_MODIFY) < 0 ||
	    epoll_ctl(poll, EPOLL_CTL_ADD, notify, &event) < 0)
		return 1;
	atomic_store(read_at, now_ns());
	while (epoll_wait(poll, &event, 1, -1) == 1)
		if (read(notify, events, sizeof(events)) > 0 && read(log, line, sizeof(line)) > 0)
			atomic_store(read_at, now_ns());
	return 1;
}

/* Nanoseconds until the reader has a new stamp, or less than 0. */
static long long wait_for(const stamp *read_at, long long before, long long begun)
{
	long long at;

	while ((at = atomic_load(read_at)) == before)
		if (now_ns() - begun > LIMIT)
			return -1;
	return at - begun;
}

static int write_lines(const char *path, int count, const stamp *read_at)
{
	static const char line[] = "2005-08-14 11:59:59 fail from 198.18.1.1\n";
	const struct timespec pause = { .tv_nsec = PAUSE };
	int log = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

	if (log < 0 || wait_for(read_at, 0, now_ns()) == -1)
		return 1;
	for (int i = 0; i < count; i++) {
		long long before, begun, taken;

		nanosleep(&pause, NULL);
		before = atomic_load(read_at);
		begun = now_ns();
		if (write(log, line, sizeof(line) - 1) < 0)
			return 1;
		taken = wait_for(read_at, before, begun);
		if (taken < 0)
			return 1;
		printf("%.1f\n", (double)taken / 1e3);
	}
	return 0;
}

int main(int argc, char **argv)
{
	stamp *read_at = mmap(NULL, sizeof(*read_at), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t reader;
	int status;

	if (argc != 3 || read_at == MAP_FAILED)
		return 2;
	reader = fork();
	if (reader < 0)
		return 1;
	keep_to(reader == 0);
	if (reader == 0)
		_exit(read_lines(argv[1], read_at));
	status = write_lines(argv[1], atoi(argv[2]), read_at);
	if (status != 0)
		fprintf(stderr, "bench-wake: %s: %s\n", argv[1], strerror(errno));
	kill(reader, SIGTERM);
	waitpid(reader, NULL, 0);
	return status;
}
