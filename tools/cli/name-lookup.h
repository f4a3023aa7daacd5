/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The addresses of a host name by the system's resolver, which may not take longer than this. */
#ifndef CLI_NAME_LOOKUP_H
#define CLI_NAME_LOOKUP_H

#include <kban/addr.h>

enum {
	CLI_LOOKUP_SECONDS = 2,
	CLI_LOOKUP_ADDRESSES = 16, /* of one name */
};

/*
 * How many addresses @a name has, which are written to @a out; 0: there is no such name; or
 * KBAN_E_SYSTEM: the resolver failed, or gave no answer in time. A child process asks, so that
 * servers that are silent cannot hold up the caller, however many they are.
 */
int cli_name_lookup(const char *name, struct kban_addr out[CLI_LOOKUP_ADDRESSES]);

#endif /* CLI_NAME_LOOKUP_H */
