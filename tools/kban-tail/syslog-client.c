/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Not syslog(3): that knows one socket, has its own idea of what stands before a message, and may
 * wait for ever for a daemon that hangs.
 */
#include "syslog-client.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE_USEC 100000

struct syslog_client {
	char *path;
	int fd; /* or -1 */
};

struct syslog_client *syslog_client_new(const char *path)
{
	struct syslog_client *client = calloc(1, sizeof(*client));

	if (client == NULL)
		return NULL;
	client->fd = -1;
	client->path = strdup(path);
	if (client->path != NULL)
		return client;
	free(client);
	return NULL;
}

static void hang_up(struct syslog_client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
}

void syslog_client_free(struct syslog_client *client)
{
	if (client == NULL)
		return;
	hang_up(client);
	free(client->path);
	free(client);
}

/* 0, or -1 with errno. */
static int connect_as(struct syslog_client *client, int type)
{
	const struct timeval patience = { 0, PATIENCE_USEC };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int reason;

	if (strlen(client->path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, client->path, strlen(client->path) + 1);
	client->fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (client->fd < 0)
		return -1;
	(void)setsockopt(client->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(client->fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return 0;
	reason = errno;
	hang_up(client);
	errno = reason;
	return -1;
}

bool syslog_client_connect(struct syslog_client *client)
{
	if (client->fd >= 0 || connect_as(client, SOCK_DGRAM) == 0)
		return true;
	/* Some daemons listen for connections; the NUL behind each message parts them. */
	return errno == EPROTOTYPE && connect_as(client, SOCK_STREAM) == 0;
}

static bool send_parts(const struct syslog_client *client, const char *head, const char *text,
		       size_t len)
{
	struct iovec parts[] = {
		{ (void *)(uintptr_t)head, strlen(head) },
		{ (void *)(uintptr_t)text, len },
		{ (void *)(uintptr_t) "", 1 },
	};
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 3 };

	return sendmsg(client->fd, &message, MSG_NOSIGNAL) >= 0;
}

void syslog_client_send(struct syslog_client *client, int priority, const char *text, size_t len)
{
	char head[16];

	snprintf(head, sizeof(head), "<%d>", priority);
	for (int attempt = 0; attempt < 2 && syslog_client_connect(client); attempt++) {
		if (send_parts(client, head, text, len) || errno == EAGAIN)
			return;
		/* It was started anew. */
		hang_up(client);
	}
}
