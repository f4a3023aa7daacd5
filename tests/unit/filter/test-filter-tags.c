/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/text.h"
#include "failing-alloc.h"
#include "filter/filter-tags.h"
#include "regex/pattern.h"

struct spelling {
	const char *text;
	const char *expected;
};

static void expands_to(void **state)
{
	for (const struct spelling *row = *state; row->text != NULL; row++) {
		kb_auto_clear(buffer) out = { 0 };

		assert_int_equal(kb_filter_tags_expand(kb_text(row->text), false, &out), KBAN_OK);
		assert_string_equal(out.data != NULL ? out.data : "", row->expected);
	}
}

static const struct spelling own_tags_are_groups[] = {
	{ "<F-USER>\\S+</F-USER>", "(?P<user>\\S+)" },
	{ "<F-ID>x</F-ID>", "(?P<fid>x)" },
	{ "<F-PORT>x</F-PORT>", "(?P<fport>x)" },
	{ "<F-ID/> <F-PORT/> <F-CIDR/> <CIDR>",
	  "(?P<fid>\\S+) (?P<fport>\\w+) (?P<cidr>\\d+) (?P<cidr>\\d+)" },
	{ "<F-ALT_USER_1>a</F-ALT_USER_1>", "(?P<alt_user_1>a)" },
	/* Closing is no nesting: it works whenever the tag was opened before. */
	{ "<F-A>a</F-A></F-A>", "(?P<a>a))" },
	{ "<F-A><F-B>a</F-A></F-B>", "(?P<a>(?P<b>a))" },
	{ "<F-A-B>", "(?P<a-b>" },
	{ "a<SKIPLINES>b<SKIPLINES>",
	  "a\\n(?P<skiplines0>(?:.*\\n)*?)b\\n(?P<skiplines1>(?:.*\\n)*?)" },
	{ NULL, NULL },
};

static const struct spelling other_text_stays[] = {
	{ "", "" },
	{ "plain", "plain" },
	{ "<", "<" },
	{ "<HOST", "<HOST" },
	{ "<host> <HOST/> </HOST>", "<host> <HOST/> </HOST>" },
	{ "<IP4/> <F-HOST/> <F-USER/>", "<IP4/> <F-HOST/> <F-USER/>" },
	{ "</F-USER>", "</F-USER>" },
	{ "<F-user>x</F-user>", "<F-user>x</F-user>" },
	{ "<F->", "<F->" },
	{ "<>", "<>" },
	{ "< HOST>", "< HOST>" },
	{ "(?P<user>x)", "(?P<user>x)" },
	{ "(?<=a)(?<!b)", "(?<=a)(?<!b)" },
	{ NULL, NULL },
};

/* What ^TAG$ takes from a text: the group and its text, or nothing. */
struct shape {
	const char *tag;
	const char *text;
	const char *group; /* NULL: no match */
	const char *value;
	bool addresses_only;
};

static struct kb_pattern *compile(const struct shape *row)
{
	kb_auto_clear(buffer) out = { 0 };
	struct kb_pattern *pattern = NULL;

	kb_buffer_byte(&out, '^');
	assert_int_equal(kb_filter_tags_expand(kb_text(row->tag), row->addresses_only, &out),
			 KBAN_OK);
	kb_buffer_byte(&out, '$');
	assert_int_equal(kb_pattern_compile(kb_buffer_content(&out), 0, NULL, &pattern, NULL),
			 KBAN_OK);
	return pattern;
}

static void takes(void **state)
{
	for (const struct shape *row = *state; row->tag != NULL; row++) {
		kb_auto(pattern) pattern = compile(row);
		kb_auto(match) match = kb_match_new();
		int found = kb_pattern_search(pattern, kb_text(row->text), 0, match);
		size_t from = 0;
		size_t to = 0;

		if ((found == KB_MATCH_FOUND) != (row->group != NULL))
			fail_msg("%s on '%s': %d", row->tag, row->text, found);
		if (row->group == NULL)
			continue;
		if (!kb_match_group(match, kb_pattern_find_group(pattern, row->group), &from, &to))
			fail_msg("%s on '%s': %s is unset", row->tag, row->text, row->group);
		if (!kb_text_is(kb_text_slice(kb_text(row->text), from, to), row->value))
			fail_msg("%s on '%s': %.*s", row->tag, row->text, (int)(to - from),
				 row->text + from);
	}
}

static const struct shape host_takes_addresses_and_names[] = {
	{ "<HOST>", "1.2.3.4", "ip4", "1.2.3.4", false },
	{ "<HOST>", "[1.2.3.4]", "ip4", "1.2.3.4", false },
	{ "<HOST>", "[1.2.3.4", "ip4", "1.2.3.4", false },
	{ "<HOST>", "1.2.3.4]", "ip4", "1.2.3.4", false },
	{ "<HOST>", "::ffff:1.2.3.4", "ip4", "1.2.3.4", false },
	{ "<HOST>", "[::ffff:1.2.3.4]", "ip4", "1.2.3.4", false },
	{ "<HOST>", "::FFFF:1.2.3.4", NULL, NULL, false },
	{ "<HOST>", "::fffffff:1.2.3.4", NULL, NULL, false },
	{ "<HOST>", "0:0:0:0:0:ffff:1.2.3.4", NULL, NULL, false },
	{ "<HOST>", "::1.2.3.4", NULL, NULL, false },
	{ "<HOST>", "999.1.2.3", "ip4", "999.1.2.3", false },
	{ "<HOST>", "192.030.000.6", "ip4", "192.030.000.6", false },
	{ "<HOST>", "1.2.3", "dns", "1.2.3", false },
	{ "<HOST>", "1.2.3.4.5", "dns", "1.2.3.4.5", false },
	{ "<HOST>", "a1.2.3.4", "dns", "a1.2.3.4", false },
	{ "<HOST>", "example.com", "dns", "example.com", false },
	{ "<HOST>", "ex-am_ple.c^m", "dns", "ex-am_ple.c^m", false },
	{ "<HOST>", "_", "dns", "_", false },
	{ "<HOST>", "été.fr", "dns", "été.fr", false },
	{ "<HOST>", "-foo.", NULL, NULL, false },
	{ "<HOST>", "foo.", NULL, NULL, false },
	{ "<HOST>", ".", NULL, NULL, false },
	{ "<HOST>", "2001:DB8:0:0:0::1", "ip6", "2001:DB8:0:0:0::1", false },
	{ "<HOST>", "::1", "ip6", "::1", false },
	{ "<HOST>", "1::", "ip6", "1::", false },
	{ "<HOST>", "::", "ip6", "::", false },
	{ "<HOST>", "1:2:3:4:5:6:7:8", "ip6", "1:2:3:4:5:6:7:8", false },
	{ "<HOST>", "1:2:3:4:5:6:7::", "ip6", "1:2:3:4:5:6:7::", false },
	{ "<HOST>", "::ffff:0102:0304", "ip6", "::ffff:0102:0304", false },
	{ "<HOST>", "fe80::1%eth0", NULL, NULL, false },
	{ "<HOST>", "2001:db8::1/64", NULL, NULL, false },
	{ "<HOST>", "[2001:db8::1]:80", NULL, NULL, false },
	{ "<HOST>", "1:2:3:4:5:6:7:8:9", NULL, NULL, false },
	{ "<HOST>", "::2:3:4:5:6:7:8", NULL, NULL, false },
	{ NULL, NULL, NULL, NULL, false },
};

static const struct shape host_without_dns_takes_addresses[] = {
	{ "<HOST>", "1.2.3.4", "ip4", "1.2.3.4", true },
	{ "<HOST>", "[::1]", "ip6", "::1", true },
	{ "<HOST>", "1.2.3", NULL, NULL, true },
	{ "<HOST>", "example.com", NULL, NULL, true },
	{ "<DNS>", "example.com", "dns", "example.com", true },
	{ NULL, NULL, NULL, NULL, false },
};

static const struct shape parts_of_addresses[] = {
	{ "<ADDR>", "[1.2.3.4", "ip4", "1.2.3.4", false },
	{ "<ADDR>", "example.com", NULL, NULL, false },
	{ "<F-ADDR/>", "::1", "ip6", "::1", false },
	{ "<IP4>", "1.2.3.4", "ip4", "1.2.3.4", false },
	{ "<F-IP4/>", "::ffff:1.2.3.4", "ip4", "1.2.3.4", false },
	{ "<IP4>", "[::ffff:1.2.3.4]", NULL, NULL, false },
	{ "<IP4>", "[1.2.3.4]", NULL, NULL, false },
	{ "<IP4>", "1.2.3.4444", NULL, NULL, false },
	{ "<IP6>", "1.2.3.4", NULL, NULL, false },
	{ "<IP6>", "12:34:56", "ip6", "12:34:56", false },
	{ "<F-IP6/>", "a:b", "ip6", "a:b", false },
	{ "<IP6>", "abcde::1", NULL, NULL, false },
	{ "<SUBNET>", "1.2.3.0/24", "cidr", "24", false },
	{ "<SUBNET>", "1.2.3.0/24", "ip4", "1.2.3.0", false },
	{ "<F-SUBNET/>", "[2001:db8::/32]", "ip6", "2001:db8::", false },
	{ "<SUBNET>", "1.2.3.4", "ip4", "1.2.3.4", false },
	{ "<ADDR>/<CIDR>", "1.2.3.0/24", "cidr", "24", false },
	{ "<IP4>|<IP6>|<DNS>", "::1", "ip6", "::1", false },
	{ "<ADDR> <DNS>", "1.2.3.4 a.b", "dns", "a.b", false },
	{ "<F-ID/>", "a/b", "fid", "a/b", false },
	{ "<F-PORT/>", "http", "fport", "http", false },
	{ NULL, NULL, NULL, NULL, false },
};

static int expand_once(void *data)
{
	kb_auto_clear(buffer) out = { 0 };

	return kb_filter_tags_expand(kb_text(data), false, &out);
}

static void without_memory(void **state)
{
	char text[] = "<HOST> <F-USER>a</F-USER><SKIPLINES>";
	(void)state;
	assert_every_allocation_may_fail(expand_once, text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(expands_to, own_tags_are_groups),
		test_case(expands_to, other_text_stays),
		test_case(takes, host_takes_addresses_and_names),
		test_case(takes, host_without_dns_takes_addresses),
		test_case(takes, parts_of_addresses),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests_name("filter-tags", tests, NULL, NULL);
}
