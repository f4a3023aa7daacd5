/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/counter.h
 * Failures per host in a sliding window of time, exactly, in bounded memory.
 *
 * A counter does not look at the clock: time comes in with each call, so that replaying an old log
 * gives the same answers as following a live one. Not for use by two threads at once.
 */
#ifndef KBAN_COUNTER_H
#define KBAN_COUNTER_H

#include <kban/addr.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kban_counter;

/** How to count. Start from KBAN_COUNTER_OPTIONS_INIT and set what differs. */
struct kban_counter_options {
	size_t size;           /**< sizeof this struct, set by the initializer */
	kban_usec window;      /**< failures older than this no longer count */
	unsigned max_failures; /**< no need to count further, 1 to 65535 */
	/**
	 * Beyond this many, 1 to 2^31 - 1, the host seen longest ago is forgotten; but one that
	 * needs a single failure more only if its failures are out of the window, if all hosts are
	 * such, or if more than half are.
	 */
	size_t max_hosts;
	/**
	 * Nonzero: estimate as fail2ban does, instead of counting. Once the first failure lies
	 * before the window, what was counted is scaled by the window's share of the time since,
	 * and each failure adds one, wherever it lies.
	 */
	int estimate;
};

#define KBAN_COUNTER_OPTIONS_INIT                                                         \
	{                                                                                 \
		.size = sizeof(struct kban_counter_options), .window = 600 * KBAN_SECOND, \
		.max_failures = 5, .max_hosts = 2000000                                   \
	}

/** @return KBAN_OK, KBAN_E_INVAL (an option out of its range) or KBAN_E_NOMEM. */
KBAN_API KBAN_MUST_CHECK int kban_counter_new(const struct kban_counter_options *options,
					      struct kban_counter **out);

/** NULL is allowed. */
KBAN_API void kban_counter_free(struct kban_counter *counter);

/**
 * Record one failure of @a host.
 *
 * Failures may come out of order; the window ends at the newest of this host. One that is older
 * than the window is not recorded. A failure exactly as old as the window is inside.
 *
 * @return How many failures of @a host the window holds, at most max_failures; or KBAN_E_NOMEM, and
 *         then nothing was recorded.
 */
KBAN_API KBAN_MUST_CHECK int kban_counter_add(struct kban_counter *counter,
					      const struct kban_addr *host, kban_usec when);

/**
 * Failures of @a host in the window that ends at @a now, among the newest max_failures. For a
 * host that has none it is 0.
 */
KBAN_API unsigned kban_counter_count(const struct kban_counter *counter,
				     const struct kban_addr *host, kban_usec now);

/** Forget everything about @a host, as after a ban. */
KBAN_API void kban_counter_forget(struct kban_counter *counter, const struct kban_addr *host);

/**
 * Forget hosts without a failure since @a before. Cheap when there are none. A host whose
 * failures came late, after newer ones of others, may stay until those go.
 */
KBAN_API void kban_counter_expire(struct kban_counter *counter, kban_usec before);

/**
 * The clock that failures are counted by was set, and is ahead of what it was by @a by, which may
 * be negative: all failures count as if it had been so before.
 */
KBAN_API void kban_counter_move(struct kban_counter *counter, kban_usec by);

/** Number of hosts with failures. */
KBAN_API size_t kban_counter_hosts(const struct kban_counter *counter);

/** Bytes of memory in use. */
KBAN_API size_t kban_counter_memory(const struct kban_counter *counter);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_COUNTER_H */
