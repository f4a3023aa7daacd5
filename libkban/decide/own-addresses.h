/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses without which this host is cut off: its own, those of its gateways and resolvers. */
#ifndef KB_DECIDE_OWN_ADDRESSES_H
#define KB_DECIDE_OWN_ADDRESSES_H

#include <ifaddrs.h>

#include <kban/error.h>

#include "decide/network-set.h"

/* Where they are told. Tests tell their own. */
struct kb_own_sources {
	int (*list_interfaces)(struct ifaddrs **out); /* getifaddrs(3) */
	void (*free_interfaces)(struct ifaddrs *list);
	const char *routes4;   /* proc_net(5), route */
	const char *routes6;   /* ipv6_route */
	const char *resolvers; /* resolv.conf(5) */
};

/* The system's. */
extern const struct kb_own_sources kb_own_sources_system;

/*
 * Add what @a sources tell to @a set; the reasons are static. A file that does not exist tells
 * nothing, a line that is not understood neither. KBAN_OK, KBAN_E_SYSTEM or KBAN_E_NOMEM.
 */
int kb_own_addresses_load(const struct kb_own_sources *sources, struct kb_network_set *set,
			  struct kban_error **err);

#endif /* KB_DECIDE_OWN_ADDRESSES_H */
