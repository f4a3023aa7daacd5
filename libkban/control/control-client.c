/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <kban/client.h>

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <kban/message.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

/* Room for what one look at the socket may bring. */
#define READ_SIZE ((size_t)65536)

struct kban_client {
	int fd;
	char *path;
	kban_usec timeout;
	struct kb_buffer received;
	bool broken; /* a reply may still come that belongs to no call of ours */
};

void kban_client_close(struct kban_client *client)
{
	if (client == NULL)
		return;
	if (client->fd >= 0)
		close(client->fd);
	kb_buffer_clear(&client->received);
	free(client->path);
	free(client);
}

static struct kb_where where(const struct kban_client *client)
{
	return (struct kb_where){ client->path, 0 };
}

static int fail_errno(const struct kban_client *client, const char *what, struct kban_error **err)
{
	struct kb_where place = where(client);

	switch (errno) {
	case ENOENT:
	case ENOTDIR:
		return kb_fail(err, KBAN_E_NOTFOUND, &place, "no such socket");
	case ECONNREFUSED:
		return kb_fail(err, KBAN_E_NOTFOUND, &place, "nobody listens");
	case EACCES:
	case EPERM:
		return kb_fail(err, KBAN_E_DENIED, &place, "permission denied");
	default:
		return kb_fail_errno(err, errno, &place, "%s", what);
	}
}

static int fail_late(const struct kban_client *client, struct kban_error **err)
{
	struct kb_where place = where(client);

	return kb_fail(err, KBAN_E_LIMIT, &place, "no answer within %.3g seconds",
		       (double)client->timeout / (double)KBAN_SECOND);
}

static kban_usec now(void)
{
	struct timespec time = { 0, 0 };

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * KBAN_SECOND + time.tv_nsec / 1000;
}

static kban_usec deadline(const struct kban_client *client)
{
	kban_usec end;

	return __builtin_add_overflow(now(), client->timeout, &end) ? KBAN_FOREVER : end;
}

/*
 * A connection waits while the daemon's queue is full. poll() does not know of that; a limit on
 * sending holds for connecting, too.
 */
static int connect_within(int fd, const struct sockaddr_un *address, kban_usec timeout)
{
	struct timeval limit = { timeout / KBAN_SECOND, timeout % KBAN_SECOND };

	if (limit.tv_sec == 0 && limit.tv_usec == 0)
		limit.tv_usec = 1; /* zero would be no limit */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0)
		return -1;
	return connect(fd, (const struct sockaddr *)address, sizeof(*address));
}

static int connect_to(struct kban_client *client, struct kban_error **err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(client->path);

	if (len >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return fail_errno(client, "cannot connect", err);
	}
	memcpy(address.sun_path, client->path, len);
	client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client->fd < 0)
		return fail_errno(client, "cannot make a socket", err);
	if (connect_within(client->fd, &address, client->timeout) == 0)
		return KBAN_OK;
	return errno == EAGAIN ? fail_late(client, err) : fail_errno(client, "cannot connect", err);
}

int kban_client_open(const char *path, kban_usec timeout, struct kban_client **out,
		     struct kban_error **err)
{
	kban_auto(client) client = calloc(1, sizeof(*client));
	int status;

	if (client == NULL)
		return kb_fail_memory(err);
	client->fd = -1;
	client->timeout = timeout > 0 ? timeout : 0;
	client->path = strdup(path != NULL ? path : KBAN_SOCKET_DEFAULT);
	if (client->path == NULL)
		return kb_fail_memory(err);
	status = connect_to(client, err);
	if (status == KBAN_OK)
		*out = kb_steal(client);
	return status;
}

/* Until the socket can be read or written, as @a events asks. */
static int wait_for(const struct kban_client *client, short events, kban_usec until,
		    struct kban_error **err)
{
	struct pollfd poller = { client->fd, events, 0 };
	int ready;

	do {
		kban_usec left = until - now();
		kban_usec most = (kban_usec)INT32_MAX * 1000;

		if (left <= 0)
			return fail_late(client, err);
		ready = poll(&poller, 1, (int)((left < most ? left + 999 : most) / 1000));
	} while (ready == 0 || (ready < 0 && errno == EINTR));
	return ready < 0 ? fail_errno(client, "cannot wait", err) : KBAN_OK;
}

static int send_all(const struct kban_client *client, struct kban_text bytes, kban_usec until,
		    struct kban_error **err)
{
	while (bytes.len > 0) {
		int status = wait_for(client, POLLOUT, until, err);
		ssize_t sent;

		if (status != KBAN_OK)
			return status;
		sent = send(client->fd, bytes.data, bytes.len, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return fail_errno(client, "cannot send", err);
		if (sent > 0)
			bytes = kb_text_slice(bytes, (size_t)sent, bytes.len);
	}
	return KBAN_OK;
}

/* What there is, at the end of what was received before. */
static int receive_some(struct kban_client *client, struct kban_error **err)
{
	struct kb_buffer *received = &client->received;
	struct kb_where place = where(client);
	ssize_t got;

	if (kb_buffer_reserve(received, READ_SIZE) != KBAN_OK)
		return kb_fail_memory(err);
	got = recv(client->fd, received->data + received->len, READ_SIZE, MSG_DONTWAIT);
	if (got == 0)
		return kb_fail(err, KBAN_E_SYSTEM, &place, "the daemon closed the connection");
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return KBAN_OK;
	if (got < 0)
		return fail_errno(client, "cannot receive", err);
	received->len += (size_t)got;
	received->data[received->len] = '\0';
	if (received->len > KBAN_REPLY_MAX)
		return kb_fail(err, KBAN_E_SYNTAX, &place, "an answer of more than %zu bytes",
			       KBAN_REPLY_MAX);
	return KBAN_OK;
}

/* The reply, without its NUL; valid until the next call. */
static int receive(struct kban_client *client, kban_usec until, struct kban_text *out,
		   struct kban_error **err)
{
	size_t seen = 0;
	size_t end = 0;

	do {
		int status = wait_for(client, POLLIN, until, err);

		if (status == KBAN_OK)
			status = receive_some(client, err);
		if (status != KBAN_OK)
			return status;
		*out = kb_buffer_content(&client->received);
		end = seen + kb_text_index(kb_text_slice(*out, seen, out->len), '\0');
		seen = out->len;
	} while (end == out->len);
	/* One call, one reply: more would be taken for the reply of the next. */
	client->broken = end + 1 < out->len;
	*out = kb_text_slice(*out, 0, end);
	return KBAN_OK;
}

static int parse_reply(const struct kban_client *client, struct kban_text text,
		       struct kban_message **out, struct kban_error **err)
{
	kban_auto(message) message = NULL;
	kban_auto(error) reason = NULL;
	struct kb_where place = where(client);
	int status = kban_message_parse(text, &message, &reason);

	if (status == KBAN_E_NOMEM)
		return kb_fail_memory(err);
	if (status != KBAN_OK)
		return kb_fail(err, KBAN_E_SYNTAX, &place, "an answer that cannot be read: %s",
			       kban_error_text(reason));
	if (kban_message_method(message) != NULL ||
	    (kban_message_flags(message) & KBAN_MESSAGE_CONTINUES) != 0 || client->broken)
		return kb_fail(err, KBAN_E_SYNTAX, &place, "not an answer to what was asked");
	*out = kb_steal(message);
	return KBAN_OK;
}

/* Hand the reply out; for an error its name and its parameters. */
static int hand_out(const struct kban_client *client, const struct kban_message *message,
		    char **reply, char **error_name, struct kban_error **err)
{
	const char *error = kban_message_error(message);
	struct kb_where place = where(client);
	kb_autofree char *text = strdup(kban_message_parameters(message));
	kb_autofree char *name = error != NULL ? strdup(error) : NULL;

	if (text == NULL || (error != NULL && name == NULL))
		return kb_fail_memory(err);
	*reply = kb_steal(text);
	if (error == NULL)
		return KBAN_OK;
	if (error_name != NULL)
		*error_name = kb_steal(name);
	return kb_fail(err, KBAN_E_INVAL, &place, "the daemon answered with %s", error);
}

static int exchange(struct kban_client *client, struct kban_text call, struct kban_message **out,
		    struct kban_error **err)
{
	kban_usec until = deadline(client);
	struct kban_text text = { NULL, 0 };
	int status = send_all(client, call, until, err);

	kb_buffer_reset(&client->received);
	if (status == KBAN_OK)
		status = receive(client, until, &text, err);
	return status == KBAN_OK ? parse_reply(client, text, out, err) : status;
}

int kban_client_call(struct kban_client *client, const char *method, const char *parameters,
		     char **reply, char **error_name, struct kban_error **err)
{
	kban_auto(message) message = NULL;
	struct kban_text call = { NULL, 0 };
	struct kb_where place = where(client);
	int status;

	if (client->broken)
		return kb_fail(err, KBAN_E_SYSTEM, &place, "the connection failed before");
	status = kban_message_write_call(method, parameters, 0, &call);
	if (status == KBAN_E_NOMEM)
		return kb_fail_memory(err);
	if (status != KBAN_OK)
		return kb_fail(err, KBAN_E_SYNTAX, &place, "no call can be made of this");
	status = exchange(client, call, &message, err);
	free((char *)(uintptr_t)call.data);
	if (status == KBAN_OK)
		return hand_out(client, message, reply, error_name, err);
	client->broken = true;
	return status;
}
