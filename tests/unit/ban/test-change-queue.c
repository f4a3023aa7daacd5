/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "ban/change-queue.h"

static const struct kb_set first = { "kban-a", KBAN_IPV4, KB_SET_IP, 0, "" };
static const struct kb_set second = { "kban-b", KBAN_IPV6, KB_SET_NET, 0, "" };

static void each_set_has_a_queue(void **state)
{
	struct kb_change_queues queues = { 0 };
	struct kban_addr addr = test_addr("192.0.2.1"), network = test_addr("2001:db8::/32");

	(void)state;
	assert_int_equal(kb_change_queues_ban(&queues, &first, &addr, 90 * KBAN_SECOND, NULL),
			 KBAN_OK);
	assert_int_equal(kb_change_queues_lift(&queues, &second, &network, NULL), KBAN_OK);
	assert_int_equal(kb_change_queues_ban(&queues, &first, &addr, KBAN_FOREVER, NULL), KBAN_OK);
	assert_int_equal(queues.count, 2);
	assert_int_equal(queues.items[0].count, 2);
	assert_int_equal(queues.items[0].changes[0].timeout, 90);
	assert_int_equal(queues.items[0].changes[1].timeout, 0);
	assert_false(queues.items[0].changes[1].is_lift);
	assert_int_equal(queues.items[1].count, 1);
	assert_true(queues.items[1].changes[0].is_lift);
	kb_change_queue_empty(&queues.items[0]);
	assert_int_equal(queues.items[0].count, 0);
	kb_change_queues_forget(&queues, "kban-a");
	assert_int_equal(queues.count, 1);
	assert_string_equal(queues.items[0].set.name, "kban-b");
	kb_change_queues_forget(&queues, "kban-none");
	assert_int_equal(queues.count, 1);
	kb_change_queues_clear(&queues);
	assert_int_equal(queues.count, 0);
}

static void what_a_set_cannot_hold_is_not_held_back(void **state)
{
	struct kb_change_queues queues = { 0 };
	struct kban_addr network = test_addr("192.0.2.0/24");
	kban_auto(error) err = NULL;

	(void)state;
	assert_int_equal(kb_change_queues_ban(&queues, &first, &network, KBAN_SECOND, &err),
			 KBAN_E_INVAL);
	assert_non_null(err);
	assert_int_equal(queues.count, 0);
	kb_change_queues_clear(&queues);
}

static void a_large_queue_gives_its_memory_back(void **state)
{
	struct kb_change_queues queues = { 0 };
	struct kban_addr addr = test_addr("192.0.2.1");

	(void)state;
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(kb_change_queues_lift(&queues, &first, &addr, NULL), KBAN_OK);
	kb_change_queue_empty(&queues.items[0]);
	assert_int_equal(queues.items[0].capacity, 0);
	kb_change_queues_clear(&queues);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_set_has_a_queue),
		cmocka_unit_test(what_a_set_cannot_hold_is_not_held_back),
		cmocka_unit_test(a_large_queue_gives_its_memory_back),
	};

	return cmocka_run_group_tests_name("change-queue", tests, NULL, NULL);
}
