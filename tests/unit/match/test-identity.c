/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-filter.h"

#include <stdio.h>

#include "failing-alloc.h"
#include "match/identity.h"

/* A resolver that knows a few names and counts how often it is asked. */
static int asked;

static int resolve(const char *name, struct kban_addr *out, size_t max, void *data)
{
	(void)data;
	(void)max;
	asked++;
	if (strcmp(name, "later.example") == 0)
		return KBAN_RESOLVE_LATER;
	if (strcmp(name, "broken.example") == 0)
		return KBAN_E_SYSTEM;
	if (strcmp(name, "two.example") != 0)
		return 0;
	out[0] = test_addr("192.0.2.1");
	out[1] = test_addr("2001:db8::1");
	return 2;
}

#define FIELDS_MAX 4

struct identity_case {
	enum kban_usedns usedns;
	/* Names and values, ended by NULL. */
	const char *fields[2 * FIELDS_MAX];
	enum kb_identity_result result;
	const char *id;
	const char *host;
	size_t address_count;
};

static void check(const struct identity_case *row, const struct kb_identity *identity)
{
	const char *first = row->fields[1] != NULL ? row->fields[1] : "(none)";

	if (identity->result != row->result)
		fail_msg("'%s': result %d", first, (int)identity->result);
	if (row->result != KB_IDENTITY_KNOWN)
		return;
	if (!kb_text_is(kb_buffer_content(&identity->id), row->id))
		fail_msg("'%s': id '%s'", first, identity->id.data);
	if (!kb_text_is(kb_buffer_content(&identity->host), row->host))
		fail_msg("'%s': host '%s'", first, identity->host.data);
	if (identity->address_count != row->address_count)
		fail_msg("'%s': %zu addresses", first, identity->address_count);
}

static void tells(void **state)
{
	kban_auto(context) ctx = kban_context_new();

	kban_context_set_resolver(ctx, resolve, NULL);
	for (const struct identity_case *row = *state; row->usedns != KBAN_USEDNS_DEFAULT; row++) {
		const struct test_filter setup = { .fail = { "<HOST>" }, .usedns = row->usedns };
		kban_auto(filter) filter = test_compile(ctx, &setup);
		kb_auto_clear(fields) fields = { 0 };
		struct kb_identity identity = { 0 };

		for (size_t i = 0; row->fields[i] != NULL; i += 2)
			assert_int_equal(
				kb_fields_set(&fields, row->fields[i], kb_text(row->fields[i + 1])),
				KBAN_OK);
		assert_int_equal(kb_identity_tell(&identity, &fields, filter), KBAN_OK);
		check(row, &identity);
		kb_identity_clear(&identity);
	}
}

#define YES   KBAN_USEDNS_YES
#define NO    KBAN_USEDNS_NO
#define RAW   KBAN_USEDNS_RAW
#define KNOWN KB_IDENTITY_KNOWN

static const struct identity_case ids_of_addresses[] = {
	{ NO, { "ip4", "1.2.3.4" }, KNOWN, "1.2.3.4", "1.2.3.4", 1 },
	{ NO, { "ip4", "1.2.3.4", "cidr", "24" }, KNOWN, "1.2.3.0/24", "1.2.3.0/24", 1 },
	{ NO,
	  { "ip6", "2001:db8:1::1", "cidr", "32" },
	  KNOWN,
	  "2001:db8::/32",
	  "2001:db8::/32",
	  1 },
	{ NO, { "ip4", "1.2.3.4", "cidr", "32" }, KNOWN, "1.2.3.4", "1.2.3.4", 1 },
	{ NO, { "ip4", "1.2.3.4", "cidr", "" }, KNOWN, "1.2.3.4", "1.2.3.4", 1 },
	/* No such prefix: as if there were none. */
	{ NO, { "ip4", "1.2.3.4", "cidr", "33" }, KNOWN, "1.2.3.4", "1.2.3.4", 1 },
	{ NO, { "ip6", "2001:db8::1", "cidr", "129" }, KNOWN, "2001:db8::1", "2001:db8::1", 1 },
	/* Never everybody. */
	{ NO, { "ip4", "1.2.3.4", "cidr", "0" }, KNOWN, "0.0.0.0", "0.0.0.0", 1 },
	{ NO, { "ip6", "2001:db8::1", "cidr", "0" }, KNOWN, "::", "::", 1 },
	/* An address of the other family is none. */
	{ NO, { "ip4", "2001:db8::1" }, KNOWN, "2001:db8::1", "2001:db8::1", 0 },
	{ NO, { "ip6", "1.2.3.4" }, KNOWN, "1.2.3.4", "1.2.3.4", 0 },
	{ NO, { "ip6", "2001:DB8:0:0:0::1" }, KNOWN, "2001:db8::1", "2001:db8::1", 1 },
	{ NO, { "ip6", "::ffff:0102:0304" }, KNOWN, "1.2.3.4", "1.2.3.4", 1 },
	{ NO, { "ip6", "1:2:3:4:5:6:7::" }, KNOWN, "1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7:0", 1 },
	/* Of the shape of an address, but none: the text is the id. */
	{ NO, { "ip4", "999.1.2.3" }, KNOWN, "999.1.2.3", "999.1.2.3", 0 },
	{ NO, { "ip4", "192.030.0.6" }, KNOWN, "192.030.0.6", "192.030.0.6", 0 },
	{ NO, { "ip4", "192.030.0.6", "cidr", "24" }, KNOWN, "192.030.0.6", "192.030.0.6", 0 },
	{ NO, { "ip6", "12:34:56" }, KNOWN, "12:34:56", "12:34:56", 0 },
	{ NO, { "ip6", "[::1]" }, KNOWN, "[::1]", "[::1]", 0 },
	/* IPv4 beats IPv6, also with raw names. */
	{ RAW, { "ip4", "1.2.3.4", "ip6", "::1" }, KNOWN, "1.2.3.4", "1.2.3.4", 1 },
	{ RAW, { "ip6", "2001:DB8::0001" }, KNOWN, "2001:db8::1", "2001:db8::1", 1 },
	{ KBAN_USEDNS_DEFAULT, { NULL }, KNOWN, NULL, NULL, 0 },
};

static const struct identity_case ids_of_their_own[] = {
	{ NO, { "fid", "user joe", "ip4", "1.2.3.4" }, KNOWN, "user joe", "1.2.3.4", 0 },
	{ NO, { "fid", "1.2.3.4", "ip4", "1.2.3.4" }, KNOWN, "1.2.3.4", "1.2.3.4", 1 },
	{ NO, { "fid", "[1.2.3.4]", "ip4", "1.2.3.4" }, KNOWN, "1.2.3.4", "1.2.3.4", 1 },
	{ NO,
	  { "fid", "2001:DB8::1", "ip6", "2001:db8::1" },
	  KNOWN,
	  "2001:db8::1",
	  "2001:db8::1",
	  1 },
	{ NO, { "fid", "192.0.2.9", "ip4", "1.2.3.4" }, KNOWN, "192.0.2.9", "1.2.3.4", 1 },
	{ NO,
	  { "fid", "1.2.3.4", "ip4", "1.2.3.4", "cidr", "24" },
	  KNOWN,
	  "1.2.3.0/24",
	  "1.2.3.0/24",
	  1 },
	{ NO, { "fid", "1.2.3.4/24" }, KNOWN, "1.2.3.0/24", "1.2.3.0/24", 1 },
	{ NO, { "fid", "1.2.3.4/0" }, KNOWN, "0.0.0.0", "0.0.0.0", 1 },
	{ NO, { "fid", "[::1]" }, KNOWN, "::1", "::1", 1 },
	{ NO, { "fid", "::1.2.3.4" }, KNOWN, "::1.2.3.4", "::1.2.3.4", 1 },
	{ NO, { "fid", "::1.2.3.4/64" }, KNOWN, "::1.2.3.4/64", "::1.2.3.4/64", 0 },
	{ NO,
	  { "fid", "[::2:3:4:5:6:7:8/64]" },
	  KNOWN,
	  "::2:3:4:5:6:7:8/64",
	  "::2:3:4:5:6:7:8/64",
	  0 },
	{ NO, { "fid", "[joe]" }, KNOWN, "joe", "joe", 0 },
	{ NO, { "fid", "[]" }, KNOWN, "[]", "[]", 0 },
	{ RAW, { "fid", "[joe]" }, KNOWN, "[joe]", "[joe]", 0 },
	{ NO, { "fid", "2001:DB8::0001" }, KNOWN, "2001:db8::1", "2001:db8::1", 1 },
	{ NO, { "fid", "a/b" }, KNOWN, "a/b", "a/b", 0 },
	{ NO, { "fid", "host/24" }, KNOWN, "host/24", "host/24", 0 },
	{ NO, { "fid", "fe80::1%eth0" }, KNOWN, "fe80::1%eth0", "fe80::1%eth0", 0 },
	/* The text stays, and still is an address that can be banned. */
	{ RAW, { "fid", "2001:DB8::0001" }, KNOWN, "2001:DB8::0001", "2001:DB8::0001", 1 },
	{ RAW, { "fid", "a", "dns", "localhost" }, KNOWN, "a", "localhost", 0 },
	{ KBAN_USEDNS_DEFAULT, { NULL }, KNOWN, NULL, NULL, 0 },
};

static const struct identity_case names_are_resolved[] = {
	{ YES, { "dns", "two.example" }, KNOWN, "192.0.2.1", "two.example", 2 },
	{ KBAN_USEDNS_WARN, { "dns", "two.example" }, KNOWN, "192.0.2.1", "two.example", 2 },
	/* The id of its own is lost. */
	{ YES, { "fid", "a", "dns", "two.example" }, KNOWN, "192.0.2.1", "two.example", 2 },
	{ YES, { "dns", "one.example" }, KB_IDENTITY_NO_HOST, NULL, NULL, 0 },
	{ YES, { "dns", "broken.example" }, KB_IDENTITY_NO_HOST, NULL, NULL, 0 },
	{ YES, { "dns", "192.0.2.7" }, KNOWN, "192.0.2.7", "192.0.2.7", 1 },
	{ NO, { "dns", "192.0.2.7" }, KNOWN, "192.0.2.7", "192.0.2.7", 1 },
	{ NO, { "dns", "two.example" }, KB_IDENTITY_NO_HOST, NULL, NULL, 0 },
	{ RAW, { "dns", "two.example" }, KNOWN, "two.example", "two.example", 0 },
	{ KBAN_USEDNS_DEFAULT, { NULL }, KNOWN, NULL, NULL, 0 },
};

static const struct identity_case nobody_is_told[] = {
	{ YES, { NULL }, KB_IDENTITY_NONE, NULL, NULL, 0 },
	{ RAW, { "user", "joe", "mlfid", "x" }, KB_IDENTITY_NONE, NULL, NULL, 0 },
	{ KBAN_USEDNS_DEFAULT, { NULL }, KNOWN, NULL, NULL, 0 },
};

/* Where a rule looks for a name, an address has the shape that <ADDR> knows. */
static const struct identity_case addresses_instead_of_names[] = {
	{ NO, { "dns", "2001:DB8::1" }, KNOWN, "2001:db8::1", "2001:db8::1", 1 },
	{ NO, { "dns", "[2001:db8::1" }, KNOWN, "2001:db8::1", "2001:db8::1", 1 },
	{ NO, { "dns", "[::ffff:102:304]\n" }, KNOWN, "1.2.3.4", "1.2.3.4", 1 },
	{ NO, { "dns", "::2:3:4:5:6:7:8" }, KB_IDENTITY_NO_HOST, NULL, NULL, 0 },
	{ NO, { "dns", "::3:4:5:6:7:8" }, KNOWN, "::3:4:5:6:7:8", "::3:4:5:6:7:8", 1 },
	{ NO, { "dns", "::1.2.3.4" }, KB_IDENTITY_NO_HOST, NULL, NULL, 0 },
	{ NO, { "dns", "[1.2.3.4]" }, KB_IDENTITY_NO_HOST, NULL, NULL, 0 },
	{ NO, { "dns", "1.2.3.4/32" }, KB_IDENTITY_NO_HOST, NULL, NULL, 0 },
	{ NO, { "dns", "1.2.3.4/24" }, KB_IDENTITY_NO_HOST, NULL, NULL, 0 },
	{ KBAN_USEDNS_DEFAULT, { NULL }, KNOWN, NULL, NULL, 0 },
};

/* An old libc takes digits and dots for an address; other bytes are no host name at all. */
static const struct identity_case names_that_are_not_asked_for[] = {
	{ YES, { "dns", "1.2.3" }, KB_IDENTITY_NO_HOST, NULL, NULL, 0 },
	{ YES, { "dns", "16909060" }, KB_IDENTITY_NO_HOST, NULL, NULL, 0 },
	{ YES, { "dns", "a^b.example" }, KB_IDENTITY_NO_HOST, NULL, NULL, 0 },
	{ YES, { "dns", "\xc3\xa9t\xc3\xa9.example" }, KB_IDENTITY_NO_HOST, NULL, NULL, 0 },
	{ YES, { "dns", "" }, KB_IDENTITY_NO_HOST, NULL, NULL, 0 },
	{ NO, { "dns", "one.example" }, KB_IDENTITY_NO_HOST, NULL, NULL, 0 },
	{ KBAN_USEDNS_DEFAULT, { NULL }, KNOWN, NULL, NULL, 0 },
};

static void does_not_ask(void **state)
{
	asked = 0;
	tells(state);
	assert_int_equal(asked, 0);
}

static void answer_may_come_later(void **state)
{
	const struct test_filter setup = { .fail = { "<HOST>" }, .usedns = KBAN_USEDNS_YES };
	kban_auto(context) ctx = kban_context_new();
	kban_auto(filter) filter = NULL;
	kb_auto_clear(fields) fields = { 0 };
	struct kb_identity identity = { 0 };

	(void)state;
	kban_context_set_resolver(ctx, resolve, NULL);
	filter = test_compile(ctx, &setup);
	assert_int_equal(kb_fields_set(&fields, "dns", kb_text("later.example")), KBAN_OK);
	assert_int_equal(kb_identity_tell(&identity, &fields, filter), KBAN_OK);
	assert_int_equal(identity.result, KB_IDENTITY_KNOWN);
	assert_true(identity.lookup_pending);
	assert_int_equal(identity.address_count, 0);
	assert_true(kb_text_is(kb_buffer_content(&identity.id), "later.example"));
	kb_identity_clear(&identity);
}

static char logged[256];

static void note_line(int level, const char *topic, const char *line, void *data)
{
	(void)topic;
	(void)data;
	snprintf(logged, sizeof(logged), "%d %s", level, line);
}

struct logging {
	enum kban_usedns usedns;
	const char *name;
	const char *line;
};

static void logs(void **state)
{
	kban_auto(context) ctx = kban_context_new();

	kban_context_set_resolver(ctx, resolve, NULL);
	kban_context_set_log(ctx, note_line, NULL);
	for (const struct logging *row = *state; row->name != NULL; row++) {
		const struct test_filter setup = { .fail = { "<HOST>" }, .usedns = row->usedns };
		kban_auto(filter) filter = test_compile(ctx, &setup);
		kb_auto_clear(fields) fields = { 0 };
		struct kb_identity identity = { 0 };

		logged[0] = '\0';
		assert_int_equal(kb_fields_set(&fields, "dns", kb_text(row->name)), KBAN_OK);
		assert_int_equal(kb_identity_tell(&identity, &fields, filter), KBAN_OK);
		assert_string_equal(logged, row->line);
		kb_identity_clear(&identity);
	}
}

static const struct logging lookups_are_logged[] = {
	{ KBAN_USEDNS_WARN, "two.example",
	  "30 Determined IP using DNS Lookup: two.example = {'192.0.2.1', '2001:db8::1'}" },
	{ KBAN_USEDNS_YES, "two.example", "" },
	{ KBAN_USEDNS_YES, "one.example",
	  "30 Unable to find a corresponding IP address for one.example" },
	{ KBAN_USEDNS_WARN, "192.0.2.7", "" },
	{ KBAN_USEDNS_DEFAULT, NULL, NULL },
};

static int tell_once(void *data)
{
	kb_auto_clear(fields) fields = { 0 };
	struct kb_identity identity = { 0 };
	int status;

	if (kb_fields_set(&fields, "ip4", kb_text("1.2.3.4")) != KBAN_OK ||
	    kb_fields_set(&fields, "cidr", kb_text("24")) != KBAN_OK)
		return KBAN_E_NOMEM;
	status = kb_identity_tell(&identity, &fields, data);
	kb_identity_clear(&identity);
	return status;
}

static void without_memory(void **state)
{
	const struct test_filter setup = { .fail = { "<HOST>" } };
	kban_auto(context) ctx = kban_context_new();
	kban_auto(filter) filter = test_compile(ctx, &setup);

	(void)state;
	assert_every_allocation_may_fail(tell_once, filter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(tells, ids_of_addresses),
		test_case(tells, ids_of_their_own),
		test_case(tells, names_are_resolved),
		test_case(tells, addresses_instead_of_names),
		test_case(tells, nobody_is_told),
		test_case(does_not_ask, names_that_are_not_asked_for),
		cmocka_unit_test(answer_may_come_later),
		test_case(logs, lookups_are_logged),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests_name("identity", tests, NULL, NULL);
}
