/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nft's sets while netlink has trouble, and what is in the way of replacing or removing them. */
#include "kban-test.h"

#include <errno.h>
#include <stdio.h>

#include "ban/backend.h"
#include "ban/rules.h"
#include "namespace.h"
#include "netlink-trouble.h"

static struct kban_backend *backend;

static const struct kb_set usual = { "kban-test", KBAN_IPV4, KB_SET_NET, 0, "" };

static int set_up(void **state)
{
	(void)state;
	namespace_run("nft flush ruleset");
	return backend->ops->open(backend, &usual, NULL);
}

static int count_entry(const struct kban_addr *addr, kban_usec remaining, void *data)
{
	(void)addr;
	(void)remaining;
	(*(unsigned *)data)++;
	return 0;
}

static unsigned count(void)
{
	unsigned entries = 0;

	assert_int_equal(backend->ops->list(backend, &usual, count_entry, &entries, NULL), KBAN_OK);
	return entries;
}

static int ban(unsigned n)
{
	char text[KBAN_ADDR_TEXT_SIZE];
	struct kban_addr addr;

	snprintf(text, sizeof(text), "192.0.2.%u", n);
	addr = test_addr(text);
	assert_int_equal(backend->ops->ban(backend, &usual, &addr, 600 * KBAN_SECOND, NULL),
			 KBAN_OK);
	return backend->ops->commit(backend, NULL);
}

struct trouble {
	int calls;
	unsigned every;
	int error_number;
};

/* What is said again until it is accepted is in force once. */
static void bans_get_through(void **state)
{
	for (const struct trouble *trouble = *state; trouble->calls != 0; trouble++) {
		unsigned failed, refusals = 0;

		assert_int_equal(set_up(state), KBAN_OK);
		netlink_trouble_start(trouble->calls, trouble->every, trouble->error_number);
		for (unsigned n = 1; n <= 20; n++)
			while (ban(n) < 0)
				assert_true(++refusals < 200);
		failed = netlink_trouble_stop();
		assert_true(failed > 0);
		assert_int_equal(count(), 20);
	}
}

/* A commit is some ten messages, all of which must get through. */
static const struct trouble trouble_passes[] = {
	{ NETLINK_SEND, 31, ENOBUFS },
	{ NETLINK_SEND, 29, EAGAIN },
	{ NETLINK_SEND, 37, EPERM },
	{ 0, 0, 0 },
};

static void without_the_right_it_is_told(void **state)
{
	struct kban_addr addr = test_addr("192.0.2.1");
	kban_auto(error) err = NULL;
	int status;

	(void)state;
	assert_int_equal(backend->ops->ban(backend, &usual, &addr, KBAN_SECOND, NULL), KBAN_OK);
	netlink_trouble_start(NETLINK_SEND, 1, EPERM);
	status = backend->ops->commit(backend, &err);
	netlink_trouble_stop();
	assert_true(status < 0);
	assert_non_null(strstr(kban_error_text(err), "kban-test"));
}

static void a_set_that_a_rule_refers_to_is_not_replaced(void **state)
{
	struct kb_set other = usual;
	kban_auto(error) err = NULL;

	(void)state;
	other.family = KBAN_IPV6;
	assert_int_equal(namespace_run("nft 'add chain inet kban c; add rule inet kban c ip saddr "
				       "@kban-test drop'"),
			 0);
	assert_int_equal(backend->ops->open(backend, &other, &err), KBAN_E_DENIED);
	assert_non_null(strstr(kban_error_text(err), "kban-test"));
	kban_error_free(kban_steal(err));
	/* It is emptied, and stays. */
	assert_int_equal(ban(1), KBAN_OK);
	assert_int_equal(backend->ops->remove(backend, &usual, &err), KB_SET_HELD);
	assert_null(err);
	assert_int_equal(namespace_run("nft list set inet kban kban-test > /dev/null"), 0);
	assert_int_equal(count(), 0);
	assert_int_equal(namespace_run("nft flush chain inet kban c"), 0);
	assert_int_equal(backend->ops->remove(backend, &usual, &err), KBAN_OK);
	assert_int_not_equal(namespace_run("nft list set inet kban kban-test > /dev/null 2>&1"), 0);
}

static void the_last_set_takes_the_table_along(void **state)
{
	(void)state;
	assert_int_equal(backend->ops->remove(backend, &usual, NULL), KBAN_OK);
	assert_int_not_equal(namespace_run("nft list table inet kban > /dev/null 2>&1"), 0);
}

static int note_set(const struct kb_set *set, void *data)
{
	strcat(data, set->table);
	strcat(data, ":");
	strcat(data, set->name);
	strcat(data, " ");
	return 0;
}

static void sets_are_visited_with_their_tables(void **state)
{
	char seen[256] = "";

	(void)state;
	assert_int_equal(
		namespace_run("nft 'add table inet mine; add set inet mine kban-a { type "
			      "ipv4_addr; }; add set inet mine other { type ipv4_addr; }'"),
		0);
	assert_int_equal(backend->ops->each_set(backend, note_set, seen, NULL), KBAN_OK);
	assert_string_equal(seen, "kban:kban-test mine:kban-a ");
}

static void rules_need_their_sets(void **state)
{
	kban_auto(rules) rules = kban_rules_new(KBAN_RULES_NFT);
	struct kban_rule rule = { .jail = "test",
				  .set4 = "kban-test",
				  .chains = "INPUT",
				  .protocols = "tcp",
				  .ports = "25",
				  .target4 = "DROP",
				  .networks = 1 };

	(void)state;
	assert_int_equal(kban_rules_add(rules, &rule, NULL), KBAN_OK);
	assert_int_equal(kban_backend_makes_rules(backend), 1);
	assert_int_equal(kban_backend_put_rules(backend, rules, NULL), 2);
	assert_int_equal(kban_backend_put_rules(backend, rules, NULL), 0);
	assert_int_equal(namespace_run("nft flush ruleset"), 0);
	assert_int_equal(kban_backend_put_rules(backend, rules, NULL), KBAN_E_NOTFOUND);
	assert_int_equal(backend->ops->open(backend, &usual, NULL), KBAN_OK);
	assert_int_equal(kban_backend_put_rules(backend, rules, NULL), 2);
	assert_int_equal(kban_backend_put_rules(backend, NULL, NULL), 2);
}

#define NFT_TEST(test) cmocka_unit_test_setup(test, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(bans_get_through, trouble_passes),
		NFT_TEST(without_the_right_it_is_told),
		NFT_TEST(a_set_that_a_rule_refers_to_is_not_replaced),
		NFT_TEST(the_last_set_takes_the_table_along),
		NFT_TEST(sets_are_visited_with_their_tables),
		NFT_TEST(rules_need_their_sets),
	};
	kban_auto(context) ctx = NULL;
	kban_auto(error) err = NULL;
	int failed;

	if (!namespace_enter())
		return EXIT_SUCCESS;
	ctx = kban_context_new();
	if (ctx == NULL || kban_backend_nft_new(ctx, &backend, &err) < 0 ||
	    namespace_run("nft --version > /dev/null") != 0) {
		print_message("1..0 # SKIP %s\n", err != NULL ? kban_error_text(err) : "no nft");
		return EXIT_SUCCESS;
	}
	failed = cmocka_run_group_tests_name("backend-nft", tests, NULL, NULL);
	kban_backend_free(backend);
	return failed;
}
