/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keeps the packet filter's rules as they should be: by the backend, if that makes rules, or
 * through iptables and ip6tables. One look at a time: list what is there, compare, change what
 * differs.
 */
#ifndef KBAN_TAIL_PACKET_FILTER_H
#define KBAN_TAIL_PACKET_FILTER_H

#include <stdbool.h>

#include <uv.h>

#include <kban/kban.h>

#include "log.h"

struct packet_filter;

/*
 * Told when a look is over, maybe before packet_filter_check() returns. @a failed: for how many of
 * the two families it failed: the programs did not run, or refused each of the rules.
 */
typedef void packet_filter_done_fn(int failed, void *data);

/* @a backend must live as long. */
struct packet_filter *packet_filter_new(uv_loop_t *loop, struct log *log,
					struct kban_backend *backend);

/* What should be there from now on; NULL: nothing of ours. Must stay valid until the next call. */
void packet_filter_use(struct packet_filter *filter, const struct kban_rules *rules);

/* Look at the rules of both families, and mend them. False if a look is going on already. */
bool packet_filter_check(struct packet_filter *filter, packet_filter_done_fn *done, void *data);

bool packet_filter_is_busy(const struct packet_filter *filter);

/* Ends a program that runs. The loop must turn once more before the loop is closed. */
void packet_filter_close(struct packet_filter *filter);
void packet_filter_free(struct packet_filter *filter);

#endif /* KBAN_TAIL_PACKET_FILTER_H */
