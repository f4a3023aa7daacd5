/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A line that matches nothing costs no allocation, with a scanner or without. */
#include "test-filter.h"

#include <kban/scanner.h>

#include "base/buffer.h"
#include "failing-alloc.h"

/* As filters of mail and login servers are: parts, sessions, lines that are ignored, windows. */
static const struct test_filter filters[] = {
	{ .prefix = "^<F-MLFID>\\S+ sshd\\[\\d+\\]:</F-MLFID> <F-CONTENT>.+</F-CONTENT>$",
	  .fail = { "^Failed \\S+ for (?:invalid user )?<F-USER>\\S*</F-USER> from <HOST> port "
		    "\\d+$",
		    "^<F-NOFAIL>Connection from</F-NOFAIL> <HOST> port \\d+$",
		    "^<F-MLFFORGET>Accepted</F-MLFFORGET> \\S+ for \\S+ from <HOST> port \\d+$" },
	  .date_pattern = "" },
	{ .prefix = "^\\S+ postfix/smtpd\\[\\d+\\]: <F-CONTENT>.+</F-CONTENT>$",
	  .fail = { "^NOQUEUE: reject: RCPT from \\S+\\[<HOST>\\]: 554" },
	  .date_pattern = "" },
	{ .fail = { "^<HOST> - \\S+ \\[\\] \"GET /wp-login" },
	  .ignore = { "/monitoring/" },
	  .date_pattern = "\\[%d/%b/%Y:%H:%M:%S\\]" },
	{ .fail = { "^begin .*\\n<SKIPLINES>^end <HOST>$" }, .max_lines = 3, .date_pattern = "" },
};

#define FILTERS kb_array_size(filters)

/* None matches; some have a text that a rule waits for. */
static const char *const lines[] = {
	"postfix/qmgr[77]: 4F2: removed",
	"sshd[81]: Failed none for a from !! port 5",
	"postfix/smtpd[78]: NOQUEUE: reject: VRFY from a[192.0.2.1]",
	"sshd[82]: Connection lost to nowhere",
	"dovecot: imap-login: Login: user=<a>",
};

/* Enough of them for dates to be learnt, and for what is common to be found. */
#define WARMING 70000
#define COUNTED 10000

/* Lines @a from and on. */
static void write_lines(struct kb_buffer *log, size_t from, size_t count)
{
	kb_buffer_reset(log);
	for (size_t i = from; i < from + count; i++) {
		char line[128];

		snprintf(line, sizeof(line), "Nov 14 22:%02zu:%02zu mail %s\n", i / 6000 % 60,
			 i / 100 % 60, lines[i % kb_array_size(lines)]);
		kb_buffer_string(log, line);
	}
	assert_false(log->failed);
}

struct bench {
	struct kban_context *ctx;
	struct kban_matcher *matchers[FILTERS];
	struct kban_scanner *scanner;
	struct kb_buffer log;
};

static int set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	bench->ctx = kban_context_new();
	assert_int_equal(kban_scanner_new(&bench->scanner), KBAN_OK);
	for (size_t i = 0; i < FILTERS; i++) {
		bench->matchers[i] = test_matcher(bench->ctx, &filters[i]);
		assert_int_equal(kban_scanner_add(bench->scanner, bench->matchers[i]), KBAN_OK);
	}
	write_lines(&bench->log, 0, WARMING + COUNTED);
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	kban_scanner_free(bench->scanner);
	for (size_t i = 0; i < FILTERS; i++)
		kban_matcher_free(bench->matchers[i]);
	kb_buffer_clear(&bench->log);
	kban_context_unref(bench->ctx);
	free(bench);
	return 0;
}

/* A line, and which filter is to judge it. */
typedef int judge_fn(struct bench *bench, size_t filter, struct kban_text line,
		     struct kban_match *match);

static int judge_alone(struct bench *bench, size_t filter, struct kban_text line,
		       struct kban_match *match)
{
	return kban_matcher_try(bench->matchers[filter], line, TEST_NOW, match);
}

static int judge_line(struct bench *bench, struct kban_text line, judge_fn *judge)
{
	for (size_t i = 0; i < FILTERS; i++) {
		struct kban_match match;

		assert_int_equal(judge(bench, i, line, &match), KBAN_MISSED);
	}
	return KBAN_OK;
}

static void line_by_line(void **state)
{
	struct bench *bench = *state;
	struct kban_text rest = kb_buffer_content(&bench->log);
	struct kban_text line;

	for (size_t i = 0; kb_text_next_line(&rest, &line); i++) {
		if (i == WARMING)
			failing_alloc_start(0);
		judge_line(bench, line, judge_alone);
	}
	assert_int_equal(failing_alloc_count(), 0);
}

static int judge_scanned(struct bench *bench, size_t filter, struct kban_text line,
			 struct kban_match *match)
{
	(void)line;
	return kban_scanner_try(bench->scanner, filter, KBAN_TIME_NONE, TEST_NOW, match);
}

/* The next block of whole lines. */
static struct kban_text take_block(struct kban_text *rest)
{
	struct kban_text block = *rest;

	if (block.len > 65536)
		block.len =
			(size_t)((const char *)memrchr(block.data, '\n', 65536) + 1 - block.data);
	*rest = kb_text_slice(*rest, block.len, rest->len);
	return block;
}

static void in_blocks(void **state)
{
	struct bench *bench = *state;
	struct kban_text rest = kb_buffer_content(&bench->log);
	struct kban_scan_count count = { 0 };
	struct kban_scan_line line;
	uint64_t candidates = 0;

	while (rest.len > 0) {
		bool is_warming = count.lines < WARMING;

		if (is_warming)
			failing_alloc_start(0);
		assert_int_equal(kban_scanner_block(bench->scanner, take_block(&rest), TEST_NOW),
				 KBAN_OK);
		while (kban_scanner_next(bench->scanner, &line) > 0)
			judge_line(bench, line.text, judge_scanned);
		kban_scanner_count(bench->scanner, &count);
		if (is_warming) {
			candidates = count.candidates;
			failing_alloc_start(0);
		}
	}
	assert_int_equal(failing_alloc_count(), 0);
	/* There were lines that a filter looked at, and others. */
	assert_true(count.candidates > candidates);
	assert_true(count.candidates < count.lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(line_by_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(in_blocks, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("scanner-memory", tests, NULL, NULL);
}
