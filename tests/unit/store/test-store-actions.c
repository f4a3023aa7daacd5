/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store-test.h"

static int print_host(const char *jail, const char *action, const struct kban_addr *addr,
		      enum kb_action_state state, void *data)
{
	char text[KBAN_ADDR_TEXT_SIZE];
	char *all = data;
	size_t len = strlen(all);

	snprintf(all + len, 512 - len, "%s %s %s %d\n", jail, action, kban_addr_print(addr, text),
		 (int)state);
	return 0;
}

static void put(struct kban_store *store, const char *jail, const char *action, const char *host,
		enum kb_action_state state)
{
	struct kban_addr addr = test_addr(host);

	assert_int_equal(kb_store_begin(store, NULL), KBAN_OK);
	assert_int_equal(kb_store_put_action_host(store, jail, action, &addr, state, NULL),
			 KBAN_OK);
	assert_int_equal(kb_store_commit(store, NULL), KBAN_OK);
}

static void assert_hosts(struct kban_store *store, const char *jail, const char *expected)
{
	char all[512] = "";

	assert_int_equal(kb_store_each_action_host(store, jail, print_host, all, NULL), 0);
	assert_string_equal(all, expected);
}

/* Each jail has its own; a state replaces the one before, and none forgets the host. */
static void states_are_remembered(void **state)
{
	struct place *place = *state;
	struct kban_store *store = open_store(place, place->directory);

	put(store, "sshd", "mail", "192.0.2.1", KB_ACTION_WANTED);
	put(store, "sshd", "mail", "2001:db8::/64", KB_ACTION_DONE);
	put(store, "sshd", "block", "192.0.2.1", KB_ACTION_ENDING);
	put(store, "web", "mail", "192.0.2.1", KB_ACTION_DONE);
	put(store, "sshd", "mail", "192.0.2.1", KB_ACTION_DONE);
	put(store, "sshd", "mail", "192.0.2.9", KB_ACTION_NOTHING);
	assert_hosts(store, "sshd",
		     "sshd block 192.0.2.1 3\nsshd mail 2001:db8::/64 2\nsshd mail 192.0.2.1 2\n");
	assert_hosts(store, "none", "");
	kban_store_close(store);
	store = open_store(place, place->directory);
	put(store, "sshd", "block", "192.0.2.1", KB_ACTION_NOTHING);
	assert_hosts(store, "sshd", "sshd mail 2001:db8::/64 2\nsshd mail 192.0.2.1 2\n");
	assert_hosts(store, "web", "web mail 192.0.2.1 2\n");
	kban_store_close(store);
}

static int stop_at_once(const char *jail, const char *action, const struct kban_addr *addr,
			enum kb_action_state state, void *data)
{
	(void)jail;
	(void)action;
	(void)addr;
	(void)state;
	(*(int *)data)++;
	return 7;
}

static void a_visitor_ends_the_walk(void **state)
{
	struct place *place = *state;
	struct kban_store *store = open_store(place, NULL);
	int seen = 0;

	put(store, "sshd", "mail", "192.0.2.1", KB_ACTION_DONE);
	put(store, "sshd", "mail", "192.0.2.2", KB_ACTION_DONE);
	assert_int_equal(kb_store_each_action_host(store, "sshd", stop_at_once, &seen, NULL), 7);
	assert_int_equal(seen, 1);
	kban_store_close(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(states_are_remembered, make_place, remove_place),
		cmocka_unit_test_setup_teardown(a_visitor_ends_the_walk, make_place, remove_place),
	};

	return cmocka_run_group_tests_name("store-actions", tests, NULL, NULL);
}
