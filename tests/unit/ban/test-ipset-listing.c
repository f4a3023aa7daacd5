/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "ban/ipset-listing.h"

struct header_row {
	const char *listing;
	const char *type; /* NULL: it is none */
	unsigned family, max_entries;
	bool has_timeouts, has_mask;
};

static void headers(void **state)
{
	for (const struct header_row *row = *state; row->listing != NULL; row++) {
		struct kb_ipset_header header = { .max_entries = 7 };

		assert_int_equal(kb_ipset_header_parse(kb_text(row->listing), &header),
				 row->type != NULL);
		if (row->type == NULL) {
			assert_int_equal(header.max_entries, 7);
			continue;
		}
		assert_true(kb_text_is(header.type, row->type));
		assert_int_equal(header.family, row->family);
		assert_int_equal(header.max_entries, row->max_entries);
		assert_int_equal(header.has_timeouts, row->has_timeouts);
		assert_int_equal(header.has_mask, row->has_mask);
	}
}

static const struct header_row headers_tell_what_a_set_is[] = {
	{ "Name: a\nType: hash:ip\nRevision: 6\nHeader: family inet hashsize 1024 maxelem 65536 "
	  "timeout 0 bucketsize 12 initval 0xc3282adf\nSize in memory: 280\nReferences: 0\n"
	  "Number of entries: 1\nMembers:\n192.0.2.1 timeout 3\n",
	  "hash:ip", KBAN_IPV4, 65536, true, false },
	{ "Name: b\nType: hash:net\nHeader: family inet6 hashsize 1024 maxelem 8\n", "hash:net",
	  KBAN_IPV6, 8, false, false },
	{ "Name: c\nType: hash:ip\nHeader: family inet hashsize 1024 maxelem 8 netmask 24\n",
	  "hash:ip", KBAN_IPV4, 8, false, true },
	{ "Name: c\nType: hash:ip\nHeader: family inet bitmask 255.255.0.255 timeout 9\n",
	  "hash:ip", KBAN_IPV4, 0, true, true },
	{ "Name: d\nType: list:set\nHeader: size 8\n", "list:set", 0, 0, false, false },
	{ "Name: e\nType: hash:ip\nHeader: family\n", "hash:ip", 0, 0, false, false },
	{ "Name: e\nType: hash:ip\nHeader: maxelem x\n", "hash:ip", 0, 0, false, false },
	{ NULL, NULL, 0, 0, false, false },
};

static const struct header_row other_texts_are_no_headers[] = {
	{ "", NULL, 0, 0, false, false },
	{ "Type:\n", NULL, 0, 0, false, false },
	{ "Members:\nType: hash:ip\n", NULL, 0, 0, false, false },
	{ "create a hash:ip family inet\n", NULL, 0, 0, false, false },
	{ NULL, NULL, 0, 0, false, false },
};

#define ENTRIES_MAX 8

struct entries_row {
	const char *listing;
	enum kban_family family;
	struct {
		const char *addr;
		kban_usec remaining;
	} entries[ENTRIES_MAX];
};

struct visit {
	const struct entries_row *row;
	size_t count, stop_after;
};

static int compare(const struct kban_addr *addr, kban_usec remaining, void *data)
{
	struct visit *visit = data;
	char text[KBAN_ADDR_TEXT_SIZE];

	assert_true(visit->count < ENTRIES_MAX);
	assert_non_null(visit->row->entries[visit->count].addr);
	assert_string_equal(kban_addr_print(addr, text), visit->row->entries[visit->count].addr);
	assert_true(remaining == visit->row->entries[visit->count].remaining);
	return ++visit->count == visit->stop_after;
}

static void entries(void **state)
{
	for (const struct entries_row *row = *state; row->listing != NULL; row++) {
		struct visit visit = { .row = row };

		kb_ipset_entries_visit(kb_text(row->listing), row->family, compare, &visit);
		if (visit.count < ENTRIES_MAX)
			assert_null(row->entries[visit.count].addr);
	}
}

static const struct entries_row entries_have_what_remains[] = {
	{ "Type: hash:net\nMembers:\n192.0.2.1 timeout 3595\n198.51.100.0/24 timeout 0\n"
	  "203.0.113.9\n203.0.113.10 timeout 7 packets 0 bytes 0 comment \"x timeout 9\"\n",
	  KBAN_IPV4,
	  { { "192.0.2.1", 3595 * KBAN_SECOND },
	    { "198.51.100.0/24", KBAN_FOREVER },
	    { "203.0.113.9", KBAN_FOREVER },
	    { "203.0.113.10", 7 * KBAN_SECOND } } },
	{ "Members:\n2001:db8::1 timeout 1\n2001:db8::/32",
	  KBAN_IPV6,
	  { { "2001:db8::1", KBAN_SECOND }, { "2001:db8::/32", KBAN_FOREVER } } },
	{ "", KBAN_IPV4, { { NULL, 0 } } },
	{ "192.0.2.1 timeout 5\n", KBAN_IPV4, { { NULL, 0 } } },
	{ NULL, KBAN_IPV4, { { NULL, 0 } } },
};

static const struct entries_row what_is_no_ban_is_left_out[] = {
	{ "Members:\n192.0.2.1,tcp:25 timeout 5\n192.0.2.0/24 nomatch\nother-set\n\n"
	  "::ffff:192.0.2.9 timeout 5\n192.0.2.7 timeout\n192.0.2.8 timeout x\n",
	  KBAN_IPV6,
	  { { NULL, 0 } } },
	{ "Members:\n192.0.2.0/24 nomatch timeout 5\n192.0.2.7 timeout\n192.0.2.8 timeout x\n",
	  KBAN_IPV4,
	  { { "192.0.2.7", KBAN_FOREVER }, { "192.0.2.8", KBAN_FOREVER } } },
	{ NULL, KBAN_IPV4, { { NULL, 0 } } },
};

static void a_visit_may_be_stopped(void **state)
{
	const struct entries_row *row = &entries_have_what_remains[0];
	struct visit visit = { .row = row, .stop_after = 2 };

	(void)state;
	kb_ipset_entries_visit(kb_text(row->listing), row->family, compare, &visit);
	assert_int_equal(visit.count, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(headers, headers_tell_what_a_set_is),
		test_case(headers, other_texts_are_no_headers),
		test_case(entries, entries_have_what_remains),
		test_case(entries, what_is_no_ban_is_left_out),
		cmocka_unit_test(a_visit_may_be_stopped),
	};

	return cmocka_run_group_tests_name("ipset-listing", tests, NULL, NULL);
}
