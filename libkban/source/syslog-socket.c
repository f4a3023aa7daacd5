/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/syslog-socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Connections that wait to be taken. */
#define BACKLOG 64

/* Datagrams that wait; the kernel gives what it may. */
#define ROOM (4 * 1024 * 1024)

union address {
	struct sockaddr any;
	struct sockaddr_in ip4;
	struct sockaddr_in6 ip6;
	struct sockaddr_un path;
	struct sockaddr_storage storage;
};

static socklen_t fill(const struct kb_syslog_address *from, union address *to)
{
	memset(to, 0, sizeof(*to));
	if (from->transport == KB_SYSLOG_UNIX) {
		to->path.sun_family = AF_UNIX;
		memcpy(to->path.sun_path, from->path, sizeof(to->path.sun_path));
		return sizeof(to->path);
	}
	if (from->addr.family == KBAN_IPV4) {
		to->ip4.sin_family = AF_INET;
		to->ip4.sin_port = htons(from->port);
		memcpy(&to->ip4.sin_addr, from->addr.bytes, 4);
		return sizeof(to->ip4);
	}
	to->ip6.sin6_family = AF_INET6;
	to->ip6.sin6_port = htons(from->port);
	memcpy(&to->ip6.sin6_addr, from->addr.bytes, 16);
	return sizeof(to->ip6);
}

static void read_sender(const union address *from, struct kban_addr *out)
{
	*out = (struct kban_addr){ 0 };
	if (from->any.sa_family == AF_INET) {
		out->family = KBAN_IPV4;
		out->prefix = 32;
		memcpy(out->bytes, &from->ip4.sin_addr, 4);
	} else if (from->any.sa_family == AF_INET6) {
		out->family = KBAN_IPV6;
		out->prefix = 128;
		memcpy(out->bytes, &from->ip6.sin6_addr, 16);
	}
}

/* A socket that nobody reads any more is what a process left that was killed. */
static int remove_stale(const char *path, const union address *address, socklen_t len)
{
	struct stat about;
	int status;
	int fd;

	if (lstat(path, &about) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(about.st_mode))
		return -EEXIST;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	status = connect(fd, &address->any, len) < 0 ? errno : EADDRINUSE;
	close(fd);
	if (status != ECONNREFUSED)
		return status == EADDRINUSE ? -EADDRINUSE : -EEXIST;
	return unlink(path) < 0 ? -errno : 0;
}

/* What cannot be had of these is no reason to do without the socket. */
static void set_options(int fd, const struct kb_syslog_address *address)
{
	int on = 1;
	int room = ROOM;

	if (address->transport == KB_SYSLOG_TCP)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	else if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (address->transport != KB_SYSLOG_UNIX && address->addr.family == KBAN_IPV6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
}

static int bind_socket(int fd, const struct kb_syslog_address *address)
{
	bool is_path = address->transport == KB_SYSLOG_UNIX;
	union address place;
	socklen_t len = fill(address, &place);
	int status = is_path ? remove_stale(address->path, &place, len) : 0;

	if (status < 0)
		return status;
	/* The file is made with the mode of the socket, so at no time with a wider one. */
	if (is_path && fchmod(fd, address->mode) < 0)
		return -errno;
	if (bind(fd, &place.any, len) < 0)
		return -errno;
	if (is_path && chmod(address->path, address->mode) < 0)
		return -errno;
	if (address->transport == KB_SYSLOG_TCP && listen(fd, BACKLOG) < 0)
		return -errno;
	return 0;
}

int kb_syslog_socket_open(const struct kb_syslog_address *address)
{
	static const int types[] = { [KB_SYSLOG_UDP] = SOCK_DGRAM,
				     [KB_SYSLOG_TCP] = SOCK_STREAM,
				     [KB_SYSLOG_UNIX] = SOCK_DGRAM };
	int family = address->transport == KB_SYSLOG_UNIX ? AF_UNIX
		     : address->addr.family == KBAN_IPV4  ? AF_INET
							  : AF_INET6;
	int fd = socket(family, types[address->transport] | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int status;

	if (fd < 0)
		return -errno;
	set_options(fd, address);
	status = bind_socket(fd, address);
	if (status == 0)
		return fd;
	close(fd);
	return status;
}

long kb_syslog_socket_receive(int fd, char *data, size_t size, struct kban_addr *sender)
{
	union address from = { .any = { .sa_family = AF_UNSPEC } };
	socklen_t len = sizeof(from);
	ssize_t got = recvfrom(fd, data, size, MSG_TRUNC, &from.any, &len);

	if (got < 0)
		return -errno;
	if (len == 0)
		from.any.sa_family = AF_UNSPEC;
	read_sender(&from, sender);
	return got;
}

int kb_syslog_socket_accept(int fd, struct kban_addr *sender)
{
	union address from = { .any = { .sa_family = AF_UNSPEC } };
	socklen_t len = sizeof(from);
	int peer = accept4(fd, &from.any, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);
	int on = 1;

	if (peer < 0)
		return -errno;
	/* A sender that is gone without a word does not keep its place for ever. */
	(void)setsockopt(peer, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	read_sender(&from, sender);
	return peer;
}
