/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench-packets PID LOG TARGET PORT NETWORK COUNT
 *
 * How long a host that gets into a log goes on: from the namespace of PID, NETWORK.1 sends
 * datagrams to TARGET, one after another, as fast as it can; a line about it is written to LOG; and
 * what counts is the time from before that write to the sending of the first datagram that is
 * refused. The same of NETWORK.2 and so on, COUNT of them; microseconds, a line each.
 *
 * The kernel answers a datagram that a rule rejects while it is being sent, so the next call tells.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Microseconds that a program may take. */
#define LIMIT 20e6
/* Between two hosts, so that whoever reads the log is at rest. */
#define PAUSE 50000000L

static double now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static bool fail(const char *what)
{
	fprintf(stderr, "bench-packets: %s: %s\n", what, strerror(errno));
	return false;
}

static bool enter_namespace(const char *pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/ns/net", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		return fail(path);
	close(fd);
	return true;
}

static int open_sender(const char *source, const char *target, const char *port)
{
	struct sockaddr_in from = { .sin_family = AF_INET }, to = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	to.sin_port = htons((uint16_t)atoi(port));
	if (inet_pton(AF_INET, source, &from.sin_addr) != 1 ||
	    inet_pton(AF_INET, target, &to.sin_addr) != 1 || fd < 0 ||
	    bind(fd, (struct sockaddr *)&from, sizeof(from)) < 0 ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		fail(source);
		return -1;
	}
	return fd;
}

static bool write_line(int log, const char *source)
{
	char line[128];
	time_t now = time(NULL);
	struct tm parts;
	size_t len = strftime(line, sizeof(line), "%Y-%m-%d %H:%M:%S", localtime_r(&now, &parts));

	len += (size_t)snprintf(line + len, sizeof(line) - len, " fail from %s\n", source);
	return write(log, line, len) == (ssize_t)len || fail("log");
}

static bool is_refused(int sender)
{
	return send(sender, "?", 1, 0) < 0 && errno == ECONNREFUSED;
}

/* Microseconds, or less than 0. */
static double time_host(int log, int sender, const char *source)
{
	double begun, last, sent;

	if (is_refused(sender) || is_refused(sender)) {
		fail("before the line");
		return -1;
	}
	begun = sent = now_us();
	if (!write_line(log, source))
		return -1;
	do {
		last = sent;
		sent = now_us();
	} while (!is_refused(sender) && sent - begun < LIMIT);
	/* The call that tells is the one after the datagram. */
	return sent - begun < LIMIT ? last - begun : -1;
}

int main(int argc, char **argv)
{
	const struct timespec pause = { .tv_nsec = PAUSE };
	int log;

	if (argc != 7)
		return 2;
	log = open(argv[2], O_WRONLY | O_APPEND | O_CLOEXEC);
	if (log < 0 || !enter_namespace(argv[1]))
		return 1;
	for (int i = 1; i <= atoi(argv[6]); i++) {
		char source[64];
		double taken;
		int sender;

		snprintf(source, sizeof(source), "%s.%d", argv[5], i);
		sender = open_sender(source, argv[3], argv[4]);
		if (sender < 0)
			return 1;
		nanosleep(&pause, NULL);
		taken = time_host(log, sender, source);
		close(sender);
		if (taken < 0)
			return 1;
		printf("%.1f\n", taken);
	}
	return 0;
}
