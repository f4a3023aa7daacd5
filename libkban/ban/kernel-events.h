/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel tells when somebody changes nf_tables, which is also what iptables changes on
 * most hosts. Sets of ipset tell nothing (Linux 6.18); they have to be glanced at.
 */
#ifndef KB_BAN_KERNEL_EVENTS_H
#define KB_BAN_KERNEL_EVENTS_H

#include <stdbool.h>

#include "base/memory.h"

struct kb_kernel_events;

/* NULL where the kernel tells nothing, or not us. */
struct kb_kernel_events *kb_kernel_events_new(void);
void kb_kernel_events_free(struct kb_kernel_events *events);

/* Descriptor to poll for reading. */
int kb_kernel_events_fd(const struct kb_kernel_events *events);

/*
 * Read what was told. True if another process removed a table, chain or rule, made a chain, or took
 * entries out of a set of ours; or if so much was told that some of it is lost.
 */
bool kb_kernel_events_read(struct kb_kernel_events *events);

/* True if the message of @a len bytes at @a data is of that kind. */
bool kb_kernel_event_matters(const void *data, size_t len, unsigned own_port);

KB_DEFINE_AUTO(kernel_events)

#endif /* KB_BAN_KERNEL_EVENTS_H */
