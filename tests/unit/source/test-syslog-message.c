/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The first messages are the examples of RFC 3164, 5.4, and RFC 5424, 6.5. */
#include "kban-test.h"

#include "base/text.h"
#include "failing-alloc.h"
#include "source/syslog-message.h"

/* 2026-01-31 22:14:15.000007 UTC */
#define NOW   ((kban_usec)1769897655 * KBAN_SECOND + 7)
#define STAMP "2026-01-31T22:14:15.000007+00:00 "

struct row {
	const char *message;
	size_t len;
	const char *line;
};

#define BYTES(literal) literal, sizeof(literal) - 1

static int make(struct kban_text message, size_t max, struct kb_buffer *line)
{
	static const struct kb_syslog_receipt receipt = { .host = "192.0.2.1", .time = NOW };

	return kb_syslog_line(message, &receipt, max, line);
}

static void make_lines(void **state)
{
	for (const struct row *row = *state; row->message != NULL; row++) {
		kb_auto_clear(buffer) line = { 0 };
		const struct kban_text message = { row->message, row->len };

		assert_int_equal(make(message, 1000, &line), KBAN_OK);
		assert_string_equal(line.data ? line.data : "", row->line);
	}
}

static const struct row old_messages_keep_what_they_say[] = {
	{ BYTES("<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8"),
	  "Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8" },
	{ BYTES("<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!"),
	  "Feb  5 17:32:18 10.0.0.99 Use the BFG!" },
	{ BYTES("<165>Aug 24 05:34:00 mx sshd[77]: Failed password\n"),
	  "Aug 24 05:34:00 mx sshd[77]: Failed password" },
	{ BYTES("<38>2026-01-31T22:14:15.003+01:00 mx sshd[77]: x"),
	  "2026-01-31T22:14:15.003+01:00 mx sshd[77]: x" },
	{ BYTES("<38>2026-01-31T22:14:15Z mx a: x"), "2026-01-31T22:14:15Z mx a: x" },
	{ BYTES("<38>Jan 31 22:14:15 2001:db8::1 a: x"), "Jan 31 22:14:15 2001:db8::1 a: x" },
	{ BYTES("<38>Jan 31 22:14:15   mx a: x"), "Jan 31 22:14:15 mx a: x" },
	{ NULL, 0, NULL },
};

static const struct row a_host_that_is_not_told_is_the_sender[] = {
	{ BYTES("<38>Jan 31 22:14:15 sshd[77]: Failed"),
	  "Jan 31 22:14:15 192.0.2.1 sshd[77]: Failed" },
	{ BYTES("<38>Jan 31 22:14:15 sshd: Failed"), "Jan 31 22:14:15 192.0.2.1 sshd: Failed" },
	{ BYTES("<38>Jan 31 22:14:15 word"), "Jan 31 22:14:15 192.0.2.1 word" },
	{ BYTES("<38>Jan 31 22:14:15 \xc3\xa4 word"), "Jan 31 22:14:15 192.0.2.1 \xc3\xa4 word" },
	{ BYTES("<38>Jan 31 22:14:15"), "Jan 31 22:14:15 192.0.2.1 " },
	{ NULL, 0, NULL },
};

static const struct row what_is_no_message_is_content[] = {
	{ BYTES("<34>Use the BFG!"), STAMP "192.0.2.1 Use the BFG!" },
	{ BYTES("Use the BFG!"), STAMP "192.0.2.1 Use the BFG!" },
	{ BYTES("Jan 31 22:14:15 mx a: x"), "Jan 31 22:14:15 mx a: x" },
	{ BYTES("<192>x"), STAMP "192.0.2.1 <192>x" },
	{ BYTES("<>x"), STAMP "192.0.2.1 <>x" },
	{ BYTES("<1"), STAMP "192.0.2.1 <1" },
	{ BYTES("<0034>x"), STAMP "192.0.2.1 <0034>x" },
	{ BYTES("<34>Jan 31 22:14:15x mx a: x"), STAMP "192.0.2.1 Jan 31 22:14:15x mx a: x" },
	{ BYTES("<34>Jon 31 22:14:15 mx a: x"), STAMP "192.0.2.1 Jon 31 22:14:15 mx a: x" },
	{ BYTES("<34>2026-01-31T22:14:15 mx a: x"), STAMP "192.0.2.1 2026-01-31T22:14:15 mx a: x" },
	{ BYTES("<34>1 now mx a - - - x"), STAMP "192.0.2.1 1 now mx a - - - x" },
	{ BYTES("<34>1 - mx a - - [x"), STAMP "192.0.2.1 1 - mx a - - [x" },
	{ BYTES("<34>1 - mx a - - [x]y z"), STAMP "192.0.2.1 1 - mx a - - [x]y z" },
	{ BYTES("<34>2 - mx a - - - x"), STAMP "192.0.2.1 2 - mx a - - - x" },
	{ NULL, 0, NULL },
};

static const struct row new_messages_become_lines_of_a_file[] = {
	{ BYTES("<34>1 2003-10-11T22:14:15.003Z mymachine.example su - ID47 - "
		"\xef\xbb\xbf'su root' failed for lonvick on /dev/pts/8"),
	  "2003-10-11T22:14:15.003Z mymachine.example su: 'su root' failed for lonvick on "
	  "/dev/pts/8" },
	{ BYTES("<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.9 myproc 8710 - - %% It's time to "
		"make the do-nuts."),
	  "2003-08-24T05:14:15.000003-07:00 192.0.2.9 myproc[8710]: %% It's time to make the "
	  "do-nuts." },
	{ BYTES("<165>1 2003-10-11T22:14:15.003Z mx evntslog - ID47 [a@32473 iut=\"3\" "
		"s=\"]\\\"\\]\"]"
		"[b@32473 class=\"high\"] An application event"),
	  "2003-10-11T22:14:15.003Z mx evntslog: An application event" },
	{ BYTES("<165>1 2003-10-11T22:14:15.003Z mx evntslog - ID47 [a@32473 iut=\"3\"]"),
	  "2003-10-11T22:14:15.003Z mx evntslog: " },
	{ BYTES("<0>1 - - - - - -"), STAMP "192.0.2.1 " },
	{ BYTES("<0>1 - - - 7 - - x"), STAMP "192.0.2.1 x" },
	{ BYTES("<0>1 - mx a 7 - - [x] y"), STAMP "mx a[7]: [x] y" },
	{ NULL, 0, NULL },
};

static const struct row nobody_writes_a_line_of_his_own[] = {
	{ BYTES("<34>Jan 31 22:14:15 mx a: one\ntwo\n\n"), "Jan 31 22:14:15 mx a: one#012two" },
	{ BYTES("<34>Jan 31 22:14:15 mx a: \0\x1b[2J\t\x7f\r\n\0"),
	  "Jan 31 22:14:15 mx a: #000#033[2J#011#177" },
	{ BYTES("<34>1 - m\nx a\x1b 7\r - - x"), STAMP "m#012x a#033[7#015]: x" },
	{ BYTES("<34>Jan 31 22:14:15 mx a: \xff\x80"), "Jan 31 22:14:15 mx a: \xff\x80" },
	{ NULL, 0, NULL },
};

static const struct row what_is_empty_is_no_line[] = {
	{ BYTES(""), "" },       { BYTES("\n\r\n\0"), "" }, { BYTES("<34>"), "" },
	{ BYTES("<34>\n"), "" }, { NULL, 0, NULL },
};

static void cuts_at_the_limit(void **state)
{
	const struct kban_text message = KB_TEXT("<34>Jan 31 22:14:15 mx a: \n\n\nx");
	const char *whole = "Jan 31 22:14:15 mx a: #012#012#012x";

	(void)state;
	for (size_t max = 1; max <= strlen(whole); max++) {
		kb_auto_clear(buffer) line = { 0 };

		assert_int_equal(make(message, max, &line), KBAN_OK);
		assert_true(line.len <= max);
		if (max >= message.len)
			assert_memory_equal(line.data, whole, line.len);
	}
}

static int attempt(void *data)
{
	kb_auto_clear(buffer) line = { 0 };

	return make(kb_text(data), 1000, &line);
}

static void memory_may_run_out(void **state)
{
	char text[] = "<34>1 - m\n a - - - x";

	(void)state;
	assert_every_allocation_may_fail(attempt, text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(make_lines, old_messages_keep_what_they_say),
		test_case(make_lines, a_host_that_is_not_told_is_the_sender),
		test_case(make_lines, what_is_no_message_is_content),
		test_case(make_lines, new_messages_become_lines_of_a_file),
		test_case(make_lines, nobody_writes_a_line_of_his_own),
		test_case(make_lines, what_is_empty_is_no_line),
		cmocka_unit_test(cuts_at_the_limit),
		cmocka_unit_test(memory_may_run_out),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests_name("syslog-message", tests, NULL, NULL);
}
