/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "action/action-firewall.h"

struct action {
	const char *name;
	bool is_known;
};

static void ask(void **state)
{
	for (const struct action *row = *state; row->name != NULL; row++)
		assert_int_equal(kb_firewall_is_known(row->name), row->is_known);
}

static const struct action actions[] = {
	{ "iptables-multiport", true },
	{ "iptables-ipset-proto6", true },
	{ "nftables", true },
	{ "firewallcmd-ipset", true },
	{ "sendmail-whois", false },
	{ "firewallcmd-common", false },
	{ "route", false },
	{ "iptables-", false },
	{ "", false },
	{ NULL, false },
};

int main(void)
{
	const struct CMUnitTest tests[] = { test_case(ask, actions) };

	return cmocka_run_group_tests_name("firewall-names", tests, NULL, NULL);
}
