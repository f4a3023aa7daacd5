/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Addresses to names, and the name of this machine, for actions that tell them. As with the
 * resolver, nobody waits: whoever asked asks again when told.
 */
#ifndef KBAN_TAIL_NAMER_H
#define KBAN_TAIL_NAMER_H

#include <uv.h>

#include <kban/kban.h>

struct namer;

/* Told when an answer has come. */
typedef void namer_answered_fn(void *data);

/* NULL without memory. */
struct namer *namer_new(uv_loop_t *loop, namer_answered_fn *answered, void *data);

/* Requests that are under way are cancelled; the loop must turn before it is closed. */
void namer_close(struct namer *namer);
void namer_free(struct namer *namer);

/* A kban_name_fn; data is the namer. */
int namer_ask(const struct kban_addr *addr, char *out, void *data);

#endif /* KBAN_TAIL_NAMER_H */
