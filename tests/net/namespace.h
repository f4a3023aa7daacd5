/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A network of its own for a test that changes the kernel. */
#ifndef KBAN_NET_NAMESPACE_H
#define KBAN_NET_NAMESPACE_H

#include <stdbool.h>

/*
 * Enter a new user and network namespace, as its root. On failure tells, in TAP, that the test is
 * skipped; the program may then end well.
 */
bool namespace_enter(void);

/* Run a shell command and return its exit status. */
int namespace_run(const char *command);

#endif /* KBAN_NET_NAMESPACE_H */
