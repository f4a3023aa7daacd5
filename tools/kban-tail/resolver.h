/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names to addresses, never in the way of matching: an answer that is not known is asked for in
 * the background, and whoever asked asks again when told. Answers, also "there are none", are kept
 * for a while.
 */
#ifndef KBAN_TAIL_RESOLVER_H
#define KBAN_TAIL_RESOLVER_H

#include <uv.h>

#include <kban/kban.h>

struct resolver;

/* Told when an answer has come. */
typedef void resolver_answered_fn(void *data);

/*
 * @param loop  NULL: answers are waited for, as a replay does.
 */
struct resolver *resolver_new(uv_loop_t *loop, resolver_answered_fn *answered, void *data);

/* Requests that are under way are cancelled; the loop must turn before it is closed. */
void resolver_close(struct resolver *resolver);
void resolver_free(struct resolver *resolver);

/* A kban_resolve_fn; data is the resolver. */
int resolver_ask(const char *name, struct kban_addr *out, size_t max, void *data);

#endif /* KBAN_TAIL_RESOLVER_H */
