/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A socket for syslog messages and its senders, in a network of their own. */
#include "kban-test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "failing-alloc.h"
#include "namespace.h"
#include "source/syslog.h"

#define PORT 5514
#define UDP  "syslog://127.0.0.1:5514"
#define TCP  "syslog+tcp://127.0.0.1:5514"

#define MESSAGE "<38>Nov 14 10:11:12 mx mail: "

static int reader_a, reader_b;

struct bench {
	struct kban_context *ctx;
	struct kb_syslog *syslog;
	kban_usec now;
	char path[64]; /* for a socket; nothing is there */
	char log[8192];
};

static void note_log(int level, const char *topic, const char *line, void *data)
{
	struct bench *bench = data;
	size_t len = strlen(bench->log);

	(void)level;
	(void)topic;
	snprintf(bench->log + len, sizeof(bench->log) - len, "%s\n", line);
}

static int set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	bench->ctx = kban_context_new();
	assert_non_null(bench->ctx);
	kban_context_set_log(bench->ctx, note_log, bench);
	bench->now = 1700000000 * KBAN_SECOND;
	snprintf(bench->path, sizeof(bench->path), "/tmp/kban-test-syslog.%d", (int)getpid());
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	kb_syslog_free(bench->syslog);
	(void)unlink(bench->path);
	kban_context_unref(bench->ctx);
	free(bench);
	return 0;
}

static int try_add(struct bench *bench, const char *text, void *reader)
{
	kb_auto_clear(syslog_address) address = { 0 };
	int status = kb_syslog_address_parse(text, NULL, &address, NULL);

	if (status == KBAN_OK && bench->syslog == NULL)
		status = kb_syslog_new(bench->ctx, address.name, &bench->syslog, NULL);
	return status == KBAN_OK ? kb_syslog_add(bench->syslog, &address, reader) : status;
}

static void dispatch(struct bench *bench)
{
	assert_int_equal(kb_syslog_dispatch(bench->syslog, bench->now), KBAN_OK);
}

static void listen_at(struct bench *bench, const char *text, void *reader)
{
	assert_int_equal(try_add(bench, text, reader), KBAN_OK);
	dispatch(bench);
}

static int connect_from(int type, const char *source)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	struct sockaddr_in from = { .sin_family = AF_INET };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(inet_pton(AF_INET, "127.0.0.1", &to.sin_addr), 1);
	assert_int_equal(inet_pton(AF_INET, source, &from.sin_addr), 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof(from)), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

static int connect_path(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	strcpy(to.sun_path, path);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

static void send_bytes(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t sent = send(fd, data, len, MSG_NOSIGNAL);

		assert_true(sent > 0);
		data += sent;
		len -= (size_t)sent;
	}
}

static void send_text(int fd, const char *text)
{
	send_bytes(fd, text, strlen(text));
}

/* What is there to be read, each line behind its stamp, and who gets it: "a mx mail: x|". */
static const char *read_all(struct bench *bench)
{
	static char text[8192];
	struct kb_syslog_line line;
	size_t len = 0;

	text[0] = '\0';
	do {
		dispatch(bench);
		while (kb_syslog_next(bench->syslog, &line) > 0) {
			struct kban_text rest =
				kb_text_slice(line.text, strlen("Nov 14 10:11:12"), line.text.len);

			for (size_t i = 0; i < line.reader_count; i++)
				text[len++] = line.readers[i] == &reader_a ? 'a' : 'b';
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%.*s|",
						(int)(rest.len < 100 ? rest.len : 100), rest.data);
		}
	} while (kb_syslog_next_due(bench->syslog) == 0);
	return text;
}

static void each_reader_gets_what_its_senders_send(void **state)
{
	struct bench *bench = *state;
	int one, two, three;

	listen_at(bench, UDP "?from=127.0.0.1", &reader_a);
	listen_at(bench, UDP "?from=127.0.0.0/30", &reader_b);
	assert_int_equal(kb_syslog_reader_count(bench->syslog), 2);
	one = connect_from(SOCK_DGRAM, "127.0.0.1");
	two = connect_from(SOCK_DGRAM, "127.0.0.2");
	three = connect_from(SOCK_DGRAM, "127.0.0.9");
	send_text(one, MESSAGE "1");
	send_text(two, MESSAGE "2");
	send_text(three, MESSAGE "3");
	send_text(three, MESSAGE "3");
	assert_string_equal(read_all(bench), "ab mx mail: 1|b mx mail: 2|");
	assert_non_null(strstr(bench->log, UDP ": 127.0.0.9 may not send; 1 messages"));
	/* Once a minute, with all of them. */
	bench->now += 60 * KBAN_SECOND;
	send_text(three, MESSAGE "3");
	assert_string_equal(read_all(bench), "");
	assert_non_null(strstr(bench->log, "127.0.0.9 may not send; 2 messages"));
	kb_syslog_remove(bench->syslog, &reader_b);
	assert_false(kb_syslog_has_reader(bench->syslog, &reader_b));
	send_text(one, MESSAGE "4");
	send_text(two, MESSAGE "5");
	assert_string_equal(read_all(bench), "a mx mail: 4|");
	close(one);
	close(two);
	close(three);
}

static void streams_have_either_frame(void **state)
{
	struct bench *bench = *state;
	int lines, counted;

	listen_at(bench, TCP, &reader_a);
	lines = connect_from(SOCK_STREAM, "127.0.0.1");
	send_text(lines, MESSAGE "1\n" MESSAGE "2\n" MESSAGE);
	assert_string_equal(read_all(bench), "a mx mail: 1|a mx mail: 2|");
	counted = connect_from(SOCK_STREAM, "127.0.0.1");
	send_text(counted, "30 " MESSAGE "3"
			   "31 " MESSAGE "4");
	assert_string_equal(read_all(bench), "a mx mail: 3|");
	send_text(counted, "5");
	send_text(lines, "6\n");
	assert_string_equal(read_all(bench), "a mx mail: 6|a mx mail: 45|");
	/* A frame that is none ends its connection, and no other. */
	send_text(counted, "99999999999 x");
	assert_string_equal(read_all(bench), "");
	assert_non_null(
		strstr(bench->log, "a length that none can have; the connection is closed"));
	send_text(lines, MESSAGE "7\n");
	assert_string_equal(read_all(bench), "a mx mail: 7|");
	/* Half a line is none, also at the end. */
	send_text(lines, MESSAGE "8");
	close(lines);
	assert_string_equal(read_all(bench), "");
	close(counted);
}

/* Bytes that would be a line if the rest of a long one were. */
static void what_is_too_long_is_cut(void **state)
{
	struct bench *bench = *state;
	static char long_one[KB_SYSLOG_LINE_MAX + 1000];
	char address[128];
	struct kb_syslog_line line;
	int fd;

	memset(long_one, 'x', sizeof(long_one));
	memcpy(long_one, MESSAGE, strlen(MESSAGE));
	snprintf(address, sizeof(address), "syslog+unix://%s", bench->path);
	listen_at(bench, address, &reader_a);
	fd = connect_path(bench->path);
	send_bytes(fd, long_one, sizeof(long_one));
	send_text(fd, MESSAGE "1");
	dispatch(bench);
	assert_int_equal(kb_syslog_next(bench->syslog, &line), 1);
	assert_in_range(line.text.len, 1, KB_SYSLOG_LINE_MAX);
	assert_string_equal(read_all(bench), "a mx mail: 1|");
	close(fd);
}

static void odd_bytes_do_no_harm(void **state)
{
	static const char *const messages[] = {
		"", "<", "<38>", "<999999>x", "\n", "\xff\xfe", "<38>1 - - - - - ["
	};
	struct bench *bench = *state;
	int fd;

	listen_at(bench, UDP, &reader_a);
	fd = connect_from(SOCK_DGRAM, "127.0.0.1");
	for (size_t i = 0; i < kb_array_size(messages); i++)
		assert_int_equal(send(fd, messages[i], strlen(messages[i]), 0),
				 strlen(messages[i]));
	send_bytes(fd, MESSAGE "a\0b\nc", strlen(MESSAGE) + 5);
	read_all(bench);
	send_text(fd, MESSAGE "1");
	assert_string_equal(read_all(bench), "a mx mail: 1|");
	close(fd);
}

static void connections_have_a_limit(void **state)
{
	struct bench *bench = *state;
	int peers[KB_SYSLOG_CONNECTIONS_MAX + 1];
	char byte;

	listen_at(bench, TCP, &reader_a);
	for (size_t i = 0; i < kb_array_size(peers); i++) {
		peers[i] = connect_from(SOCK_STREAM, "127.0.0.1");
		bench->now += KBAN_SECOND;
		read_all(bench);
		/* The first one goes on talking. */
		send_text(peers[0], MESSAGE "1\n");
		assert_string_equal(read_all(bench), "a mx mail: 1|");
	}
	assert_non_null(strstr(bench->log, "has too many connections"));
	assert_int_equal(recv(peers[1], &byte, 1, 0), 0);
	send_text(peers[kb_array_size(peers) - 1], MESSAGE "2\n");
	assert_string_equal(read_all(bench), "a mx mail: 2|");
	for (size_t i = 0; i < kb_array_size(peers); i++)
		close(peers[i]);
}

static void connections_end_with_their_readers(void **state)
{
	struct bench *bench = *state;
	char byte;
	int two;

	listen_at(bench, TCP "?from=127.0.0.1", &reader_a);
	listen_at(bench, TCP "?from=127.0.0.2", &reader_b);
	two = connect_from(SOCK_STREAM, "127.0.0.2");
	send_text(two, MESSAGE "1\n");
	assert_string_equal(read_all(bench), "b mx mail: 1|");
	kb_syslog_remove(bench->syslog, &reader_b);
	send_text(two, MESSAGE "2\n");
	assert_string_equal(read_all(bench), "");
	assert_int_equal(recv(two, &byte, 1, 0), 0);
	close(two);
}

static void a_path_is_made_and_removed(void **state)
{
	struct bench *bench = *state;
	char address[128];
	struct stat facts;
	FILE *file = fopen(bench->path, "w");

	assert_non_null(file);
	fclose(file);
	snprintf(address, sizeof(address), "syslog+unix://%s?mode=0620", bench->path);
	listen_at(bench, address, &reader_a);
	assert_non_null(
		strstr(bench->log, "cannot be listened to and is tried again: File exists"));
	assert_true(kb_syslog_next_due(bench->syslog) > bench->now);
	assert_int_equal(unlink(bench->path), 0);
	bench->now = kb_syslog_next_due(bench->syslog);
	dispatch(bench);
	assert_non_null(strstr(bench->log, ": is listened to"));
	assert_int_equal(stat(bench->path, &facts), 0);
	assert_int_equal(facts.st_mode & 0777, 0620);
	kb_syslog_free(kb_steal(bench->syslog));
	assert_int_equal(stat(bench->path, &facts), -1);
}

/* All that a socket does, from opening to the last line. */
static int receive(void *data)
{
	struct bench *bench = data;
	struct kb_syslog_line line;
	int status = try_add(bench, TCP "?from=127.0.0.0/8,192.0.2.7", &reader_a);
	int fd = -1;

	if (status == KBAN_OK)
		status = try_add(bench, TCP, &reader_b);
	if (status == KBAN_OK)
		status = kb_syslog_dispatch(bench->syslog, bench->now);
	if (status == KBAN_OK) {
		fd = connect_from(SOCK_STREAM, "127.0.0.1");
		send_text(fd, "30 " MESSAGE "1" MESSAGE "2\n");
		status = kb_syslog_dispatch(bench->syslog, bench->now);
	}
	for (int lines = 0; status >= 0 && lines<2; lines += status> 0)
		status = kb_syslog_next(bench->syslog, &line);
	kb_syslog_free(kb_steal(bench->syslog));
	if (fd >= 0)
		close(fd);
	return status;
}

/* All lines come, or it is said why not. What is only logged may be missing. */
static void memory_may_run_out(void **state)
{
	bool failed = true;

	for (unsigned long n = 1; failed; n++) {
		int status;

		assert_true(n < 1000);
		failing_alloc_start(n);
		status = receive(*state);
		failed = failing_alloc_stop();
		if (status != 1)
			assert_int_equal(status, KBAN_E_NOMEM);
		assert_true(failed || status == 1);
	}
}

#define SYSLOG_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SYSLOG_TEST(each_reader_gets_what_its_senders_send),
		SYSLOG_TEST(streams_have_either_frame),
		SYSLOG_TEST(what_is_too_long_is_cut),
		SYSLOG_TEST(odd_bytes_do_no_harm),
		SYSLOG_TEST(connections_have_a_limit),
		SYSLOG_TEST(connections_end_with_their_readers),
		SYSLOG_TEST(a_path_is_made_and_removed),
		SYSLOG_TEST(memory_may_run_out),
	};

	if (!namespace_enter())
		return EXIT_SUCCESS;
	if (namespace_run("ip link set lo up") != 0) {
		puts("1..0 # SKIP there is no ip");
		return EXIT_SUCCESS;
	}
	return cmocka_run_group_tests_name("syslog", tests, NULL, NULL);
}
