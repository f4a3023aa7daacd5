/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "ban/bans.h"
#include "base/buffer.h"
#include "failing-alloc.h"

enum verb {
	ADD,    /* since, until; expected: the answer */
	REMOVE, /* expected: whether it was there */
	RENEW,  /* until: when it is renewed */
	APPLY,  /* the kernel has it */
	ENDS,   /* until: its end; expected: its state */
	DUE,    /* address of the next due; NULL: none */
	COUNT,  /* expected: how many */
	ORDER,  /* address: all, by blanks */
	DONE,
};

struct step {
	enum verb verb;
	int expected;
	const char *addr;
	kban_usec since, until;
};

static void check_order(const struct kb_bans *bans, const char *expected)
{
	kb_auto_clear(buffer) listed = { 0 };
	const struct kb_ban *previous = NULL;
	char text[KBAN_ADDR_TEXT_SIZE];

	for (const struct kb_ban *ban = kb_bans_first(bans); ban != NULL; ban = ban->next) {
		assert_ptr_equal(ban->previous, previous);
		kb_buffer_printf(&listed, "%s%s", previous != NULL ? " " : "",
				 kban_addr_print(&ban->addr, text));
		previous = ban;
	}
	assert_string_equal(listed.len > 0 ? listed.data : "", expected);
}

static void check_due(const struct kb_bans *bans, const char *expected)
{
	const struct kb_ban *ban = kb_bans_first_due(bans);
	char text[KBAN_ADDR_TEXT_SIZE];

	if (expected == NULL)
		assert_null(ban);
	else
		assert_string_equal(kban_addr_print(&ban->addr, text), expected);
}

/* Steps about one ban. */
static void take_ban_step(struct kb_bans *bans, const struct step *step)
{
	struct kban_addr addr = test_addr(step->addr);
	struct kb_ban *ban = kb_bans_find(bans, &addr), *added = NULL;

	switch (step->verb) {
	case ADD:
		assert_int_equal(kb_bans_add(bans, &addr, step->since, step->until, &added),
				 step->expected);
		assert_ptr_equal(added, kb_bans_find(bans, &addr));
		break;
	case REMOVE:
		assert_int_equal(kb_bans_remove(bans, &addr), step->expected);
		assert_null(kb_bans_find(bans, &addr));
		break;
	case RENEW:
		ban->renew = step->until;
		kb_bans_update(bans, ban);
		break;
	case APPLY:
		ban->state = KB_BAN_APPLIED;
		break;
	default:
		assert_int_equal(step->verb, ENDS);
		assert_true(ban->until == step->until);
		assert_int_equal(ban->state, step->expected);
	}
}

static void replay(void **state)
{
	kb_auto(bans) bans = kb_bans_new();

	assert_non_null(bans);
	for (const struct step *step = *state; step->verb != DONE; step++) {
		if (step->verb == COUNT)
			assert_int_equal(kb_bans_count(bans), step->expected);
		else if (step->verb == DUE)
			check_due(bans, step->addr);
		else if (step->verb == ORDER)
			check_order(bans, step->addr);
		else
			take_ban_step(bans, step);
	}
}

static const struct step keeps_the_order_of_banning[] = {
	{ ADD, 1, "192.0.2.1", 10, 100 },
	{ ADD, 1, "2001:db8::1", 11, 50 },
	{ ADD, 1, "198.51.100.0/24", 12, 70 },
	{ ADD, 0, "192.0.2.1", 13, 200 },
	{ ORDER, 0, "192.0.2.1 2001:db8::1 198.51.100.0/24", 0, 0 },
	{ REMOVE, true, "2001:db8::1", 0, 0 },
	{ ORDER, 0, "192.0.2.1 198.51.100.0/24", 0, 0 },
	{ REMOVE, true, "192.0.2.1", 0, 0 },
	{ ORDER, 0, "198.51.100.0/24", 0, 0 },
	{ ADD, 1, "192.0.2.1", 14, 80 },
	{ ORDER, 0, "198.51.100.0/24 192.0.2.1", 0, 0 },
	{ REMOVE, true, "192.0.2.1", 0, 0 },
	{ REMOVE, true, "198.51.100.0/24", 0, 0 },
	{ ORDER, 0, "", 0, 0 },
	{ COUNT, 0, NULL, 0, 0 },
	{ DONE, 0, NULL, 0, 0 },
};

static const struct step is_made_longer_never_shorter[] = {
	{ ADD, 1, "192.0.2.1", 10, 100 },
	{ APPLY, 0, "192.0.2.1", 0, 0 },
	{ ADD, 0, "192.0.2.1", 20, 90 },
	{ ENDS, KB_BAN_APPLIED, "192.0.2.1", 0, 100 },
	{ ADD, 0, "192.0.2.1", 20, 100 },
	{ ENDS, KB_BAN_APPLIED, "192.0.2.1", 0, 100 },
	{ ADD, 0, "192.0.2.1", 20, 120 },
	{ ENDS, KB_BAN_WANTED, "192.0.2.1", 0, 120 },
	{ ADD, 0, "192.0.2.1", 20, KBAN_FOREVER },
	{ ENDS, KB_BAN_WANTED, "192.0.2.1", 0, KBAN_FOREVER },
	{ ADD, 0, "192.0.2.1", 20, 130 },
	{ ENDS, KB_BAN_WANTED, "192.0.2.1", 0, KBAN_FOREVER },
	{ COUNT, 1, NULL, 0, 0 },
	{ DONE, 0, NULL, 0, 0 },
};

static const struct step knows_what_is_due_next[] = {
	{ DUE, 0, NULL, 0, 0 },         { ADD, 1, "192.0.2.1", 0, 100 },
	{ ADD, 1, "192.0.2.2", 0, 50 }, { ADD, 1, "192.0.2.3", 0, KBAN_FOREVER },
	{ DUE, 0, "192.0.2.2", 0, 0 },  { RENEW, 0, "192.0.2.1", 0, 40 },
	{ DUE, 0, "192.0.2.1", 0, 0 },  { RENEW, 0, "192.0.2.1", 0, 90 },
	{ DUE, 0, "192.0.2.2", 0, 0 },  { ADD, 0, "192.0.2.2", 0, 300 },
	{ DUE, 0, "192.0.2.1", 0, 0 },  { REMOVE, true, "192.0.2.1", 0, 0 },
	{ DUE, 0, "192.0.2.2", 0, 0 },  { REMOVE, true, "192.0.2.2", 0, 0 },
	{ DUE, 0, NULL, 0, 0 },         { DONE, 0, NULL, 0, 0 },
};

static const struct step what_is_not_there_is_not_removed[] = {
	{ REMOVE, false, "192.0.2.1", 0, 0 },
	{ ADD, 1, "192.0.2.0/24", 0, 10 },
	{ REMOVE, false, "192.0.2.0", 0, 0 },
	{ COUNT, 1, NULL, 0, 0 },
	{ DONE, 0, NULL, 0, 0 },
};

static int ban_some(void *data)
{
	kb_auto(bans) bans = kb_bans_new();
	struct kban_addr addr = test_addr("192.0.2.0");

	(void)data;
	if (bans == NULL)
		return KBAN_E_NOMEM;
	for (unsigned i = 0; i < 40; i++) {
		size_t before = kb_bans_count(bans);
		int status;

		addr.bytes[3] = (uint8_t)i;
		status = kb_bans_add(bans, &addr, i, 100 + i, NULL);
		if (status < 0) {
			assert_int_equal(kb_bans_count(bans), before);
			assert_null(kb_bans_find(bans, &addr));
			return status;
		}
	}
	return KBAN_OK;
}

static void the_clock_may_be_set(void **state)
{
	kb_auto(bans) bans = kb_bans_new();
	struct kban_addr first = test_addr("192.0.2.1"), second = test_addr("192.0.2.2");
	struct kb_ban *ends = NULL, *lasts = NULL;

	(void)state;
	assert_int_equal(kb_bans_add(bans, &first, 10, 100, &ends), 1);
	assert_int_equal(kb_bans_add(bans, &second, 20, KBAN_FOREVER, &lasts), 1);
	kb_bans_move(bans, -50);
	assert_true(ends->since == -40 && ends->until == 50 && ends->renew == 50);
	assert_true(lasts->since == -30 && lasts->until == KBAN_FOREVER &&
		    lasts->renew == KBAN_FOREVER);
	check_due(bans, "192.0.2.1");
}

static void memory_may_run_out(void **state)
{
	(void)state;
	assert_every_allocation_may_fail(ban_some, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(replay, keeps_the_order_of_banning),
		test_case(replay, is_made_longer_never_shorter),
		test_case(replay, knows_what_is_due_next),
		test_case(replay, what_is_not_there_is_not_removed),
		cmocka_unit_test(the_clock_may_be_set),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("bans", tests, NULL, NULL);
}
