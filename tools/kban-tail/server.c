/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "server.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECTIONS_MAX 64
#define IDLE_LIMIT_MS   30000
/* Bytes waiting for a peer that does not read. */
#define UNREAD_MAX      (64 * 1024 * 1024)

struct connection {
	uv_pipe_t pipe;
	uv_timer_t idle;
	struct server *server;
	struct connection *next, *previous;
	char received[KBAN_MESSAGE_MAX];
	size_t len;
	int open_handles;
	unsigned holds;
	bool closing;
};

struct server {
	uv_pipe_t pipe;
	char *path;
	struct connection *connections;
	size_t count;
	bool closing;
	server_call_fn *call;
	void *data;
};

static void release(struct connection *connection)
{
	if (connection->open_handles > 0 || connection->holds > 0)
		return;
	free(connection);
}

static void handle_closed(uv_handle_t *handle)
{
	struct connection *connection = handle->data;

	connection->open_handles--;
	release(connection);
}

static void close_connection(struct connection *connection)
{
	struct server *server = connection->server;

	if (connection->closing)
		return;
	connection->closing = true;
	if (connection->previous != NULL)
		connection->previous->next = connection->next;
	else
		server->connections = connection->next;
	if (connection->next != NULL)
		connection->next->previous = connection->previous;
	server->count--;
	uv_close((uv_handle_t *)&connection->idle, handle_closed);
	uv_close((uv_handle_t *)&connection->pipe, handle_closed);
}

void server_hold(struct connection *connection)
{
	connection->holds++;
}

void server_let_go(struct connection *connection)
{
	connection->holds--;
	release(connection);
}

static void idled(uv_timer_t *timer)
{
	struct connection *connection = timer->data;

	if (connection->holds == 0)
		close_connection(connection);
}

struct reply {
	uv_write_t write;
	char *data;
};

static void replied(uv_write_t *write, int status)
{
	struct reply *reply = write->data;

	if (status < 0 && !uv_is_closing((uv_handle_t *)write->handle))
		close_connection(write->handle->data);
	free(reply->data);
	free(reply);
}

void server_reply(struct connection *to, struct kban_text bytes)
{
	struct reply *reply = NULL;
	uv_buf_t buf = uv_buf_init((char *)(uintptr_t)bytes.data, (unsigned)bytes.len);

	if (!to->closing && uv_stream_get_write_queue_size((uv_stream_t *)&to->pipe) < UNREAD_MAX)
		reply = calloc(1, sizeof(*reply));
	if (reply == NULL) {
		free((char *)(uintptr_t)bytes.data);
		close_connection(to);
		return;
	}
	reply->data = (char *)(uintptr_t)bytes.data;
	reply->write.data = reply;
	if (uv_write(&reply->write, (uv_stream_t *)&to->pipe, &buf, 1, replied) < 0) {
		free(reply->data);
		free(reply);
		close_connection(to);
	}
}

/* @return false if the peer does not speak the protocol. */
static bool take_message(struct connection *connection, struct kban_text text)
{
	struct kban_message *message = NULL;
	struct kban_text reply = { NULL, 0 };
	int answered;

	if (kban_message_parse(text, &message, NULL) != KBAN_OK)
		return false;
	answered = kban_message_answer_service(message, &reply);
	if (answered > 0 && !(kban_message_flags(message) & KBAN_MESSAGE_ONEWAY))
		server_reply(connection, reply);
	else if (answered > 0)
		free((char *)(uintptr_t)reply.data);
	else if (answered == 0 && kban_message_method(message) != NULL)
		connection->server->call(connection, message, connection->server->data);
	kban_message_free(message);
	return answered >= 0;
}

static void take_messages(struct connection *connection)
{
	char *end;

	while (!connection->closing &&
	       (end = memchr(connection->received, '\0', connection->len)) != NULL) {
		size_t len = (size_t)(end - connection->received);

		if (!take_message(connection, (struct kban_text){ connection->received, len })) {
			close_connection(connection);
			return;
		}
		connection->len -= len + 1;
		memmove(connection->received, end + 1, connection->len);
	}
	if (connection->len == sizeof(connection->received))
		close_connection(connection);
}

static void allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct connection *connection = handle->data;

	(void)suggested;
	buf->base = connection->received + connection->len;
	buf->len = sizeof(connection->received) - connection->len;
}

static void readable(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
	struct connection *connection = stream->data;

	(void)buf;
	if (count < 0) {
		close_connection(connection);
		return;
	}
	connection->len += (size_t)count;
	uv_timer_again(&connection->idle);
	take_messages(connection);
}

/* The socket's mode keeps others out; this holds also where somebody changed the mode. */
static bool is_allowed(const struct connection *connection)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);
	uv_os_fd_t fd;

	if (uv_fileno((const uv_handle_t *)&connection->pipe, &fd) < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return false;
	return peer.uid == 0 || peer.uid == geteuid();
}

static void connected(uv_stream_t *stream, int status)
{
	struct server *server = stream->data;
	struct connection *connection;

	if (status < 0)
		return;
	connection = calloc(1, sizeof(*connection));
	if (connection == NULL)
		return;
	connection->server = server;
	uv_pipe_init(stream->loop, &connection->pipe, 0);
	uv_timer_init(stream->loop, &connection->idle);
	connection->pipe.data = connection->idle.data = connection;
	connection->open_handles = 2;
	connection->next = server->connections;
	if (server->connections != NULL)
		server->connections->previous = connection;
	server->connections = connection;
	server->count++;
	if (uv_accept(stream, (uv_stream_t *)&connection->pipe) < 0 ||
	    server->count > CONNECTIONS_MAX || !is_allowed(connection)) {
		close_connection(connection);
		return;
	}
	uv_timer_start(&connection->idle, idled, IDLE_LIMIT_MS, IDLE_LIMIT_MS);
	uv_read_start((uv_stream_t *)&connection->pipe, allocate, readable);
}

/* True if somebody answers at @a path. */
static bool is_alive(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool alive;

	if (fd < 0)
		return false;
	strcpy(address.sun_path, path);
	alive = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 || errno == EAGAIN;
	close(fd);
	return alive;
}

/* Make the last directory of the path, as /run is empty after a boot. */
static void make_directory(const char *path)
{
	char *directory = strdup(path);
	char *slash = directory ? strrchr(directory, '/') : NULL;

	if (slash != NULL && slash != directory) {
		*slash = '\0';
		(void)mkdir(directory, 0755);
	}
	free(directory);
}

int server_claim(const char *path, char problem[256])
{
	struct stat info;

	if (strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path)) {
		snprintf(problem, 256, "socket '%s': the path is too long", path);
		return KBAN_E_INVAL;
	}
	make_directory(path);
	if (lstat(path, &info) < 0)
		return KBAN_OK;
	if (!S_ISSOCK(info.st_mode)) {
		snprintf(problem, 256, "socket '%s': there is something else of that name", path);
		return KBAN_E_INVAL;
	}
	if (is_alive(path)) {
		snprintf(problem, 256, "socket '%s': another kban-tail listens on it", path);
		return KBAN_E_LIMIT;
	}
	unlink(path);
	return KBAN_OK;
}

static int listen_on(struct server *server, char problem[256])
{
	mode_t mask = umask(0177);
	int status = uv_pipe_bind(&server->pipe, server->path);

	umask(mask);
	if (status == 0)
		status = uv_listen((uv_stream_t *)&server->pipe, 16, connected);
	if (status < 0)
		snprintf(problem, 256, "socket '%s': %s", server->path, uv_strerror(status));
	return status < 0 ? KBAN_E_SYSTEM : KBAN_OK;
}

int server_open(uv_loop_t *loop, const char *path, server_call_fn *call, void *data,
		struct server **out, char problem[256])
{
	struct server *server;
	int status = server_claim(path, problem);

	if (status < 0)
		return status;
	server = calloc(1, sizeof(*server));
	if (server == NULL)
		return KBAN_E_NOMEM;
	server->call = call;
	server->data = data;
	server->path = strdup(path);
	uv_pipe_init(loop, &server->pipe, 0);
	server->pipe.data = server;
	*out = server;
	if (server->path == NULL)
		return KBAN_E_NOMEM;
	return listen_on(server, problem);
}

void server_close(struct server *server)
{
	if (server == NULL || server->closing)
		return;
	server->closing = true;
	while (server->connections != NULL)
		close_connection(server->connections);
	uv_close((uv_handle_t *)&server->pipe, NULL);
	if (server->path != NULL)
		unlink(server->path);
}

void server_free(struct server *server)
{
	if (server == NULL)
		return;
	free(server->path);
	free(server);
}
