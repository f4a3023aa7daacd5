/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/text.h"
#include "failing-alloc.h"
#include "regex/pattern-trace.h"

/* Where a pattern stops in a text. */
struct stop {
	const char *pattern;
	const char *subject;
	const char *passed; /* of the subject, from its start to where the item was tried last */
	const char *wanted; /* the item, as the pattern spells it */
	size_t first_place;
};

static struct kb_pattern *compile(const char *text)
{
	struct kb_pattern *pattern = NULL;
	kban_auto(error) err = NULL;

	if (kb_pattern_compile(kb_text(text), 0, NULL, &pattern, &err) != KBAN_OK)
		fail_msg("%s", kban_error_text(err));
	return pattern;
}

static void check(const struct stop *row, const struct kb_trace_result *result)
{
	struct kban_text passed = kb_text_slice(kb_text(row->subject), 0, result->place);
	struct kban_text wanted =
		kb_text_slice(kb_text(row->pattern), result->item_from, result->item_to);

	if (!kb_text_is(passed, row->passed) || !kb_text_is(wanted, row->wanted) ||
	    result->first_place != row->first_place)
		fail_msg("'%s' on '%s': stopped behind '%.*s' before '%.*s', from %zu on",
			 row->pattern, row->subject, (int)passed.len, passed.data, (int)wanted.len,
			 wanted.data, result->first_place);
}

static void stops(void **state)
{
	for (const struct stop *row = *state; row->pattern != NULL; row++) {
		kb_auto(pattern) pattern = compile(row->pattern);
		kb_auto(match) match = kb_match_new();
		kb_auto(trace) trace = NULL;
		struct kb_trace_result result;

		assert_int_equal(kb_trace_new(pattern, KB_TRACE_PROGRESS, &trace), KBAN_OK);
		assert_int_equal(kb_trace_search(trace, kb_text(row->subject), 0, match, &result),
				 KB_MATCH_NONE);
		check(row, &result);
	}
}

static const struct stop before_the_piece_that_fails[] = {
	{ "^abc", "abd", "ab", "c", 2 },
	{ "^from \\S+ port \\d+$", "from x prt 22", "from x p", "o", 8 },
	{ "^port \\d+$", "port x", "port ", "\\d+", 5 },
	{ "^port \\d+$", "port 22 ssh2", "port 22", "$", 7 },
	{ "^\\[\\d+\\]:", "[12] ", "[12]", ":", 4 },
	{ "^a[bc]d", "abx", "ab", "d", 2 },
	/* A text without any match of the first piece. */
	{ "b", "xyz", "xyz", "b", 3 },
	{ "user", "us use", "us use", "r", 6 },
	{ NULL, NULL, NULL, NULL, 0 },
};

static const struct stop wildcards_are_told[] = {
	{ "^Failed .*: root", "Failed abc", "Failed abc", ":", 7 },
	{ "^Failed <(.*)>: root", "Failed <abc", "Failed <abc", ">", 8 },
	{ "^.+?x", "abc", "abc", "x", 1 },
	{ "^a.*from b", "a x from c from d", "a x from c from ", "b", 16 },
	{ NULL, NULL, NULL, NULL, 0 },
};

static const struct stop alternatives_are_equally_far[] = {
	{ "^(?:abcd|x) y", "abce", "abc", "d", 3 },
	{ "^(?:x|abcd) y", "abce", "abc", "d", 3 },
	{ "^(?:abcd|ab)x", "abcy", "ab", "x", 2 },
	{ "^(?:abc|a) end", "a enx", "a en", "d", 4 },
	{ "a|bcd|bx", "bcx", "bc", "d", 2 },
	{ "^(?:\\d{1,3}\\.){3}\\d", "1.22.333x", "1.22.333", "\\.", 8 },
	{ "^(?:a|(?:b|(?:c|dd)))e", "ddf", "dd", "e", 2 },
	{ NULL, NULL, NULL, NULL, 0 },
};

static const struct stop assertions_are_one_piece[] = {
	{ "^user (?!root)\\w+", "user root", "user ", "(?!", 5 },
	{ "^user (?=root)\\w+", "user roof", "user ", "(?=", 5 },
	{ "^a(?<=b)c", "abc", "a", "(?<=", 1 },
	{ "^a(?=bcdef|x)b$", "abcdef", "ab", "$", 2 },
	{ NULL, NULL, NULL, NULL, 0 },
};

/* As it is spelled, not as PCRE2 has it. */
static const struct stop in_the_users_spelling[] = {
	{ "^a{,2}\\Z", "aab", "aa", "\\Z", 2 },
	{ "(?i)^AB", "ax", "a", "B", 1 },
	{ "^(?P<name>x)\\u00e9", "xe", "x", "\\u00e9", 1 },
	{ "(?x) ^ a b# c\n\\d", "abc", "ab", "\\d", 2 },
	{ "^[[:a]b", ":c", ":", "b", 1 },
	{ "^(?P<this_name_is_longer_than_pcre2_allows>x)y", "xz", "x", "y", 1 },
	{ "^ü é", "ü e", "ü ", "é", 3 },
	{ NULL, NULL, NULL, NULL, 0 },
};

struct count {
	const char *pattern;
	const char *subject;
	int found;
	uint64_t steps;
};

static void counts(void **state)
{
	for (const struct count *row = *state; row->pattern != NULL; row++) {
		kb_auto(pattern) pattern = compile(row->pattern);
		kb_auto(match) match = kb_match_new();
		kb_auto(trace) trace = NULL;
		struct kb_trace_result result;

		assert_int_equal(kb_trace_new(pattern, KB_TRACE_STEPS, &trace), KBAN_OK);
		assert_int_equal(kb_trace_search(trace, kb_text(row->subject), 0, match, &result),
				 row->found);
		if (result.steps != row->steps)
			fail_msg("'%s' on '%s': %llu steps", row->pattern, row->subject,
				 (unsigned long long)result.steps);
	}
}

static const struct count one_for_each_try[] = {
	{ "^abc", "abc", KB_MATCH_FOUND, 5 }, /* four items and the end */
	{ "^abc", "abd", KB_MATCH_NONE, 4 },
	{ "abc", "abd", KB_MATCH_NONE, 0 }, /* no c anywhere: not even begun */
	{ "^a\\d", "ax", KB_MATCH_NONE, 3 },
	{ "^.*a\\d", "aaa", KB_MATCH_NONE, 9 }, /* ^, .*, four times a, three times \d */
	{ "a+\\d", "aaa", KB_MATCH_NONE, 4 },   /* from each a but the last, giving none back */
	{ NULL, NULL, 0, 0 },
};

static void costly_pattern_ends_at_a_limit(void **state)
{
	kb_auto(pattern) pattern = compile("^(?:\\w+\\s?)+x$");
	kb_auto(match) match = kb_match_new();
	kb_auto(trace) trace = NULL;
	struct kb_trace_result result;

	(void)state;
	assert_int_equal(kb_trace_new(pattern, KB_TRACE_PROGRESS, &trace), KBAN_OK);
	assert_int_equal(kb_trace_search(trace,
					 kb_text("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), 0,
					 match, &result),
			 KB_MATCH_LIMIT);
	assert_true(result.steps > 100000);
}

static int attempt(void *data)
{
	kb_auto(trace) trace = NULL;

	return kb_trace_new(data, KB_TRACE_PROGRESS, &trace);
}

static void memory_runs_out(void **state)
{
	kb_auto(pattern) pattern = compile("^(?P<a>b|c{3}) (?i:x) \\Z");

	(void)state;
	assert_every_allocation_may_fail(attempt, pattern);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(stops, before_the_piece_that_fails),
		test_case(stops, wildcards_are_told),
		test_case(stops, alternatives_are_equally_far),
		test_case(stops, assertions_are_one_piece),
		test_case(stops, in_the_users_spelling),
		test_case(counts, one_for_each_try),
		cmocka_unit_test(costly_pattern_ends_at_a_limit),
		cmocka_unit_test(memory_runs_out),
	};

	return cmocka_run_group_tests_name("pattern-trace", tests, NULL, NULL);
}
