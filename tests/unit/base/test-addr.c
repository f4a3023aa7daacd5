/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <arpa/inet.h>

#include "base/addr.h"
#include "base/memory.h"
#include "base/text.h"

struct spelling {
	const char *written;
	const char *canonical; /* NULL: not an address */
};

static void parse_and_print(void **state)
{
	const struct spelling *row = *state;

	for (; row->written != NULL; row++) {
		char buffer[KBAN_ADDR_TEXT_SIZE];
		struct kban_addr addr;

		assert_int_equal(kban_addr_parse(kb_text(row->written), &addr), KBAN_OK);
		assert_ptr_equal(kban_addr_print(&addr, buffer), buffer);
		assert_string_equal(buffer, row->canonical);
	}
}

static const struct spelling addresses[] = {
	{ "192.0.2.7", "192.0.2.7" },
	{ "0.0.0.0", "0.0.0.0" },
	{ "255.255.255.255", "255.255.255.255" },
	{ "::", "::" },
	{ "2001:0DB8:0000::0001", "2001:db8::1" },
	{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
	{ "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff" },
	{ "::1.2.3.4", "::1.2.3.4" },
	{ "64:ff9b::1.2.3.4", "64:ff9b::102:304" },
	{ NULL, NULL },
};

static const struct spelling ipv4_mapped_is_ipv4[] = {
	{ "::ffff:1.2.3.4", "1.2.3.4" },
	{ "::FFFF:1.2.3.4", "1.2.3.4" },
	{ "::ffff:0102:0304", "1.2.3.4" },
	{ "0:0:0:0:0:FFFF:1.2.3.4", "1.2.3.4" },
	{ "[::ffff:192.0.2.7]", "192.0.2.7" },
	{ "::ffff:1.2.3.4/128", "1.2.3.4" },
	{ NULL, NULL },
};

static const struct spelling networks_of_ipv4_mapped_stay_ipv6[] = {
	{ "::ffff:1.2.3.4/120", "::ffff:1.2.3.0/120" },
	{ "::ffff:1.2.3.4/96", "::ffff:0.0.0.0/96" },
	{ NULL, NULL },
};

static const struct spelling brackets_around_all_are_dropped[] = {
	{ "[1.2.3.4]", "1.2.3.4" },
	{ "[2001:db8::1]", "2001:db8::1" },
	{ "[2001:db8::1/32]", "2001:db8::/32" },
	{ "[192.0.2.7/24]", "192.0.2.0/24" },
	{ NULL, NULL },
};

static const struct spelling networks_have_no_host_bits[] = {
	{ "1.2.3.4/24", "1.2.3.0/24" },
	{ "1.2.3.4/024", "1.2.3.0/24" },
	{ "192.0.2.255/31", "192.0.2.254/31" },
	{ "192.0.2.255/25", "192.0.2.128/25" },
	{ "1.2.3.4/32", "1.2.3.4" },
	{ "1.2.3.4/0", "0.0.0.0/0" },
	{ "2001:db8::1/128", "2001:db8::1" },
	{ "2001:db8::ffff/121", "2001:db8::ff80/121" },
	{ "2001:db8::1/0", "::/0" },
	{ NULL, NULL },
};

static const struct spelling contiguous_masks_are_prefixes[] = {
	{ "1.2.3.4/255.255.255.0", "1.2.3.0/24" },
	{ "1.2.3.4/255.255.255.255", "1.2.3.4" },
	{ "1.2.3.4/255.255.128.0", "1.2.0.0/17" },
	{ "1.2.3.4/0.0.0.0", "0.0.0.0/0" },
	{ "2001:db8::1/ffff::", "2001::/16" },
	{ "2001:db8::1/ffff:ffff::", "2001:db8::/32" },
	{ "2001:db8::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::1" },
	{ NULL, NULL },
};

static void refuse(void **state)
{
	const struct spelling *row = *state;

	for (; row->written != NULL; row++) {
		struct kban_addr addr = test_addr("192.0.2.99");

		assert_int_equal(kban_addr_parse(kb_text(row->written), &addr), KBAN_E_SYNTAX);
		assert_memory_equal(&addr, &(struct kban_addr[]){ test_addr("192.0.2.99") },
				    sizeof(addr));
	}
}

static const struct spelling no_addresses[] = {
	{ "", NULL },
	{ "192.030.0.6", NULL },
	{ "256.1.1.1", NULL },
	{ "1.2.3", NULL },
	{ "1.2.3.4.5", NULL },
	{ "0x7f.1", NULL },
	{ "1.2.3.4.", NULL },
	{ " 1.2.3.4", NULL },
	{ "1.2.3.4 ", NULL },
	{ "fe80::1%eth0", NULL },
	{ ":::", NULL },
	{ "2001:db8::1::", NULL },
	{ "12345::", NULL },
	{ "host.example", NULL },
	{ "1111:2222:3333:4444:5555:6666:255.255.255.2555", NULL },
	{ NULL, NULL },
};

static const struct spelling odd_brackets[] = {
	{ "[]", NULL },       { "[", NULL },           { "[1.2.3.4", NULL },
	{ "1.2.3.4]", NULL }, { "[[1.2.3.4]]", NULL }, { "[1.2.3.4]/24", NULL },
	{ NULL, NULL },
};

static const struct spelling odd_prefixes[] = {
	{ "1.2.3.4/", NULL },
	{ "/24", NULL },
	{ "1.2.3.4/33", NULL },
	{ "2001:db8::1/129", NULL },
	{ "1.2.3.4/4294967320", NULL },
	{ "1.2.3.4/99999999999999999999", NULL },
	{ "1.2.3.4/-1", NULL },
	{ "1.2.3.4/+24", NULL },
	{ "1.2.3.4/ 24", NULL },
	{ "1.2.3.4/24 ", NULL },
	{ "1.2.3.4/24/8", NULL },
	{ "1.2.3.4/255.0.255.0", NULL },
	{ "1.2.3.4/0.255.255.255", NULL },
	{ "1.2.3.4/ffff::", NULL },
	{ "2001:db8::1/255.255.0.0", NULL },
	{ "2001:db8::1/ffff::ffff", NULL },
	{ NULL, NULL },
};

static void nul_is_not_the_end(void **state)
{
	struct kban_addr addr;

	(void)state;
	assert_int_equal(kban_addr_parse(KB_TEXT("1.2.3.4\0"), &addr), KBAN_E_SYNTAX);
	assert_int_equal(kban_addr_parse(KB_TEXT("1.2.3.4\0/24"), &addr), KBAN_E_SYNTAX);
	assert_int_equal(kban_addr_parse(KB_TEXT("1.2.3.4/2\0"), &addr), KBAN_E_SYNTAX);
	assert_int_equal(kban_addr_parse((struct kban_text){ NULL, 0 }, &addr), KBAN_E_SYNTAX);
}

static void length_is_the_end(void **state)
{
	char buffer[KBAN_ADDR_TEXT_SIZE];
	struct kban_addr addr;

	(void)state;
	assert_int_equal(kban_addr_parse((struct kban_text){ "192.0.2.77", 9 }, &addr), KBAN_OK);
	assert_string_equal(kban_addr_print(&addr, buffer), "192.0.2.7");
}

/* Equal addresses have equal bytes, whatever was in the memory before. */
static void bytes_are_canonical(void **state)
{
	struct kban_addr plain;
	struct kban_addr mapped;

	(void)state;
	memset(&plain, 0xff, sizeof(plain));
	memset(&mapped, 0x55, sizeof(mapped));
	assert_int_equal(kban_addr_parse(KB_TEXT("192.0.2.7"), &plain), KBAN_OK);
	assert_int_equal(kban_addr_parse(KB_TEXT("[::ffff:c000:207]"), &mapped), KBAN_OK);
	assert_memory_equal(&plain, &mapped, sizeof(plain));
	assert_int_equal(plain.family, KBAN_IPV4);
	assert_int_equal(plain.prefix, 32);
	assert_memory_equal(plain.bytes, "\xc0\x00\x02\x07\0\0\0\0\0\0\0\0\0\0\0\0", 16);
}

struct pair {
	const char *left;
	const char *right;
	int holds;
};

static void check_equal(void **state)
{
	const struct pair *row = *state;

	for (; row->left != NULL; row++) {
		struct kban_addr left = test_addr(row->left);
		struct kban_addr right = test_addr(row->right);

		assert_int_equal(!!kban_addr_equal(&left, &right), row->holds);
	}
}

static const struct pair equal[] = {
	{ "192.0.2.7", "192.0.2.7", 1 },
	{ "192.0.2.7", "192.0.2.7/32", 1 },
	{ "192.0.2.7", "192.0.2.8", 0 },
	{ "192.0.2.0", "192.0.2.0/24", 0 },
	{ "192.0.2.7", "::ffff:192.0.2.7", 1 },
	{ "192.0.2.7", "::ffff:192.0.2.7/128", 1 },
	{ "0.0.0.0/0", "::/0", 0 },
	{ NULL, NULL, 0 },
};

static void check_contains(void **state)
{
	const struct pair *row = *state;

	for (; row->left != NULL; row++) {
		struct kban_addr network = test_addr(row->left);
		struct kban_addr addr = test_addr(row->right);

		assert_int_equal(!!kban_addr_contains(&network, &addr), row->holds);
	}
}

static const struct pair contains[] = {
	{ "192.0.2.0/24", "192.0.2.0", 1 },
	{ "192.0.2.0/24", "192.0.2.255", 1 },
	{ "192.0.2.0/24", "192.0.3.0", 0 },
	{ "192.0.2.128/25", "192.0.2.127", 0 },
	{ "192.0.2.0/23", "192.0.3.255", 1 },
	{ "192.0.2.7", "192.0.2.7", 1 },
	{ "192.0.2.7", "192.0.2.0/24", 0 },
	{ "192.0.2.0/24", "192.0.2.0/24", 1 },
	{ "192.0.2.0/24", "192.0.2.64/26", 1 },
	{ "192.0.2.0/26", "192.0.2.0/24", 0 },
	{ "0.0.0.0/0", "203.0.113.9", 1 },
	{ "0.0.0.0/0", "2001:db8::1", 0 },
	{ "::/0", "203.0.113.9", 0 },
	{ "::/0", "2001:db8::1", 1 },
	{ "2001:db8::/33", "2001:db8:7fff::", 1 },
	{ "2001:db8::/33", "2001:db8:8000::", 0 },
	{ NULL, NULL, 0 },
};

static void a_damaged_prefix_contains_nothing(void **state)
{
	struct kban_addr addr = test_addr("192.0.2.7");
	struct kban_addr damaged = addr;

	(void)state;
	damaged.prefix = 255;
	assert_false(kban_addr_contains(&damaged, &damaged));
	assert_false(kban_addr_contains(&damaged, &addr));
}

struct nature {
	const char *addr;
	int is_network;
	int is_unusable;
};

static void check_nature(void **state)
{
	const struct nature *row = *state;

	for (; row->addr != NULL; row++) {
		struct kban_addr addr = test_addr(row->addr);

		assert_int_equal(!!kban_addr_is_network(&addr), row->is_network);
		assert_int_equal(!!kban_addr_is_unusable(&addr), row->is_unusable);
	}
}

static const struct nature usable[] = {
	{ "192.0.2.7", 0, 0 },   { "192.0.2.0/24", 1, 0 },    { "1.0.0.0", 0, 0 },
	{ "127.0.0.1", 0, 0 },   { "223.255.255.255", 0, 0 }, { "255.255.255.254", 0, 0 },
	{ "128.0.0.0/1", 1, 0 }, { "2001:db8::1", 0, 0 },     { "2001:db8::/32", 1, 0 },
	{ "::1", 0, 0 },         { "fe80::1", 0, 0 },         { "feff::", 0, 0 },
	{ NULL, 0, 0 },
};

static const struct nature no_ban_makes_sense[] = {
	{ "0.0.0.0", 0, 1 },
	{ "0.1.2.3", 0, 1 },
	{ "0.0.0.0/8", 1, 1 },
	{ "0.0.0.0/0", 1, 1 },
	{ "224.0.0.0", 0, 1 },
	{ "224.0.0.0/4", 1, 1 },
	{ "239.255.255.250", 0, 1 },
	{ "255.255.255.255", 0, 1 },
	{ "::ffff:0.0.0.0", 0, 1 },
	{ "::", 0, 1 },
	{ "::/0", 1, 1 },
	{ "::/127", 1, 1 },
	{ "ff02::1", 0, 1 },
	{ "ff00::/8", 1, 1 },
	{ NULL, 0, 0 },
};

static unsigned dice(uint32_t *seed, unsigned sides)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 12) % sides;
}

/* Words that are often zero, or something that is printed in another way. */
static void ip6_is_printed_as_by_libc(void **state)
{
	static const uint16_t words[] = { 0, 0, 0, 1, 0xffff, 0x10, 0xabc, 0xf00d };
	uint32_t seed = 1;

	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		struct kban_addr addr = { .family = KBAN_IPV6, .prefix = 128 };
		char expected[KBAN_ADDR_TEXT_SIZE];
		char buffer[KBAN_ADDR_TEXT_SIZE];

		for (size_t j = 0; j < 8; j++) {
			uint16_t word = words[dice(&seed, kb_array_size(words))];

			addr.bytes[2 * j] = (uint8_t)(word >> 8);
			addr.bytes[2 * j + 1] = (uint8_t)word;
		}
		assert_non_null(inet_ntop(AF_INET6, addr.bytes, expected, sizeof(expected)));
		assert_string_equal(kban_addr_print(&addr, buffer), expected);
	}
}

static void ip4_is_read_as_by_libc(void **state)
{
	static const char letters[] = "0012345..... 9a";
	uint32_t seed = 1;
	size_t good = 0;

	(void)state;
	for (size_t i = 0; i < 200000; i++) {
		char text[17] = { 0 };
		size_t len = 6 + dice(&seed, 10);
		unsigned char bytes[4];
		struct kban_addr addr;
		bool expected;

		for (size_t j = 0; j < len; j++)
			text[j] = letters[dice(&seed, sizeof(letters) - 1)];
		expected = inet_pton(AF_INET, text, bytes) == 1;
		if (kb_addr_parse_ip4(kb_text(text), &addr) != expected)
			fail_msg("'%s'", text);
		if (expected)
			assert_memory_equal(addr.bytes, bytes, sizeof(bytes));
		good += expected;
	}
	assert_true(good > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(parse_and_print, addresses),
		test_case(parse_and_print, ipv4_mapped_is_ipv4),
		test_case(parse_and_print, networks_of_ipv4_mapped_stay_ipv6),
		test_case(parse_and_print, brackets_around_all_are_dropped),
		test_case(parse_and_print, networks_have_no_host_bits),
		test_case(parse_and_print, contiguous_masks_are_prefixes),
		test_case(refuse, no_addresses),
		test_case(refuse, odd_brackets),
		test_case(refuse, odd_prefixes),
		cmocka_unit_test(ip6_is_printed_as_by_libc),
		cmocka_unit_test(ip4_is_read_as_by_libc),
		cmocka_unit_test(nul_is_not_the_end),
		cmocka_unit_test(length_is_the_end),
		cmocka_unit_test(bytes_are_canonical),
		test_case(check_equal, equal),
		test_case(check_contains, contains),
		cmocka_unit_test(a_damaged_prefix_contains_nothing),
		test_case(check_nature, usable),
		test_case(check_nature, no_ban_makes_sense),
	};

	return cmocka_run_group_tests_name("addr", tests, NULL, NULL);
}
