/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The contract, for backends that need no kernel. For that of kernel sets: tests/net. */
#include "backend-contract.h"

static kban_usec tell_time(void *data)
{
	(void)data;
	return 1700000000 * KBAN_SECOND;
}

int main(void)
{
	kban_auto(context) ctx = kban_context_new();
	kban_auto(backend) backend = NULL;

	if (ctx == NULL)
		return EXIT_FAILURE;
	kban_context_set_clock(ctx, tell_time, NULL);
	if (kban_backend_memory_new(ctx, &backend) < 0)
		return EXIT_FAILURE;
	return backend_contract_run("backend", backend);
}
