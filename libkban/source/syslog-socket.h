/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* System calls of syslog sockets. Calls that fail return an errno value below 0. */
#ifndef KB_SOURCE_SYSLOG_SOCKET_H
#define KB_SOURCE_SYSLOG_SOCKET_H

#include "source/syslog-address.h"

/*
 * Open and bind, and listen if it is for connections; a descriptor. What a process that is gone
 * left at the path is removed.
 */
int kb_syslog_socket_open(const struct kb_syslog_address *address);

/* Receive a datagram: its length, which may be more than @a size. @a sender of a path is zero. */
long kb_syslog_socket_receive(int fd, char *data, size_t size, struct kban_addr *sender);

/* Take the next connection. */
int kb_syslog_socket_accept(int fd, struct kban_addr *sender);

#endif /* KB_SOURCE_SYSLOG_SOCKET_H */
