/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Cuts what a host has open: what connection tracking knows of it is forgotten, so that its next
 * packet begins a connection, which rules for new ones meet; and TCP sockets of this machine are
 * closed, so that a service notices at once. The only file with libmnl.
 */
#ifndef KB_BAN_CONNECTIONS_H
#define KB_BAN_CONNECTIONS_H

#include <kban/addr.h>

#include "base/error.h"
#include "base/memory.h"

struct kb_connections;

int kb_connections_new(struct kb_connections **out, struct kban_error **err);
void kb_connections_free(struct kb_connections *connections);

/*
 * Cut all connections of @a addr, which may be a network.
 *
 * Returns how many sockets were closed; or KBAN_E_NOTFOUND (the kernel can do neither),
 * KBAN_E_DENIED, KBAN_E_SYSTEM, KBAN_E_NOMEM.
 */
int kb_connections_cut(struct kb_connections *connections, const struct kban_addr *addr,
		       struct kban_error **err);

KB_DEFINE_AUTO(connections)

#endif /* KB_BAN_CONNECTIONS_H */
