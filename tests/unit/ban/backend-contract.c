/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend-contract.h"

#include <stdio.h>

/* Entries lose time while a story of a kernel's set is told. */
#define SLACK (5 * KBAN_SECOND)

#define MOST (KB_TIMEOUT_MAX_SECONDS * KBAN_SECOND)

/* More than a message to the kernel holds. */
#define MANY 500

static const struct kb_set sets[] = {
	{ "kban-test", KBAN_IPV4, KB_SET_IP, 0, "" },
	{ "kban-test6", KBAN_IPV6, KB_SET_IP, 0, "" },
	{ "kban-nets", KBAN_IPV4, KB_SET_NET, 0, "" },
	{ "kban-nets6", KBAN_IPV6, KB_SET_NET, 0, "" },
	/* Others of the same names. */
	{ "kban-test", KBAN_IPV4, KB_SET_NET, 0, "" },
	{ "kban-test", KBAN_IPV6, KB_SET_IP, 0, "" },
	{ "kban-nets", KBAN_IPV4, KB_SET_IP, 0, "" },
	{ "kban-test", KBAN_IPV4, KB_SET_IP, 4, "" },
	{ "kban-test", KBAN_IPV4, KB_SET_IP, 16, "" },
};

enum set {
	IP,
	IP6,
	NET,
	NET6,
	IP_AS_NET,
	IP_AS_IP6,
	NET_AS_IP,
	SMALL,
	LARGER,
};

enum verb {
	DONE,
	OPEN,    /* expected: status */
	BAN,     /* and commit; expected: the status of the one that fails first */
	HOLD,    /* ban without commit */
	COMMIT,  /* expected: status */
	LIFT,    /* and commit */
	REMOVE,  /* expected: status */
	LISTED,  /* lasts: what remains */
	MISSING, /* not listed */
	COUNT,   /* expected: how many are listed, or a status */
	HOLDS,   /* contains says yes; lasts: what remains */
	LACKS,   /* contains says no */
	BAN_MANY,
};

struct step {
	enum verb verb;
	enum set set;
	const char *addr;
	kban_usec lasts;
	int expected;
};

static struct kban_backend *told;

/* What a failing call wrote says which set it is about; what succeeds writes nothing. */
static int checked(int status, const struct kb_set *set, struct kban_error *const *written)
{
	struct kban_error *err = *written;

	if (status < 0) {
		assert_non_null(err);
		assert_int_equal(kban_error_status(err), status);
		assert_non_null(strstr(kban_error_text(err), set->name));
	} else {
		assert_null(err);
	}
	kban_error_free(err);
	return status;
}

struct entry {
	struct kban_addr addr;
	kban_usec remaining;
	int count;
	bool is_listed;
};

static int note(const struct kban_addr *addr, kban_usec remaining, void *data)
{
	struct entry *entry = data;

	entry->count++;
	if (kban_addr_equal(addr, &entry->addr)) {
		assert_false(entry->is_listed);
		entry->is_listed = true;
		entry->remaining = remaining;
	}
	return 0;
}

static int list(const struct kb_set *set, struct entry *entry)
{
	struct kban_error *err = NULL;
	int status = told->ops->list(told, set, note, entry, &err);

	return checked(status, set, &err);
}

static void check_remaining(kban_usec remaining, kban_usec expected)
{
	if (expected == KBAN_FOREVER) {
		assert_true(remaining == KBAN_FOREVER);
		return;
	}
	assert_true(remaining <= expected);
	assert_true(remaining > 0 && remaining > expected - SLACK);
}

static int commit(const struct kb_set *set)
{
	struct kban_error *err = NULL;
	int status = told->ops->commit(told, &err);

	return checked(status, set, &err);
}

/* Steps that change a set. */
static int change(const struct step *step, const struct kb_set *set)
{
	struct kban_addr addr = { 0 };
	struct kban_error *err = NULL;
	int status;

	if (step->addr != NULL)
		addr = test_addr(step->addr);
	switch (step->verb) {
	case OPEN:
		return checked(told->ops->open(told, set, &err), set, &err);
	case REMOVE:
		return checked(told->ops->remove(told, set, &err), set, &err);
	case COMMIT:
		return commit(set);
	case LIFT:
		status = checked(told->ops->lift(told, set, &addr, &err), set, &err);
		break;
	default:
		status = checked(told->ops->ban(told, set, &addr, step->lasts, &err), set, &err);
	}
	return status < 0 || step->verb == HOLD ? status : commit(set);
}

static void ban_many(const struct kb_set *set)
{
	for (unsigned i = 0; i < MANY; i++) {
		char text[KBAN_ADDR_TEXT_SIZE];
		struct kban_addr addr;

		snprintf(text, sizeof(text), "2001:db8::%x", i + 1);
		addr = test_addr(text);
		assert_int_equal(told->ops->ban(told, set, &addr, KBAN_SECOND * 600, NULL),
				 KBAN_OK);
	}
	assert_int_equal(commit(set), KBAN_OK);
}

/* Steps that look at a set. */
static void look(const struct step *step, const struct kb_set *set)
{
	struct entry entry = { 0 };
	kban_usec remaining = -1;
	int status;

	if (step->addr != NULL)
		entry.addr = test_addr(step->addr);
	if (step->verb == HOLDS || step->verb == LACKS) {
		assert_int_equal(kban_backend_contains(told, set->name, &entry.addr, &remaining) !=
					 0,
				 step->verb == HOLDS);
		if (step->verb == HOLDS)
			check_remaining(remaining, step->lasts);
		return;
	}
	status = list(set, &entry);
	if (step->verb == COUNT)
		assert_int_equal(status < 0 ? status : entry.count, step->expected);
	else
		assert_int_equal(entry.is_listed, step->verb == LISTED);
	if (step->verb == LISTED)
		check_remaining(entry.remaining, step->lasts);
}

static void tell(void **state)
{
	for (size_t i = 0; i < kb_array_size(sets); i++)
		assert_int_equal(told->ops->remove(told, &sets[i], NULL), KBAN_OK);
	for (const struct step *step = *state; step->verb != DONE; step++) {
		const struct kb_set *set = &sets[step->set];

		if (step->verb == BAN_MANY)
			ban_many(set);
		else if (step->verb < LISTED)
			assert_int_equal(change(step, set), step->expected);
		else
			look(step, set);
	}
}

static void tell_if_limited(void **state)
{
	if (!told->ops->grows)
		tell(state);
}

static void tell_if_growing(void **state)
{
	if (told->ops->grows)
		tell(state);
}

#define SECONDS(count) ((count)*KBAN_SECOND)

static const struct step bans_are_listed_with_what_remains[] = {
	{ OPEN, IP, NULL, 0, KBAN_OK },
	{ OPEN, IP6, NULL, 0, KBAN_OK },
	{ COUNT, IP, NULL, 0, 0 },
	{ BAN, IP, "192.0.2.1", SECONDS(600), KBAN_OK },
	{ BAN, IP, "192.0.2.2", KBAN_FOREVER, KBAN_OK },
	{ BAN, IP6, "2001:db8::1", SECONDS(86400), KBAN_OK },
	{ BAN, IP6, "2001:db8::2", KBAN_FOREVER, KBAN_OK },
	{ LISTED, IP, "192.0.2.1", SECONDS(600), 0 },
	{ LISTED, IP, "192.0.2.2", KBAN_FOREVER, 0 },
	{ LISTED, IP6, "2001:db8::1", SECONDS(86400), 0 },
	{ LISTED, IP6, "2001:db8::2", KBAN_FOREVER, 0 },
	{ MISSING, IP, "192.0.2.3", 0, 0 },
	{ COUNT, IP, NULL, 0, 2 },
	{ COUNT, IP6, NULL, 0, 2 },
	{ DONE, IP, NULL, 0, 0 },
};

static const struct step a_ban_replaces_the_length_of_the_one_before[] = {
	{ OPEN, IP, NULL, 0, KBAN_OK },
	{ BAN, IP, "192.0.2.1", SECONDS(600), KBAN_OK },
	{ BAN, IP, "192.0.2.1", SECONDS(900), KBAN_OK },
	{ LISTED, IP, "192.0.2.1", SECONDS(900), 0 },
	{ BAN, IP, "192.0.2.1", SECONDS(60), KBAN_OK },
	{ LISTED, IP, "192.0.2.1", SECONDS(60), 0 },
	{ BAN, IP, "192.0.2.1", KBAN_FOREVER, KBAN_OK },
	{ LISTED, IP, "192.0.2.1", KBAN_FOREVER, 0 },
	{ BAN, IP, "192.0.2.1", SECONDS(60), KBAN_OK },
	{ LISTED, IP, "192.0.2.1", SECONDS(60), 0 },
	{ COUNT, IP, NULL, 0, 1 },
	{ DONE, IP, NULL, 0, 0 },
};

static const struct step lengths_are_whole_seconds_that_the_kernel_can_hold[] = {
	{ OPEN, IP, NULL, 0, KBAN_OK },
	{ BAN, IP, "192.0.2.1", MOST + SECONDS(1), KBAN_OK },
	{ LISTED, IP, "192.0.2.1", MOST, 0 },
	{ BAN, IP, "192.0.2.2", SECONDS(60) + 1, KBAN_OK },
	{ LISTED, IP, "192.0.2.2", SECONDS(61), 0 },
	{ BAN, IP, "192.0.2.3", KBAN_FOREVER - 1, KBAN_OK },
	{ LISTED, IP, "192.0.2.3", MOST, 0 },
	{ DONE, IP, NULL, 0, 0 },
};

static const struct step a_lift_ends_a_ban[] = {
	{ OPEN, IP, NULL, 0, KBAN_OK },
	{ BAN, IP, "192.0.2.1", SECONDS(600), KBAN_OK },
	{ BAN, IP, "192.0.2.2", SECONDS(600), KBAN_OK },
	{ LIFT, IP, "192.0.2.1", 0, KBAN_OK },
	{ MISSING, IP, "192.0.2.1", 0, 0 },
	{ LISTED, IP, "192.0.2.2", SECONDS(600), 0 },
	{ LIFT, IP, "192.0.2.1", 0, KBAN_OK },
	{ LIFT, IP, "192.0.2.9", 0, KBAN_OK },
	{ BAN, IP, "192.0.2.1", SECONDS(600), KBAN_OK },
	{ LISTED, IP, "192.0.2.1", SECONDS(600), 0 },
	{ DONE, IP, NULL, 0, 0 },
};

static const struct step what_was_held_back_is_committed[] = {
	{ OPEN, IP, NULL, 0, KBAN_OK },
	{ OPEN, IP6, NULL, 0, KBAN_OK },
	{ HOLD, IP, "192.0.2.1", SECONDS(600), KBAN_OK },
	{ HOLD, IP6, "2001:db8::1", SECONDS(600), KBAN_OK },
	{ HOLD, IP, "192.0.2.2", SECONDS(600), KBAN_OK },
	{ COMMIT, IP, NULL, 0, KBAN_OK },
	{ COUNT, IP, NULL, 0, 2 },
	{ COUNT, IP6, NULL, 0, 1 },
	{ COMMIT, IP, NULL, 0, KBAN_OK },
	{ COUNT, IP, NULL, 0, 2 },
	{ DONE, IP, NULL, 0, 0 },
};

static const struct step many_at_once[] = {
	{ OPEN, IP6, NULL, 0, KBAN_OK },
	{ BAN_MANY, IP6, NULL, 0, 0 },
	{ COUNT, IP6, NULL, 0, MANY },
	{ LISTED, IP6, "2001:db8::1", SECONDS(600), 0 },
	{ LISTED, IP6, "2001:db8::1f4", SECONDS(600), 0 },
	{ BAN_MANY, IP6, NULL, 0, 0 },
	{ COUNT, IP6, NULL, 0, MANY },
	{ DONE, IP, NULL, 0, 0 },
};

static const struct step open_adopts_what_is_there[] = {
	{ OPEN, IP, NULL, 0, KBAN_OK },
	{ BAN, IP, "192.0.2.1", SECONDS(600), KBAN_OK },
	{ BAN, IP, "192.0.2.2", KBAN_FOREVER, KBAN_OK },
	{ OPEN, IP, NULL, 0, KBAN_OK },
	{ OPEN, LARGER, NULL, 0, KBAN_OK },
	{ LISTED, IP, "192.0.2.1", SECONDS(600), 0 },
	{ LISTED, IP, "192.0.2.2", KBAN_FOREVER, 0 },
	{ DONE, IP, NULL, 0, 0 },
};

static const struct step networks_are_for_sets_of_networks[] = {
	{ OPEN, NET, NULL, 0, KBAN_OK },
	{ OPEN, NET6, NULL, 0, KBAN_OK },
	{ OPEN, IP, NULL, 0, KBAN_OK },
	{ BAN, NET, "198.51.100.0/24", SECONDS(600), KBAN_OK },
	{ BAN, NET, "192.0.2.1", SECONDS(600), KBAN_OK },
	{ BAN, NET6, "2001:db8::/64", SECONDS(600), KBAN_OK },
	{ LISTED, NET, "198.51.100.0/24", SECONDS(600), 0 },
	{ LISTED, NET, "192.0.2.1", SECONDS(600), 0 },
	{ LISTED, NET6, "2001:db8::/64", SECONDS(600), 0 },
	{ BAN, IP, "198.51.100.0/24", SECONDS(600), KBAN_E_INVAL },
	{ COUNT, IP, NULL, 0, 0 },
	{ LIFT, NET, "198.51.100.0/24", 0, KBAN_OK },
	{ COUNT, NET, NULL, 0, 1 },
	{ DONE, IP, NULL, 0, 0 },
};

static const struct step contains_looks_into_networks[] = {
	{ OPEN, NET, NULL, 0, KBAN_OK },
	{ BAN, NET, "198.51.100.0/24", SECONDS(600), KBAN_OK },
	{ BAN, NET, "198.51.100.7", SECONDS(60), KBAN_OK },
	{ HOLDS, NET, "198.51.100.7", SECONDS(600), 0 },
	{ HOLDS, NET, "198.51.100.8", SECONDS(600), 0 },
	{ HOLDS, NET, "198.51.100.0/25", SECONDS(600), 0 },
	{ HOLDS, NET, "198.51.100.0/24", SECONDS(600), 0 },
	{ LACKS, NET, "198.51.101.8", 0, 0 },
	{ LACKS, NET, "198.51.100.0/23", 0, 0 },
	{ LACKS, IP, "198.51.100.7", 0, 0 },
	{ BAN, NET, "198.51.100.0/24", KBAN_FOREVER, KBAN_OK },
	{ HOLDS, NET, "198.51.100.7", KBAN_FOREVER, 0 },
	{ DONE, IP, NULL, 0, 0 },
};

static const struct step what_a_set_cannot_hold_is_refused[] = {
	{ OPEN, IP, NULL, 0, KBAN_OK },
	{ OPEN, NET, NULL, 0, KBAN_OK },
	{ BAN, IP, "2001:db8::1", SECONDS(600), KBAN_E_INVAL },
	{ LIFT, IP, "2001:db8::1", 0, KBAN_E_INVAL },
	{ BAN, IP, "0.0.0.0", SECONDS(600), KBAN_E_INVAL },
	{ BAN, NET, "0.0.0.0/0", SECONDS(600), KBAN_E_INVAL },
	{ COUNT, IP, NULL, 0, 0 },
	{ COUNT, NET, NULL, 0, 0 },
	{ DONE, IP, NULL, 0, 0 },
};

static const struct step a_missing_set_is_told[] = {
	{ BAN, IP, "192.0.2.1", SECONDS(600), KBAN_E_NOTFOUND },
	{ LIFT, IP, "192.0.2.1", 0, KBAN_E_NOTFOUND },
	{ COUNT, IP, NULL, 0, KBAN_E_NOTFOUND },
	{ LACKS, IP, "192.0.2.1", 0, 0 },
	{ REMOVE, IP, NULL, 0, KBAN_OK },
	{ OPEN, IP, NULL, 0, KBAN_OK },
	{ COUNT, IP, NULL, 0, 0 },
	{ DONE, IP, NULL, 0, 0 },
};

static const struct step remove_takes_the_entries_along[] = {
	{ OPEN, IP, NULL, 0, KBAN_OK },
	{ BAN, IP, "192.0.2.1", SECONDS(600), KBAN_OK },
	{ HOLD, IP, "192.0.2.2", SECONDS(600), KBAN_OK },
	{ REMOVE, IP, NULL, 0, KBAN_OK },
	{ COUNT, IP, NULL, 0, KBAN_E_NOTFOUND },
	{ COMMIT, IP, NULL, 0, KBAN_OK },
	{ OPEN, IP, NULL, 0, KBAN_OK },
	{ COUNT, IP, NULL, 0, 0 },
	{ DONE, IP, NULL, 0, 0 },
};

static const struct step a_set_for_networks_keeps_addresses[] = {
	{ OPEN, IP, NULL, 0, KBAN_OK },
	{ BAN, IP, "192.0.2.1", SECONDS(600), KBAN_OK },
	{ BAN, IP, "192.0.2.2", KBAN_FOREVER, KBAN_OK },
	{ OPEN, IP_AS_NET, NULL, 0, KBAN_OK },
	{ LISTED, IP_AS_NET, "192.0.2.1", SECONDS(600), 0 },
	{ LISTED, IP_AS_NET, "192.0.2.2", KBAN_FOREVER, 0 },
	{ BAN, IP_AS_NET, "198.51.100.0/24", SECONDS(600), KBAN_OK },
	{ COUNT, IP_AS_NET, NULL, 0, 3 },
	{ DONE, IP, NULL, 0, 0 },
};

static const struct step a_set_of_networks_serves_for_addresses[] = {
	{ OPEN, NET, NULL, 0, KBAN_OK },
	{ BAN, NET, "198.51.100.0/24", SECONDS(600), KBAN_OK },
	{ OPEN, NET_AS_IP, NULL, 0, KBAN_OK },
	{ BAN, NET_AS_IP, "192.0.2.1", SECONDS(600), KBAN_OK },
	{ LISTED, NET_AS_IP, "192.0.2.1", SECONDS(600), 0 },
	{ LISTED, NET_AS_IP, "198.51.100.0/24", SECONDS(600), 0 },
	{ DONE, IP, NULL, 0, 0 },
};

static const struct step a_set_of_the_other_family_is_replaced[] = {
	{ OPEN, IP, NULL, 0, KBAN_OK },
	{ BAN, IP, "192.0.2.1", SECONDS(600), KBAN_OK },
	{ OPEN, IP_AS_IP6, NULL, 0, KBAN_OK },
	{ COUNT, IP_AS_IP6, NULL, 0, 0 },
	{ BAN, IP_AS_IP6, "2001:db8::1", SECONDS(600), KBAN_OK },
	{ LISTED, IP_AS_IP6, "2001:db8::1", SECONDS(600), 0 },
	{ DONE, IP, NULL, 0, 0 },
};

static const struct step a_full_set_is_told_and_can_grow[] = {
	{ OPEN, SMALL, NULL, 0, KBAN_OK },
	{ BAN, SMALL, "192.0.2.1", SECONDS(600), KBAN_OK },
	{ BAN, SMALL, "192.0.2.2", SECONDS(600), KBAN_OK },
	{ BAN, SMALL, "192.0.2.3", KBAN_FOREVER, KBAN_OK },
	{ BAN, SMALL, "192.0.2.4", SECONDS(600), KBAN_OK },
	{ BAN, SMALL, "192.0.2.5", SECONDS(600), KBAN_E_LIMIT },
	{ BAN, SMALL, "192.0.2.4", SECONDS(900), KBAN_OK },
	{ LISTED, SMALL, "192.0.2.4", SECONDS(900), 0 },
	{ COUNT, SMALL, NULL, 0, 4 },
	{ OPEN, LARGER, NULL, 0, KBAN_OK },
	{ COUNT, LARGER, NULL, 0, 4 },
	{ LISTED, LARGER, "192.0.2.3", KBAN_FOREVER, 0 },
	{ LISTED, LARGER, "192.0.2.4", SECONDS(900), 0 },
	{ BAN, LARGER, "192.0.2.5", SECONDS(600), KBAN_OK },
	{ COUNT, LARGER, NULL, 0, 5 },
	{ OPEN, SMALL, NULL, 0, KBAN_OK },
	{ COUNT, SMALL, NULL, 0, 5 },
	{ DONE, IP, NULL, 0, 0 },
};

static const struct step a_set_that_grows_takes_more[] = {
	{ OPEN, SMALL, NULL, 0, KBAN_OK },
	{ BAN, SMALL, "192.0.2.1", SECONDS(600), KBAN_OK },
	{ BAN, SMALL, "192.0.2.2", SECONDS(600), KBAN_OK },
	{ BAN, SMALL, "192.0.2.3", SECONDS(600), KBAN_OK },
	{ BAN, SMALL, "192.0.2.4", SECONDS(600), KBAN_OK },
	{ BAN, SMALL, "192.0.2.5", SECONDS(600), KBAN_OK },
	{ OPEN, LARGER, NULL, 0, KBAN_OK },
	{ COUNT, LARGER, NULL, 0, 5 },
	{ DONE, IP, NULL, 0, 0 },
};

static const struct step networks_may_lie_in_networks[] = {
	{ OPEN, NET, NULL, 0, KBAN_OK },
	{ BAN, NET, "198.51.100.0/24", SECONDS(900), KBAN_OK },
	{ BAN, NET, "198.51.0.0/16", SECONDS(600), KBAN_OK },
	{ BAN, NET, "198.51.102.0/24", SECONDS(300), KBAN_OK },
	{ BAN, NET, "198.51.102.0/25", SECONDS(200), KBAN_OK },
	{ BAN, NET, "198.51.100.1", SECONDS(60), KBAN_OK },
	{ COUNT, NET, NULL, 0, 5 },
	{ LISTED, NET, "198.51.100.0/24", SECONDS(900), 0 },
	{ LISTED, NET, "198.51.102.0/24", SECONDS(300), 0 },
	{ BAN, NET, "198.51.102.0/24", SECONDS(400), KBAN_OK },
	{ LISTED, NET, "198.51.102.0/24", SECONDS(400), 0 },
	{ LIFT, NET, "198.51.102.0/25", 0, KBAN_OK },
	{ LIFT, NET, "198.51.0.0/16", 0, KBAN_OK },
	{ MISSING, NET, "198.51.0.0/16", 0, 0 },
	{ LISTED, NET, "198.51.100.0/24", SECONDS(900), 0 },
	{ LISTED, NET, "198.51.102.0/24", SECONDS(400), 0 },
	{ HOLDS, NET, "198.51.102.9", SECONDS(400), 0 },
	{ LACKS, NET, "198.51.101.9", 0, 0 },
	{ COUNT, NET, NULL, 0, 3 },
	{ LIFT, NET, "198.51.100.0/24", 0, KBAN_OK },
	{ LISTED, NET, "198.51.100.1", SECONDS(60), 0 },
	{ COUNT, NET, NULL, 0, 2 },
	{ DONE, IP, NULL, 0, 0 },
};

static int stop_at_once(const struct kban_addr *addr, kban_usec remaining, void *data)
{
	int *visited = data;

	(void)addr;
	(void)remaining;
	(*visited)++;
	return 1;
}

static void a_visit_may_be_stopped(void **state)
{
	int visited = 0;

	(void)state;
	assert_int_equal(told->ops->open(told, &sets[IP6], NULL), KBAN_OK);
	ban_many(&sets[IP6]);
	assert_int_equal(told->ops->list(told, &sets[IP6], stop_at_once, &visited, NULL), KBAN_OK);
	assert_int_equal(visited, 1);
}

static void a_name_that_no_set_can_have_is_not_there(void **state)
{
	struct kban_addr addr = test_addr("192.0.2.1");

	(void)state;
	assert_false(kban_backend_contains(told, "12345678901234567890123456789012", &addr, NULL));
}

int backend_contract_run(const char *name, struct kban_backend *backend)
{
	const struct CMUnitTest tests[] = {
		test_case(tell, bans_are_listed_with_what_remains),
		test_case(tell, a_ban_replaces_the_length_of_the_one_before),
		test_case(tell, lengths_are_whole_seconds_that_the_kernel_can_hold),
		test_case(tell, a_lift_ends_a_ban),
		test_case(tell, what_was_held_back_is_committed),
		test_case(tell, many_at_once),
		test_case(tell, open_adopts_what_is_there),
		test_case(tell, networks_are_for_sets_of_networks),
		test_case(tell, contains_looks_into_networks),
		test_case(tell, what_a_set_cannot_hold_is_refused),
		test_case(tell, a_missing_set_is_told),
		test_case(tell, remove_takes_the_entries_along),
		test_case(tell, a_set_for_networks_keeps_addresses),
		test_case(tell, a_set_of_networks_serves_for_addresses),
		test_case(tell, a_set_of_the_other_family_is_replaced),
		test_case(tell_if_limited, a_full_set_is_told_and_can_grow),
		test_case(tell_if_growing, a_set_that_grows_takes_more),
		test_case(tell, networks_may_lie_in_networks),
		cmocka_unit_test(a_visit_may_be_stopped),
		cmocka_unit_test(a_name_that_no_set_can_have_is_not_there),
	};

	told = backend;
	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}
