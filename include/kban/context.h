/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/context.h
 * What the library takes from the outside: where to log, what time it is, how to resolve a name.
 *
 * A context is shared and counted. Set its callbacks before other objects are made from it; after
 * that it only changes its count. Two contexts in one process do not meet. Objects of one context
 * belong to one thread unless their header says otherwise.
 */
#ifndef KBAN_CONTEXT_H
#define KBAN_CONTEXT_H

#include <kban/addr.h>
#include <kban/base.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kban_context;

/** How grave a logged line is; the values are those of fail2ban's levels. */
enum kban_level {
	KBAN_DEBUG = 10,
	KBAN_INFO = 20,
	KBAN_NOTICE = 25,
	KBAN_WARNING = 30,
	KBAN_ERROR = 40,
	KBAN_CRITICAL = 50
};

/** A context that logs nowhere, asks the system's clock and resolves nothing. NULL: no memory. */
KBAN_API struct kban_context *kban_context_new(void);

/** Take one more reference. @return @a ctx. */
KBAN_API struct kban_context *kban_context_ref(struct kban_context *ctx);

/** Drop a reference; the last one frees the context. NULL is allowed. @return NULL. */
KBAN_API struct kban_context *kban_context_unref(struct kban_context *ctx);

/**
 * Receives what happens with no caller to tell it to.
 *
 * @param level   An enum kban_level.
 * @param topic   The part of kban that speaks: "filter", "actions", "jail", "database", "server".
 * @param line    A finished line without line feed; outside text in it is escaped.
 */
typedef void kban_log_fn(int level, const char *topic, const char *line, void *data);

/** Log through @a log; NULL logs nowhere. @a data is handed back with each line. */
KBAN_API void kban_context_set_log(struct kban_context *ctx, kban_log_fn *log, void *data);

/** Lines below @a level are not even written. The default is KBAN_INFO. */
KBAN_API void kban_context_set_level(struct kban_context *ctx, int level);

/** Tells the time of day. */
typedef kban_usec kban_clock_fn(void *data);

/**
 * Ask @a clock instead of the system; NULL goes back to the system. When the system's is set, bans
 * still last as long as they were to; when @a clock jumps, they do not.
 */
KBAN_API void kban_context_set_clock(struct kban_context *ctx, kban_clock_fn *clock, void *data);

/** The context's idea of now. */
KBAN_API kban_usec kban_context_now(const struct kban_context *ctx);

/** A resolver's answer: not known yet, ask again when it is. */
#define KBAN_RESOLVE_LATER (-100)

/**
 * Looks up the addresses of a host name.
 *
 * @param name  NUL-terminated, only letters, digits, '-', '_' and '.'.
 * @param out   Room for @a max addresses.
 *
 * @return How many there are, at most @a max; 0 if the name has none; KBAN_E_SYSTEM if it could
 *         not be looked up; KBAN_RESOLVE_LATER if the answer is being waited for.
 */
typedef int kban_resolve_fn(const char *name, struct kban_addr *out, size_t max, void *data);

/** Resolve names with @a resolve. NULL, the default, resolves nothing. */
KBAN_API void kban_context_set_resolver(struct kban_context *ctx, kban_resolve_fn *resolve,
					void *data);

/** Bytes that hold any host name, with its NUL. */
#define KBAN_HOST_NAME_SIZE 256

/**
 * Looks up the name of an address, or of this machine.
 *
 * @param addr  NULL: this machine, with its domain if that is known.
 * @param out   Room for KBAN_HOST_NAME_SIZE bytes.
 *
 * @return 1 if there is one; 0 if there is none; KBAN_RESOLVE_LATER if the answer is being waited
 *         for.
 */
typedef int kban_name_fn(const struct kban_addr *addr, char *out, void *data);

/** Look up names with @a name. NULL, the default, finds none. */
KBAN_API void kban_context_set_namer(struct kban_context *ctx, kban_name_fn *name, void *data);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_CONTEXT_H */
