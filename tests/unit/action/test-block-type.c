/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "action/block-type.h"
#include "base/text.h"
#include "failing-alloc.h"

struct row {
	enum kb_block_terms terms;
	const char *text;
	const char *target4, *target6; /* NULL: refused */
};

static void check(const struct row *row, enum kban_family family, const char *expected)
{
	kb_auto_clear(buffer) out = { 0 };
	kban_auto(error) err = NULL;
	int status = kb_block_type_print(kb_text(row->text), row->terms, family, &out, &err);

	if (expected == NULL) {
		assert_int_equal(status, KBAN_E_SYNTAX);
		assert_non_null(err);
		return;
	}
	assert_int_equal(status, KBAN_OK);
	assert_string_equal(out.data, expected);
}

static void translated(void **state)
{
	for (const struct row *row = *state; row->text != NULL; row++) {
		check(row, KBAN_IPV4, row->target4);
		check(row, KBAN_IPV6, row->target6);
	}
}

#define REJECT4 "REJECT --reject-with icmp-port-unreachable"
#define REJECT6 "REJECT --reject-with icmp6-port-unreachable"

static const struct row statements_of_nftables[] = {
	{ KB_BLOCK_NFTABLES, "reject", REJECT4, REJECT6 },
	{ KB_BLOCK_NFTABLES, " drop ", "DROP", "DROP" },
	{ KB_BLOCK_NFTABLES, "accept", "ACCEPT", "ACCEPT" },
	{ KB_BLOCK_NFTABLES, "return", "RETURN", "RETURN" },
	{ KB_BLOCK_NFTABLES, "counter drop", "DROP", "DROP" },
	{ KB_BLOCK_NFTABLES, "reject with icmp port-unreachable", REJECT4, REJECT6 },
	{ KB_BLOCK_NFTABLES, "reject with icmp type host-unreachable",
	  "REJECT --reject-with icmp-host-unreachable",
	  "REJECT --reject-with icmp6-addr-unreachable" },
	{ KB_BLOCK_NFTABLES, "reject with icmpv6 type no-route",
	  "REJECT --reject-with icmp-net-unreachable", "REJECT --reject-with icmp6-no-route" },
	{ KB_BLOCK_NFTABLES, "reject with icmpv6 type addr-unreachable",
	  "REJECT --reject-with icmp-host-unreachable",
	  "REJECT --reject-with icmp6-addr-unreachable" },
	{ KB_BLOCK_NFTABLES, "reject with icmpx type admin-prohibited",
	  "REJECT --reject-with icmp-admin-prohibited",
	  "REJECT --reject-with icmp6-adm-prohibited" },
	{ KB_BLOCK_NFTABLES, "reject with tcp reset", "REJECT --reject-with tcp-reset",
	  "REJECT --reject-with tcp-reset" },
	{ KB_BLOCK_NFTABLES, "DROP", "DROP", "DROP" },
	{ KB_BLOCK_NFTABLES, "queue", NULL, NULL },
	{ KB_BLOCK_NFTABLES, "", NULL, NULL },
	{ KB_BLOCK_NFTABLES, "drop with icmp port-unreachable", NULL, NULL },
	{ KB_BLOCK_NFTABLES, "reject with", NULL, NULL },
	{ KB_BLOCK_NFTABLES, "reject with icmp", NULL, NULL },
	{ KB_BLOCK_NFTABLES, "reject with udp reset", NULL, NULL },
	{ KB_BLOCK_NFTABLES, "reject with icmp type port-unreachable more", NULL, NULL },
	{ 0, NULL, NULL, NULL },
};

static const struct row actions_of_rich_rules[] = {
	{ KB_BLOCK_FIREWALLD, "reject type='icmp-port-unreachable'", REJECT4, REJECT6 },
	{ KB_BLOCK_FIREWALLD, "reject type=\"icmp6-adm-prohibited\"",
	  "REJECT --reject-with icmp-admin-prohibited",
	  "REJECT --reject-with icmp6-adm-prohibited" },
	{ KB_BLOCK_FIREWALLD, "reject", REJECT4, REJECT6 },
	{ KB_BLOCK_FIREWALLD, "drop", "DROP", "DROP" },
	{ KB_BLOCK_FIREWALLD, "accept", "ACCEPT", "ACCEPT" },
	{ KB_BLOCK_FIREWALLD, "mark set='1'", NULL, NULL },
	{ KB_BLOCK_FIREWALLD, "drop type='x'", NULL, NULL },
	{ KB_BLOCK_FIREWALLD, "reject type=", NULL, NULL },
	{ KB_BLOCK_FIREWALLD, "reject type='icmp-net-unreachable' more", NULL, NULL },
	{ 0, NULL, NULL, NULL },
};

static const struct row words_of_other_programs[] = {
	{ KB_BLOCK_WORD, "reject", REJECT4, REJECT6 },
	{ KB_BLOCK_WORD, "logreject", REJECT4, REJECT6 },
	{ KB_BLOCK_WORD, "drop", "DROP", "DROP" },
	{ KB_BLOCK_WORD, "deny", "DROP", "DROP" },
	{ KB_BLOCK_WORD, "logdrop", "DROP", "DROP" },
	{ KB_BLOCK_WORD, "blacklist", "DROP", "DROP" },
	{ KB_BLOCK_WORD, "limit", NULL, NULL },
	{ KB_BLOCK_WORD, "drop it", NULL, NULL },
	{ 0, NULL, NULL, NULL },
};

static const struct row targets_of_iptables[] = {
	{ KB_BLOCK_IPTABLES, "REJECT --reject-with icmp-port-unreachable", REJECT4, REJECT6 },
	{ KB_BLOCK_IPTABLES, "my-chain", "my-chain", "my-chain" },
	{ KB_BLOCK_IPTABLES, "LOG \"x\"", NULL, NULL },
	{ 0, NULL, NULL, NULL },
};

static int print_one(void *data)
{
	kb_auto_clear(buffer) out = { 0 };

	(void)data;
	return kb_block_type_print(KB_TEXT("reject with icmp type host-unreachable"),
				   KB_BLOCK_NFTABLES, KBAN_IPV6, &out, NULL);
}

static void memory_may_run_out(void **state)
{
	(void)state;
	assert_every_allocation_may_fail(print_one, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(translated, statements_of_nftables),
		test_case(translated, actions_of_rich_rules),
		test_case(translated, words_of_other_programs),
		test_case(translated, targets_of_iptables),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("block-type", tests, NULL, NULL);
}
