/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "action/action-firewall.h"

/* The firewall actions of fail2ban whose bans are entries of a set here. */
static const char *const names[] = {
	"apf",
	"csf",
	"firewallcmd-allports",
	"firewallcmd-ipset",
	"firewallcmd-multiport",
	"firewallcmd-new",
	"firewallcmd-rich-logging",
	"firewallcmd-rich-rules",
	"iptables",
	"iptables-allports",
	"iptables-ipset",
	"iptables-ipset-proto4",
	"iptables-ipset-proto6",
	"iptables-ipset-proto6-allports",
	"iptables-multiport",
	"iptables-multiport-log",
	"iptables-new",
	"iptables-xt_recent-echo",
	"nftables",
	"nftables-allports",
	"nftables-multiport",
	"shorewall",
	"shorewall-ipset-proto6",
	"symbiosis-blacklist-allports",
	"ufw",
};

bool kb_firewall_is_known(const char *name)
{
	for (size_t i = 0; i < kb_array_size(names); i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}
