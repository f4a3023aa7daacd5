/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netlink-trouble.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static unsigned every, counted, failed;
static int calls_that_fail, error_given;

void netlink_trouble_start(int calls, unsigned nth, int error_number)
{
	calls_that_fail = calls;
	every = nth;
	error_given = error_number;
	counted = 0;
	failed = 0;
}

unsigned netlink_trouble_stop(void)
{
	calls_that_fail = 0;
	return failed;
}

static int fails_now(enum netlink_call call)
{
	if ((calls_that_fail & (int)call) == 0 || ++counted % every != 0)
		return 0;
	failed++;
	return 1;
}

/* The one that ours hides, in the type of @a function. */
static void find_next(const char *name, void *function, size_t size)
{
	void *found = dlsym(RTLD_NEXT, name);

	memcpy(function, &found, size);
}

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */
ssize_t sendto(int fd, const void *data, size_t len, int flags, const struct sockaddr *to,
	       socklen_t to_len)
{
	ssize_t (*next)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);

	if (fails_now(NETLINK_SEND)) {
		errno = error_given;
		return -1;
	}
	find_next("sendto", &next, sizeof(next));
	return next(fd, data, len, flags, to, to_len);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	ssize_t (*next)(int, struct msghdr *, int);
	ssize_t received;

	find_next("recvmsg", &next, sizeof(next));
	received = next(fd, message, flags);
	if (received >= 0 && fails_now(NETLINK_RECEIVE)) {
		errno = error_given;
		return -1;
	}
	return received;
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
