/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One descriptor of epoll(7) stands for the socket and its connections. What it reports is marked,
 * and handed out line by line; connections take turns.
 */
#include "source/syslog.h"

#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "source/line-frames.h"
#include "source/path-log.h"
#include "source/reader-list.h"
#include "source/syslog-message.h"
#include "source/syslog-socket.h"

/* How often what could not be opened is tried again. */
#define LOOK_EVERY (2 * KBAN_SECOND)

/* How often it is told that senders are refused. */
#define TELL_EVERY (60 * KBAN_SECOND)

/* Messages for nobody, or reads that gave no message, until others have their turn. */
#define MAX_FRUITLESS 1000

/* Bytes of a connection that are read at once. */
#define PIECE ((size_t)16 * 1024)

struct wish {
	void *reader;
	struct kb_syslog_address address;
};

struct connection {
	int fd;
	struct kban_addr sender;
	char host[KBAN_ADDR_TEXT_SIZE];
	struct kb_line_frames frames;
	bool is_ready;    /* there may be something to read */
	kban_usec active; /* when something came last */
};

struct kb_syslog {
	struct kban_context *ctx;
	char *name;
	int poll;
	int fd; /* or -1 */
	bool is_ready;
	bool is_stream;
	char path[KB_SYSLOG_PATH_SIZE]; /* to be removed at the end; or empty */
	struct wish *wishes;
	size_t count, capacity;
	struct connection *connections[KB_SYSLOG_CONNECTIONS_MAX];
	size_t connection_count;
	size_t turn;

	kban_usec now;
	kban_usec next_look;
	int trouble; /* the errno value that was logged, or 0 */
	kban_usec told;
	uint64_t refused; /* since that was told */

	char *datagram; /* KB_SYSLOG_LINE_MAX bytes */
	char own_name[KBAN_HOST_NAME_SIZE];
	struct kb_buffer line;
	struct kb_reader_list wanted_by;
};

int kb_syslog_new(struct kban_context *ctx, const char *name, struct kb_syslog **out,
		  struct kban_error **err)
{
	kb_auto(syslog) syslog = calloc(1, sizeof(*syslog));

	if (syslog == NULL)
		return kb_fail_memory(err);
	syslog->fd = -1;
	syslog->now = syslog->told = KBAN_TIME_NONE;
	syslog->ctx = kban_context_ref(ctx);
	syslog->poll = epoll_create1(EPOLL_CLOEXEC);
	if (syslog->poll < 0)
		return kb_fail_errno(err, errno, NULL, "epoll_create1");
	syslog->name = strdup(name);
	syslog->datagram = malloc(KB_SYSLOG_LINE_MAX);
	if (syslog->name == NULL || syslog->datagram == NULL)
		return kb_fail_memory(err);
	if (gethostname(syslog->own_name, sizeof(syslog->own_name) - 1) < 0)
		strcpy(syslog->own_name, "localhost");
	*out = kb_steal(syslog);
	return KBAN_OK;
}

static void free_connection(struct connection *connection)
{
	close(connection->fd);
	kb_line_frames_clear(&connection->frames);
	free(connection);
}

static void close_socket(struct kb_syslog *syslog)
{
	for (size_t i = 0; i < syslog->connection_count; i++)
		free_connection(syslog->connections[i]);
	syslog->connection_count = 0;
	if (syslog->fd >= 0)
		close(syslog->fd);
	if (syslog->path[0] != '\0')
		(void)unlink(syslog->path);
	syslog->path[0] = '\0';
	syslog->fd = -1;
	syslog->is_ready = false;
}

void kb_syslog_free(struct kb_syslog *syslog)
{
	if (syslog == NULL)
		return;
	close_socket(syslog);
	if (syslog->poll >= 0)
		close(syslog->poll);
	for (size_t i = 0; i < syslog->count; i++)
		kb_syslog_address_clear(&syslog->wishes[i].address);
	free(syslog->wishes);
	kb_buffer_clear(&syslog->line);
	kb_reader_list_clear(&syslog->wanted_by);
	kban_context_unref(syslog->ctx);
	free(syslog->datagram);
	free(syslog->name);
	free(syslog);
}

const char *kb_syslog_name(const struct kb_syslog *syslog)
{
	return syslog->name;
}

static struct wish *find(const struct kb_syslog *syslog, const void *reader)
{
	for (size_t i = 0; i < syslog->count; i++)
		if (syslog->wishes[i].reader == reader)
			return &syslog->wishes[i];
	return NULL;
}

int kb_syslog_add(struct kb_syslog *syslog, struct kb_syslog_address *address, void *reader)
{
	struct wish *wish = find(syslog, reader);

	if (wish == NULL) {
		if (kb_array_room(&syslog->wishes, &syslog->capacity, syslog->count,
				  sizeof(*syslog->wishes)) < 0 ||
		    kb_reader_list_reserve(&syslog->wanted_by, syslog->count + 1) < 0)
			return KBAN_E_NOMEM;
		wish = &syslog->wishes[syslog->count++];
		*wish = (struct wish){ .reader = reader };
	}
	kb_syslog_address_clear(&wish->address);
	wish->address = *address;
	*address = (struct kb_syslog_address){ 0 };
	if (syslog->path[0] != '\0')
		(void)chmod(syslog->path, wish->address.mode);
	return KBAN_OK;
}

void kb_syslog_remove(struct kb_syslog *syslog, const void *reader)
{
	struct wish *wish = find(syslog, reader);

	if (wish == NULL)
		return;
	kb_syslog_address_clear(&wish->address);
	*wish = syslog->wishes[--syslog->count];
}

size_t kb_syslog_reader_count(const struct kb_syslog *syslog)
{
	return syslog->count;
}

bool kb_syslog_has_reader(const struct kb_syslog *syslog, const void *reader)
{
	return find(syslog, reader) != NULL;
}

int kb_syslog_fd(const struct kb_syslog *syslog)
{
	return syslog->poll;
}

/* What was read already and waits for its turn is not told by the descriptor. */
static bool has_more(const struct kb_syslog *syslog)
{
	for (size_t i = 0; i < syslog->connection_count; i++)
		if (syslog->connections[i]->is_ready)
			return true;
	return syslog->is_ready;
}

kban_usec kb_syslog_next_due(const struct kb_syslog *syslog)
{
	if (has_more(syslog))
		return 0;
	return syslog->fd < 0 && syslog->count > 0 ? syslog->next_look : KBAN_FOREVER;
}

/* A trouble that lasts is told once, and so is its end. */
static void note_trouble(struct kb_syslog *syslog, int error)
{
	if (error == 0)
		kb_path_log(syslog->ctx, KBAN_INFO, syslog->name, "is listened to", 0);
	else if (error != syslog->trouble)
		kb_path_log(syslog->ctx, KBAN_WARNING, syslog->name,
			    "cannot be listened to and is tried again", error);
	syslog->trouble = error;
}

static void open_socket(struct kb_syslog *syslog)
{
	const struct kb_syslog_address *address = &syslog->wishes[0].address;
	struct epoll_event event = { .events = EPOLLIN };
	int fd = kb_syslog_socket_open(address);

	if (fd >= 0 && epoll_ctl(syslog->poll, EPOLL_CTL_ADD, fd, &event) < 0) {
		int error = errno;

		close(fd);
		fd = -error;
	}
	note_trouble(syslog, fd < 0 ? -fd : 0);
	if (fd < 0)
		return;
	syslog->fd = fd;
	syslog->is_stream = address->transport == KB_SYSLOG_TCP;
	if (address->transport == KB_SYSLOG_UNIX)
		memcpy(syslog->path, address->path, sizeof(syslog->path));
}

/* Others are refused, and that is told now and then, with the last of them as an example. */
static void refuse(struct kb_syslog *syslog, const struct kban_addr *sender)
{
	char host[KBAN_ADDR_TEXT_SIZE];
	char text[160];

	syslog->refused++;
	if (syslog->told != KBAN_TIME_NONE && syslog->now >= syslog->told &&
	    syslog->now - syslog->told < TELL_EVERY)
		return;
	snprintf(text, sizeof(text), "%s may not send; %llu messages or connections were refused",
		 kban_addr_print(sender, host), (unsigned long long)syslog->refused);
	kb_path_log(syslog->ctx, KBAN_WARNING, syslog->name, text, 0);
	syslog->told = syslog->now;
	syslog->refused = 0;
}

/* Those who take what @a sender sends; a path has no senders, and its file a mode. */
static bool find_readers(struct kb_syslog *syslog, const struct kban_addr *sender)
{
	syslog->wanted_by.count = 0;
	for (size_t i = 0; i < syslog->count; i++)
		/* Cannot fail: there is room for everybody. */
		if (syslog->path[0] != '\0' ||
		    kb_syslog_address_allows(&syslog->wishes[i].address, sender))
			(void)kb_reader_list_add(&syslog->wanted_by, syslog->wishes[i].reader);
	if (syslog->wanted_by.count > 0)
		return true;
	refuse(syslog, sender);
	return false;
}

static void drop_connection(struct kb_syslog *syslog, size_t index)
{
	free_connection(syslog->connections[index]);
	syslog->connections[index] = syslog->connections[--syslog->connection_count];
}

static void make_room(struct kb_syslog *syslog)
{
	size_t oldest = 0;

	if (syslog->connection_count < KB_SYSLOG_CONNECTIONS_MAX)
		return;
	for (size_t i = 1; i < syslog->connection_count; i++)
		if (syslog->connections[i]->active < syslog->connections[oldest]->active)
			oldest = i;
	kb_path_log(syslog->ctx, KBAN_NOTICE, syslog->name,
		    "has too many connections; the one that was silent longest is closed", 0);
	drop_connection(syslog, oldest);
}

static int add_connection(struct kb_syslog *syslog, int fd, const struct kban_addr *sender)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	struct epoll_event event = { .events = EPOLLIN, .data = { .ptr = connection } };

	if (connection == NULL || epoll_ctl(syslog->poll, EPOLL_CTL_ADD, fd, &event) < 0) {
		bool is_out_of_memory = connection == NULL;

		close(fd);
		free(connection);
		return is_out_of_memory ? KBAN_E_NOMEM : KBAN_OK;
	}
	connection->fd = fd;
	connection->sender = *sender;
	connection->active = syslog->now;
	connection->is_ready = true;
	connection->frames.max = KB_SYSLOG_LINE_MAX;
	connection->frames.may_count = true;
	kban_addr_print(sender, connection->host);
	make_room(syslog);
	syslog->connections[syslog->connection_count++] = connection;
	return KBAN_OK;
}

static int accept_all(struct kb_syslog *syslog)
{
	struct kban_addr sender;
	int status = KBAN_OK;

	for (size_t i = 0; status == KBAN_OK && i < KB_SYSLOG_CONNECTIONS_MAX; i++) {
		int fd = kb_syslog_socket_accept(syslog->fd, &sender);

		if (fd == -ECONNABORTED || fd == -EINTR)
			continue;
		if (fd < 0)
			break;
		if (find_readers(syslog, &sender))
			status = add_connection(syslog, fd, &sender);
		else
			close(fd);
	}
	return status;
}

static void take_events(struct kb_syslog *syslog)
{
	struct epoll_event events[KB_SYSLOG_CONNECTIONS_MAX + 1];
	int count = epoll_wait(syslog->poll, events, (int)kb_array_size(events), 0);

	for (int i = 0; i < count; i++) {
		struct connection *connection = events[i].data.ptr;

		if (connection == NULL)
			syslog->is_ready = true;
		else
			connection->is_ready = true;
	}
}

int kb_syslog_dispatch(struct kb_syslog *syslog, kban_usec now)
{
	syslog->now = now;
	if (syslog->fd < 0 && syslog->count > 0 &&
	    (now >= syslog->next_look || syslog->next_look - now > LOOK_EVERY)) {
		syslog->next_look = now + LOOK_EVERY;
		open_socket(syslog);
	}
	if (syslog->fd < 0)
		return KBAN_OK;
	take_events(syslog);
	if (!syslog->is_stream || !syslog->is_ready)
		return KBAN_OK;
	syslog->is_ready = false;
	return accept_all(syslog);
}

static int hand_out(struct kb_syslog *syslog, struct kban_text message, const char *host,
		    struct kb_syslog_line *out)
{
	const struct kb_syslog_receipt receipt = { .host = host, .time = syslog->now };

	if (kb_syslog_line(message, &receipt, KB_SYSLOG_LINE_MAX, &syslog->line) < 0)
		return KBAN_E_NOMEM;
	*out = (struct kb_syslog_line){
		.readers = syslog->wanted_by.items,
		.reader_count = syslog->wanted_by.count,
		.text = kb_buffer_content(&syslog->line),
	};
	return out->text.len > 0;
}

static int next_datagram(struct kb_syslog *syslog, struct kb_syslog_line *out)
{
	char host[KBAN_ADDR_TEXT_SIZE];
	struct kban_addr sender;
	int status = 0;

	for (size_t i = 0; status == 0 && syslog->is_ready && i < MAX_FRUITLESS; i++) {
		long len = kb_syslog_socket_receive(syslog->fd, syslog->datagram,
						    KB_SYSLOG_LINE_MAX, &sender);
		struct kban_text message = { syslog->datagram, len > 0 ? (size_t)len : 0 };

		syslog->is_ready = len >= 0 || len == -EINTR;
		if (len < 0 || !find_readers(syslog, &sender))
			continue;
		if (message.len > KB_SYSLOG_LINE_MAX)
			message.len = KB_SYSLOG_LINE_MAX;
		status = hand_out(syslog, message,
				  sender.family == 0 ? syslog->own_name
						     : kban_addr_print(&sender, host),
				  out);
	}
	return status;
}

/* Read a piece: 1; 0 if there is none; below 0 if the connection is over or memory is. */
static int read_piece(struct kb_syslog *syslog, struct connection *connection)
{
	ssize_t got = recv(connection->fd, syslog->datagram, PIECE, 0);

	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return 0;
	if (got <= 0)
		return KBAN_E_SYSTEM;
	connection->active = syslog->now;
	return kb_line_frames_add(&connection->frames, syslog->datagram, (size_t)got) < 0
		       ? KBAN_E_NOMEM
		       : 1;
}

/* 1 with a line; 0 if that connection has none; KBAN_E_NOMEM. It may be gone then. */
static int next_of(struct kb_syslog *syslog, size_t index, struct kb_syslog_line *out)
{
	struct connection *connection = syslog->connections[index];
	struct kban_text message;
	int status = kb_line_frames_next(&connection->frames, &message);

	if (status == 0) {
		status = read_piece(syslog, connection);
		connection->is_ready = status > 0;
		if (status > 0)
			status = kb_line_frames_next(&connection->frames, &message);
	}
	if (status == KBAN_E_NOMEM)
		return status;
	if (status == KBAN_E_SYNTAX)
		kb_path_log(syslog->ctx, KBAN_WARNING, syslog->name,
			    "a message has a length that none can have; the connection is closed",
			    0);
	if (status < 0 || (status > 0 && !find_readers(syslog, &connection->sender))) {
		drop_connection(syslog, index);
		return 0;
	}
	return status > 0 ? hand_out(syslog, message, connection->host, out) : 0;
}

static int next_of_all(struct kb_syslog *syslog, struct kb_syslog_line *out)
{
	size_t silent = 0;
	int status = 0;

	for (size_t i = 0; status == 0 && i < MAX_FRUITLESS && syslog->connection_count > silent;
	     i++) {
		size_t index = ++syslog->turn % syslog->connection_count;

		if (syslog->connections[index]->is_ready) {
			silent = 0;
			status = next_of(syslog, index, out);
		} else {
			silent++;
		}
	}
	return status;
}

int kb_syslog_next(struct kb_syslog *syslog, struct kb_syslog_line *out)
{
	if (syslog->fd < 0)
		return 0;
	return syslog->is_stream ? next_of_all(syslog, out) : next_datagram(syslog, out);
}
