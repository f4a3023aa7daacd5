/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* With a scanner lines are what they are without one; only fewer are looked at. */
#include "test-filter.h"

#include <kban/scanner.h>

#include "base/buffer.h"
#include "failing-alloc.h"
#include "match/attempt.h"
#include "match/trace.h"

#define FILTERS_MAX 8

/* All that a scanner may get wrong: rules of all kinds, and all places of a stamp. */
static const struct test_filter filters[] = {
	{ .fail = { "^Failed password for \\S+ from <HOST>$", "^Invalid user \\S* from <HOST>$" } },
	{ .fail = { "^Failed password for \\S+ from <HOST>$" }, .date_pattern = "" },
	{ .fail = { "Login failed \\[<HOST>\\]", "refused <HOST>", "too many .* <HOST>",
		    "bad <HOST>" },
	  .ignore = { "refused 192\\.0\\.2\\.9" },
	  .date_pattern = "" },
	{ .fail = { "^<HOST> - - \\[\\] \"GET /x" }, .date_pattern = "" },
	{ .fail = { "^<HOST> - - \\[\\] \"GET /x" }, .date_pattern = "\\[(%d/%b/%Y:%H:%M:%S)\\]" },
	{ .prefix = "^\\S+ sshd: <F-CONTENT>.+</F-CONTENT>$",
	  .fail = { "^Failed \\S+ from <HOST>$", "^\\S+ <HOST>$" },
	  .date_pattern = "" },
	{ .fail = { "^start .*\\n<SKIPLINES>^end <HOST>$" }, .max_lines = 3 },
	{ .fail = { "(?i)failed (?:login|password) .*<HOST>" },
	  .date_pattern = "",
	  .flags = KBAN_MATCH_ALL_RULES },
};

static const char *const words[] = {
	"Failed password for root from 192.0.2.1",
	"Invalid user  from 192.0.2.2",
	"Invalid user x from nowhere",
	"Login failed [192.0.2.3]",
	"refused 192.0.2.4",
	"refused 192.0.2.9",
	"bad 192.0.2.5",
	"too many x 192.0.2.6",
	"mail sshd: Failed x from 192.0.2.7",
	"mail sshd: nothing",
	"mail sshd: x 192.0.2.8",
	"start here",
	"end 192.0.2.10",
	"FAILED LOGIN of 192.0.2.11",
	"nothing",
	"",
	"\xff\xfe",
	("Gr\xc3\xbc\xc3\x9f"
	 "e 192.0.2.12"),
	"Failed password for root from 192.0.2.13\r",
};

static const char *const stamps[] = {
	"",
	"Nov 14 22:13:19 ",
	"2023-11-14T22:13:19+00:00 ",
	"[14/Nov/2023:22:13:19] ",
};

static unsigned next_random(unsigned *seed)
{
	*seed = *seed * 1103515245 + 12345;
	return *seed >> 16;
}

#define PICK(array, seed) (array)[next_random(seed) % kb_array_size(array)]

/*
 * A line, mostly of what rules look for, with its stamp at the front, or behind one of its words.
 * (Within a word what is a stamp depends on where stamps of earlier lines were.)
 */
static void append_line(struct kb_buffer *log, unsigned *seed)
{
	struct kban_text text = kb_text(PICK(words, seed));
	const char *stamp = PICK(stamps, seed);
	size_t at = next_random(seed) % 3 == 0 ? next_random(seed) % (text.len + 1) : 0;

	while (at > 0 && text.data[at - 1] != ' ')
		at--;
	if (next_random(seed) % 8 == 0)
		kb_buffer_string(log, "192.0.2.20 - - [14/Nov/2023:22:13:19] \"GET /x");
	kb_buffer_text(log, kb_text_slice(text, 0, at));
	kb_buffer_string(log, stamp);
	kb_buffer_text(log, kb_text_slice(text, at, text.len));
	assert_int_equal(kb_buffer_byte(log, '\n'), KBAN_OK);
}

/* All filters behind one scanner, and each by itself. */
struct bench {
	const struct test_filter *filters;
	size_t count;
	struct kban_context *ctx;
	struct kban_scanner *scanner;
	struct kban_lookahead *ahead; /* what looks at blocks, if it is not the scanner */
	struct kban_matcher *behind[FILTERS_MAX];
	struct kban_matcher *alone[FILTERS_MAX];
};

static void bench_open(struct bench *bench, const struct test_filter *tested, size_t count)
{
	bench->filters = tested;
	bench->count = count;
	bench->ctx = kban_context_new();
	assert_int_equal(kban_scanner_new(&bench->scanner), KBAN_OK);
	for (size_t i = 0; i < count; i++) {
		bench->behind[i] = test_matcher(bench->ctx, &tested[i]);
		bench->alone[i] = test_matcher(bench->ctx, &tested[i]);
		assert_int_equal(kban_scanner_add(bench->scanner, bench->behind[i]), KBAN_OK);
	}
}

static void bench_close(struct bench *bench)
{
	kban_scanner_free(bench->scanner);
	kban_lookahead_free(bench->ahead);
	for (size_t i = 0; i < bench->count; i++) {
		kban_matcher_free(bench->behind[i]);
		kban_matcher_free(bench->alone[i]);
	}
	kban_context_unref(bench->ctx);
}

static bool is_same(struct kban_text left, struct kban_text right)
{
	return kb_text_equal(left, right);
}

/* What a rule took. */
static void check_lines(const struct bench *bench, size_t filter)
{
	struct kban_text taken;
	size_t i = 0;

	do {
		taken = kban_matcher_line(bench->alone[filter], i);
		assert_true(is_same(kban_matcher_line(bench->behind[filter], i), taken));
		i++;
	} while (taken.len > 0);
}

static void check_line(struct bench *bench, const struct kban_scan_line *line, size_t filter)
{
	struct kban_match with, without;
	bool is_awake = kban_scanner_awake(bench->scanner, filter) == filter;
	int verdict = kban_scanner_try(bench->scanner, filter, KBAN_TIME_NONE, TEST_NOW, &with);

	assert_true(kban_matcher_try(bench->alone[filter], line->text, TEST_NOW, &without) >= 0);
	if (verdict != (int)without.verdict || with.verdict != without.verdict ||
	    with.rule != without.rule || with.ignore_rule != without.ignore_rule ||
	    !is_same(with.id, without.id) || !is_same(with.user, without.user) ||
	    (verdict != KBAN_MISSED && with.time != without.time))
		fail_msg("filter %zu, '%.*s': %d, rule %d, time %lld; alone %d, rule %d, time %lld",
			 filter, (int)line->text.len, line->text.data, verdict, with.rule,
			 (long long)with.time, (int)without.verdict, without.rule,
			 (long long)without.time);
	if (without.verdict == KBAN_MISSED)
		return;
	assert_true(line->is_candidate && is_awake);
	check_lines(bench, filter);
}

static int is_remark(struct kban_text line, void *data)
{
	(void)data;
	return line.len > 0 && line.data[0] == '#';
}

static void begin_block(struct bench *bench, struct kban_text block)
{
	if (bench->ahead == NULL) {
		assert_int_equal(kban_scanner_block(bench->scanner, block, TEST_NOW), KBAN_OK);
		return;
	}
	assert_int_equal(kban_lookahead_block(bench->ahead, block), KBAN_OK);
	assert_int_equal(kban_scanner_block_ahead(bench->scanner, bench->ahead, TEST_NOW), KBAN_OK);
}

static void check_block(struct bench *bench, struct kban_text block)
{
	struct kban_scan_line line;
	uint64_t lines = 0;

	begin_block(bench, block);
	for (; kban_scanner_line(bench->scanner, &line) > 0; lines++) {
		assert_int_equal(line.index, lines);
		for (size_t i = 0; i < bench->count && !is_remark(line.text, NULL); i++)
			check_line(bench, &line, i);
	}
}

/* The first rounds without a lookahead, then with one that is made sooner or later. */
static void lines_are_what_they_are_without_it(void **state)
{
	unsigned seed = 1;

	(void)state;
	for (int round = 0; round < 100; round++) {
		struct bench bench = { .ahead = NULL };

		bench_open(&bench, filters, kb_array_size(filters));
		for (int block = 0; block < 8; block++) {
			kb_auto_clear(buffer) log = { 0 };

			for (unsigned i = next_random(&seed) % 40; i > 0; i--)
				append_line(&log, &seed);
			if (round >= 60 && block == round % 3)
				assert_int_equal(kban_lookahead_new(bench.scanner, &bench.ahead),
						 KBAN_OK);
			check_block(&bench, kb_buffer_content(&log));
		}
		bench_close(&bench);
	}
}

static struct kban_scanner *open_one(struct kban_matcher *matcher)
{
	struct kban_scanner *scanner = NULL;

	assert_int_equal(kban_scanner_new(&scanner), KBAN_OK);
	assert_int_equal(kban_scanner_add(scanner, matcher), KBAN_OK);
	return scanner;
}

/* Lines that belong together, with others between them that nobody looks at. */
static const struct test_filter windows[] = {
	{ .fail = { "^start .*\\n<SKIPLINES>^end <HOST>$" }, .max_lines = 3 },
	{ .fail = { "^start .*\\n<SKIPLINES>^end <HOST>$", "^lone <HOST>$" }, .max_lines = 12 },
	{ .fail = { "^start (\\S+)\\n(?:.*\\n)*?end <HOST>$" }, .max_lines = 5 },
	{ .fail = { "^.*\\nlone <HOST>$" }, .max_lines = 2, .date_pattern = "" },
	{ .fail = { "^start .*\\n<SKIPLINES>^end <HOST>$" },
	  .ignore = { "^never" },
	  .max_lines = 6,
	  .flags = KBAN_MATCH_ALL_RULES },
	{ .fail = { "^a <HOST>$", "^b <HOST>$", "^c <HOST>$",
		    "^start .*\\n<SKIPLINES>^end <HOST>$" },
	  .ignore = { "never" },
	  .max_lines = 4 },
	{ .prefix = "^pre <F-CONTENT>.+</F-CONTENT>$",
	  .fail = { "^.*\\n<SKIPLINES>.*end <HOST>$" },
	  .max_lines = 4 },
};

static const char *const window_words[] = {
	"start here", "start",   "end 192.0.2.10", "end 192.0.2.11", "lone 192.0.2.12",
	"# remark",   "# start", "never",          "pre start x\n",  "pre end 192.0.2.13",
};

static void append_window_line(struct kb_buffer *log, unsigned *seed)
{
	static const char *const some_stamps[] = { "Nov 14 22:13:19 ", "Nov 14 22:13:20 ", "" };

	if (next_random(seed) % 3 > 0) {
		kb_buffer_string(log, PICK(some_stamps, seed));
		kb_buffer_printf(log, "noise %u", next_random(seed) % 10);
	} else {
		const char *word = PICK(window_words, seed);

		if (word[0] != '#')
			kb_buffer_string(log, PICK(some_stamps, seed));
		kb_buffer_string(log, word);
	}
	assert_int_equal(kb_buffer_byte(log, '\n'), KBAN_OK);
}

/* What follows is found without a scanner, too. */
static void check_rest(const struct bench *bench)
{
	static const char *const lines[] = { "Nov 14 22:13:21 end 192.0.2.14", "lone 192.0.2.15" };

	for (size_t i = 0; i < bench->count * kb_array_size(lines); i++) {
		struct kban_text line = kb_text(lines[i % kb_array_size(lines)]);
		size_t filter = i / kb_array_size(lines);
		struct kban_match with, without;

		assert_int_equal(kban_matcher_try(bench->behind[filter], line, TEST_NOW, &with),
				 kban_matcher_try(bench->alone[filter], line, TEST_NOW, &without));
		check_lines(bench, filter);
	}
}

static void lines_that_belong_together_are_kept(void **state)
{
	unsigned seed = 2;

	(void)state;
	for (int round = 0; round < 40; round++) {
		struct bench bench = { .ahead = NULL };

		bench_open(&bench, windows, kb_array_size(windows));
		kban_scanner_leave_out(bench.scanner, is_remark, NULL);
		for (int block = 0; block < 30; block++) {
			kb_auto_clear(buffer) log = { 0 };

			for (unsigned i = next_random(&seed) % 20; i > 0; i--)
				append_window_line(&log, &seed);
			check_block(&bench, kb_buffer_content(&log));
		}
		kban_scanner_free(bench.scanner);
		bench.scanner = NULL;
		check_rest(&bench);
		bench_close(&bench);
	}
}

/* Where nothing is found that they need, nor was in the lines before, they are not tried. */
static void windows_sleep(void **state)
{
	static const char block[] = "one\ntwo\nstart here\nthree\nfour\nfive\nsix\nend x\n";
	static const uint64_t looked_at[] = { 2, 3, 4 };
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &windows[0]);
	kban_auto(scanner) scanner = open_one(matcher);
	struct kban_scan_line line;
	struct kban_match match;

	(void)state;
	assert_int_equal(kban_scanner_block(scanner, kb_text(block), TEST_NOW), KBAN_OK);
	for (size_t i = 0; i < kb_array_size(looked_at); i++) {
		assert_int_equal(kban_scanner_next(scanner, &line), 1);
		assert_int_equal(line.index, looked_at[i]);
		assert_int_equal(kban_scanner_awake(scanner, 0), 0);
		assert_int_equal(kban_scanner_try(scanner, 0, KBAN_TIME_NONE, TEST_NOW, &match),
				 KBAN_MISSED);
	}
	assert_int_equal(kban_scanner_next(scanner, &line), 0);
}

static void lines_without_a_trigger_are_stepped_over(void **state)
{
	static const char block[] = "one\ntwo\nFailed password for x from 192.0.2.1\nthree\n"
				    "Failed password for y from z\nlast";
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &filters[0]);
	kban_auto(scanner) scanner = open_one(matcher);
	struct kban_scan_count count;
	struct kban_scan_line line;
	struct kban_match match;

	(void)state;
	assert_int_equal(kban_scanner_block(scanner, kb_text(block), TEST_NOW), KBAN_OK);
	assert_int_equal(kban_scanner_next(scanner, &line), 1);
	assert_int_equal(line.index, 2);
	assert_true(line.is_candidate);
	assert_int_equal(kban_scanner_try(scanner, 0, KBAN_TIME_NONE, TEST_NOW, &match),
			 KBAN_FAILURE);
	assert_int_equal(kban_scanner_next(scanner, &line), 1);
	assert_int_equal(line.index, 4);
	assert_int_equal(kban_scanner_next(scanner, &line), 0);

	kban_scanner_count(scanner, &count);
	assert_int_equal(count.lines, 6);
	assert_int_equal(count.candidates, 2);
	assert_int_equal(count.tried, 1);
	assert_int_equal(count.triggered, 2);
	assert_int_equal(count.always, 0);
}

#define DAEMON "^\\S+ daemon: <F-CONTENT>.+</F-CONTENT>$"
static const struct {
	struct test_filter filter;
	const char *block;
	uint64_t tried;
} needs[] = {
	/* What prefregex needs is rarer than what the rule needs, or the other way round.
	 */
	{ { .prefix = DAEMON, .fail = { "^refused <HOST>$" }, .date_pattern = "" },
	  "mail daemon: refused 192.0.2.1\n"
	  "mail other: refused 192.0.2.1\n"
	  "mail d\xc3\xa6mon: refused 192.0.2.9\n"
	  "mail other: nothing\n",
	  1 },
	{ { .prefix = DAEMON, .fail = { "^refused <HOST>$" }, .date_pattern = "" },
	  "mail daemon: refused 192.0.2.1\n"
	  "mail daemon: nothing\n"
	  "mail daemon: nothing\n"
	  "mail other: refused 192.0.2.1\n",
	  1 },
	/* A character beyond ASCII may stand for one of it, in another case. */
	{ { .prefix = DAEMON, .fail = { "^refused <HOST>$" }, .date_pattern = "" },
	  "mail daemon: nothing\n"
	  "mail daemon: nothing\n"
	  "mail d\xc3\xa6mon: refused 192.0.2.9\n",
	  1 },
	/* Anything goes. */
	{ { .prefix = "^\\S+: <F-CONTENT>.+</F-CONTENT>$",
	    .fail = { "^refused <HOST>$" },
	    .date_pattern = "" },
	  "mail daemon: refused 192.0.2.1\n"
	  "mail other: refused 192.0.2.1\n"
	  "mail other: nothing\n",
	  2 },
	{ { .prefix = DAEMON,
	    .fail = { "^refused <HOST>$", "^expelled <HOST>$", "^rejected <HOST>$",
		      "^thrown out <HOST>$" },
	    .ignore = { "refused 192\\.0\\.2\\.9$" },
	    .date_pattern = "" },
	  "mail daemon: refused 192.0.2.1\n"
	  "mail other: refused 192.0.2.9\n"
	  "mail other: rejected 192.0.2.2\n",
	  3 },
	/* Two texts in one rule. */
	{ {
		  .fail = { "^refused \\S+ by the door <HOST>$", "^let in .* late <HOST>$" },
	  },
	  "refused x by the door 192.0.2.1\n"
	  "refused x by the window 192.0.2.2\n"
	  "let in x early 192.0.2.3\n"
	  "walked by the door 192.0.2.4\n"
	  "refused x by the window 192.0.2.5\n"
	  "let in x late 192.0.2.6\n"
	  "came late 192.0.2.7\n",
	  2 },
	/* Of those left it is the rarest on lines that have the first, not on all. */
	{ { .fail = { "^refused \\S+ by the door .* late <HOST>$" } },
	  "refused x by the window so late 192.0.2.1\n"
	  "refused x by the door so late 192.0.2.2\n"
	  "came late 192.0.2.3\n"
	  "left by the door\n"
	  "left by the door \n"
	  "left by the door again\n"
	  "left by the door again\n",
	  1 },
	/* Digits before a text, as many as it takes. */
	{ { .fail = { "^\\S+ \\d{3}0[1-9] \\S+ <HOST>$" } },
	  "one 12305 to 192.0.2.1\n"
	  "one 4305 to 192.0.2.2\n"
	  "404 to 192.0.2.3\n",
	  1 },
	{ { .fail = { "^\\S+ [1-9a]{3}[xy]; <HOST>$" } },
	  "one aa1x; 192.0.2.1\n"
	  "one 11ay; 192.0.2.2\n"
	  "one 11z; 192.0.2.3\n",
	  2 },
	/* Each line may have one of them, where lines belong together. */
	{ { .fail = { "^refused .*\\nby the door <HOST>$" }, .max_lines = 2 },
	  "refused x\n"
	  "by the door 192.0.2.1\n"
	  "nothing\n",
	  2 },
};
#undef DAEMON

/* A rule is tried where all is there that it cannot do without, unless an ignoreregex comes first.
 */
static void lines_without_all_that_is_needed_are_stepped_over(void **state)
{
	(void)state;
	for (size_t i = 0; i < kb_array_size(needs); i++) {
		struct kban_scan_count count;
		struct bench bench = { 0 };

		bench_open(&bench, &needs[i].filter, 1);
		check_block(&bench, kb_text(needs[i].block));
		kban_scanner_count(bench.scanner, &count);
		if (count.tried != needs[i].tried || count.candidates != needs[i].tried)
			fail_msg("row %zu: tried %llu", i, (unsigned long long)count.tried);
		bench_close(&bench);
	}
}

/* What was asked for in vain a while is not asked for any more, and what is found stays the same.
 */
static void conditions_in_vain_are_dropped(void **state)
{
	static const struct test_filter filter = {
		.fail = { "^refused \\S+ by the door <HOST>$" },
		.date_pattern = "",
	};
	kb_auto_clear(buffer) log = { 0 };
	struct bench bench = { 0 };
	struct kban_scan_count count;

	(void)state;
	for (int i = 0; i < 400; i++)
		kb_buffer_string(&log, i < 350 ? "refused x by the door 192.0.2.1\n"
					       : "refused x by the gate 192.0.2.1\n");
	assert_false(log.failed);
	bench_open(&bench, &filter, 1);
	check_block(&bench, kb_buffer_content(&log));
	kban_scanner_count(bench.scanner, &count);
	assert_int_equal(count.tried, 400);
	bench_close(&bench);
}

/* A block may be gone, read to its end or not, when the next one begins. */
static void blocks_are_not_looked_at_again(void **state)
{
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &filters[0]);
	kban_auto(scanner) scanner = open_one(matcher);
	struct kban_scan_line line;
	struct kban_scan_count count;
	char block[] = "one\nFailed password for x from 192.0.2.1\nthree\n";

	(void)state;
	assert_int_equal(kban_scanner_block(scanner, kb_text(block), TEST_NOW), KBAN_OK);
	assert_int_equal(kban_scanner_line(scanner, &line), 1);
	memset(block, 'x', sizeof(block) - 1);
	assert_int_equal(kban_scanner_block(scanner, kb_text("last"), TEST_NOW), KBAN_OK);
	assert_int_equal(kban_scanner_next(scanner, &line), 0);
	kban_scanner_count(scanner, &count);
	assert_int_equal(count.lines, 2);
	assert_int_equal(count.candidates, 0);
}

/* A line without a stamp has that of the line before it, also of one that nobody looked at. */
static void times_of_lines_that_were_not_looked_at_count(void **state)
{
	static const char *const blocks[] = {
		"Nov 14 22:13:18 nothing\nFailed password for x from 192.0.2.1\n",
		"Nov 14 22:13:17 nothing\n",
		"Failed password for x from 192.0.2.1\n",
	};
	static const kban_usec times[] = { TEST_NOW - 2 * KBAN_SECOND, 0,
					   TEST_NOW - 3 * KBAN_SECOND };
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &filters[1]);
	kban_auto(scanner) scanner = open_one(matcher);
	struct kban_scan_line line;
	struct kban_match match;

	(void)state;
	for (size_t i = 0; i < kb_array_size(blocks); i++) {
		assert_int_equal(kban_scanner_block(scanner, kb_text(blocks[i]), TEST_NOW),
				 KBAN_OK);
		while (kban_scanner_next(scanner, &line) > 0) {
			assert_int_equal(
				kban_scanner_try(scanner, 0, KBAN_TIME_NONE, TEST_NOW, &match),
				KBAN_FAILURE);
			assert_int_equal(match.time, times[i]);
		}
	}
}

/* Which format comes first depends on those that lines had which nobody else looks at. */
static void formats_are_learnt_from_lines_that_are_stepped_over(void **state)
{
	static const char block[] = "ost Jul  7 4:1:1 nothing\n"
				    "[Thu Jun  7 1:5:4] Failed password for x from 192.0.2.1\n"
				    "2023-11-14 22:13:00 nothing\n2023-11-14 22:13:01 nothing\n";
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &filters[1]);
	kban_auto(matcher) alone = test_matcher(ctx, &filters[1]);
	kban_auto(scanner) scanner = open_one(matcher);
	struct kban_text rest = kb_text(block);
	struct kban_scan_line line;
	struct kban_text text;
	struct kban_match match;

	(void)state;
	assert_int_equal(kban_scanner_block(scanner, kb_text(block), TEST_NOW), KBAN_OK);
	while (kban_scanner_next(scanner, &line) > 0)
		assert_true(kban_scanner_try(scanner, 0, KBAN_TIME_NONE, TEST_NOW, &match) >= 0);
	while (kb_text_next_line(&rest, &text))
		assert_true(kban_matcher_try(alone, text, TEST_NOW, &match) >= 0);
	for (size_t i = 0; i < kban_filter_date_format_count(kb_matcher_filter(alone)); i++) {
		assert_int_equal(kban_matcher_date_hits(matcher, i),
				 kban_matcher_date_hits(alone, i));
		assert_int_equal(kban_matcher_date_at(matcher, i), kban_matcher_date_at(alone, i));
	}
}

/* A log that has shown for long how it writes dates needs no look at lines that match nothing. */
static void until_nothing_new_is_learnt(void **state)
{
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &filters[1]);
	kban_auto(scanner) scanner = open_one(matcher);
	kb_auto_clear(buffer) log = { 0 };
	struct kban_scan_line line;
	uint64_t hits;

	(void)state;
	for (int i = 0; i < 6000; i++)
		assert_int_equal(kb_buffer_string(&log, "2023-11-14 22:13:00 nothing\n"), KBAN_OK);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(kban_scanner_block(scanner, kb_buffer_content(&log), TEST_NOW),
				 KBAN_OK);
		assert_int_equal(kban_scanner_next(scanner, &line), 0);
	}
	hits = kban_matcher_date_hits(matcher, kban_matcher_date_at(matcher, 0));
	assert_int_equal(hits, 6000);
}

static void common_triggers_are_dropped(void **state)
{
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &filters[0]);
	kban_auto(scanner) scanner = open_one(matcher);
	kb_auto_clear(buffer) log = { 0 };
	struct kban_scan_count count;
	struct kban_scan_line line;

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(kb_buffer_string(&log, "Failed password for x from y\n"), KBAN_OK);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(kban_scanner_block(scanner, kb_buffer_content(&log), TEST_NOW),
				 KBAN_OK);
		while (kban_scanner_next(scanner, &line) > 0)
			assert_true(line.is_candidate);
	}
	kban_scanner_count(scanner, &count);
	assert_int_equal(count.always, 1);
	assert_int_equal(count.triggered, 1);
	assert_null(kban_scanner_trigger(scanner, 0, KBAN_RULE_FAIL, 0, 0));
	assert_string_equal(kban_scanner_dropped(scanner, 0), "Failed password for ");
	assert_null(kban_scanner_dropped(scanner, 1));
}

/* Also where it waited for others, too, which are still looked for. */
static void a_rule_that_lost_a_trigger_is_tried_on_every_line(void **state)
{
	static const struct test_filter either = {
		.fail = { "^(?:refused login|accepted mail) .*<HOST>$" }
	};
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &either);
	kban_auto(scanner) scanner = open_one(matcher);
	kb_auto_clear(buffer) log = { 0 };
	struct kban_scan_line line;

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(kb_buffer_string(&log, "accepted mail for x\n"), KBAN_OK);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(kban_scanner_block(scanner, kb_buffer_content(&log), TEST_NOW),
				 KBAN_OK);
		if (i == 0)
			assert_non_null(kban_scanner_trigger(scanner, 0, KBAN_RULE_FAIL, 0, 1));
		while (kban_scanner_next(scanner, &line) > 0)
			continue;
	}
	assert_string_equal(kban_scanner_dropped(scanner, 0), "accepted mail ");
	assert_null(kban_scanner_trigger(scanner, 0, KBAN_RULE_FAIL, 0, 0));
}

/* Of ignoreregex that are asked after a hit there is nothing to choose. */
static void rules_are_counted(void **state)
{
	static const struct test_filter after = { .fail = { "^a <HOST>$", "^b <HOST>$" },
						  .ignore = { "x" } };
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &after);
	kban_auto(scanner) scanner = open_one(matcher);

	(void)state;
	assert_int_equal(kban_scanner_rule_count(scanner, 0, KBAN_RULE_FAIL), 2);
	assert_int_equal(kban_scanner_rule_count(scanner, 0, KBAN_RULE_IGNORE),
			 kb_matcher_ignores_early(matcher) ? 1 : 0);
	assert_int_equal(kban_scanner_rule_count(scanner, 0, KBAN_RULE_PREFIX), 0);
	assert_int_equal(kban_scanner_rule_count(scanner, 1, KBAN_RULE_FAIL), 0);
}

static void candidates_are_the_same(struct kban_scanner *one, struct kban_scanner *other)
{
	struct kban_scan_line line, expected;

	while (kban_scanner_line(one, &expected)) {
		assert_int_equal(kban_scanner_line(other, &line), 1);
		assert_int_equal(line.index, expected.index);
		assert_int_equal(line.is_candidate, expected.is_candidate);
	}
	assert_int_equal(kban_scanner_line(other, &line), 0);
}

/* Blocks that were looked at for texts of which one is dropped in between. */
static void a_lookahead_may_be_late(void **state)
{
	enum { AHEAD = 3, BLOCKS = 60 };
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &filters[0]);
	kban_auto(scanner) plain = open_one(matcher);
	kban_auto(scanner) scanner = open_one(matcher);
	struct kban_lookahead *ahead[AHEAD];
	kb_auto_clear(buffer) log = { 0 };
	struct kban_scan_count count;

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(kb_buffer_string(&log, "Failed password for x from y\nnothing\n"
							"Failed password for x from z\n"),
				 KBAN_OK);
	for (int i = 0; i < AHEAD; i++) {
		assert_int_equal(kban_lookahead_new(scanner, &ahead[i]), KBAN_OK);
		assert_int_equal(kban_lookahead_block(ahead[i], kb_buffer_content(&log)), KBAN_OK);
	}
	for (int i = 0; i < BLOCKS; i++) {
		struct kban_lookahead *next = ahead[i % AHEAD];

		assert_int_equal(kban_scanner_block(plain, kb_buffer_content(&log), TEST_NOW),
				 KBAN_OK);
		assert_int_equal(kban_scanner_block_ahead(scanner, next, TEST_NOW), KBAN_OK);
		candidates_are_the_same(plain, scanner);
		assert_int_equal(kban_lookahead_block(next, kb_buffer_content(&log)), KBAN_OK);
	}
	kban_scanner_count(scanner, &count);
	assert_int_equal(count.always, 1);
	for (int i = 0; i < AHEAD; i++)
		kban_lookahead_free(ahead[i]);
}

static void rules_tell_what_they_wait_for(void **state)
{
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &filters[0]);
	kban_auto(scanner) scanner = open_one(matcher);

	(void)state;
	assert_int_equal(kban_scanner_block(scanner, kb_text("x\n"), TEST_NOW), KBAN_OK);
	assert_string_equal(kban_scanner_trigger(scanner, 0, KBAN_RULE_FAIL, 0, 0),
			    "Failed password for ");
	assert_null(kban_scanner_trigger(scanner, 0, KBAN_RULE_FAIL, 0, 1));
	assert_string_equal(kban_scanner_trigger(scanner, 0, KBAN_RULE_FAIL, 1, 0),
			    "Invalid user ");
	assert_null(kban_scanner_trigger(scanner, 0, KBAN_RULE_FAIL, 2, 0));
	assert_null(kban_scanner_trigger(scanner, 1, KBAN_RULE_FAIL, 0, 0));
}

static int scan_once(void *data)
{
	kban_auto(scanner) scanner = NULL;
	kban_auto(lookahead) ahead = NULL;
	int status = kban_scanner_new(&scanner);

	if (status == KBAN_OK)
		status = kban_scanner_add(scanner, data);
	if (status == KBAN_OK)
		status = kban_scanner_block(scanner, kb_text("refused\nbad\n"), TEST_NOW);
	if (status == KBAN_OK)
		status = kban_lookahead_new(scanner, &ahead);
	if (status == KBAN_OK)
		status = kban_lookahead_block(ahead, kb_text("next\nrefused\n"));
	return status == KBAN_OK ? kban_scanner_block_ahead(scanner, ahead, TEST_NOW) : status;
}

static void memory_may_run_out(void **state)
{
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &filters[2]);

	(void)state;
	assert_every_allocation_may_fail(scan_once, matcher);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_what_they_are_without_it),
		cmocka_unit_test(lines_that_belong_together_are_kept),
		cmocka_unit_test(windows_sleep),
		cmocka_unit_test(lines_without_a_trigger_are_stepped_over),
		cmocka_unit_test(lines_without_all_that_is_needed_are_stepped_over),
		cmocka_unit_test(conditions_in_vain_are_dropped),
		cmocka_unit_test(blocks_are_not_looked_at_again),
		cmocka_unit_test(times_of_lines_that_were_not_looked_at_count),
		cmocka_unit_test(formats_are_learnt_from_lines_that_are_stepped_over),
		cmocka_unit_test(until_nothing_new_is_learnt),
		cmocka_unit_test(common_triggers_are_dropped),
		cmocka_unit_test(a_rule_that_lost_a_trigger_is_tried_on_every_line),
		cmocka_unit_test(rules_are_counted),
		cmocka_unit_test(a_lookahead_may_be_late),
		cmocka_unit_test(rules_tell_what_they_wait_for),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
