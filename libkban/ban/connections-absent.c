/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes the place of connections.c in a build without libmnl. */
#include "ban/connections.h"

int kb_connections_new(struct kb_connections **out, struct kban_error **err)
{
	(void)out;
	return kb_fail(err, KBAN_E_NOTFOUND, NULL, "kban was built without libmnl");
}

void kb_connections_free(struct kb_connections *connections)
{
	(void)connections;
}

int kb_connections_cut(struct kb_connections *connections, const struct kban_addr *addr,
		       struct kban_error **err)
{
	(void)connections;
	(void)addr;
	return kb_fail(err, KBAN_E_NOTFOUND, NULL, "kban was built without libmnl");
}
