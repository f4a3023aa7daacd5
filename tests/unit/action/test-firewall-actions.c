/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "action/firewall-actions.h"

struct name {
	const char *name;
	bool is_known;
};

static void ask(void **state)
{
	for (const struct name *row = *state; row->name != NULL; row++) {
		const struct kb_firewall_action *action = kb_firewall_action_find(row->name);

		assert_int_equal(action != NULL, row->is_known);
		if (action != NULL)
			assert_string_equal(action->name, row->name);
	}
}

/* Those of fail2ban 1.0.2 and 1.1 that shut hosts out of this one. */
static const struct name firewall_actions_are_known[] = {
	{ "apf", true },
	{ "csf", true },
	{ "firewallcmd-allports", true },
	{ "firewallcmd-ipset", true },
	{ "firewallcmd-multiport", true },
	{ "firewallcmd-new", true },
	{ "firewallcmd-rich-logging", true },
	{ "firewallcmd-rich-rules", true },
	{ "iptables", true },
	{ "iptables-allports", true },
	{ "iptables-ipset", true },
	{ "iptables-ipset-proto4", true },
	{ "iptables-ipset-proto6", true },
	{ "iptables-ipset-proto6-allports", true },
	{ "iptables-multiport", true },
	{ "iptables-multiport-log", true },
	{ "iptables-new", true },
	{ "iptables-xt_recent-echo", true },
	{ "nftables", true },
	{ "nftables-allports", true },
	{ "nftables-multiport", true },
	{ "shorewall", true },
	{ "shorewall-ipset-proto6", true },
	{ "symbiosis-blacklist-allports", true },
	{ "ufw", true },
	{ NULL, false },
};

static const struct name others_are_not[] = {
	{ "sendmail-whois", false },
	{ "firewallcmd-common", false },
	{ "route", false },
	{ "hostsdeny", false },
	{ "iptables-", false },
	{ "IPTABLES", false },
	{ "", false },
	{ NULL, false },
};

/* What every row must have, so that reading an action finds all that it asks for. */
static void rows_are_whole(void **state)
{
	(void)state;
	for (const struct name *row = firewall_actions_are_known; row->name != NULL; row++) {
		const struct kb_firewall_action *action = kb_firewall_action_find(row->name);

		assert_non_null(action->defaults);
		assert_int_equal(action->type != NULL, action->extent == KB_EXTENT_TYPE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(ask, firewall_actions_are_known),
		test_case(ask, others_are_not),
		cmocka_unit_test(rows_are_whole),
	};

	return cmocka_run_group_tests_name("firewall-actions", tests, NULL, NULL);
}
