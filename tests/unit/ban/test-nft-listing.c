/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "ban/nft-listing.h"
#include "base/buffer.h"

static const char frame[] =
	"table inet kban { # handle 7\n"
	"\tset kban-a { # handle 2\n"
	"\t\ttype ipv4_addr\n"
	"\t\tflags interval,timeout\n"
	"\t}\n"
	"\n"
	"\tmap m { # handle 3\n"
	"\t\ttype ipv4_addr : verdict\n"
	"\t}\n"
	"\n"
	"\tchain INPUT { # handle 1\n"
	"\t\ttype filter hook input priority filter - 1; policy accept;\n"
	"\t\ttcp dport 25 ip saddr @kban-a drop comment \"kban:a:01234567\" # handle 5\n"
	"\t\tlog prefix \" comment \" # handle 6\n"
	"\t\tlog prefix \" comment \" comment \"} # handle 9\" # handle 10\n"
	"\t}\n"
	"}\n"
	"table inet other { # handle 8\n"
	"}\n";

static const char *const kinds[] = {
	[KB_NFT_TABLE] = "table", [KB_NFT_CHAIN] = "chain", [KB_NFT_BASE] = "base",
	[KB_NFT_RULE] = "rule",   [KB_NFT_SET] = "set",     [KB_NFT_TYPE] = "type",
	[KB_NFT_FLAGS] = "flags", [KB_NFT_OTHER] = "other",
};

static void says(struct kb_buffer *out, struct kban_text text)
{
	kb_buffer_byte(out, '|');
	kb_buffer_text(out, text);
}

static void a_frame_is_read_line_by_line(void **state)
{
	struct kb_nft_listing listing = { .rest = kb_text(frame) };
	kb_auto_clear(buffer) read = { 0 };
	struct kb_nft_item item;

	(void)state;
	while (kb_nft_listing_next(&listing, &item)) {
		kb_buffer_string(&read, kinds[item.kind]);
		says(&read, item.table);
		says(&read, item.name);
		says(&read, item.kind == KB_NFT_RULE ? kb_nft_comment(item.text) : item.text);
		says(&read, item.handle);
		kb_buffer_byte(&read, '\n');
	}
	assert_string_equal(read.data,
			    "table|inet kban|||7\n"
			    "set|inet kban|kban-a||2\n"
			    "type|inet kban|kban-a|ipv4_addr|\n"
			    "flags|inet kban|kban-a|interval,timeout|\n"
			    "other|inet kban|m||3\n"
			    "chain|inet kban|INPUT||1\n"
			    "base|inet kban|INPUT|type filter hook input priority filter - 1; "
			    "policy accept;|\n"
			    "rule|inet kban|INPUT|kban:a:01234567|5\n"
			    "rule|inet kban|INPUT||6\n"
			    "rule|inet kban|INPUT|} # handle 9|10\n"
			    "table|inet other|||8\n");
}

struct entry {
	const char *addr;
	kban_usec remaining;
};

struct visit {
	const struct entry *next;
};

static int see(const struct kban_addr *addr, kban_usec remaining, void *data)
{
	struct visit *visit = data;
	char text[KBAN_ADDR_TEXT_SIZE];

	assert_non_null(visit->next->addr);
	assert_string_equal(kban_addr_print(addr, text), visit->next->addr);
	assert_true(remaining == visit->next->remaining);
	visit->next++;
	return visit->next->addr == NULL;
}

static void entries_are_read_with_what_remains(void **state)
{
	static const char text[] =
		"table inet kban {\n\tset kban-a {\n\t\ttype ipv4_addr\n\t\tflags timeout\n"
		"\t\telements = { 192.0.2.1 timeout 10m expires 9m58s500ms, 192.0.2.2,\n"
		"\t\t\t     198.51.100.0/24 timeout 24d20h31m23s expires 1d2h3m4s,\n"
		"\t\t\t     10.0.0.1-10.0.0.7, 2001:db8::1, 192.0.2.3 expires 5q,\n"
		"\t\t\t     192.0.2.4 }\n\t}\n}\n";
	static const struct entry expected[] = {
		{ "192.0.2.1", 598500000 },
		{ "192.0.2.2", KBAN_FOREVER },
		{ "198.51.100.0/24", (86400 + 7384) * KBAN_SECOND },
		{ "192.0.2.4", KBAN_FOREVER },
		{ NULL, 0 },
	};
	struct visit visit = { expected };

	(void)state;
	kb_nft_entries_visit(kb_text(text), KBAN_IPV4, see, &visit);
	assert_null(visit.next->addr);
	kb_nft_entries_visit(kb_text("table inet kban {\n}\n"), KBAN_IPV4, see, &visit);
	kb_nft_entries_visit(kb_text(""), KBAN_IPV4, see, &visit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_is_read_line_by_line),
		cmocka_unit_test(entries_are_read_with_what_remains),
	};

	return cmocka_run_group_tests_name("nft-listing", tests, NULL, NULL);
}
