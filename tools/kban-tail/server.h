/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The control socket: takes in messages, hands each to whoever answers, writes the reply. A peer
 * that is idle, sends rubbish, or does not read harms nobody but itself.
 */
#ifndef KBAN_TAIL_SERVER_H
#define KBAN_TAIL_SERVER_H

#include <uv.h>

#include <kban/kban.h>

struct server;
struct connection;

/*
 * Answer @a call with server_reply(), now or later, but once; and not at all to a oneway call.
 */
typedef void server_call_fn(struct connection *from, const struct kban_message *call, void *data);

/* See that nobody listens on @a path, and remove what is left of somebody who did. */
int server_claim(const char *path, char problem[256]);

/*
 * Listen on @a path, readable by nobody but its owner. A socket that nobody listens on any more is
 * replaced; one that is alive is an error.
 */
int server_open(uv_loop_t *loop, const char *path, server_call_fn *call, void *data,
		struct server **out, char problem[256]);

/* Close all; removes the socket. The loop must turn before server_free(). */
void server_close(struct server *server);
void server_free(struct server *server);

/* Send bytes as made by kban_message_write_…(); takes over data. */
void server_reply(struct connection *to, struct kban_text bytes);

/*
 * For an answer that comes later: keep the connection's memory, also if the peer goes away; let go
 * exactly once, after the reply.
 */
void server_hold(struct connection *connection);
void server_let_go(struct connection *connection);

#endif /* KBAN_TAIL_SERVER_H */
