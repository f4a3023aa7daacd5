/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <errno.h>
#include <stdio.h>

#include "decide/allow-list.h"
#include "failing-alloc.h"

/* A resolver that answers what the test tells it to, and a clock that the test moves. */
struct world {
	kban_usec now;
	int calls;
	int answer; /* number of addresses, or a status */
	const char *addresses[40];
};

static kban_usec tell_time(void *data)
{
	const struct world *world = data;

	return world->now;
}

static int resolve(const char *name, struct kban_addr *out, size_t max, void *data)
{
	struct world *world = data;
	size_t i;

	assert_string_equal(name, "office.example");
	world->calls++;
	if (world->answer < 0)
		return world->answer;
	for (i = 0; i < (size_t)world->answer && i < max; i++)
		out[i] = test_addr(world->addresses[i]);
	return (int)i;
}

static struct kban_allow_list *new_list(struct world *world)
{
	kban_auto(context) ctx = kban_context_new();
	struct kban_allow_list *list;

	assert_non_null(ctx);
	kban_context_set_clock(ctx, tell_time, world);
	kban_context_set_resolver(ctx, resolve, world);
	list = kban_allow_list_new(ctx);
	assert_non_null(list);
	return list;
}

static void add(struct kban_allow_list *list, const char *entry)
{
	assert_int_equal(kban_allow_list_add(list, entry, NULL), KBAN_OK);
}

static const char *find(const struct kban_allow_list *list, const char *text)
{
	struct kban_addr addr = test_addr(text);

	return kban_allow_list_find(list, &addr);
}

static void assert_found(const struct kban_allow_list *list, const char *text, const char *expected)
{
	const char *found = find(list, text);

	if (expected == NULL)
		assert_null(found);
	else
		assert_string_equal(found, expected);
}

/* First entries, up to a NULL, then what is looked for and the entry that protects it. */
struct row {
	const char *text;
	const char *expected;
};

static void look_up(void **state)
{
	const struct row *row = *state;
	struct world world = { 0 };
	kban_auto(allow_list) list = new_list(&world);

	for (; row->text != NULL; row++)
		add(list, row->text);
	for (row++; row->text != NULL; row++)
		assert_found(list, row->text, row->expected);
}

static const struct row empty_list_protects_nobody[] = {
	{ NULL, NULL },
	{ "127.0.0.1", NULL },
	{ "::1", NULL },
	{ NULL, NULL },
};

static const struct row addresses_and_networks[] = {
	{ "192.0.2.7", NULL },
	{ "198.51.100.0/25", NULL },
	{ "203.0.113.0/255.255.255.128", NULL },
	{ "2001:db8:1::/48", NULL },
	{ "2001:db8::7", NULL },
	{ NULL, NULL },
	{ "192.0.2.7", "192.0.2.7" },
	{ "192.0.2.8", NULL },
	{ "198.51.100.127", "198.51.100.0/25" },
	{ "198.51.100.128", NULL },
	{ "203.0.113.127", "203.0.113.0/255.255.255.128" },
	{ "203.0.113.128", NULL },
	{ "2001:db8:1:2::3", "2001:db8:1::/48" },
	{ "2001:db8:2::3", NULL },
	{ "2001:db8::7", "2001:db8::7" },
	{ NULL, NULL },
};

static const struct row host_bits_are_masked_and_the_spelling_is_kept[] = {
	{ "127.0.0.1/8", NULL }, { "2001:DB8:0::1/64", NULL },
	{ NULL, NULL },          { "127.255.255.255", "127.0.0.1/8" },
	{ "128.0.0.1", NULL },   { "2001:db8::ffff", "2001:DB8:0::1/64" },
	{ NULL, NULL },
};

static const struct row ipv4_mapped_entries_are_ipv4[] = {
	{ "::ffff:192.0.2.7", NULL },
	{ "::ffff:198.51.100.0/120", NULL },
	{ "[::FFFF:203.0.113.9]", NULL },
	{ NULL, NULL },
	{ "192.0.2.7", "::ffff:192.0.2.7" },
	{ "::ffff:192.0.2.7", "::ffff:192.0.2.7" },
	{ "198.51.100.200", "::ffff:198.51.100.0/120" },
	{ "198.51.101.1", NULL },
	{ "203.0.113.9", "[::FFFF:203.0.113.9]" },
	{ NULL, NULL },
};

static const struct row all_mapped_addresses_are_all_of_ipv4[] = {
	{ "::ffff:0:0/96", NULL }, { NULL, NULL }, { "192.0.2.7", "::ffff:0:0/96" },
	{ "2001:db8::7", NULL },   { NULL, NULL },
};

static const struct row all_of_ipv6_is_no_ipv4[] = {
	{ "::/0", NULL },      { NULL, NULL }, { "2001:db8::7", "::/0" },
	{ "192.0.2.7", NULL }, { NULL, NULL },
};

static const struct row network_with_a_protected_address_is_protected[] = {
	{ "192.0.2.7", NULL },
	{ "198.51.100.0/28", NULL },
	{ NULL, NULL },
	{ "192.0.2.0/24", "192.0.2.7" },
	{ "192.0.2.8/29", NULL },
	{ "198.51.100.0/24", "198.51.100.0/28" },
	{ "198.51.100.4/30", "198.51.100.0/28" },
	{ NULL, NULL },
};

static void neither_address_nor_name(void **state)
{
	static const struct row entries[] = {
		{ "", "'' is no address, no network and no host name" },
		{ "999.9.9.9", "'999.9.9.9' is no address, no network and no host name" },
		{ "1.2.3", "'1.2.3' is no address, no network and no host name" },
		{ "192.0.2.7/33", "'192.0.2.7/33' is no address, no network and no host name" },
		{ "foo/8", "'foo/8' is no address, no network and no host name" },
		{ "fe80::1%eth0", "'fe80::1%eth0' is no address, no network and no host name" },
		{ "192.0.2.7 ", "'192.0.2.7 ' is no address, no network and no host name" },
		{ "a\tb", "'a\\tb' is no address, no network and no host name" },
		{ NULL, NULL },
	};
	const struct row *row;
	struct world world = { 0 };
	kban_auto(allow_list) list = new_list(&world);

	(void)state;
	for (row = entries; row->text != NULL; row++) {
		kban_auto(error) err = NULL;

		assert_int_equal(kban_allow_list_add(list, row->text, &err), KBAN_E_SYNTAX);
		assert_string_equal(kban_error_text(err), row->expected);
		assert_int_equal(kban_allow_list_add(list, row->text, NULL), KBAN_E_SYNTAX);
	}
}

static void name_may_be_as_long_as_dns_allows(void **state)
{
	struct world world = { 0 };
	kban_auto(allow_list) list = new_list(&world);
	char name[256];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[255] = '\0';
	assert_int_equal(kban_allow_list_add(list, name, NULL), KBAN_E_SYNTAX);
	name[254] = '\0';
	assert_int_equal(kban_allow_list_add(list, name, NULL), KBAN_OK);
}

static void name_protects_its_addresses(void **state)
{
	struct world world = { .answer = 2, .addresses = { "192.0.2.7", "2001:db8::7" } };
	kban_auto(allow_list) list = new_list(&world);

	(void)state;
	add(list, "office.example");
	assert_int_equal(world.calls, 0);
	assert_found(list, "192.0.2.7", "office.example");
	assert_found(list, "2001:db8::7", "office.example");
	assert_found(list, "192.0.2.8", NULL);
	assert_found(list, "192.0.2.0/24", "office.example");
	assert_int_equal(world.calls, 1);
}

static void same_name_twice_is_asked_for_once(void **state)
{
	struct world world = { .answer = 0 };
	kban_auto(allow_list) list = new_list(&world);

	(void)state;
	add(list, "office.example");
	add(list, "office.example");
	assert_found(list, "192.0.2.7", NULL);
	assert_int_equal(world.calls, 1);
}

static void answer_is_good_for_five_minutes(void **state)
{
	struct world world = { .now = 1, .answer = 1, .addresses = { "192.0.2.7" } };
	kban_auto(allow_list) list = new_list(&world);

	(void)state;
	add(list, "office.example");
	assert_found(list, "192.0.2.7", "office.example");
	world.addresses[0] = "192.0.2.8";
	world.now += 300 * KBAN_SECOND - 1;
	assert_found(list, "192.0.2.7", "office.example");
	assert_int_equal(world.calls, 1);
	world.now += 1;
	assert_found(list, "192.0.2.7", NULL);
	assert_found(list, "192.0.2.8", "office.example");
	assert_int_equal(world.calls, 2);
}

static void clock_that_goes_back_spoils_the_answer(void **state)
{
	struct world world = { .now = 1000, .answer = 1, .addresses = { "192.0.2.7" } };
	kban_auto(allow_list) list = new_list(&world);

	(void)state;
	add(list, "office.example");
	assert_found(list, "192.0.2.7", "office.example");
	world.now = 999;
	assert_found(list, "192.0.2.7", "office.example");
	assert_int_equal(world.calls, 2);
}

static void old_answer_holds_while_the_next_is_waited_for(void **state)
{
	struct world world = { .answer = KBAN_RESOLVE_LATER, .addresses = { "192.0.2.7" } };
	kban_auto(allow_list) list = new_list(&world);

	(void)state;
	add(list, "office.example");
	assert_found(list, "192.0.2.7", NULL);
	assert_found(list, "192.0.2.7", NULL);
	assert_int_equal(world.calls, 2);
	world.answer = 1;
	assert_found(list, "192.0.2.7", "office.example");
	world.answer = KBAN_RESOLVE_LATER;
	world.now = 3600 * KBAN_SECOND;
	assert_found(list, "192.0.2.7", "office.example");
	assert_found(list, "192.0.2.7", "office.example");
	assert_int_equal(world.calls, 5);
}

static void old_answer_holds_while_the_resolver_is_down(void **state)
{
	struct world world = { .answer = 1, .addresses = { "192.0.2.7" } };
	kban_auto(allow_list) list = new_list(&world);

	(void)state;
	add(list, "office.example");
	assert_found(list, "192.0.2.7", "office.example");
	world.answer = KBAN_E_SYSTEM;
	world.now = 300 * KBAN_SECOND;
	assert_found(list, "192.0.2.7", "office.example");
	world.now += 30 * KBAN_SECOND - 1;
	assert_found(list, "192.0.2.7", "office.example");
	assert_int_equal(world.calls, 2);
	world.answer = 0;
	world.now += 1;
	assert_found(list, "192.0.2.7", NULL);
	assert_int_equal(world.calls, 3);
}

static void name_with_many_addresses(void **state)
{
	struct world world = { .answer = 40 };
	kban_auto(allow_list) list = new_list(&world);
	char texts[40][20];
	int i;

	(void)state;
	for (i = 0; i < 40; i++) {
		snprintf(texts[i], sizeof(texts[i]), "192.0.2.%d", i + 1);
		world.addresses[i] = texts[i];
	}
	add(list, "office.example");
	assert_found(list, "192.0.2.32", "office.example");
	assert_found(list, "192.0.2.33", NULL);
}

static int interface_error;

static int list_loopback_only(struct ifaddrs **out)
{
	errno = interface_error;
	*out = NULL;
	return interface_error != 0 ? -1 : 0;
}

static void free_nothing(struct ifaddrs *list)
{
	(void)list;
}

static struct kb_own_sources sources = {
	list_loopback_only, free_nothing, "/nonexistent", "/nonexistent", "/nonexistent",
};

static void own_addresses_are_protected_on_demand(void **state)
{
	struct world world = { 0 };
	kban_auto(allow_list) list = new_list(&world);

	(void)state;
	kb_allow_list_set_sources(list, &sources);
	add(list, "127.0.0.1");
	add(list, "192.0.2.7");
	assert_found(list, "127.0.0.2", NULL);
	assert_int_equal(kban_allow_list_add_self(list, NULL), KBAN_OK);
	assert_int_equal(kban_allow_list_add_self(list, NULL), KBAN_OK);
	assert_found(list, "127.0.0.2", "own address");
	assert_found(list, "127.0.0.1", "own address");
	assert_found(list, "192.0.2.7", "192.0.2.7");
}

static void own_addresses_stay_when_they_cannot_be_learned_anew(void **state)
{
	struct world world = { 0 };
	kban_auto(allow_list) list = new_list(&world);
	kban_auto(error) err = NULL;

	(void)state;
	kb_allow_list_set_sources(list, &sources);
	assert_int_equal(kban_allow_list_add_self(list, NULL), KBAN_OK);
	interface_error = EPERM;
	assert_int_equal(kban_allow_list_add_self(list, &err), KBAN_E_SYSTEM);
	interface_error = 0;
	assert_string_equal(kban_error_text(err),
			    "cannot list network interfaces: Operation not permitted");
	assert_found(list, "::1", "own address");
	failing_alloc_start(1);
	assert_int_equal(kban_allow_list_add_self(list, NULL), KBAN_E_NOMEM);
	failing_alloc_stop();
	assert_found(list, "::1", "own address");
}

static void learns_from_the_system_unless_told_otherwise(void **state)
{
	struct world world = { 0 };
	kban_auto(allow_list) list = new_list(&world);

	(void)state;
	assert_int_equal(kban_allow_list_add_self(list, NULL), KBAN_OK);
	assert_found(list, "127.0.0.1", "own address");
}

static void thousands_of_entries(void **state)
{
	struct world world = { 0 };
	kban_auto(allow_list) list = new_list(&world);
	char text[32];
	int i;

	(void)state;
	for (i = 9999; i >= 0; i--) {
		snprintf(text, sizeof(text), "10.%d.%d.0/25", i / 100, i % 100);
		add(list, text);
	}
	for (i = 0; i < 10000; i++) {
		snprintf(text, sizeof(text), "10.%d.%d.%d", i / 100, i % 100, i % 256);
		assert_int_equal(find(list, text) != NULL, i % 256 < 128);
	}
}

static void what_is_taken_back_protects_no_more(void **state)
{
	struct world world = { .answer = 1, .addresses = { "203.0.113.7" } };
	kban_auto(allow_list) list = new_list(&world);
	kban_auto(error) err = NULL;

	(void)state;
	add(list, "192.0.2.7");
	add(list, "192.0.2.9/24");
	add(list, "office.example");
	assert_found(list, "203.0.113.7", "office.example");
	assert_int_equal(kban_allow_list_remove(list, "192.0.2.0/255.255.255.0", NULL), KBAN_OK);
	assert_found(list, "192.0.2.8", NULL);
	assert_found(list, "192.0.2.7", "192.0.2.7");
	/* What is known of a name is not asked for again. */
	assert_found(list, "203.0.113.7", "office.example");
	assert_int_equal(world.calls, 1);
	assert_int_equal(kban_allow_list_remove(list, "Office.example", NULL), KBAN_OK);
	assert_found(list, "203.0.113.7", NULL);
	assert_int_equal(kban_allow_list_remove(list, "192.0.2.0/24", &err), KBAN_E_NOTFOUND);
	assert_string_equal(kban_error_text(err), "'192.0.2.0/24' is not in the list");
	assert_string_equal(kban_allow_list_entry(list, 0), "192.0.2.7");
	assert_null(kban_allow_list_entry(list, 1));
	assert_null(kban_allow_list_file(list, 0));
}

static int build(void *data)
{
	static const char *const entries[] = { "192.0.2.7", "198.51.100.0/24", "office.example",
					       "mail.example" };
	kban_auto(context) ctx = kban_context_new();
	kban_auto(allow_list) list = ctx != NULL ? kban_allow_list_new(ctx) : NULL;
	kban_auto(error) err = NULL;
	size_t i;

	(void)data;
	if (list == NULL)
		return KBAN_E_NOMEM;
	kb_allow_list_set_sources(list, &sources);
	for (i = 0; i < kb_array_size(entries); i++) {
		int status = kban_allow_list_add(list, entries[i], &err);

		if (status != KBAN_OK)
			return status;
	}
	if (kban_allow_list_remove(list, entries[1], &err) != KBAN_OK) {
		assert_non_null(kban_allow_list_entry(list, 3));
		return KBAN_E_NOMEM;
	}
	return kban_allow_list_add_self(list, &err);
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	assert_every_allocation_may_fail(build, NULL);
	kban_allow_list_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(look_up, empty_list_protects_nobody),
		test_case(look_up, addresses_and_networks),
		test_case(look_up, host_bits_are_masked_and_the_spelling_is_kept),
		test_case(look_up, ipv4_mapped_entries_are_ipv4),
		test_case(look_up, all_mapped_addresses_are_all_of_ipv4),
		test_case(look_up, all_of_ipv6_is_no_ipv4),
		test_case(look_up, network_with_a_protected_address_is_protected),
		cmocka_unit_test(neither_address_nor_name),
		cmocka_unit_test(name_may_be_as_long_as_dns_allows),
		cmocka_unit_test(name_protects_its_addresses),
		cmocka_unit_test(same_name_twice_is_asked_for_once),
		cmocka_unit_test(answer_is_good_for_five_minutes),
		cmocka_unit_test(clock_that_goes_back_spoils_the_answer),
		cmocka_unit_test(old_answer_holds_while_the_next_is_waited_for),
		cmocka_unit_test(old_answer_holds_while_the_resolver_is_down),
		cmocka_unit_test(name_with_many_addresses),
		cmocka_unit_test(own_addresses_are_protected_on_demand),
		cmocka_unit_test(own_addresses_stay_when_they_cannot_be_learned_anew),
		cmocka_unit_test(learns_from_the_system_unless_told_otherwise),
		cmocka_unit_test(what_is_taken_back_protects_no_more),
		cmocka_unit_test(thousands_of_entries),
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("allow-list", tests, NULL, NULL);
}
