/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "failing-alloc.h"

#include "count/host-record.h"

#define LONGEST_SHORT_WINDOW ((kban_usec)UINT32_MAX)

struct host {
	struct kb_host_form form;
	struct kb_host_record *record;
};

static void begin(struct host *host, kban_usec window, unsigned most, const char *text,
		  kban_usec when)
{
	struct kban_addr addr = test_addr(text);

	kb_host_form_init(&host->form, window, most);
	host->record = calloc(1, kb_host_record_size(&host->form, addr.family));
	assert_non_null(host->record);
	kb_host_record_begin(&host->form, host->record, &addr, when);
}

static void end(struct host *host)
{
	kb_host_record_end(&host->form, host->record);
	assert_int_equal(host->form.blocks, 0);
	free(host->record);
}

static void insert(struct host *host, kban_usec when)
{
	assert_int_equal(kb_host_record_reserve(&host->form, host->record), KBAN_OK);
	kb_host_record_insert(&host->form, host->record, when);
}

static kban_usec at(const struct host *host, unsigned i)
{
	return kb_host_record_at(&host->form, host->record, i);
}

static void addresses_are_kept(void **state)
{
	static const char *const texts[] = {
		"192.0.2.1",     "192.0.2.0/24",  "0.0.0.0/0", "2001:db8::1",
		"2001:db8::/64", "2001:db8::/32", "::/0",      "::",
	};
	size_t i;
	size_t k;

	(void)state;
	for (i = 0; i < kb_array_size(texts); i++) {
		struct host host;
		struct kban_addr addr;

		begin(&host, 600, 4, texts[i], 0);
		for (k = 0; k < kb_array_size(texts); k++) {
			addr = test_addr(texts[k]);
			assert_int_equal(kb_host_record_is(&host.form, host.record, &addr), i == k);
		}
		kb_host_record_addr(&host.form, host.record, &addr);
		assert_true(kb_host_record_is(&host.form, host.record, &addr));
		end(&host);
	}
}

static void records_are_small(void **state)
{
	struct kb_host_form form;

	(void)state;
	kb_host_form_init(&form, 600 * KBAN_SECOND, 4);
	assert_int_equal(kb_host_record_size(&form, KBAN_IPV4), 40);
	assert_int_equal(kb_host_record_size(&form, KBAN_IPV6), 52);
	kb_host_form_init(&form, 600 * KBAN_SECOND, 65534);
	assert_int_equal(kb_host_record_size(&form, KBAN_IPV4), 40);
	kb_host_form_init(&form, 86400 * KBAN_SECOND, 4);
	assert_int_equal(kb_host_record_size(&form, KBAN_IPV4), 56);
	kb_host_form_init(&form, 600 * KBAN_SECOND, 0);
	assert_int_equal(kb_host_record_size(&form, KBAN_IPV4), 24);
}

struct span {
	kban_usec window;
	kban_usec last;
};

/* To the microsecond, however long the window is and wherever it lies. */
static void stamps_are_exact(void **state)
{
	const struct span *span = *state;

	for (; span->window != 0; span++) {
		const kban_usec start = span->last - span->window;
		struct host host;

		begin(&host, span->window, 4, "192.0.2.1", start);
		insert(&host, span->last);
		insert(&host, start + 1);
		insert(&host, span->last - 1);
		insert(&host, start);
		assert_true(at(&host, 0) == start);
		assert_true(at(&host, 1) == start);
		assert_true(at(&host, 2) == start + 1);
		assert_true(at(&host, 3) == span->last - 1);
		assert_true(host.record->last == span->last);
		kb_host_record_move(&host.form, host.record, 4, -12345);
		assert_true(at(&host, 0) == start - 12345);
		assert_true(at(&host, 3) == span->last - 12346);
		assert_true(host.record->last == span->last - 12345);
		end(&host);
	}
}

static const struct span windows_short_and_long[] = {
	{ 600 * KBAN_SECOND, 1111111111 * KBAN_SECOND },
	{ 600 * KBAN_SECOND, 5 },
	{ 600 * KBAN_SECOND, INT64_C(7) << 32 },
	{ 600 * KBAN_SECOND, -(INT64_C(7) << 32) },
	{ 2, INT64_MAX },
	{ LONGEST_SHORT_WINDOW, 1111111111 * KBAN_SECOND },
	{ LONGEST_SHORT_WINDOW + 1, 1111111111 * KBAN_SECOND },
	{ 86400 * KBAN_SECOND, 1111111111 * KBAN_SECOND },
	{ INT64_MAX - 1, INT64_MAX / 2 },
	{ 0, 0 },
};

/* Through all sizes of a block, the ring beginning anywhere. */
static void many_stay_in_order(void **state)
{
	const unsigned most = 100;
	struct host host;
	unsigned i;
	unsigned round;

	(void)state;
	begin(&host, 1000, most, "2001:db8::1", 0);
	for (round = 0; round < 3; round++) {
		while (host.record->count <= most)
			insert(&host, host.record->last + 1);
		for (i = 0; i < most; i++)
			assert_int_equal(at(&host, i), host.record->last - most + i);
		for (i = 0; i < 37; i++)
			kb_host_record_drop_oldest(&host.form, host.record);
		insert(&host, at(&host, 5));
		assert_int_equal(at(&host, 5), at(&host, 6));
		assert_int_equal(at(&host, 7), at(&host, 6) + 1);
		kb_host_record_drop_oldest(&host.form, host.record);
		while (at(&host, 0) < at(&host, 5))
			kb_host_record_drop_oldest(&host.form, host.record);
		kb_host_record_drop_oldest(&host.form, host.record);
	}
	assert_in_range(host.form.blocks, most * 4, most * 4 + 8);
	end(&host);
}

static void all_can_be_dropped(void **state)
{
	struct host host;
	kban_usec i;

	(void)state;
	begin(&host, 1000, 10, "192.0.2.1", 1);
	for (i = 2; i <= 8; i++)
		insert(&host, i);
	for (i = 2; i <= 8; i++) {
		kb_host_record_drop_oldest(&host.form, host.record);
		assert_int_equal(host.record->count, 9 - i);
		assert_int_equal(host.record->count > 1 ? at(&host, 0) : host.record->last, i);
	}
	kb_host_record_drop_oldest(&host.form, host.record);
	assert_int_equal(host.record->count, 0);
	insert(&host, 900);
	insert(&host, 950);
	assert_int_equal(at(&host, 0), 900);
	end(&host);
}

static void without_memory_nothing_changes(void **state)
{
	struct host host;
	kban_usec i;

	(void)state;
	begin(&host, 1000, 10, "192.0.2.1", 0);
	for (i = 1; i <= 4; i++)
		insert(&host, i);
	failing_alloc_start(1);
	assert_int_equal(kb_host_record_reserve(&host.form, host.record), KBAN_E_NOMEM);
	assert_true(failing_alloc_stop());
	assert_int_equal(host.form.blocks, 0);
	for (i = 0; i < 4; i++)
		assert_int_equal(at(&host, (unsigned)i), i);
	insert(&host, 5);
	for (i = 0; i < 5; i++)
		assert_int_equal(at(&host, (unsigned)i), i);
	end(&host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_kept),
		cmocka_unit_test(records_are_small),
		test_case(stamps_are_exact, windows_short_and_long),
		cmocka_unit_test(many_stay_in_order),
		cmocka_unit_test(all_can_be_dropped),
		cmocka_unit_test(without_memory_nothing_changes),
	};

	return cmocka_run_group_tests_name("host-record", tests, NULL, NULL);
}
