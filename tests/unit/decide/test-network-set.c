/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "decide/network-set.h"
#include "failing-alloc.h"

/* First what is in the set, up to a NULL, then what is looked for and which entry answers. */
struct row {
	const char *text;
	const char *expected;
};

static void look_up(void **state)
{
	const struct row *row = *state;
	kb_auto_clear(network_set) set = { 0 };

	for (; row->text != NULL; row++) {
		struct kban_addr addr = test_addr(row->text);

		assert_int_equal(kb_network_set_add(&set, &addr, row->text), KBAN_OK);
	}
	for (row++; row->text != NULL; row++) {
		struct kban_addr addr = test_addr(row->text);
		const char *found = kb_network_set_find(&set, &addr);

		if (row->expected == NULL)
			assert_null(found);
		else
			assert_string_equal(found, row->expected);
	}
}

static const struct row nothing_is_in_an_empty_set[] = {
	{ NULL, NULL },   { "192.0.2.1", NULL }, { "0.0.0.0/0", NULL },
	{ "::/0", NULL }, { NULL, NULL },
};

static const struct row addresses_are_found[] = {
	{ "192.0.2.7", NULL },
	{ "192.0.2.9", NULL },
	{ "2001:db8::7", NULL },
	{ NULL, NULL },
	{ "192.0.2.7", "192.0.2.7" },
	{ "192.0.2.8", NULL },
	{ "192.0.2.6", NULL },
	{ "192.0.2.9", "192.0.2.9" },
	{ "192.0.2.10", NULL },
	{ "2001:db8::7", "2001:db8::7" },
	{ "2001:db8::8", NULL },
	{ "c000:207::", NULL },
	{ NULL, NULL },
};

static const struct row networks_contain_their_addresses[] = {
	{ "198.51.100.64/26", NULL },
	{ "2001:db8:1::/48", NULL },
	{ "192.0.2.0/31", NULL },
	{ NULL, NULL },
	{ "198.51.100.63", NULL },
	{ "198.51.100.64", "198.51.100.64/26" },
	{ "198.51.100.127", "198.51.100.64/26" },
	{ "198.51.100.128", NULL },
	{ "198.51.100.96/28", "198.51.100.64/26" },
	{ "2001:db8:0:ffff::", NULL },
	{ "2001:db8:1::", "2001:db8:1::/48" },
	{ "2001:db8:1:ffff:ffff:ffff:ffff:ffff", "2001:db8:1::/48" },
	{ "2001:db8:2::", NULL },
	{ "192.0.2.1", "192.0.2.0/31" },
	{ "192.0.2.2", NULL },
	{ NULL, NULL },
};

static const struct row networks_are_found_by_what_lies_within[] = {
	{ "192.0.2.7", NULL },
	{ "192.0.2.128/25", NULL },
	{ "2001:db8::1", NULL },
	{ NULL, NULL },
	{ "192.0.2.0/29", "192.0.2.7" },
	{ "192.0.2.0/30", NULL },
	{ "192.0.2.8/29", NULL },
	{ "192.0.2.0/24", "192.0.2.7" },
	{ "192.0.2.128/24", "192.0.2.7" },
	{ "192.0.2.128/25", "192.0.2.128/25" },
	{ "2001:db8::/64", "2001:db8::1" },
	{ "2001:db8:0:1::/64", NULL },
	{ "0.0.0.0/0", "192.0.2.7" },
	{ "::/0", "2001:db8::1" },
	{ NULL, NULL },
};

static const struct row wider_ones_replace_narrower_ones[] = {
	{ "192.0.2.1", NULL },
	{ "192.0.2.64/26", NULL },
	{ "192.0.2.0/24", NULL },
	{ "192.0.2.0/25", NULL },
	{ "192.0.3.1", NULL },
	{ NULL, NULL },
	{ "192.0.2.1", "192.0.2.0/24" },
	{ "192.0.2.65", "192.0.2.0/24" },
	{ "192.0.2.255", "192.0.2.0/24" },
	{ "192.0.3.1", "192.0.3.1" },
	{ "192.0.3.0", NULL },
	{ NULL, NULL },
};

static const struct row all_of_a_family[] = {
	{ "0.0.0.0/0", NULL },
	{ NULL, NULL },
	{ "0.0.0.0", "0.0.0.0/0" },
	{ "255.255.255.255", "0.0.0.0/0" },
	{ "::", NULL },
	{ "2001:db8::/32", NULL },
	{ NULL, NULL },
};

static void only_the_outermost_is_kept(void **state)
{
	static const char *const nested[] = { "192.0.2.0/28", "192.0.2.3",    "192.0.2.32/28",
					      "192.0.2.0/24", "192.0.2.0/24", "192.0.2.200" };
	kb_auto_clear(network_set) set = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < kb_array_size(nested); i++) {
		struct kban_addr addr = test_addr(nested[i]);

		assert_int_equal(kb_network_set_add(&set, &addr, nested[i]), KBAN_OK);
	}
	assert_int_equal(set.count, 1);
	assert_string_equal(set.items[0].reason, "192.0.2.0/24");
}

/* Networks of 10.0.0.0/16 by a simple generator: many touch, nest and repeat. */
static struct kban_addr nth_network(uint32_t n)
{
	static const uint8_t prefixes[] = { 32, 32, 31, 28, 26, 24 };
	uint32_t mixed = n * UINT32_C(2654435761);
	struct kban_addr addr = {
		.family = KBAN_IPV4,
		.prefix = prefixes[(mixed >> 8) % sizeof(prefixes)],
		.bytes = { 10, 0, (uint8_t)(mixed >> 24), (uint8_t)(mixed >> 16) },
	};
	unsigned host_bits = 32U - addr.prefix;

	addr.bytes[3] &= (uint8_t)(0xffU << host_bits);
	return addr;
}

static void agrees_with_asking_one_by_one(void **state)
{
	const uint32_t entries = 400;
	kb_auto_clear(network_set) set = { 0 };
	uint32_t i, j;

	(void)state;
	for (i = 0; i < entries; i++) {
		struct kban_addr addr = nth_network(i);

		assert_int_equal(kb_network_set_add(&set, &addr, "entry"), KBAN_OK);
	}
	for (i = 0; i < 20 * entries; i++) {
		struct kban_addr addr = nth_network(i);
		int expected = 0;

		for (j = 0; j < entries && !expected; j++) {
			struct kban_addr entry = nth_network(j);

			expected = kban_addr_contains(&entry, &addr) ||
				   kban_addr_contains(&addr, &entry);
		}
		assert_int_equal(kb_network_set_find(&set, &addr) != NULL, expected);
	}
}

static int add_twenty(void *data)
{
	kb_auto_clear(network_set) set = { 0 };
	uint32_t i;

	(void)data;
	for (i = 0; i < 20; i++) {
		struct kban_addr addr = { KBAN_IPV4, 32, { 0 }, { 10, 0, 0, (uint8_t)i } };
		int status = kb_network_set_add(&set, &addr, "entry");

		if (status != KBAN_OK)
			return status;
	}
	return KBAN_OK;
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	assert_every_allocation_may_fail(add_twenty, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(look_up, nothing_is_in_an_empty_set),
		test_case(look_up, addresses_are_found),
		test_case(look_up, networks_contain_their_addresses),
		test_case(look_up, networks_are_found_by_what_lies_within),
		test_case(look_up, wider_ones_replace_narrower_ones),
		test_case(look_up, all_of_a_family),
		cmocka_unit_test(only_the_outermost_is_kept),
		cmocka_unit_test(agrees_with_asking_one_by_one),
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("network-set", tests, NULL, NULL);
}
