/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each allocation fails in turn, ours and SQLite's, which is given this program's. SQLite can do
 * without some of its own; all that is asked is that a call succeeds or says that memory is out,
 * and that what was committed is there afterwards.
 */
#include "store-test.h"

#include <sqlite3.h>

#include "failing-alloc.h"

/* SQLite asks how large a block is. */
struct block {
	size_t size;
	max_align_t data[];
};

static struct block *block_of(void *data)
{
	return (struct block *)((char *)data - offsetof(struct block, data));
}

static void *take_memory(int size)
{
	struct block *block = malloc(sizeof(*block) + (size_t)size);

	if (block == NULL)
		return NULL;
	block->size = (size_t)size;
	return block->data;
}

static void give_memory(void *data)
{
	if (data != NULL)
		free(block_of(data));
}

static void *retake_memory(void *data, int size)
{
	struct block *block = realloc(block_of(data), sizeof(*block) + (size_t)size);

	if (block == NULL)
		return NULL;
	block->size = (size_t)size;
	return block->data;
}

static int memory_size(void *data)
{
	return data != NULL ? (int)block_of(data)->size : 0;
}

static int round_up(int size)
{
	return (size + 7) & ~7;
}

static int start_memory(void *data)
{
	(void)data;
	return SQLITE_OK;
}

static void end_memory(void *data)
{
	(void)data;
}

static sqlite3_mem_methods methods = { take_memory, give_memory,  retake_memory, memory_size,
				       round_up,    start_memory, end_memory,    NULL };

/* What a pass does, from opening to closing; the first status that is not KBAN_OK. */
static int one_pass(struct place *place)
{
	kban_auto(store) store = NULL;
	struct kban_follow_position position = { .lines = 1 };
	struct kban_addr addr = test_addr("192.0.2.1");
	struct seen seen = { 0 };
	int status = kban_store_open(place->ctx, place->directory, &store, NULL);

	if (status == KBAN_OK)
		status = kb_store_begin(store, NULL);
	if (status == KBAN_OK)
		status = kb_store_put_position(store, "/log", &position, NULL);
	if (status == KBAN_OK)
		status = add_failure(store, "sshd", "192.0.2.1", T(1), 1);
	if (status == KBAN_OK)
		status = add_ban(store, "sshd", "192.0.2.1", T(1), T(2));
	if (status == KBAN_OK)
		status = kb_store_commit(store, NULL);
	if (status == KBAN_OK)
		status = kb_store_each_ban(store, NULL, see_ban, &seen, NULL);
	if (status == KBAN_OK)
		status = kb_store_each_failure_of(store, &addr, see_failure, &seen, NULL);
	return status;
}

static void assert_kept(struct place *place, int status)
{
	kban_auto(store) store = open_store(place, place->directory);
	struct seen seen = { 0 };

	assert_int_equal(count_files(place->directory, "state.bad"), 0);
	assert_int_equal(kb_store_each_ban(store, NULL, see_ban, &seen, NULL), KBAN_OK);
	if (status == KBAN_OK)
		assert_string_equal(seen.text, "sshd/192.0.2.1");
	else
		assert_in_range(seen.count, 0, 1);
}

static void fail_each(struct place *place, bool anew)
{
	bool failed = true;
	unsigned long nth;

	for (nth = 1; failed; nth += 1 + nth / 16) {
		int status;

		if (anew)
			remove_tree(place->directory);
		failing_alloc_start(nth);
		status = one_pass(place);
		failed = failing_alloc_stop();
		if (status != KBAN_OK)
			assert_int_equal(status, KBAN_E_NOMEM);
		assert_kept(place, status);
	}
}

static void in_a_new_directory(void **state)
{
	fail_each(*state, true);
}

static void in_one_that_is_there(void **state)
{
	struct place *place = *state;

	assert_int_equal(one_pass(place), KBAN_OK);
	fail_each(place, false);
}

#define test_place(function) cmocka_unit_test_setup_teardown(function, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_place(in_a_new_directory),
		test_place(in_one_that_is_there),
	};

	sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
	sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
	return cmocka_run_group_tests_name("store-memory", tests, NULL, NULL);
}
