/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What every backend promises: one list of stories, told to each of them. A story starts without
 * sets of the names in the table of backend-contract.c.
 */
#ifndef KBAN_BACKEND_CONTRACT_H
#define KBAN_BACKEND_CONTRACT_H

#include "kban-test.h"

#include "ban/backend.h"

/* Tell all stories to @a backend. Returns how many were not true. */
int backend_contract_run(const char *name, struct kban_backend *backend);

#endif /* KBAN_BACKEND_CONTRACT_H */
