/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "ban/rules.h"
#include "base/text.h"

#define REJECT "REJECT --reject-with icmp-port-unreachable"

struct row {
	struct kban_rule rule;
	const char *lines; /* "TABLE CHAIN (BASE) TEXT" without its comment, a line each */
};

static void check(const struct kban_rules *rules, const char *expected)
{
	kb_auto_clear(buffer) all = { 0 };

	for (size_t i = 0; i < rules->count; i++) {
		const struct kb_rule_line *line = &rules->lines[i];
		struct kban_text text = kb_text(line->text);

		text = kb_text_slice(text, 0, kb_text_find(text, KB_TEXT(" comment \"")));
		kb_buffer_printf(&all, "%s %s (%s) %.*s\n", line->table, line->chain,
				 line->base != NULL ? line->base : "", (int)text.len, text.data);
	}
	assert_string_equal(all.data, expected);
}

static void written(void **state)
{
	for (const struct row *row = *state; row->rule.jail != NULL; row++) {
		kban_auto(rules) rules = kban_rules_new(KBAN_RULES_NFT);
		kban_auto(error) err = NULL;

		assert_non_null(rules);
		assert_int_equal(kban_rules_language(rules), KBAN_RULES_NFT);
		assert_int_equal(kban_rules_add(rules, &row->rule, &err), KBAN_OK);
		check(rules, row->lines);
	}
}

#define INPUT "kban INPUT (type filter hook input priority filter - 1) "

static const struct row rules_are_of_nft[] = {
	{ { .jail = "a",
	    .set4 = "kban-a",
	    .set6 = "kban-a6",
	    .chains = "INPUT",
	    .protocols = "tcp",
	    .ports = "25,1000:2000",
	    .target4 = REJECT,
	    .target6 = REJECT },
	  INPUT "tcp dport { 25, 1000-2000 } ip saddr @kban-a reject with icmp type "
		"port-unreachable\n" INPUT
		"tcp dport { 25, 1000-2000 } ip6 saddr @kban-a6 reject with icmpv6 type "
		"port-unreachable\n" },
	{ { .jail = "a",
	    .set4 = "kban-a",
	    .chains = "FORWARD",
	    .protocols = "all",
	    .target4 = "DROP",
	    .networks = 1 },
	  "kban FORWARD (type filter hook forward priority filter - 1) ip saddr @kban-a drop\n"
	  "kban FORWARD (type filter hook forward priority filter - 1) ip saddr @kban-a/net "
	  "drop\n" },
	{ { .jail = "a",
	    .set4 = "kban-a",
	    .chains = "INPUT",
	    .protocols = "icmp",
	    .target4 = "DROP",
	    .new_only = 1,
	    .inverted = 1,
	    .networks = 1 },
	  INPUT "meta l4proto icmp ct state new ip saddr != @kban-a ip saddr != @kban-a/net "
		"drop\n" },
	{ { .jail = "a",
	    .set6 = "kban-a6",
	    .chains = "f2b-chain",
	    .protocols = "tcp",
	    .ports = "80",
	    .target6 = "DROP",
	    .table = "mine",
	    .base = "type filter hook prerouting priority -1" },
	  "mine f2b-chain (type filter hook prerouting priority -1) tcp dport { 80 } ip6 saddr "
	  "@kban-a6 drop\n" },
	{ { .jail = "a",
	    .set4 = "kban-a",
	    .chains = "MINE",
	    .protocols = "tcp",
	    .ports = "80",
	    .target4 = "blocked",
	    .log_prefix = "f2b-a: " },
	  "kban MINE () tcp dport { 80 } ip saddr @kban-a jump blocked\n"
	  "kban MINE () tcp dport { 80 } ip saddr @kban-a limit rate 6/minute burst 2 packets "
	  "log prefix \"f2b-a: \"\n" },
	{ { .jail = NULL }, NULL },
};

static const struct {
	const char *target, *statement;
} targets[] = {
	{ "ACCEPT", "accept" },
	{ "RETURN", "return" },
	{ "REJECT", "reject" },
	{ "REJECT --reject-with tcp-reset", "reject with tcp reset" },
	{ "REJECT --reject-with icmp-host-prohibited", "reject with icmp type host-prohibited" },
	{ "LOG", "log" },
	{ "LOG --log-prefix x:", "log prefix \"x:\"" },
	{ "NFLOG --nflog-group 3", "log group 3" },
	{ "NFQUEUE --queue-num 1", "queue num 1" },
	{ "MARK --set-mark 0x1", "meta mark set 0x1" },
	{ "my-chain", "jump my-chain" },
	{ "TARPIT", NULL },
	{ "LOG --log-prefix x: --log-level 4", NULL },
	{ "my-chain --goto", NULL },
	{ "DROP --now yes", NULL },
};

static void targets_become_statements_or_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < kb_array_size(targets); i++) {
		kb_auto_clear(buffer) out = { 0 };
		kban_auto(error) err = NULL;
		int status = kb_rule_writer_nft.action(kb_text(targets[i].target), &out, &err);

		if (targets[i].statement != NULL) {
			assert_int_equal(status, KBAN_OK);
			assert_string_equal(out.data, targets[i].statement);
			continue;
		}
		assert_int_equal(status, KBAN_E_SYNTAX);
		assert_non_null(strstr(kban_error_text(err), targets[i].target));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(written, rules_are_of_nft),
		cmocka_unit_test(targets_become_statements_or_are_refused),
	};

	return cmocka_run_group_tests_name("rule-nft", tests, NULL, NULL);
}
