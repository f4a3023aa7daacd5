/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The contract of all backends, told to one of the kernel's in a namespace of its own. */
#ifndef KERNEL_CONTRACT_H
#define KERNEL_CONTRACT_H

#include <kban/backend.h>

typedef int kernel_backend_fn(struct kban_context *ctx, struct kban_backend **out,
			      struct kban_error **err);

/* The exit status of a test called @a name, which is skipped where there is no such backend. */
int kernel_contract_run(const char *name, kernel_backend_fn *make);

#endif /* KERNEL_CONTRACT_H */
