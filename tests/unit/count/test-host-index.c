/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "failing-alloc.h"

#include "count/host-index.h"

#define MANY 20000U

static void add(struct kb_host_index *index, uint32_t hash, uint32_t number)
{
	assert_int_equal(kb_host_index_reserve(index, hash), KBAN_OK);
	kb_host_index_add(index, hash, number);
}

/* How often @a number is found under @a hash. */
static unsigned found(const struct kb_host_index *index, uint32_t hash, uint32_t number)
{
	struct kb_host_index_probe probe;
	unsigned times = 0;
	uint32_t next;

	kb_host_index_start(index, hash, &probe);
	while ((next = kb_host_index_next(&probe)) != KB_HOST_INDEX_NONE)
		times += next == number;
	return times;
}

/* Spread over all 32 bits, no two alike. */
static uint32_t spread_hash(uint32_t number)
{
	return number * UINT32_C(2654435761);
}

/* Many of one hash, at the end of a part and at its beginning. */
static uint32_t crowded_hash(uint32_t number)
{
	return number % 2 ? UINT32_MAX - number % 5 : number % 3;
}

struct hashes {
	uint32_t (*hash)(uint32_t number);
	uint32_t count;
};

static void finds_what_is_there(void **state)
{
	const struct hashes *hashes = *state;
	kb_auto_clear(host_index) index = { 0 };
	uint32_t i;

	assert_int_equal(found(&index, hashes->hash(1), 1), 0);
	for (i = 1; i <= hashes->count; i++)
		add(&index, hashes->hash(i), i);
	for (i = 1; i <= hashes->count; i++)
		assert_int_equal(found(&index, hashes->hash(i), i), 1);
	for (i = 1; i <= hashes->count; i += 2)
		kb_host_index_remove(&index, hashes->hash(i), i);
	for (i = 1; i <= hashes->count; i++)
		assert_int_equal(found(&index, hashes->hash(i), i), i % 2 == 0);
	for (i = 1; i <= hashes->count; i += 2)
		add(&index, hashes->hash(i), i);
	for (i = hashes->count; i >= 1; i--) {
		assert_int_equal(found(&index, hashes->hash(i), i), 1);
		kb_host_index_remove(&index, hashes->hash(i), i);
		assert_int_equal(found(&index, hashes->hash(i), i), 0);
	}
	assert_int_equal(index.count, 0);
}

static const struct hashes spread[] = { { spread_hash, MANY } };
static const struct hashes crowded[] = { { crowded_hash, 2000 } };

static void a_number_takes_eleven_bytes(void **state)
{
	kb_auto_clear(host_index) index = { 0 };
	uint32_t i;

	(void)state;
	for (i = 1; i <= 50 * MANY; i++) {
		add(&index, spread_hash(i), i);
		if (i >= MANY && i % 1000 == 0)
			assert_in_range(kb_host_index_memory(&index), 8 * (size_t)i,
					12 * (size_t)i);
	}
	kb_host_index_clear(&index);
	assert_int_equal(kb_host_index_memory(&index), 0);
}

/* Nothing is ever copied but a part, whatever is in the others. */
static void grows_in_small_steps(void **state)
{
	kb_auto_clear(host_index) index = { 0 };
	uint32_t longest = 0;
	uint32_t i;

	(void)state;
	for (i = 1; i <= 10 * MANY; i++)
		add(&index, spread_hash(i), i);
	for (i = 0; i < index.part_count; i++)
		longest = index.parts[i].capacity > longest ? index.parts[i].capacity : longest;
	assert_in_range(longest, 512, 2048);
}

static void without_memory_parts_get_longer(void **state)
{
	kb_auto_clear(host_index) index = { 0 };
	unsigned refused = 0;
	uint32_t i;

	(void)state;
	for (i = 1; i <= MANY; i++) {
		failing_alloc_start(1);
		if (kb_host_index_reserve(&index, spread_hash(i)) != KBAN_OK) {
			refused++;
			assert_true(failing_alloc_stop());
			assert_int_equal(kb_host_index_reserve(&index, spread_hash(i)), KBAN_OK);
		}
		failing_alloc_start(1 + i % 3);
		kb_host_index_add(&index, spread_hash(i), i);
		failing_alloc_stop();
	}
	assert_true(refused > 10);
	for (i = 1; i <= MANY; i++)
		assert_int_equal(found(&index, spread_hash(i), i), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(finds_what_is_there, spread),
		test_case(finds_what_is_there, crowded),
		cmocka_unit_test(a_number_takes_eleven_bytes),
		cmocka_unit_test(grows_in_small_steps),
		cmocka_unit_test(without_memory_parts_get_longer),
	};

	return cmocka_run_group_tests_name("host-index", tests, NULL, NULL);
}
