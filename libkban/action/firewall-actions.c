/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "action/firewall-actions.h"

#include <string.h>

static const struct kb_action_default iptables_defaults[] = {
	{ "chain", "INPUT" },
	{ "port", "ssh" },
	{ "protocol", "tcp" },
	{ "blocktype", "REJECT --reject-with icmp-port-unreachable" },
	{ "blocktype?family=inet6", "REJECT --reject-with icmp6-port-unreachable" },
	{ "returntype", "RETURN" },
	{ "ipmset", "f2b-<name>" },
	{ "iptname", "f2b-<name>" },
	{ NULL, NULL },
};

static const struct kb_action_default nftables_defaults[] = {
	{ "table", "f2b-table" },  { "table_family", "inet" },
	{ "chain", "f2b-chain" },  { "chain_type", "filter" },
	{ "chain_hook", "input" }, { "chain_priority", "-1" },
	{ "port", "ssh" },         { "protocol", "tcp" },
	{ "blocktype", "reject" }, { NULL, NULL },
};

static const struct kb_action_default firewalld_defaults[] = {
	{ "chain", "INPUT_direct" },
	{ "port", "1:65535" },
	{ "protocol", "tcp" },
	{ "rejecttype", "icmp-port-unreachable" },
	{ "rejecttype?family=inet6", "icmp6-port-unreachable" },
	{ "blocktype", "REJECT --reject-with <rejecttype>" },
	{ "rich-blocktype", "reject type='<rejecttype>'" },
	{ "actiontype", "<multiport>" },
	{ "multiport", "-p <protocol> -m multiport --dports <port>" },
	{ "allports", "-p <protocol>" },
	{ "ipmset", "f2b-<name>" },
	{ NULL, NULL },
};

static const struct kb_action_default symbiosis_defaults[] = {
	{ "chain", "blacklist" },
	{ "blocktype", "DROP" },
	{ "blocktype?family=inet6", "REJECT --reject-with icmp6-port-unreachable" },
	{ NULL, NULL },
};

static const struct kb_action_default host_defaults[] = {
	{ "blocktype", "reject" },
	{ "ipmset", "f2b-<name>" },
	{ NULL, NULL },
};

/* A rule that jumps to a chain of its own for each action, and a chain with a rule a host. */
#define IPTABLES                                                               \
	.defaults = iptables_defaults, .chain = "chain", .block = "blocktype", \
	.terms = KB_BLOCK_IPTABLES, .has_return = true

/* A rule with a set. */
#define IPTABLES_IPSET                                                         \
	.defaults = iptables_defaults, .chain = "chain", .block = "blocktype", \
	.terms = KB_BLOCK_IPTABLES, .set = "ipmset"

#define NFTABLES                                                                    \
	.defaults = nftables_defaults, .chain = "chain_hook", .block = "blocktype", \
	.terms = KB_BLOCK_NFTABLES

#define FIREWALLD                                                               \
	.defaults = firewalld_defaults, .chain = "chain", .block = "blocktype", \
	.terms = KB_BLOCK_IPTABLES

#define FIREWALLD_RICH                                                                          \
	.defaults = firewalld_defaults, .block = "rich-blocktype", .terms = KB_BLOCK_FIREWALLD, \
	.extent = KB_EXTENT_PORTS

/* Programs that shut out hosts as a whole. */
#define HOST .defaults = host_defaults, .extent = KB_EXTENT_ALL

static const struct kb_firewall_action actions[] = {
	{ .name = "iptables", IPTABLES, .type = "oneport" },
	{ .name = "iptables-multiport", IPTABLES, .type = "multiport" },
	{ .name = "iptables-allports", IPTABLES, .type = "allports" },
	{ .name = "iptables-new", IPTABLES, .type = "oneport", .new_only = true },
	{ .name = "iptables-multiport-log",
	  IPTABLES,
	  .extent = KB_EXTENT_PORTS,
	  .log_suffix = ":DROP " },
	{ .name = "iptables-ipset", IPTABLES_IPSET, .type = "oneport" },
	{ .name = "iptables-ipset-proto4", IPTABLES_IPSET, .type = "oneport" },
	{ .name = "iptables-ipset-proto6", IPTABLES_IPSET, .type = "multiport" },
	{ .name = "iptables-ipset-proto6-allports", IPTABLES_IPSET, .type = "allports" },
	{ .name = "iptables-xt_recent-echo",
	  .defaults = iptables_defaults,
	  .chain = "chain",
	  .block = "blocktype",
	  .set = "iptname",
	  .extent = KB_EXTENT_ALL },
	{ .name = "nftables", NFTABLES, .type = "multiport" },
	{ .name = "nftables-multiport", NFTABLES, .type = "multiport" },
	{ .name = "nftables-allports", NFTABLES, .type = "allports" },
	{ .name = "firewallcmd-multiport", FIREWALLD, .extent = KB_EXTENT_PORTS, .new_only = true },
	{ .name = "firewallcmd-new", FIREWALLD, .extent = KB_EXTENT_PORTS, .new_only = true },
	{ .name = "firewallcmd-allports", FIREWALLD, .extent = KB_EXTENT_ALL },
	{ .name = "firewallcmd-ipset", FIREWALLD, .extent = KB_EXTENT_ACTION, .set = "ipmset" },
	{ .name = "firewallcmd-rich-rules", FIREWALLD_RICH },
	{ .name = "firewallcmd-rich-logging", FIREWALLD_RICH, .log_suffix = "" },
	{ .name = "shorewall", HOST, .block = "blocktype", .terms = KB_BLOCK_WORD },
	{ .name = "shorewall-ipset-proto6", HOST, .set = "ipmset" },
	{ .name = "ufw", HOST, .block = "blocktype", .terms = KB_BLOCK_WORD },
	{ .name = "apf", HOST },
	{ .name = "csf", HOST },
	{ .name = "symbiosis-blacklist-allports",
	  .defaults = symbiosis_defaults,
	  .chain = "chain",
	  .block = "blocktype",
	  .extent = KB_EXTENT_ALL },
};

const struct kb_firewall_action *kb_firewall_action_find(const char *name)
{
	for (size_t i = 0; i < kb_array_size(actions); i++)
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	return NULL;
}
