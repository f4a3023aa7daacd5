/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "ban/backend.h"
#include "failing-alloc.h"

#define START (1700000000 * KBAN_SECOND)

static const struct kb_set set = { "kban-test", KBAN_IPV4, KB_SET_IP, 0, "" };

static kban_usec tell_time(void *data)
{
	return *(const kban_usec *)data;
}

struct fixture {
	kban_usec now;
	struct kban_context *ctx;
	struct kban_backend *backend;
};

static int setup(void **state)
{
	static struct fixture fixture;

	fixture.now = START;
	fixture.ctx = kban_context_new();
	kban_context_set_clock(fixture.ctx, tell_time, &fixture.now);
	*state = &fixture;
	return kban_backend_memory_new(fixture.ctx, &fixture.backend);
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	kban_backend_free(fixture->backend);
	kban_context_unref(fixture->ctx);
	return 0;
}

static void entries_end_by_the_clock(void **state)
{
	struct fixture *fixture = *state;
	struct kban_backend *backend = fixture->backend;
	struct kban_addr addr = test_addr("192.0.2.1"), forever = test_addr("192.0.2.2");
	kban_usec remaining;

	assert_int_equal(backend->ops->open(backend, &set, NULL), KBAN_OK);
	assert_int_equal(backend->ops->ban(backend, &set, &addr, 60 * KBAN_SECOND, NULL), KBAN_OK);
	assert_int_equal(backend->ops->ban(backend, &set, &forever, KBAN_FOREVER, NULL), KBAN_OK);
	fixture->now += 59 * KBAN_SECOND;
	assert_true(kban_backend_contains(backend, set.name, &addr, &remaining));
	assert_true(remaining == KBAN_SECOND);
	fixture->now += KBAN_SECOND;
	assert_false(kban_backend_contains(backend, set.name, &addr, NULL));
	assert_true(kban_backend_contains(backend, set.name, &forever, &remaining));
	assert_true(remaining == KBAN_FOREVER);
}

static void an_ended_ban_makes_room(void **state)
{
	struct fixture *fixture = *state;
	struct kban_backend *backend = fixture->backend;
	struct kb_set small = set;
	struct kban_addr one = test_addr("192.0.2.1"), other = test_addr("192.0.2.2");

	small.max_entries = 1;
	assert_int_equal(backend->ops->open(backend, &small, NULL), KBAN_OK);
	assert_int_equal(backend->ops->ban(backend, &small, &one, KBAN_SECOND, NULL), KBAN_OK);
	assert_int_equal(backend->ops->ban(backend, &small, &other, KBAN_SECOND, NULL),
			 KBAN_E_LIMIT);
	fixture->now += KBAN_SECOND;
	assert_int_equal(backend->ops->ban(backend, &small, &other, KBAN_SECOND, NULL), KBAN_OK);
}

static int ban_some(void *data)
{
	kban_auto(context) ctx = kban_context_new();
	kban_auto(backend) backend = NULL;
	struct kban_addr addr = test_addr("192.0.2.1");
	int status;

	(void)data;
	if (ctx == NULL)
		return KBAN_E_NOMEM;
	status = kban_backend_memory_new(ctx, &backend);
	for (unsigned i = 0; status == KBAN_OK && i < 10; i++) {
		struct kb_set other = set;

		other.name[0] = (char)('a' + i);
		status = backend->ops->open(backend, &other, NULL);
		if (status == KBAN_OK)
			status = backend->ops->ban(backend, &other, &addr, KBAN_FOREVER, NULL);
	}
	if (status == KBAN_OK) {
		struct kb_set other = set;

		other.name[0] = 'a';
		other.family = KBAN_IPV6;
		status = backend->ops->open(backend, &other, NULL);
	}
	return status;
}

static void memory_may_run_out(void **state)
{
	(void)state;
	assert_every_allocation_may_fail(ban_some, NULL);
}

static void has_a_name(void **state)
{
	struct fixture *fixture = *state;

	assert_string_equal(kban_backend_name(fixture->backend), "memory");
	kban_backend_free(NULL);
}

static const struct {
	kban_usec lasts, length;
} lengths[] = {
	{ -KBAN_SECOND, KBAN_SECOND },
	{ 0, KBAN_SECOND },
	{ 1, KBAN_SECOND },
	{ KBAN_SECOND, KBAN_SECOND },
	{ KBAN_SECOND + 1, 2 * KBAN_SECOND },
	{ 2147483 * KBAN_SECOND - 1, 2147483 * KBAN_SECOND },
	{ 2147483 * KBAN_SECOND + 1, 2147483 * KBAN_SECOND },
	{ KBAN_FOREVER - 1, 2147483 * KBAN_SECOND },
	{ KBAN_FOREVER, KBAN_FOREVER },
};

static void lengths_are_those_of_the_kernel(void **state)
{
	(void)state;
	for (size_t i = 0; i < kb_array_size(lengths); i++)
		assert_true(kb_entry_length(lengths[i].lasts) == lengths[i].length);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(entries_end_by_the_clock, setup, teardown),
		cmocka_unit_test_setup_teardown(an_ended_ban_makes_room, setup, teardown),
		cmocka_unit_test_setup_teardown(has_a_name, setup, teardown),
		cmocka_unit_test(lengths_are_those_of_the_kernel),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("backend-memory", tests, NULL, NULL);
}
