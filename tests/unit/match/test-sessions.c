/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions as a matcher sees them: the rules below, and lines of one connection after another. */
#include "test-filter.h"

#include <stdio.h>

#include "failing-alloc.h"
#include "match/sessions.h"

#define ID "^<F-MLFID>c\\d+</F-MLFID> "

static const struct test_filter sessions_filter = {
	.fail = {
		ID "<F-NOFAIL>conn</F-NOFAIL> <HOST>$",
		ID "fail(?: user <F-USER>\\S+</F-USER>)?$",
		ID "<F-NOFAIL>nf</F-NOFAIL> user <F-USER>\\S+</F-USER>$",
		ID "<F-MLFFORGET>bye</F-MLFFORGET>$",
		ID "<F-MLFFORGET><F-NOFAIL>close</F-NOFAIL></F-MLFFORGET> <HOST>$",
		ID "<F-MLFFORGET><F-MLFGAINED>ok</F-MLFGAINED></F-MLFFORGET> user <F-USER>\\S+</F-USER>$",
		ID "<F-MLFGAINED>gain</F-MLFGAINED> user <F-USER>\\S+</F-USER>$",
		ID "<F-NOFAIL>x?</F-NOFAIL>empty <F-MLFFORGET></F-MLFFORGET><HOST>$",
	},
	.usedns = KBAN_USEDNS_NO,
};

/* A line, and the lines of the failure it makes, separated by '|'; NULL: it makes none. */
struct step {
	const char *line;
	const char *failure;
	const char *users;
};

static void join(struct kb_buffer *out, struct kban_text text)
{
	if (out->len > 0)
		kb_buffer_byte(out, '|');
	kb_buffer_text(out, text);
}

static void check_failure(const struct kban_matcher *matcher, const struct step *step,
			  const struct kban_match *match)
{
	kb_auto_clear(buffer) lines = { 0 };
	kb_auto_clear(buffer) users = { 0 };
	struct kban_text text;
	unsigned count = 0;

	for (; (text = kban_matcher_line(matcher, count)).data != NULL; count++)
		join(&lines, text);
	for (size_t i = 0; (text = kban_matcher_user(matcher, i)).data != NULL; i++)
		join(&users, text);
	assert_string_equal(lines.data, step->failure);
	assert_int_equal(match->attempts, count);
	assert_string_equal(users.data != NULL ? users.data : "",
			    step->users != NULL ? step->users : "");
	assert_true(kb_text_is(match->id, "1.2.3.4"));
}

static void run(void **state)
{
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &sessions_filter);
	struct kban_match match;

	for (const struct step *step = *state; step->line != NULL; step++) {
		int verdict = kban_matcher_try(matcher, kb_text(step->line), TEST_NOW, &match);

		if (verdict != (step->failure != NULL ? KBAN_FAILURE : KBAN_NOFAIL))
			fail_msg("'%s': verdict %d", step->line, verdict);
		assert_int_equal(match.verdict, verdict);
		if (step->failure != NULL)
			check_failure(matcher, step, &match);
	}
}

static const struct step failures_after_the_address[] = {
	{ "c1 conn 1.2.3.4", NULL, NULL }, { "c1 fail", "c1 conn 1.2.3.4|c1 fail", NULL },
	{ "c1 fail", "c1 fail", NULL },    { "c1 bye", "c1 bye", NULL },
	{ "c1 fail", NULL, NULL },         { NULL, NULL, NULL },
};

static const struct step failures_before_the_address[] = {
	{ "c1 fail", NULL, NULL },
	{ "c1 fail", NULL, NULL },
	{ "c1 conn 1.2.3.4", "c1 fail|c1 fail|c1 conn 1.2.3.4", NULL },
	{ "c1 conn 1.2.3.4", NULL, NULL },
	{ "c1 fail", "c1 conn 1.2.3.4|c1 fail", NULL },
	{ NULL, NULL, NULL },
};

static const struct step close_forgets[] = {
	{ "c1 conn 1.2.3.4", NULL, NULL },
	{ "c1 close 1.2.3.4", NULL, NULL },
	{ "c1 fail", NULL, NULL },
	{ NULL, NULL, NULL },
};

static const struct step close_of_a_pending_failure[] = {
	{ "c1 fail", NULL, NULL },
	{ "c1 close 1.2.3.4", "c1 fail|c1 close 1.2.3.4", NULL },
	{ "c1 fail", NULL, NULL },
	{ NULL, NULL, NULL },
};

static const struct step login_after_a_failure[] = {
	{ "c1 conn 1.2.3.4", NULL, NULL },
	{ "c1 fail user joe", "c1 conn 1.2.3.4|c1 fail user joe", "joe" },
	{ "c1 ok user joe", NULL, NULL },
	{ "c1 fail", NULL, NULL },
	{ NULL, NULL, NULL },
};

static const struct step login_forgives_what_is_pending[] = {
	{ "c1 fail user joe", NULL, NULL },
	{ "c1 ok user joe", NULL, NULL },
	{ NULL, NULL, NULL },
};

static const struct step two_users_are_a_failure[] = {
	{ "c1 conn 1.2.3.4", NULL, NULL },
	{ "c1 nf user a", NULL, NULL },
	{ "c1 nf user a", NULL, NULL },
	{ "c1 nf user b", "c1 conn 1.2.3.4|c1 nf user a|c1 nf user a|c1 nf user b", "a|b" },
	{ "c1 nf user b", "c1 nf user b", "a|b" },
	{ "c1 ok user b", "c1 ok user b", "a|b" },
	{ NULL, NULL, NULL },
};

static const struct step login_as_somebody_else[] = {
	{ "c1 conn 1.2.3.4", NULL, NULL },
	{ "c1 fail user bob", "c1 conn 1.2.3.4|c1 fail user bob", "bob" },
	{ "c1 ok user joe", "c1 ok user joe", "bob|joe" },
	{ NULL, NULL, NULL },
};

static const struct step gained_without_end[] = {
	{ "c1 conn 1.2.3.4", NULL, NULL },
	{ "c1 fail user joe", "c1 conn 1.2.3.4|c1 fail user joe", "joe" },
	{ "c1 gain user joe", NULL, NULL },
	{ "c1 fail user joe", "c1 gain user joe|c1 fail user joe", "joe" },
	{ NULL, NULL, NULL },
};

static const struct step gained_while_pending[] = {
	{ "c1 fail user joe", NULL, NULL },
	{ "c1 gain user joe", NULL, NULL },
	{ "c1 conn 1.2.3.4", NULL, NULL },
	{ "c1 bye", "c1 gain user joe|c1 conn 1.2.3.4|c1 bye", "joe" },
	{ NULL, NULL, NULL },
};

static const struct step sessions_are_apart[] = {
	{ "c1 conn 1.2.3.4", NULL, NULL },
	{ "c2 fail", NULL, NULL },
	{ "c1 fail", "c1 conn 1.2.3.4|c1 fail", NULL },
	{ "c2 conn 1.2.3.4", "c2 fail|c2 conn 1.2.3.4", NULL },
	{ NULL, NULL, NULL },
};

static const struct step empty_marks_mark_nothing[] = {
	{ "c1 empty 1.2.3.4", "c1 empty 1.2.3.4", NULL },
	{ "c1 fail", "c1 fail", NULL },
	{ "c2 xempty 1.2.3.4", NULL, NULL },
	{ NULL, NULL, NULL },
};

/* The hundred-and-first session makes room. */
static void oldest_makes_room(void **state)
{
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &sessions_filter);
	struct kban_match match;
	char line[32];

	(void)state;
	for (int i = 0; i <= KB_SESSIONS_MAX; i++) {
		snprintf(line, sizeof(line), "c%d conn 1.2.3.4", i);
		assert_int_equal(kban_matcher_try(matcher, kb_text(line), TEST_NOW, &match),
				 KBAN_NOFAIL);
	}
	assert_int_equal(kban_matcher_try(matcher, kb_text("c1 fail"), TEST_NOW, &match),
			 KBAN_FAILURE);
	assert_int_equal(kban_matcher_try(matcher, kb_text("c0 fail"), TEST_NOW, &match),
			 KBAN_NOFAIL);
	/* c0 is there again, and c2 had to go. */
	assert_int_equal(kban_matcher_try(matcher, kb_text("c2 fail"), TEST_NOW, &match),
			 KBAN_FAILURE);
}

struct ageing {
	kban_usec after;
	const char *line;
	enum kban_verdict verdict;
};

static void lifetime_counts_from_the_first_line(void **state)
{
	static const struct ageing steps[] = {
		{ 0, "c1 conn 1.2.3.4", KBAN_NOFAIL },
		{ 299 * KBAN_SECOND, "c1 fail", KBAN_FAILURE },
		{ 300 * KBAN_SECOND, "c1 fail", KBAN_NOFAIL },
	};
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &sessions_filter);
	struct kban_match match;

	(void)state;
	assert_false(kban_matcher_has_memory(matcher));
	for (size_t i = 0; i < kb_array_size(steps); i++) {
		assert_int_equal(kban_matcher_try(matcher, kb_text(steps[i].line),
						  TEST_NOW + steps[i].after, &match),
				 steps[i].verdict);
		assert_true(kban_matcher_has_memory(matcher));
	}
	assert_int_equal(
		kban_matcher_try(matcher, kb_text("x"), TEST_NOW + 1000 * KBAN_SECOND, &match),
		KBAN_MISSED);
	assert_false(kban_matcher_has_memory(matcher));
}

static int merge_once(void *data)
{
	kb_auto(sessions) sessions = kb_sessions_new();
	kb_auto_clear(record) found = { 0 };
	kb_auto_clear(text_list) lines = { 0 };
	struct kb_record *record;

	(void)data;
	if (sessions == NULL || kb_text_list_append(&lines, kb_text("line")) != KBAN_OK)
		return KBAN_E_NOMEM;
	for (int i = 0; i < 2; i++) {
		kb_record_reset(&found);
		if (kb_fields_set(&found.fields, "mlfid", kb_text("c1")) != KBAN_OK ||
		    kb_fields_set(&found.fields, "user", kb_text("joe")) != KBAN_OK ||
		    kb_fields_set(&found.fields, "mlfgained", kb_text("x")) != KBAN_OK ||
		    kb_sessions_merge(sessions, &found, &lines, TEST_NOW, &record) != KBAN_OK)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

static void without_memory(void **state)
{
	(void)state;
	assert_every_allocation_may_fail(merge_once, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(run, failures_after_the_address),
		test_case(run, failures_before_the_address),
		test_case(run, close_forgets),
		test_case(run, close_of_a_pending_failure),
		test_case(run, login_after_a_failure),
		test_case(run, login_forgives_what_is_pending),
		test_case(run, two_users_are_a_failure),
		test_case(run, login_as_somebody_else),
		test_case(run, gained_without_end),
		test_case(run, gained_while_pending),
		test_case(run, sessions_are_apart),
		test_case(run, empty_marks_mark_nothing),
		cmocka_unit_test(oldest_makes_room),
		cmocka_unit_test(lifetime_counts_from_the_first_line),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests_name("sessions", tests, NULL, NULL);
}
