/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "ban/due-queue.h"
#include "failing-alloc.h"

#define BANS 200

/* The same each run. */
static unsigned next_random(unsigned *state)
{
	*state = *state * 1103515245u + 12345u;
	return *state >> 16 & 0x7fff;
}

static void set_due(struct kb_ban *ban, kban_usec until, kban_usec renew)
{
	ban->until = until;
	ban->renew = renew;
}

static void check(const struct kb_due_queue *queue)
{
	for (size_t i = 0; i < queue->count; i++) {
		assert_int_equal(queue->items[i]->due_index, i);
		if (i > 0)
			assert_true(kb_ban_due(queue->items[(i - 1) / 2]) <=
				    kb_ban_due(queue->items[i]));
	}
}

static void drains_in_order(void **state)
{
	static struct kb_ban bans[BANS];
	kb_auto_clear(due_queue) queue = { 0 };
	kban_usec last = 0;
	unsigned seed = 1;
	size_t drained = 0;

	(void)state;
	for (size_t i = 0; i < BANS; i++) {
		set_due(&bans[i], 1 + next_random(&seed) % 50, KBAN_FOREVER);
		assert_int_equal(kb_due_queue_add(&queue, &bans[i]), KBAN_OK);
	}
	check(&queue);
	for (struct kb_ban *ban = kb_due_queue_first(&queue); ban != NULL;
	     ban = kb_due_queue_first(&queue)) {
		assert_true(kb_ban_due(ban) >= last);
		last = kb_ban_due(ban);
		kb_due_queue_remove(&queue, ban);
		drained++;
	}
	assert_int_equal(drained, BANS);
}

static void stays_in_order_under_change(void **state)
{
	static struct kb_ban bans[BANS];
	kb_auto_clear(due_queue) queue = { 0 };
	unsigned seed = 7;

	(void)state;
	for (size_t i = 0; i < BANS; i++) {
		set_due(&bans[i], next_random(&seed), next_random(&seed));
		assert_int_equal(kb_due_queue_add(&queue, &bans[i]), KBAN_OK);
	}
	for (size_t i = 0; i < BANS; i++) {
		set_due(&bans[i], next_random(&seed), next_random(&seed));
		kb_due_queue_update(&queue, &bans[i]);
		check(&queue);
	}
	for (size_t i = 0; i < BANS; i += 2) {
		kb_due_queue_remove(&queue, &bans[i]);
		check(&queue);
	}
	assert_int_equal(queue.count, BANS / 2);
}

static void what_never_is_due_is_not_first(void **state)
{
	struct kb_ban forever = { .until = KBAN_FOREVER, .renew = KBAN_FOREVER };
	struct kb_ban renewed = { .until = KBAN_FOREVER, .renew = 5 };
	kb_auto_clear(due_queue) queue = { 0 };

	(void)state;
	assert_null(kb_due_queue_first(&queue));
	assert_int_equal(kb_due_queue_add(&queue, &forever), KBAN_OK);
	assert_null(kb_due_queue_first(&queue));
	assert_int_equal(kb_due_queue_add(&queue, &renewed), KBAN_OK);
	assert_ptr_equal(kb_due_queue_first(&queue), &renewed);
}

static void memory_may_run_out(void **state)
{
	struct kb_ban ban = { .until = 1, .renew = 1 };
	kb_auto_clear(due_queue) queue = { 0 };

	(void)state;
	failing_alloc_start(1);
	assert_int_equal(kb_due_queue_add(&queue, &ban), KBAN_E_NOMEM);
	assert_true(failing_alloc_stop());
	assert_null(kb_due_queue_first(&queue));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drains_in_order),
		cmocka_unit_test(stays_in_order_under_change),
		cmocka_unit_test(what_never_is_due_is_not_first),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("due-queue", tests, NULL, NULL);
}
