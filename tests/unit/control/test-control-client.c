/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client against servers that behave as told, each in a child of the test. */
#include "kban-test.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"
#include "failing-alloc.h"
#include "file-tree.h"

/* Long enough for a busy machine, and never waited for. */
#define LONG_TIME  (60 * KBAN_SECOND)
#define SHORT_TIME (KBAN_SECOND / 20)

struct place {
	char *root;
	char path[128]; /* of the socket */
	pid_t server;
	int listener;
};

static int make_place(void **state)
{
	static const struct test_file none[] = { { NULL, NULL } };
	struct place *place = calloc(1, sizeof(*place));

	place->root = make_tree(none);
	place->listener = -1;
	snprintf(place->path, sizeof(place->path), "%s/kban.sock", place->root);
	*state = place;
	return 0;
}

static int remove_place(void **state)
{
	struct place *place = *state;

	if (place->listener >= 0) {
		shutdown(place->listener, SHUT_RDWR); /* also for a server that accepts */
		close(place->listener);
	}
	if (place->server > 0)
		waitpid(place->server, NULL, 0);
	remove_tree(place->root);
	free(place);
	return 0;
}

static void listen_here(struct place *place, int backlog)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strcpy(address.sun_path, place->path);
	place->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(place->listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(place->listener, backlog), 0);
}

/* Read a message, up to its NUL. False at the end. */
static bool read_message(int fd)
{
	char byte = '?';

	while (read(fd, &byte, 1) == 1 && byte != '\0')
		continue;
	return byte == '\0';
}

static void write_slowly(int fd, struct kban_text text, size_t piece)
{
	while (text.len > 0) {
		size_t len = text.len < piece ? text.len : piece;

		if (write(fd, text.data, len) != (ssize_t)len)
			_exit(1);
		text = kb_text_slice(text, len, text.len);
	}
}

/* Start a server that answers each call with @a answer, in pieces, then closes where it is empty.
 */
static void serve(struct place *place, struct kban_text answer, size_t piece)
{
	listen_here(place, 8);
	place->server = fork();
	assert_true(place->server >= 0);
	if (place->server == 0) {
		int fd = accept4(place->listener, NULL, NULL, SOCK_CLOEXEC);

		while (read_message(fd) && answer.len > 0)
			write_slowly(fd, answer, piece);
		_exit(0);
	}
	close(place->listener);
	place->listener = -1;
}

static struct kban_client *connect_here(struct place *place, kban_usec timeout)
{
	struct kban_client *client = NULL;

	assert_int_equal(kban_client_open(place->path, timeout, &client, NULL), KBAN_OK);
	return client;
}

static int call(struct kban_client *client, char **reply, char **name, struct kban_error **err)
{
	return kban_client_call(client, "io.kban.Why", "{\"address\":\"192.0.2.7\"}", reply, name,
				err);
}

static void replies_come_back(void **state)
{
	struct place *place = *state;
	kban_auto(client) client = NULL;
	int i;

	serve(place, KB_TEXT("{\"parameters\":{\"count\":3}}\0"), 7);
	client = connect_here(place, LONG_TIME);
	for (i = 0; i < 3; i++) {
		kb_autofree char *reply = NULL;
		char *name = NULL;

		assert_int_equal(call(client, &reply, &name, NULL), KBAN_OK);
		assert_string_equal(reply, "{\"count\":3}");
		assert_null(name);
	}
}

static void errors_come_back_with_their_parameters(void **state)
{
	struct place *place = *state;
	kban_auto(client) client = NULL;
	int i;

	serve(place,
	      KB_TEXT("{\"error\":\"io.kban.NoSuchJail\",\"parameters\":{\"jail\":\"x\"}}\0"), 100);
	client = connect_here(place, LONG_TIME);
	for (i = 0; i < 2; i++) {
		kb_autofree char *reply = NULL;
		kb_autofree char *name = NULL;
		kban_auto(error) err = NULL;

		assert_int_equal(call(client, &reply, &name, &err), KBAN_E_INVAL);
		assert_string_equal(reply, "{\"jail\":\"x\"}");
		assert_string_equal(name, "io.kban.NoSuchJail");
		assert_non_null(strstr(kban_error_text(err), "answered with io.kban.NoSuchJail"));
	}
}

static void large_replies_come_back(void **state)
{
	struct place *place = *state;
	kban_auto(client) client = NULL;
	kb_autofree char *reply = NULL;
	kb_auto_clear(buffer) text = { 0 };
	int i;

	kb_buffer_string(&text, "{\"parameters\":{\"banned\":[\"192.0.2.1\"");
	for (i = 0; i < 50000; i++)
		kb_buffer_string(&text, ",\"192.0.2.1\"");
	kb_buffer_string(&text, "]}}");
	kb_buffer_byte(&text, '\0');
	serve(place, kb_buffer_content(&text), 100000);
	client = connect_here(place, LONG_TIME);
	assert_int_equal(call(client, &reply, NULL, NULL), KBAN_OK);
	assert_int_equal(strlen(reply), text.len - strlen("{\"parameters\":}") - 1);
}

struct misbehaviour {
	struct kban_text answer;
	int status;
	const char *reason;
};

#define ANSWER(literal)                                        \
	{                                                      \
		.data = "" literal, .len = sizeof(literal) - 1 \
	}

static const struct misbehaviour misbehaviours[] = {
	{ ANSWER(""), KBAN_E_SYSTEM, "the daemon closed the connection" },
	{ ANSWER("nonsense\0"), KBAN_E_SYNTAX, "an answer that cannot be read: byte" },
	{ ANSWER("\0"), KBAN_E_SYNTAX, "an answer that cannot be read: byte" },
	{ ANSWER("{\"parameters\":[]}\0"), KBAN_E_SYNTAX,
	  "an answer that cannot be read: 'parameters' is not an object" },
	{ ANSWER("{\"method\":\"io.kban.Ping\"}\0"), KBAN_E_SYNTAX,
	  "not an answer to what was asked" },
	{ ANSWER("{\"continues\":true}\0"), KBAN_E_SYNTAX, "not an answer to what was asked" },
	{ ANSWER("{}\0{}\0"), KBAN_E_SYNTAX, "not an answer to what was asked" },
};

/* Each of them also makes the connection useless. */
static void what_is_no_reply_is_refused(void **state)
{
	size_t i;

	for (i = 0; i < kb_array_size(misbehaviours); i++) {
		kban_auto(client) client = NULL;
		kban_auto(error) err = NULL;
		char *reply = NULL;

		assert_int_equal(make_place(state), 0);
		serve(*state, misbehaviours[i].answer, 1000);
		client = connect_here(*state, LONG_TIME);
		assert_int_equal(call(client, &reply, NULL, &err), misbehaviours[i].status);
		if (strstr(kban_error_text(err), misbehaviours[i].reason) == NULL)
			fail_msg("%s", kban_error_text(err));
		assert_int_equal(call(client, &reply, NULL, &err), KBAN_E_SYSTEM);
		assert_non_null(strstr(kban_error_text(err), "the connection failed before"));
		assert_null(reply);
		kban_client_close(kb_steal(client));
		remove_place(state);
	}
}

/* A server that never reads or writes. */
static void silence_ends_in_time(void **state)
{
	struct place *place = *state;
	kban_auto(client) client = NULL;
	kban_auto(error) err = NULL;
	char *reply = NULL;

	listen_here(place, 8);
	client = connect_here(place, SHORT_TIME);
	assert_int_equal(call(client, &reply, NULL, &err), KBAN_E_LIMIT);
	assert_non_null(strstr(kban_error_text(err), "no answer within 0.05 seconds"));
}

/* Nor does it end a call that is larger than what the socket holds. */
static void unread_call_ends_in_time(void **state)
{
	struct place *place = *state;
	kban_auto(client) client = NULL;
	kb_auto_clear(buffer) parameters = { 0 };
	char *reply = NULL;
	int i;

	kb_buffer_string(&parameters, "{\"addresses\":[\"192.0.2.1\"");
	for (i = 0; i < 100000; i++)
		kb_buffer_string(&parameters, ",\"192.0.2.1\"");
	kb_buffer_string(&parameters, "]}");
	listen_here(place, 8);
	client = connect_here(place, SHORT_TIME);
	assert_int_equal(kban_client_call(client, "io.kban.UnbanAddresses", parameters.data, &reply,
					  NULL, NULL),
			 KBAN_E_LIMIT);
}

/* A server that accepts nobody; its queue holds one or two. */
static void full_queue_ends_in_time(void **state)
{
	struct place *place = *state;
	struct kban_client *clients[8] = { NULL };
	int status = KBAN_OK;
	size_t count = 0;
	size_t i;

	listen_here(place, 0);
	while (status == KBAN_OK && count < kb_array_size(clients))
		status = kban_client_open(place->path, SHORT_TIME, &clients[count++], NULL);
	assert_int_equal(status, KBAN_E_LIMIT);
	for (i = 0; i < kb_array_size(clients); i++)
		kban_client_close(clients[i]);
}

static void assert_no_connection(const char *path, int status, const char *reason)
{
	struct kban_client *client = NULL;
	kban_auto(error) err = NULL;
	char expected[512];

	assert_int_equal(kban_client_open(path, LONG_TIME, &client, &err), status);
	assert_null(client);
	snprintf(expected, sizeof(expected), "%s: %s", path, reason);
	assert_string_equal(kban_error_text(err), expected);
}

static void no_daemon(void **state)
{
	struct place *place = *state;
	char below[256];

	assert_no_connection(place->path, KBAN_E_NOTFOUND, "no such socket");
	listen_here(place, 1);
	snprintf(below, sizeof(below), "%s/x", place->path);
	assert_no_connection(below, KBAN_E_NOTFOUND, "no such socket");
	close(place->listener);
	place->listener = -1;
	assert_no_connection(place->path, KBAN_E_NOTFOUND, "nobody listens");
}

static void path_that_is_too_long(void **state)
{
	char path[200];

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_no_connection(path, KBAN_E_SYSTEM, "cannot connect: File name too long");
}

static void no_permission(void **state)
{
	struct place *place = *state;
	pid_t child;
	int status = -1;

	listen_here(place, 1);
	chmod(place->path, 0);
	chmod(place->root, 0711);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct kban_client *client = NULL;

		if (geteuid() == 0 && seteuid(65534) < 0)
			_exit(77);
		_exit(-kban_client_open(place->path, LONG_TIME, &client, NULL));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WEXITSTATUS(status) == 77)
		test_leave("a user who may do less cannot be had");
	assert_int_equal(status, -KBAN_E_DENIED << 8);
}

static void call_that_cannot_be(void **state)
{
	struct place *place = *state;
	kban_auto(client) client = NULL;
	kb_autofree char *reply = NULL;

	serve(place, KB_TEXT("{}\0"), 10);
	client = connect_here(place, LONG_TIME);
	assert_int_equal(kban_client_call(client, "io.kban.Ping", "[]", &reply, NULL, NULL),
			 KBAN_E_SYNTAX);
	/* Nothing was sent, so the next one is served. */
	assert_int_equal(kban_client_call(client, "io.kban.Ping", NULL, &reply, NULL, NULL),
			 KBAN_OK);
	assert_string_equal(reply, "{}");
}

static int open_and_close(void *data)
{
	struct place *place = data;
	kban_auto(client) client = NULL;
	kban_auto(error) err = NULL;

	return kban_client_open(place->path, LONG_TIME, &client, &err);
}

static int call_failing(void *data)
{
	struct place *place = data;
	kban_auto(client) client = NULL;
	kban_auto(error) err = NULL;
	kb_autofree char *reply = NULL;
	kb_autofree char *name = NULL;
	int status = kban_client_open(place->path, LONG_TIME, &client, &err);

	return status == KBAN_OK ? call(client, &reply, &name, &err) : status;
}

/* Answer each call on a connection of its own with an error, until there is nobody to listen to. */
static void serve_errors(int listener)
{
	static const char answer[] = "{\"error\":\"a.B\"}";
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		/* The client may have given up meanwhile. */
		if (read_message(fd))
			send(fd, answer, sizeof(answer), MSG_NOSIGNAL);
		close(fd);
	}
}

static void out_of_memory(void **state)
{
	struct place *place = *state;
	unsigned long nth;
	bool failed = true;

	listen_here(place, 100);
	assert_every_allocation_may_fail(open_and_close, place);
	place->server = fork();
	assert_true(place->server >= 0);
	if (place->server == 0) {
		serve_errors(place->listener);
		_exit(0);
	}
	for (nth = 1; failed; nth++) {
		int status;

		failing_alloc_start(nth);
		status = call_failing(place);
		failed = failing_alloc_stop();
		/* Without memory for its text, an error is still one. */
		if (!failed || status != KBAN_E_NOMEM)
			assert_int_equal(status, KBAN_E_INVAL);
	}
}

#define test_place(function) cmocka_unit_test_setup_teardown(function, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_place(replies_come_back),
		test_place(errors_come_back_with_their_parameters),
		test_place(large_replies_come_back),
		cmocka_unit_test(what_is_no_reply_is_refused),
		test_place(silence_ends_in_time),
		test_place(unread_call_ends_in_time),
		test_place(full_queue_ends_in_time),
		test_place(no_daemon),
		test_place(path_that_is_too_long),
		test_place(no_permission),
		test_place(call_that_cannot_be),
		test_place(out_of_memory),
	};

	return cmocka_run_group_tests_name("control-client", tests, NULL, NULL);
}
