/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages to the syslog of this machine, through a socket that may come and go. */
#ifndef KBAN_TAIL_SYSLOG_CLIENT_H
#define KBAN_TAIL_SYSLOG_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

struct syslog_client;

/* @param path  The socket; copied. NULL: no memory. */
struct syslog_client *syslog_client_new(const char *path);
void syslog_client_free(struct syslog_client *client);

/* True if somebody listens there, else errno says why not. */
bool syslog_client_connect(struct syslog_client *client);

/*
 * Send @a text, which has @a len bytes, with its priority: a facility and a severity. What cannot
 * be sent within a tenth of a second is lost; the next message looks for the socket again.
 */
void syslog_client_send(struct syslog_client *client, int priority, const char *text, size_t len);

#endif /* KBAN_TAIL_SYSLOG_CLIENT_H */
