/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Host names to addresses by the system's resolver, each name asked once. */
#ifndef KBAN_REGEX_RESOLVER_H
#define KBAN_REGEX_RESOLVER_H

#include <kban/context.h>

struct resolver;

/* NULL without memory. */
struct resolver *resolver_new(void);
void resolver_free(struct resolver *resolver);

/* A kban_resolve_fn; @a data is a struct resolver. */
int resolver_resolve(const char *name, struct kban_addr *out, size_t max, void *data);

#endif /* KBAN_REGEX_RESOLVER_H */
