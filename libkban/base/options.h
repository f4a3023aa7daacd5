/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Option structs of the public headers begin with their size and grow at the end. A caller built
 * against an older header hands in a shorter one: what it has counts, the rest are defaults.
 */
#ifndef KB_BASE_OPTIONS_H
#define KB_BASE_OPTIONS_H

#include <string.h>

/* @a full holds the defaults, its size among them. @a given may be NULL. */
static inline void kb_options_complete(void *full, size_t full_size, const void *given)
{
	size_t size = 0;

	if (given == NULL)
		return;
	memcpy(&size, given, sizeof(size));
	memcpy(full, given, size < full_size ? size : full_size);
	memcpy(full, &full_size, sizeof(full_size));
}

#endif /* KB_BASE_OPTIONS_H */
