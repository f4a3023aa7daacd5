/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel-contract.h"

#include "../unit/ban/backend-contract.h"

#include "namespace.h"

int kernel_contract_run(const char *name, kernel_backend_fn *make)
{
	kban_auto(context) ctx = NULL;
	kban_auto(backend) backend = NULL;
	kban_auto(error) err = NULL;

	if (!namespace_enter())
		return EXIT_SUCCESS;
	ctx = kban_context_new();
	if (ctx == NULL)
		return EXIT_FAILURE;
	if (make(ctx, &backend, &err) < 0) {
		print_message("1..0 # SKIP %s\n", kban_error_text(err));
		return EXIT_SUCCESS;
	}
	return backend_contract_run(name, backend);
}
