/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "count/slab.h"

struct record {
	uint32_t words[3];
};

static uint32_t take(struct kb_slab *slab)
{
	assert_int_equal(kb_slab_reserve(slab), KBAN_OK);
	return kb_slab_take(slab);
}

static void records_start_zeroed(void **state)
{
	static const struct record zero;
	kb_auto_clear(slab) slab = { 0 };
	int i;

	(void)state;
	kb_slab_init(&slab, sizeof(struct record));
	for (i = 1; i <= 3; i++) {
		uint32_t number = take(&slab);
		struct record *record = kb_slab_at(&slab, number);

		assert_memory_equal(record, &zero, sizeof(zero));
		memset(record, 0xff, sizeof(*record));
		kb_slab_give(&slab, number);
	}
	assert_int_equal(slab.used, 1);
}

static void records_stay_where_they_are(void **state)
{
	struct record *first;
	kb_auto_clear(slab) slab = { 0 };
	uint32_t i;

	(void)state;
	kb_slab_init(&slab, sizeof(struct record));
	assert_int_equal(take(&slab), 1);
	first = kb_slab_at(&slab, 1);
	for (i = 2; i <= 5000; i++) {
		struct record *record;

		assert_int_equal(take(&slab), i);
		record = kb_slab_at(&slab, i);
		record->words[2] = i;
	}
	assert_ptr_equal(kb_slab_at(&slab, 1), first);
	for (i = 2; i <= 5000; i++)
		assert_int_equal(((struct record *)kb_slab_at(&slab, i))->words[2], i);
}

static void memory_follows_use(void **state)
{
	kb_auto_clear(slab) slab = { 0 };
	size_t small;
	size_t large;
	uint32_t i;

	(void)state;
	kb_slab_init(&slab, sizeof(struct record));
	assert_int_equal(kb_slab_memory(&slab), 0);
	take(&slab);
	small = kb_slab_memory(&slab);
	for (i = 2; i <= 5000; i++)
		take(&slab);
	large = kb_slab_memory(&slab);
	assert_in_range(large, 5000 * sizeof(struct record), 5500 * sizeof(struct record));

	for (i = 5000; i >= 1; i--)
		kb_slab_give(&slab, i);
	for (i = 1; i <= 5000; i++)
		take(&slab);
	assert_int_equal(kb_slab_memory(&slab), large);

	kb_slab_reset(&slab);
	assert_true(kb_slab_memory(&slab) < small + 1024);
	assert_int_equal(take(&slab), 1);
	kb_slab_clear(&slab);
	assert_int_equal(kb_slab_memory(&slab), 0);
}

static void numbers_run_out(void **state)
{
	kb_auto_clear(slab) slab = { 0 };

	(void)state;
	kb_slab_init(&slab, sizeof(struct record));
	slab.used = UINT32_MAX - 1;
	assert_int_equal(kb_slab_reserve(&slab), KBAN_E_NOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_start_zeroed),
		cmocka_unit_test(records_stay_where_they_are),
		cmocka_unit_test(memory_follows_use),
		cmocka_unit_test(numbers_run_out),
	};

	return cmocka_run_group_tests_name("slab", tests, NULL, NULL);
}
