/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-filter.h"

#include "failing-alloc.h"
#include "filter/forgery.h"
#include "filter/rule-safety.h"

/* A filter, and what must be in the warnings about it, or NULL. */
struct story {
	struct test_filter filter;
	const char *warning;
};

static void check(const struct test_filter *filter, struct kb_problem_list *problems)
{
	kban_auto(context) ctx = kban_context_new();
	kban_auto(filter) compiled = test_compile(ctx, filter);

	assert_int_equal(kb_rule_safety_check(compiled, "jail", problems), KBAN_OK);
}

static void warns(void **state)
{
	for (const struct story *row = *state; row->filter.fail[0] != NULL; row++) {
		kb_auto_clear(problem_list) problems = { 0 };

		check(&row->filter, &problems);
		if (problems.count != 1)
			fail_msg("'%s': %zu warnings", row->filter.fail[0], problems.count);
		assert_int_equal(problems.items[0].severity, KB_PROBLEM_WARNING);
		assert_string_equal(problems.items[0].subject, "jail");
		if (strstr(kban_error_text(problems.items[0].error), row->warning) == NULL ||
		    strstr(kban_error_text(problems.items[0].error), "anchor") == NULL)
			fail_msg("'%s': %s", row->filter.fail[0],
				 kban_error_text(problems.items[0].error));
	}
}

static void is_silent(void **state)
{
	for (const struct story *row = *state; row->filter.fail[0] != NULL; row++) {
		kb_auto_clear(problem_list) problems = { 0 };

		check(&row->filter, &problems);
		if (problems.count > 0)
			fail_msg("'%s': %s", row->filter.fail[0],
				 kban_error_text(problems.items[0].error));
	}
}

/* The warning quotes a line of which the rule does take what a stranger wrote. */
static void warning_shows_a_line_that_misleads(void **state)
{
	for (const struct story *row = *state; row->filter.fail[0] != NULL; row++) {
		kban_auto(context) ctx = kban_context_new();
		kban_auto(matcher) matcher = test_matcher(ctx, &row->filter);
		kb_auto_clear(problem_list) problems = { 0 };
		struct kban_text line;
		struct kban_match match;
		const char *text;

		check(&row->filter, &problems);
		assert_int_equal(problems.count, 1);
		text = kban_error_text(problems.items[0].error);
		if (strstr(text, ": of '") == NULL)
			continue;
		line.data = strstr(text, ": of '") + strlen(": of '");
		line.len = (size_t)(strstr(line.data, "' it takes ") - line.data);
		assert_int_equal(kban_matcher_try(matcher, line, TEST_NOW, &match), KBAN_FAILURE);
		if (!kb_text_is(match.id, KB_FORGERY_FORGED))
			fail_msg("'%s': '%s'", row->filter.fail[0], text);
	}
}

/* The first four are filters that people publish. */
static const struct story unsafe_rules[] = {
	{ { .fail = { "Message rejected .* Sender IP: <HOST>," } }, "behind what it matches" },
	{ { .fail = { "HTTP request from <HOST> \\(GET .*/(admin|phpmyadmin)" } },
	  "before what it matches" },
	{ { .fail = { "Relay attempt from IP address <HOST>, mail from .*" } },
	  "before what it matches" },
	{ { .fail = { "<HOST> rejected: directory harvest attack" } }, "before what it matches" },
	{ { .fail = { "^refused .*from <HOST>" } }, "behind what it matches" },
	{ { .fail = { "^refused .*? from <HOST> .*$" } }, "in place of '.*?'" },
	{ { .fail = { "^.*refused from <HOST>" } }, "behind what it matches" },
	{ { .fail = { "^user '.*' from <HOST>" } }, "behind what it matches" },
	{ { .fail = { "^user [^/]* from <HOST>(?: .*)?$" } }, "in place of '.*'" },
	{ { .fail = { "^bad login by .* \\(<HOST>\\): denied .*$" } }, "in place of '.*'" },
	{ { .fail = { "^.* <F-ID>\\S+</F-ID> .*$" } }, "in place of '.*'" },
	{ { .fail = { "^user .* from <IP4>" } }, "behind what it matches" },
	{ { .fail = { "^user .* from <SUBNET>" } }, "behind what it matches" },
	{ { .fail = { "user .* from <ADDR>$" } }, "'.*' stands before the address" },
	{ { .fail = { "<ADDR>$" } }, "nothing stands before the address" },
	{ { .prefix = "^srv: <F-CONTENT>.+</F-CONTENT>$", .fail = { "failed from <HOST>" } },
	  "before what it matches" },
	{ { .prefix = "^srv: <F-CONTENT>.+</F-CONTENT>$", .fail = { "^failed .*from <HOST>" } },
	  "behind what it matches" },
	{ { .prefix = "^srv .* <HOST>: <F-CONTENT>.+</F-CONTENT>$", .fail = { "^failed" } },
	  "behind what it matches" },
	{ { .prefix = "failed", .fail = { "^.*failed .*from <HOST>" } }, "behind what it matches" },
	{ { .fail = { "^<HOST> x$" }, .ignore = { "by .* at home" } }, "ignoreregex: " },
	{ { .fail = { "^<HOST> x$" }, .ignore = { "^.* at home" } }, "ignoreregex: " },
	{ { .fail = { NULL } }, NULL },
};

static const struct story safe_rules[] = {
	{ { .fail = { "^Failed password for .* from <HOST> port \\d+ ssh2$" } }, NULL },
	{ { .fail = { "^\\S+ srv\\[\\d+\\]: address <HOST> found in blacklist \\S+" } }, NULL },
	{ { .fail = { "^user \"[^\"]*\" from <HOST>" } }, NULL },
	{ { .fail = { "^user \\S+ from <HOST> .*$" } }, NULL },
	{ { .fail = { "^<HOST> .*$" } }, NULL },
	{ { .fail = { "^(?:\\S+ )?srv: <HOST>(?: .*)?$" } }, NULL },
	{ { .fail = { "refused from <HOST>$" } }, NULL },
	{ { .fail = { "^(?:\\[\\])?\\s*(?:\\S+\\s+)?srv(?:\\[\\d+\\])?: .*: <HOST>$" } }, NULL },
	{ { .prefix = "^srv: <F-CONTENT>.+</F-CONTENT>$",
	    .fail = { "^failed .* from <HOST>$", "^<HOST> failed" } },
	  NULL },
	{ { .fail = { "^<F-MLFID>\\S+</F-MLFID> <F-NOFAIL>x</F-NOFAIL>" } }, NULL },
	{ { .fail = { "^a <HOST>$<SKIPLINES>^b$" }, .max_lines = 5 }, NULL },
	{ { .fail = { "^<HOST> x$" }, .ignore = { "^<HOST> home", "^by .* at home$", "at home" } },
	  NULL },
	{ { .fail = { NULL } }, NULL },
};

/* Nothing is said of a rule that is too large to be looked through, and no time is lost. */
static void rule_beyond_all_limits_is_left_alone(void **state)
{
	static const struct story huge[] = {
		{ { .fail = { "(?:(?:(?:a.*b|c.*d){8}){8}){8} from <HOST>" } }, NULL },
		{ { .fail = { "^(?:.* .*){12}(?:[^a]*.*){12}<HOST>(?:[^b]*.*){12}$" } }, NULL },
		{ { .fail = { "(?x) ^ .* from .* <HOST>" } }, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(huge) / sizeof(huge[0]); i++) {
		kb_auto_clear(problem_list) problems = { 0 };

		check(&huge[i].filter, &problems);
	}
}

static int attempt(void *data)
{
	kb_auto_clear(problem_list) problems = { 0 };

	return kb_rule_safety_check(data, NULL, &problems);
}

static void without_memory(void **state)
{
	static const struct test_filter filter = { .prefix = "^p: <F-CONTENT>.+</F-CONTENT>$",
						   .fail = { "a .* <ADDR>$", "by .* at <ADDR>" },
						   .ignore = { "x .*" } };
	kban_auto(context) ctx = kban_context_new();
	kban_auto(filter) compiled = test_compile(ctx, &filter);

	(void)state;
	assert_every_allocation_may_fail(attempt, compiled);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(warns, unsafe_rules),
		test_case(warning_shows_a_line_that_misleads, unsafe_rules),
		test_case(is_silent, safe_rules),
		cmocka_unit_test(rule_beyond_all_limits_is_left_alone),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests_name("rule-safety", tests, NULL, NULL);
}
