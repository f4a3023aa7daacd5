/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/addr-map.h"
#include "failing-alloc.h"

#define MANY 5000

/* Value number @a i: any pointer but NULL will do. */
static char values[MANY];

static struct kban_addr numbered(unsigned i)
{
	struct kban_addr addr = test_addr("2001:db8::");

	addr.bytes[14] = (uint8_t)(i >> 8);
	addr.bytes[15] = (uint8_t)i;
	return addr;
}

static struct kb_addr_map *new_map(void)
{
	struct kb_addr_map *map = kb_addr_map_new();

	assert_non_null(map);
	return map;
}

static void put(struct kb_addr_map *map, struct kban_addr addr, void *value)
{
	assert_int_equal(kb_addr_map_put(map, &addr, value), KBAN_OK);
}

static void *find(const struct kb_addr_map *map, struct kban_addr addr)
{
	return kb_addr_map_find(map, &addr);
}

static void *take_out(struct kb_addr_map *map, struct kban_addr addr)
{
	return kb_addr_map_remove(map, &addr);
}

static void starts_empty(void **state)
{
	kb_auto(addr_map) map = new_map();
	size_t position = 0;

	(void)state;
	assert_int_equal(kb_addr_map_count(map), 0);
	assert_null(find(map, test_addr("192.0.2.7")));
	assert_null(take_out(map, test_addr("192.0.2.7")));
	assert_false(kb_addr_map_next(map, &position, NULL, NULL));
}

static void finds_what_was_put_in(void **state)
{
	kb_auto(addr_map) map = new_map();

	(void)state;
	put(map, test_addr("192.0.2.7"), &values[1]);
	put(map, test_addr("2001:db8::1"), &values[2]);
	assert_ptr_equal(find(map, test_addr("192.0.2.7")), &values[1]);
	assert_ptr_equal(find(map, test_addr("::ffff:192.0.2.7")), &values[1]);
	assert_ptr_equal(find(map, test_addr("2001:db8::1")), &values[2]);
	assert_null(find(map, test_addr("192.0.2.8")));
	assert_int_equal(kb_addr_map_count(map), 2);
}

static void a_network_is_another_key(void **state)
{
	kb_auto(addr_map) map = new_map();

	(void)state;
	put(map, test_addr("192.0.2.0"), &values[1]);
	put(map, test_addr("192.0.2.0/24"), &values[2]);
	put(map, test_addr("192.0.2.0/25"), &values[3]);
	assert_int_equal(kb_addr_map_count(map), 3);
	assert_ptr_equal(find(map, test_addr("192.0.2.0")), &values[1]);
	assert_ptr_equal(find(map, test_addr("192.0.2.0/24")), &values[2]);
	assert_null(find(map, test_addr("192.0.2.1")));
}

static void putting_again_replaces(void **state)
{
	kb_auto(addr_map) map = new_map();

	(void)state;
	put(map, test_addr("192.0.2.7"), &values[1]);
	put(map, test_addr("192.0.2.7"), &values[2]);
	assert_int_equal(kb_addr_map_count(map), 1);
	assert_ptr_equal(find(map, test_addr("192.0.2.7")), &values[2]);
}

static void what_is_taken_out_is_gone(void **state)
{
	kb_auto(addr_map) map = new_map();

	(void)state;
	put(map, test_addr("192.0.2.7"), &values[1]);
	put(map, test_addr("192.0.2.8"), &values[2]);
	assert_ptr_equal(take_out(map, test_addr("192.0.2.7")), &values[1]);
	assert_null(take_out(map, test_addr("192.0.2.7")));
	assert_null(find(map, test_addr("192.0.2.7")));
	assert_ptr_equal(find(map, test_addr("192.0.2.8")), &values[2]);
	assert_int_equal(kb_addr_map_count(map), 1);
}

/*
 * Every second one goes, in an order that has nothing to do with their slots, so that gaps are
 * closed in the middle of runs and around the end of the table.
 */
static void gaps_hide_nobody(void **state)
{
	kb_auto(addr_map) map = new_map();
	unsigned i;

	(void)state;
	for (i = 0; i < MANY; i++)
		put(map, numbered(i), &values[i]);
	assert_int_equal(kb_addr_map_count(map), MANY);
	for (i = 0; i < MANY; i += 2) {
		assert_ptr_equal(take_out(map, numbered(i)), &values[i]);
		assert_ptr_equal(find(map, numbered(MANY - 1)), &values[MANY - 1]);
	}
	assert_int_equal(kb_addr_map_count(map), MANY / 2);
	for (i = 0; i < MANY; i++)
		assert_ptr_equal(find(map, numbered(i)), i % 2 ? &values[i] : NULL);
}

/* Without backward shifts, or with marks for the removed, a table would fill up with nobody in it.
 */
static void coming_and_going_does_not_fill_it(void **state)
{
	kb_auto(addr_map) map = new_map();
	size_t round;
	unsigned i;

	(void)state;
	for (i = 0; i < 12; i++)
		put(map, numbered(i), &values[i]);
	failing_alloc_start(1);
	for (round = 0; round < 20; round++) {
		for (i = 0; i < 12; i++)
			assert_ptr_equal(take_out(map, numbered(i)), &values[i]);
		for (i = 0; i < 12; i++)
			put(map, numbered(i), &values[i]);
	}
	assert_false(failing_alloc_stop());
	assert_int_equal(kb_addr_map_count(map), 12);
}

static void next_visits_each_once(void **state)
{
	kb_auto(addr_map) map = new_map();
	char seen[100] = "";
	struct kban_addr addr;
	size_t position = 0;
	size_t visits = 0;
	void *value;
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(seen); i++)
		put(map, numbered(i), &values[i]);
	for (; kb_addr_map_next(map, &position, &addr, &value); visits++) {
		struct kban_addr expected = numbered(addr.bytes[15]);

		assert_true(kban_addr_equal(&addr, &expected));
		assert_ptr_equal(value, &values[addr.bytes[15]]);
		assert_int_equal(seen[addr.bytes[15]]++, 0);
	}
	assert_int_equal(visits, sizeof(seen));
	assert_false(kb_addr_map_next(map, &position, &addr, &value));
	position = 0;
	assert_true(kb_addr_map_next(map, &position, NULL, NULL));
}

static void null_can_be_freed(void **state)
{
	(void)state;
	kb_addr_map_free(NULL);
}

/* What was in before a failure can still be found. */
static int put_some(void *data)
{
	kb_auto(addr_map) map = kb_addr_map_new();
	unsigned i;

	(void)data;
	if (map == NULL)
		return KBAN_E_NOMEM;
	for (i = 0; i < 100; i++) {
		struct kban_addr addr = numbered(i);

		if (kb_addr_map_put(map, &addr, &values[i]) == KBAN_OK)
			continue;
		assert_int_equal(kb_addr_map_count(map), i);
		assert_null(find(map, addr));
		assert_ptr_equal(find(map, numbered(0)), i > 0 ? &values[0] : NULL);
		return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	assert_every_allocation_may_fail(put_some, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_empty),
		cmocka_unit_test(finds_what_was_put_in),
		cmocka_unit_test(a_network_is_another_key),
		cmocka_unit_test(putting_again_replaces),
		cmocka_unit_test(what_is_taken_out_is_gone),
		cmocka_unit_test(gaps_hide_nobody),
		cmocka_unit_test(coming_and_going_does_not_fill_it),
		cmocka_unit_test(next_visits_each_once),
		cmocka_unit_test(null_can_be_freed),
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("addr-map", tests, NULL, NULL);
}
