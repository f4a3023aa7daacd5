/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "action/action-firewall.h"
#include "base/buffer.h"
#include "base/text.h"
#include "failing-alloc.h"
#include "file-tree.h"

/* An action as a jail names it, and what it asks for; or why it cannot be. */
struct row {
	const char *action;
	const char *expected;
	const char *error;
	int status;
};

static const struct kb_where jail_file = { "jail.local", 7 };

static int load(const char *config_dir, const char *action, struct kb_firewall **out,
		struct kban_error **err)
{
	kb_auto_clear(value) value = { 0 };
	kb_auto_clear(named_options) item = { 0 };
	int status = kb_value_init(&value, kb_text(action), &jail_file);

	if (status == KBAN_OK)
		status = kb_named_options_parse(&value, &item, err);
	return status < 0 ? status : kb_firewall_load(config_dir, "mail", &item, out, err);
}

/* "SET | CHAINS | PROTOCOLS | PORTS | TARGET4 | TARGET6" and what else there is, one a line. */
static char *print(const struct kb_firewall *firewall)
{
	kb_auto_clear(buffer) out = { 0 };

	kb_buffer_printf(&out, "%s | %s | %s | %s | %s | %s",
			 firewall->set != NULL ? firewall->set : "-", firewall->chains,
			 firewall->protocols, firewall->ports != NULL ? firewall->ports : "-",
			 firewall->target4, firewall->target6);
	if (firewall->log_prefix != NULL)
		kb_buffer_printf(&out, "\nlog '%s'", firewall->log_prefix);
	if (firewall->new_only)
		kb_buffer_string(&out, "\nnew");
	if (firewall->inverted)
		kb_buffer_string(&out, "\ninverted");
	if (firewall->networks)
		kb_buffer_string(&out, "\nnetworks");
	if (firewall->max_entries > 0)
		kb_buffer_printf(&out, "\nentries %u", firewall->max_entries);
	return kb_buffer_take(&out);
}

static void check(const char *root, const struct row *row)
{
	kb_auto(firewall) firewall = NULL;
	kban_auto(error) err = NULL;
	int status = load(root, row->action, &firewall, &err);
	kb_autofree char *text = NULL;

	assert_int_equal(status, row->status);
	if (status == KBAN_OK) {
		assert_null(err);
		text = print(firewall);
		assert_string_equal(text, row->expected);
		return;
	}
	assert_null(firewall);
	text = without_root(kban_error_text(err), root);
	assert_string_equal(text, row->error);
}

static void check_with_files(const struct test_file *files, const struct row *row)
{
	char *root = make_tree(files);

	for (; row->action != NULL; row++)
		check(root, row);
	remove_tree(root);
}

static const struct test_file no_files[] = {
	{ "jail.conf", "[DEFAULT]\n" },
	{ NULL, NULL },
};

/* Like those of fail2ban in what matters here. */
static const struct test_file stock_files[] = {
	{ "action.d/iptables.conf",
	  "[Definition]\n"
	  "type = oneport\n"
	  "actionban = <iptables> -I f2b-<name> 1 -s <ip> -j <blocktype>\n"
	  "[Init]\n"
	  "chain = INPUT\n"
	  "name = default\n"
	  "port = ssh\n"
	  "protocol = tcp\n"
	  "blocktype = DROP\n"
	  "returntype = RETURN\n"
	  "lockingopt = -w\n"
	  "iptables = iptables <lockingopt>\n"
	  "[Init?family=inet6]\n"
	  "blocktype = REJECT\n"
	  "iptables = ip6tables <lockingopt>\n" },
	{ "action.d/iptables-multiport.conf", "[INCLUDES]\nbefore = iptables.conf\n"
					      "[Definition]\ntype = multiport\n" },
	{ "action.d/iptables-allports.conf", "[INCLUDES]\nbefore = iptables.conf\n"
					     "[Definition]\ntype = allports\n" },
	{ "action.d/iptables-ipset.conf", "[INCLUDES]\nbefore = iptables.conf\n"
					  "[Init]\n"
					  "ipsettype = hash:net\n"
					  "maxelem = 131072\n"
					  "ipmset = f2b-<name>\n"
					  "[Init?family=inet6]\n"
					  "ipmset = f2b-<name>6\n" },
	{ "action.d/firewallcmd-ipset.conf",
	  "[Init]\n"
	  "chain = INPUT_direct\n"
	  "port = 1:65535\n"
	  "protocol = tcp\n"
	  "rejecttype = icmp-host-prohibited\n"
	  "blocktype = REJECT --reject-with <rejecttype>\n"
	  "ipsettype = ipset\n"
	  "actiontype = <multiport>\n"
	  "allports = -p <protocol>\n"
	  "multiport = -p <protocol> -m multiport --dports <port>\n"
	  "ipmset = f2b-<name>\n"
	  "[Init?family=inet6]\n"
	  "rejecttype = icmp6-adm-prohibited\n" },
	{ "action.d/nftables.conf", "[Definition]\ntype = multiport\n"
				    "[Init]\nchain = f2b-chain\nchain_hook = forward\nport = ssh\n"
				    "protocol = tcp\nblocktype = drop\n" },
	{ NULL, NULL },
};

#define REJECT4 "REJECT --reject-with icmp-port-unreachable"
#define REJECT6 "REJECT --reject-with icmp6-port-unreachable"
#define REJECT  REJECT4 " | " REJECT6
#define DROP    "DROP | DROP"

#define OK(action, expected)                    \
	{                                       \
		action, expected, NULL, KBAN_OK \
	}
#define NO(action, error, status)           \
	{                                   \
		action, NULL, error, status \
	}
#define END                         \
	{                           \
		NULL, NULL, NULL, 0 \
	}

static void without_files(void **state)
{
	check_with_files(no_files, *state);
}

static void with_files(void **state)
{
	check_with_files(stock_files, *state);
}

static const struct row iptables_block_ports_of_the_protocol[] = {
	OK("iptables", "- | INPUT | tcp | ssh | " REJECT),
	OK("iptables[port=25]", "- | INPUT | tcp | 25 | " REJECT),
	OK("iptables-multiport[name=SMTP, port=\"25,465,587\", protocol=tcp]",
	   "- | INPUT | tcp | 25,465,587 | " REJECT),
	OK("iptables-multiport[port=\"0:65535\", protocol=\"tcp,udp\"]",
	   "- | INPUT | tcp,udp | - | " REJECT),
	OK("iptables-multiport[port=\"25\", chain=\"<known/chain>\"]",
	   "- | INPUT | tcp | 25 | " REJECT),
	OK("iptables-multiport[port=25, chain=\"INPUT, FORWARD\"]",
	   "- | INPUT,FORWARD | tcp | 25 | " REJECT),
	OK("iptables-allports", "- | INPUT | tcp | - | " REJECT),
	OK("iptables-allports[protocol=all]", "- | INPUT | all | - | " REJECT),
	OK("iptables[type=allports, protocol=icmp]", "- | INPUT | icmp | - | " REJECT),
	OK("iptables-new[port=25]", "- | INPUT | tcp | 25 | " REJECT "\nnew"),
	OK("iptables-multiport-log[port=25, name=x-y]",
	   "- | INPUT | tcp | 25 | " REJECT "\nlog 'f2b-x-y:DROP '"),
	OK("iptables-multiport-log[port=25, name='an \"endless\" name of a jail']",
	   "- | INPUT | tcp | 25 | " REJECT "\nlog 'f2b-an _endless_ name o:DROP '"),
	END,
};

static const struct row a_block_type_is_for_both_families_but_for_one_that_says_so[] = {
	OK("iptables-multiport[port=25, blocktype=DROP]", "- | INPUT | tcp | 25 | " DROP),
	OK("iptables-multiport[port=25, blocktype=\"REJECT --reject-with icmp-host-prohibited\"]",
	   "- | INPUT | tcp | 25 | REJECT --reject-with icmp-host-prohibited | "
	   "REJECT --reject-with icmp6-adm-prohibited"),
	OK("iptables-multiport[port=25, blocktype=DROP, blocktype?family=inet6=\"RETURN\"]",
	   "- | INPUT | tcp | 25 | DROP | RETURN"),
	OK("iptables-multiport[port=25, blocktype?family=inet6=\"DROP\"]",
	   "- | INPUT | tcp | 25 | " REJECT4 " | DROP"),
	END,
};

static const struct row return_for_the_banned_lets_them_in[] = {
	OK("iptables-multiport[port=21, blocktype=RETURN, returntype=DROP, "
	   "actionstart_on_demand=false, actionrepair_on_unban=true]",
	   "- | INPUT | tcp | 21 | " DROP "\ninverted"),
	OK("iptables-multiport[port=21, blocktype=RETURN]",
	   "- | INPUT | tcp | 21 | RETURN | RETURN"),
	NO("iptables-multiport[port=21, returntype=DROP]",
	   "jail.local:7: returntype: no rule with a set does what action 'iptables-multiport' is "
	   "to do with it",
	   KBAN_E_NOTFOUND),
	END,
};

static const struct row ipset_actions_keep_their_sets[] = {
	OK("iptables-ipset[port=25]", "f2b-mail | INPUT | tcp | 25 | " REJECT),
	OK("iptables-ipset-proto4[port=25, name=x]", "f2b-x | INPUT | tcp | 25 | " REJECT),
	OK("iptables-ipset-proto6[port=\"25,587\"]", "f2b-mail | INPUT | tcp | 25,587 | " REJECT),
	OK("iptables-ipset-proto6-allports", "f2b-mail | INPUT | tcp | - | " REJECT),
	OK("iptables-ipset[port=25, ipmset=my-set, ipsettype=hash:net, maxelem=1000]",
	   "my-set | INPUT | tcp | 25 | " REJECT "\nnetworks\nentries 1000"),
	OK("iptables-ipset[type=allports, ipsettime=\"<timeout-bantime>\", blocktype=DROP]",
	   "f2b-mail | INPUT | tcp | - | " DROP),
	OK("iptables-xt_recent-echo[port=25]", "f2b-mail | INPUT | all | - | " REJECT),
	OK("shorewall-ipset-proto6", "f2b-mail | INPUT | all | - | " DROP),
	OK("firewallcmd-ipset", "f2b-mail | INPUT | tcp | - | " REJECT),
	OK("firewallcmd-ipset[port=25, chain=FORWARD_direct]",
	   "f2b-mail | FORWARD | tcp | 25 | " REJECT),
	OK("firewallcmd-ipset[port=25, actiontype=\"<allports>\"]",
	   "f2b-mail | INPUT | tcp | - | " REJECT),
	END,
};

static const struct row other_firewalls_become_rules[] = {
	OK("nftables[port=\"25,1000:2000\", protocol=\"tcp,udp\"]",
	   "- | INPUT | tcp,udp | 25,1000:2000 | " REJECT),
	OK("nftables-multiport[port=25, chain=\"<known/chain>\", blocktype=drop]",
	   "- | INPUT | tcp | 25 | " DROP),
	OK("nftables-allports[chain_hook=prerouting]", "- | INPUT,FORWARD | tcp | - | " REJECT),
	OK("nftables-allports[chain_priority=-1]", "- | INPUT | tcp | - | " REJECT),
	OK("nftables-allports[chain_priority=300]", "- | INPUT | tcp | - | " REJECT),
	OK("nftables-allports[chain_priority=mangle+10]", "- | INPUT | tcp | - | " REJECT),
	OK("nftables-allports[chain_type=nat]", "- | INPUT | tcp | - | " REJECT),
	OK("nftables[type=allports, protocol=all, chain_hook=output]",
	   "- | OUTPUT | all | - | " REJECT),
	OK("firewallcmd-multiport[port=25]", "- | INPUT | tcp | 25 | " REJECT "\nnew"),
	OK("firewallcmd-new[port=25]", "- | INPUT | tcp | 25 | " REJECT "\nnew"),
	OK("firewallcmd-allports", "- | INPUT | all | - | " REJECT),
	OK("firewallcmd-allports[rejecttype=icmp-host-prohibited]",
	   "- | INPUT | all | - | REJECT --reject-with icmp-host-prohibited | "
	   "REJECT --reject-with icmp6-adm-prohibited"),
	OK("firewallcmd-rich-rules[port=\"25,587\"]", "- | INPUT | tcp | 25,587 | " REJECT),
	OK("firewallcmd-rich-rules[port=25, rich-blocktype=drop]", "- | INPUT | tcp | 25 | " DROP),
	OK("firewallcmd-rich-logging[port=25]",
	   "- | INPUT | tcp | 25 | " REJECT "\nlog 'f2b-mail'"),
	OK("shorewall", "- | INPUT | all | - | " REJECT),
	OK("shorewall[blocktype=drop]", "- | INPUT | all | - | " DROP),
	OK("ufw", "- | INPUT | all | - | " REJECT),
	OK("ufw[blocktype=deny, add=insert, comment=x]", "- | INPUT | all | - | " DROP),
	OK("apf", "- | INPUT | all | - | " DROP),
	OK("csf", "- | INPUT | all | - | " DROP),
	OK("symbiosis-blacklist-allports", "- | blacklist | all | - | DROP | " REJECT6),
	END,
};

static const struct row options_that_make_no_sense_are_told[] = {
	NO("iptables-multiport[port=\"25,smptp\"]",
	   "jail.local:7: port: unknown port or service 'smptp'", KBAN_E_SYNTAX),
	NO("iptables-multiport[port=\"<nothing>\"]",
	   "jail.local:7: port: unknown port or service '<nothing>'", KBAN_E_SYNTAX),
	NO("iptables-multiport[port=\"\"]", "jail.local:7: port: there is none", KBAN_E_SYNTAX),
	NO("iptables-multiport[protocol=tpc]", "jail.local:7: protocol: unknown protocol 'tpc'",
	   KBAN_E_SYNTAX),
	NO("iptables-multiport[protocol=\" \"]", "jail.local:7: protocol: there is none",
	   KBAN_E_SYNTAX),
	NO("iptables-multiport[chain=\"a/b\"]",
	   "jail.local:7: chain: 'a/b' is no name of a chain or target", KBAN_E_SYNTAX),
	NO("iptables-multiport[chain=\"\"]", "jail.local:7: chain: there is none", KBAN_E_SYNTAX),
	NO("iptables-multiport[blocktype=\"REJECT --reject-with x\"]",
	   "jail.local:7: blocktype: target 'REJECT --reject-with x': cannot reject with 'x'",
	   KBAN_E_SYNTAX),
	NO("iptables[type=someports]",
	   "jail.local:7: type: 'someports' is none of oneport, multiport and allports",
	   KBAN_E_SYNTAX),
	NO("iptables[port=\"<port>\"]", "jail.local:7: port: tags refer to each other in a circle",
	   KBAN_E_SYNTAX),
	NO("nftables[blocktype=\"queue\"]", "jail.local:7: blocktype: no rule does 'queue'",
	   KBAN_E_SYNTAX),
	NO("nftables[chain_hook=ingress]",
	   "jail.local:7: chain_hook: 'ingress' is none of input, forward, output and prerouting",
	   KBAN_E_SYNTAX),
	NO("nftables[chain_type=filtr]",
	   "jail.local:7: chain_type: 'filtr' is nothing that nft takes", KBAN_E_SYNTAX),
	NO("nftables[chain_priority=filtr]",
	   "jail.local:7: chain_priority: 'filtr' is nothing that nft takes", KBAN_E_SYNTAX),
	NO("nftables[chain_priority=filter 1]",
	   "jail.local:7: chain_priority: 'filter 1' is nothing that nft takes", KBAN_E_SYNTAX),
	NO("nftables[chain_priority=filter -]",
	   "jail.local:7: chain_priority: 'filter -' is nothing that nft takes", KBAN_E_SYNTAX),
	NO("nftables[chain_priority=\"--1\"]",
	   "jail.local:7: chain_priority: '--1' is nothing that nft takes", KBAN_E_SYNTAX),
	NO("nftables[chain_priority=4294967296]",
	   "jail.local:7: chain_priority: '4294967296' is nothing that nft takes", KBAN_E_SYNTAX),
	NO("nftables[chain_priority=\"\"]",
	   "jail.local:7: chain_priority: '' is nothing that nft takes", KBAN_E_SYNTAX),
	NO("iptables-ipset[ipsettype=\"hash:ip,port\"]",
	   "jail.local:7: ipsettype: 'hash:ip,port' is neither hash:ip nor hash:net",
	   KBAN_E_SYNTAX),
	NO("iptables-ipset[maxelem=0]",
	   "jail.local:7: maxelem: '0' is no number from 1 to 2147483647", KBAN_E_SYNTAX),
	NO("iptables-ipset[ipmset=\"\"]", "jail.local:7: ipmset: there is none", KBAN_E_SYNTAX),
	END,
};

#define FOREIGN(option, action)                                                                \
	"jail.local:7: " option ": no rule with a set does what action '" action "' is to do " \
	"with it"

static const struct row what_only_commands_can_do_is_left_to_them[] = {
	NO("sendmail[dest=root]", "jail.local:7: action 'sendmail' is no firewall action",
	   KBAN_E_NOTFOUND),
	NO("iptables-multiport[actionban=\"echo <ip>\"]",
	   FOREIGN("actionban", "iptables-multiport"), KBAN_E_NOTFOUND),
	NO("iptables[pre-rule=\"-m physdev \"]", FOREIGN("pre-rule", "iptables"), KBAN_E_NOTFOUND),
	NO("iptables[iptables?family=inet6=\"true\"]", FOREIGN("iptables?family=inet6", "iptables"),
	   KBAN_E_NOTFOUND),
	NO("iptables[_ipt_rule_target=x]", FOREIGN("_ipt_rule_target", "iptables"),
	   KBAN_E_NOTFOUND),
	NO("nftables[type=custom]", FOREIGN("type", "nftables"), KBAN_E_NOTFOUND),
	NO("nftables[rule_match-allports=x]", FOREIGN("rule_match-allports", "nftables"),
	   KBAN_E_NOTFOUND),
	NO("firewallcmd-ipset[actiontype=\"-m limit\"]", FOREIGN("actiontype", "firewallcmd-ipset"),
	   KBAN_E_NOTFOUND),
	NO("ufw[application=\"OpenSSH\"]", FOREIGN("application", "ufw"), KBAN_E_NOTFOUND),
	NO("ufw[destination=\"192.0.2.1\"]", FOREIGN("destination", "ufw"), KBAN_E_NOTFOUND),
	NO("ufw[kill-mode=ss]", FOREIGN("kill-mode", "ufw"), KBAN_E_NOTFOUND),
	END,
};

static const struct row files_give_the_defaults[] = {
	OK("iptables[port=25]", "- | INPUT | tcp | 25 | DROP | REJECT"),
	OK("iptables-multiport[port=25, blocktype=ACCEPT]",
	   "- | INPUT | tcp | 25 | ACCEPT | ACCEPT"),
	OK("iptables-allports[chain=\"<known/chain>\"]", "- | INPUT | tcp | - | DROP | REJECT"),
	OK("iptables-ipset[port=25, name=x]",
	   "f2b-x | INPUT | tcp | 25 | DROP | REJECT\nnetworks\nentries 131072"),
	OK("firewallcmd-ipset[port=25]",
	   "f2b-mail | INPUT | tcp | 25 | REJECT --reject-with icmp-host-prohibited | "
	   "REJECT --reject-with icmp6-adm-prohibited"),
	OK("firewallcmd-ipset[actiontype=\"<allports>\"]",
	   "f2b-mail | INPUT | tcp | - | REJECT --reject-with icmp-host-prohibited | "
	   "REJECT --reject-with icmp6-adm-prohibited"),
	OK("nftables[port=25, chain=\"<known/chain>\"]", "- | FORWARD | tcp | 25 | " DROP),
	/* There is no file of that name. */
	OK("iptables-new[port=25]", "- | INPUT | tcp | 25 | " REJECT "\nnew"),
	END,
};

#define CHANGED_BASE                                                                            \
	{                                                                                       \
		"action.d/iptables.conf", "[Definition]\ntype = oneport\nactionban = x\n"       \
					  "[Init]\nchain = INPUT\nport = ssh\nprotocol = tcp\n" \
					  "blocktype = DROP\nreturntype = RETURN\n"             \
	}

static const struct test_file changed_defaults[] = {
	CHANGED_BASE,
	{ "action.d/iptables.local", "[Init]\nblocktype = REJECT\nchain = FORWARD\n" },
	{ NULL, NULL },
};

static void local_files_change_defaults(void **state)
{
	static const struct row rows[] = {
		OK("iptables[port=25]", "- | FORWARD | tcp | 25 | REJECT | REJECT"),
		OK("iptables[port=25, chain=\"<known/chain>\"]",
		   "- | FORWARD | tcp | 25 | REJECT | REJECT"),
		END,
	};

	(void)state;
	check_with_files(changed_defaults, rows);
}

static const struct test_file changed_commands[] = {
	CHANGED_BASE,
	{ "action.d/iptables.local", "[Definition]\n\nactionban = logger <ip>\n" },
	{ "action.d/iptables-multiport.conf", "[INCLUDES]\nbefore = iptables.conf\n" },
	{ "action.d/nftables.conf", "[Init]\nblocktype = drop\n" },
	{ "action.d/nftables.d/mine.conf", "[Init]\nnftables = nft -a\n" },
	{ NULL, NULL },
};

static void changed_commands_are_run(void **state)
{
	static const struct row rows[] = {
		NO("iptables[port=25]",
		   "@ROOT@/action.d/iptables.local:3: actionban: no rule with a set does what "
		   "action 'iptables' is to do with it",
		   KBAN_E_NOTFOUND),
		NO("iptables-multiport[port=25]",
		   "@ROOT@/action.d/iptables.local:3: actionban: no rule with a set does what "
		   "action 'iptables-multiport' is to do with it",
		   KBAN_E_NOTFOUND),
		NO("nftables[port=25]",
		   "@ROOT@/action.d/nftables.d/mine.conf:2: nftables: no rule with a set does "
		   "what action 'nftables' is to do with it",
		   KBAN_E_NOTFOUND),
		END,
	};

	(void)state;
	check_with_files(changed_commands, rows);
}

static const struct test_file broken_files[] = {
	{ "action.d/iptables.conf", "[Init]\nport = ssh\nprotocol = tcp\nblocktype = BAD'\n" },
	{ "action.d/iptables-new.conf", "[Init]\nport = 25\nport = 26\n" },
	{ NULL, NULL },
};

static void mistakes_in_files_are_told_with_their_place(void **state)
{
	char *root = make_tree(broken_files);
	kb_auto(firewall) firewall = NULL;
	kban_auto(error) err = NULL;
	kb_autofree char *text = NULL;

	(void)state;
	assert_int_equal(load(root, "iptables", &firewall, &err), KBAN_E_SYNTAX);
	text = without_root(kban_error_text(err), root);
	assert_string_equal(text, "@ROOT@/action.d/iptables.conf:4: blocktype: 'BAD'' is no name "
				  "of a chain or target");
	assert_int_equal(load(root, "iptables-new", &firewall, &err), KBAN_E_SYNTAX);
	assert_non_null(strstr(kban_error_text(err), "action.d/iptables-new.conf:3: "));
	assert_null(firewall);
	remove_tree(root);
}

static void only_firewall_actions_are_known(void **state)
{
	(void)state;
	assert_true(kb_firewall_is_known("iptables"));
	assert_true(kb_firewall_is_known("iptables-ipset-proto6-allports"));
	assert_true(kb_firewall_is_known("nftables-multiport"));
	assert_false(kb_firewall_is_known("iptables-multiport2"));
	assert_false(kb_firewall_is_known("route"));
	assert_false(kb_firewall_is_known("hostsdeny"));
	assert_false(kb_firewall_is_known(""));
	kb_firewall_free(NULL);
}

static int load_some(void *data)
{
	kb_auto(firewall) firewall = NULL;
	int status =
		load(data, "iptables-ipset[port=\"25,587\", chain=\"<known/chain>\", maxelem=9]",
		     &firewall, NULL);

	assert_int_equal(firewall != NULL, status == KBAN_OK);
	if (status < 0)
		return status;
	kb_firewall_free(kb_steal(firewall));
	return load(data, "iptables-multiport-log[port=25, blocktype=RETURN, returntype=DROP]",
		    &firewall, NULL);
}

/* Nothing is missing: that a file is not there can be told without memory. */
static const struct test_file complete[] = {
	{ "action.d/iptables-ipset.conf", "[Definition]\ntype = oneport\nactionban = x\n"
					  "[Init]\nchain = INPUT\nprotocol = tcp\n" },
	{ "action.d/iptables-ipset.local", "[Init]\nipmset = <name>\n" },
	{ "action.d/iptables-multiport-log.conf", "[Init]\nchain = INPUT\n" },
	{ "action.d/iptables-multiport-log.local", "[Init]\nprotocol = tcp\n" },
	{ NULL, NULL },
};

static void memory_may_run_out(void **state)
{
	char *root = make_tree(complete);

	(void)state;
	assert_every_allocation_may_fail(load_some, root);
	remove_tree(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(without_files, iptables_block_ports_of_the_protocol),
		test_case(without_files,
			  a_block_type_is_for_both_families_but_for_one_that_says_so),
		test_case(without_files, return_for_the_banned_lets_them_in),
		test_case(without_files, ipset_actions_keep_their_sets),
		test_case(without_files, other_firewalls_become_rules),
		test_case(without_files, options_that_make_no_sense_are_told),
		test_case(without_files, what_only_commands_can_do_is_left_to_them),
		test_case(with_files, files_give_the_defaults),
		cmocka_unit_test(local_files_change_defaults),
		cmocka_unit_test(changed_commands_are_run),
		cmocka_unit_test(mistakes_in_files_are_told_with_their_place),
		cmocka_unit_test(only_firewall_actions_are_known),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("action-firewall", tests, NULL, NULL);
}
