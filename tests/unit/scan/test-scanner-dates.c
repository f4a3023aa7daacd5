/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Filters behind one scanner that look for the same dates look for them once. */
#include "test-filter.h"

#include <kban/scanner.h>

#include "base/buffer.h"
#include "base/text.h"
#include "match/attempt.h"
#include "match/trace.h"

/* So many lines and none that says more than others: how the log writes dates is known. */
#define SETTLED 5000

static const struct test_filter failed = { .fail = { "Failed \\S+ from <HOST>$" },
					   .date_pattern = "" };
static const struct test_filter refused = { .fail = { "refused <HOST>" }, .date_pattern = "" };
static const struct test_filter either = { .fail = { "(?:Failed x from|refused) <HOST>" },
					   .date_pattern = "" };

/* Two filters behind one scanner, and the first of them by itself. */
struct pair {
	struct kban_context *ctx;
	struct kban_matcher *matchers[2];
	struct kban_matcher *alone;
	struct kban_scanner *scanner;
};

static void open_pair(struct pair *pair, const struct test_filter *first,
		      const struct test_filter *second)
{
	pair->ctx = kban_context_new();
	pair->matchers[0] = test_matcher(pair->ctx, first);
	pair->matchers[1] = test_matcher(pair->ctx, second);
	pair->alone = test_matcher(pair->ctx, first);
	assert_int_equal(kban_scanner_new(&pair->scanner), KBAN_OK);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(kban_scanner_add(pair->scanner, pair->matchers[i]), KBAN_OK);
}

static void close_pair(struct pair *pair)
{
	kban_scanner_free(pair->scanner);
	kban_matcher_free(pair->matchers[0]);
	kban_matcher_free(pair->matchers[1]);
	kban_matcher_free(pair->alone);
	kban_context_unref(pair->ctx);
}

static void begin(struct pair *pair, struct kban_text block)
{
	assert_int_equal(kban_scanner_block(pair->scanner, block, TEST_NOW), KBAN_OK);
}

/* Step over a block; what is to be learnt from it is learnt. */
static void pass(struct pair *pair, struct kban_text block)
{
	struct kban_scan_line line;

	begin(pair, block);
	while (kban_scanner_next(pair->scanner, &line) > 0)
		;
}

/* The next candidate, judged by one of the filters. */
static int judge_next(struct pair *pair, size_t filter, struct kban_match *match)
{
	struct kban_scan_line line;

	assert_int_equal(kban_scanner_next(pair->scanner, &line), 1);
	return kban_scanner_try(pair->scanner, filter, KBAN_TIME_NONE, TEST_NOW, match);
}

static uint64_t hits_of(const struct kban_matcher *matcher)
{
	uint64_t hits = 0;

	for (size_t i = 0; i < kban_filter_date_format_count(kb_matcher_filter(matcher)); i++)
		hits += kban_matcher_date_hits(matcher, i);
	return hits;
}

static void the_second_filter_is_told(void **state)
{
	struct pair pair;
	struct kban_match match;

	(void)state;
	open_pair(&pair, &failed, &either);
	begin(&pair, KB_TEXT("Nov 14 22:13:18 Failed x from 192.0.2.1\n"));
	assert_int_equal(judge_next(&pair, 0, &match), KBAN_FAILURE);
	assert_int_equal(kb_matcher_dated(pair.matchers[1]), 1);
	assert_int_equal(kban_scanner_try(pair.scanner, 1, KBAN_TIME_NONE, TEST_NOW, &match),
			 KBAN_FAILURE);
	assert_int_equal(match.time, TEST_NOW - 2 * KBAN_SECOND);
	assert_int_equal(hits_of(pair.matchers[1]), 1);
	close_pair(&pair);
}

static void filters_that_differ_look_for_themselves(void **state)
{
	static const struct test_filter others[] = {
		{ .fail = { "refused <HOST>" }, .date_pattern = "%Y-%m-%d %H:%M:%S" },
		{ .fail = { "refused <HOST>" } },
		{ .fail = { "refused <HOST>" }, .date_pattern = "", .encoding = "latin-1" },
		{ .fail = { "refused <HOST>" }, .date_pattern = "", .max_lines = 2 },
	};

	(void)state;
	for (size_t i = 0; i < kb_array_size(others); i++) {
		struct pair pair;
		struct kban_match match;

		open_pair(&pair, &failed, &others[i]);
		begin(&pair, KB_TEXT("Nov 14 22:13:18 Failed x from 192.0.2.1\n"));
		assert_int_equal(judge_next(&pair, 0, &match), KBAN_FAILURE);
		assert_int_equal(kb_matcher_dated(pair.matchers[1]), 0);
		close_pair(&pair);
	}
}

/* What was learnt together is known to each, and what comes then to one alone. */
static void without_the_scanner_each_goes_on_alone(void **state)
{
	struct pair pair;
	struct kban_match match;

	(void)state;
	open_pair(&pair, &failed, &refused);
	pass(&pair, KB_TEXT("Nov 14 22:13:18 nothing\n2023-11-14 22:13:19 nothing\n"));
	kban_scanner_free(pair.scanner);
	pair.scanner = NULL;
	assert_int_equal(hits_of(pair.matchers[0]), 2);
	assert_int_equal(hits_of(pair.matchers[1]), 2);
	assert_int_equal(kban_matcher_try(pair.matchers[0],
					  KB_TEXT("2023-11-14 22:13:20 Failed x from 192.0.2.1"),
					  TEST_NOW, &match),
			 KBAN_FAILURE);
	assert_int_equal(hits_of(pair.matchers[0]), 3);
	assert_int_equal(hits_of(pair.matchers[1]), 2);
	close_pair(&pair);
}

/* A filter that comes later has not learnt what the others have, and does not speak for them. */
static void who_comes_later_learns_by_itself(void **state)
{
	struct pair pair;
	kban_auto(matcher) late = NULL;

	(void)state;
	open_pair(&pair, &failed, &refused);
	late = test_matcher(pair.ctx, &either);
	pass(&pair, KB_TEXT("Nov 14 22:13:18 nothing\n"));
	assert_int_equal(kban_scanner_add(pair.scanner, late), KBAN_OK);
	assert_int_equal(hits_of(late), 0);
	pass(&pair, KB_TEXT("Nov 14 22:13:18 nothing\n"));
	assert_int_equal(hits_of(late), 1);
	assert_int_equal(hits_of(pair.matchers[1]), 2);
	kban_scanner_free(pair.scanner);
	pair.scanner = NULL;
	close_pair(&pair);
}

/* Line @a i of a log to which several programs write. */
static void append_line(struct kb_buffer *log, unsigned i, const char *text)
{
	unsigned minute = i / 60 % 60, second = i % 60;

	switch (i % 4) {
	case 0:
		kb_buffer_printf(log, "Nov 14 21:%02u:%02u host %s\n", minute, second, text);
		break;
	case 1:
		kb_buffer_printf(log, "2023-11-14T21:%02u:%02u.5+00:00 %s\n", minute, second, text);
		break;
	case 2:
		kb_buffer_printf(log, "192.0.2.%u - - [14/Nov/2023:21:%02u:%02u +0000] %s\n",
				 i % 200, minute, second, text);
		break;
	default:
		kb_buffer_printf(log, "no date %s\n", text);
	}
	assert_false(log->failed);
}

/* Each kind of line begins as the last one of its kind did, not as the line before it. */
static void programs_take_turns(void **state)
{
	kb_auto_clear(buffer) quiet = { 0 };
	kb_auto_clear(buffer) loud = { 0 };
	struct pair pair;
	struct kban_scan_line line;
	unsigned failures = 0;

	(void)state;
	for (unsigned i = 0; i < 3 * SETTLED; i++)
		append_line(&quiet, i, "nothing");
	for (unsigned i = 0; i < 2000; i++)
		append_line(&loud, i, i % 7 == 6 ? "nothing" : "refused 192.0.2.1");
	open_pair(&pair, &refused, &either);
	pass(&pair, kb_buffer_content(&quiet));
	assert_true(kb_matcher_is_settled(pair.matchers[0]));
	begin(&pair, kb_buffer_content(&loud));
	while (kban_scanner_next(pair.scanner, &line) > 0) {
		struct kban_match first, second, alone;

		assert_int_equal(
			kban_scanner_try(pair.scanner, 0, KBAN_TIME_NONE, TEST_NOW, &first),
			KBAN_FAILURE);
		assert_int_equal(
			kban_scanner_try(pair.scanner, 1, KBAN_TIME_NONE, TEST_NOW, &second),
			KBAN_FAILURE);
		assert_int_equal(kban_matcher_try(pair.alone, line.text, TEST_NOW, &alone),
				 KBAN_FAILURE);
		assert_true(kb_text_equal(first.stamp, alone.stamp));
		assert_int_equal(first.time_is_own, alone.time_is_own);
		assert_int_equal(first.has_zone, alone.has_zone);
		if (alone.time_is_own)
			assert_int_equal(first.time, alone.time);
		assert_int_equal(second.time, first.time);
		failures++;
	}
	assert_int_equal(failures, 2000 - 2000 / 7);
	close_pair(&pair);
}

/* A line that is tried in vain does not stand between a line and the time of one before both. */
static void a_line_in_vain_hides_no_time(void **state)
{
	kb_auto_clear(buffer) quiet = { 0 };
	struct pair pair;
	struct kban_match match;

	(void)state;
	for (unsigned i = 0; i < SETTLED + 10; i++)
		kb_buffer_string(&quiet, "Nov 14 22:13:10 nothing\n");
	assert_false(quiet.failed);
	open_pair(&pair, &failed, &either);
	pass(&pair, kb_buffer_content(&quiet));
	assert_true(kb_matcher_is_settled(pair.matchers[0]));
	begin(&pair, KB_TEXT("Nov 14 22:13:18 nothing\nFailed nothing\n"
			     "Failed x from 192.0.2.1\n"));
	assert_int_equal(judge_next(&pair, 0, &match), KBAN_MISSED);
	assert_int_equal(judge_next(&pair, 0, &match), KBAN_FAILURE);
	assert_int_equal(match.time, TEST_NOW - 2 * KBAN_SECOND);
	assert_int_equal(kban_scanner_try(pair.scanner, 1, KBAN_TIME_NONE, TEST_NOW, &match),
			 KBAN_FAILURE);
	assert_int_equal(match.time, TEST_NOW - 2 * KBAN_SECOND);
	close_pair(&pair);
}

/* A stamp that may be anywhere is looked for where the line before had it, whoever saw that. */
static void a_line_is_like_the_one_before(void **state)
{
	static const struct test_filter anywhere = { .fail = { "refused <HOST>" },
						     .date_pattern = "EPOCH" };
	kb_auto_clear(buffer) quiet = { 0 };
	struct pair pair;
	struct kban_match match;

	(void)state;
	for (unsigned i = 0; i < SETTLED + 10; i++)
		kb_buffer_string(&quiet, "nothing is what comes here audit(1699999990.000:1):\n");
	assert_false(quiet.failed);
	open_pair(&pair, &anywhere, &either);
	pass(&pair, kb_buffer_content(&quiet));
	assert_true(kb_matcher_is_settled(pair.matchers[0]));
	begin(&pair, KB_TEXT("x audit(1699999991.000:1): nothing\n"
			     "x audit(1699999992.000:1): audit(1699999993.000:1): "
			     "refused 192.0.2.1\n"));
	assert_int_equal(judge_next(&pair, 0, &match), KBAN_FAILURE);
	assert_int_equal(match.time, 1699999992 * KBAN_SECOND);
	close_pair(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_second_filter_is_told),
		cmocka_unit_test(filters_that_differ_look_for_themselves),
		cmocka_unit_test(without_the_scanner_each_goes_on_alone),
		cmocka_unit_test(who_comes_later_learns_by_itself),
		cmocka_unit_test(programs_take_turns),
		cmocka_unit_test(a_line_in_vain_hides_no_time),
		cmocka_unit_test(a_line_is_like_the_one_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
