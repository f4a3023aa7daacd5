/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KB_BASE_CONTEXT_H
#define KB_BASE_CONTEXT_H

#include <stdbool.h>

#include <kban/context.h>

/*
 * Log a line for an operator. Only what has no caller to tell. Text from outside is handed in with
 * %s of something that went through kb_buffer_printable() or kban_addr_print(). A line beyond 4095
 * bytes is cut and ends in "...".
 */
__attribute__((format(printf, 4, 5))) void kb_log(const struct kban_context *ctx, int level,
						  const char *topic, const char *format, ...);

/*
 * By how much the wall clock is ahead of one that is never set: if that changes, somebody has set
 * it. False where the program has a clock of its own.
 */
bool kb_context_clock_lead(const struct kban_context *ctx, kban_usec *out);

/* True if a line of @a level would be logged. */
int kb_log_wants(const struct kban_context *ctx, int level);

/*
 * See kban_resolve_fn. 0 where the context has no resolver and for what cannot be a host name:
 * other characters, or nothing but digits and dots.
 */
int kb_context_resolve(const struct kban_context *ctx, const char *name, struct kban_addr *out,
		       size_t max);

/* See kban_name_fn. 0 where the context has none. */
int kb_context_name(const struct kban_context *ctx, const struct kban_addr *addr,
		    char out[KBAN_HOST_NAME_SIZE]);

#endif /* KB_BASE_CONTEXT_H */
