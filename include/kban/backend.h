/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/backend.h
 * Who keeps the banned out: the kernel's sets, or, without a kernel, memory.
 *
 * A backend is told what to do and decides nothing. Jails that share one share its batches: what
 * they add in a pass goes to the kernel in one go. One backend, one thread; of the ipset kind use
 * one in a process, from one thread, because libipset keeps global state.
 */
#ifndef KBAN_BACKEND_H
#define KBAN_BACKEND_H

#include <kban/addr.h>
#include <kban/context.h>
#include <kban/error.h>
#include <kban/rules.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kban_backend;

/** A backend that remembers and enforces nothing; its entries end by the context's clock. */
KBAN_API KBAN_MUST_CHECK int kban_backend_memory_new(struct kban_context *ctx,
						     struct kban_backend **out);

/**
 * A backend of kernel sets with timeouts, through libipset (see ipset(8)).
 *
 * @return KBAN_OK; KBAN_E_DENIED without CAP_NET_ADMIN; KBAN_E_NOTFOUND where the kernel has no
 *         ipset, or kban was built without it; KBAN_E_NOMEM. The error names what is missing.
 */
KBAN_API KBAN_MUST_CHECK int kban_backend_ipset_new(struct kban_context *ctx,
						    struct kban_backend **out,
						    struct kban_error **err);

/**
 * A backend of kernel sets with timeouts, through libnftables (see nft(8)), for hosts without
 * iptables: it also makes the rules that refer to them (kban_backend_put_rules()).
 *
 * @return As kban_backend_ipset_new().
 */
KBAN_API KBAN_MUST_CHECK int kban_backend_nft_new(struct kban_context *ctx,
						  struct kban_backend **out,
						  struct kban_error **err);

/** NULL is allowed. Leaves kernel sets as they are. */
KBAN_API void kban_backend_free(struct kban_backend *backend);

/** "memory", "ipset" or "nft". */
KBAN_API const char *kban_backend_name(const struct kban_backend *backend);

/** Nonzero if kban_backend_put_rules() makes the rules, rather than programs: see kban/rules.h. */
KBAN_API int kban_backend_makes_rules(const struct kban_backend *backend);

/**
 * Make the packet filter contain @a rules, in one transaction; rules of ours that it has too much
 * are removed. A rule whose chain is not there waits for it, and one that the kernel refuses is
 * left out while others are made; both are logged.
 *
 * @param rules  Written in KBAN_RULES_NFT. NULL: none are wanted.
 *
 * @return How many rules were added or removed; KBAN_E_INVAL if programs do it; KBAN_E_NOMEM; or,
 * if each rule was refused, what was answered to the first: KBAN_E_NOTFOUND if its set is missing,
 * KBAN_E_DENIED, KBAN_E_SYSTEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_backend_put_rules(struct kban_backend *backend,
						    const struct kban_rules *rules,
						    struct kban_error **err);

/**
 * Nonzero, and @a remaining is written, if @a addr is banned in @a set now. For tests and for
 * programs that enforce bans themselves over a memory backend.
 *
 * @param remaining  What is left of the ban, KBAN_FOREVER if it does not end. May be NULL.
 */
KBAN_API int kban_backend_contains(struct kban_backend *backend, const char *set,
				   const struct kban_addr *addr, kban_usec *remaining);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_BACKEND_H */
