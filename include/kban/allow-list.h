/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/allow-list.h
 * Addresses and networks that are never banned.
 */
#ifndef KBAN_ALLOW_LIST_H
#define KBAN_ALLOW_LIST_H

#include <kban/addr.h>
#include <kban/context.h>
#include <kban/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kban_allow_list;

/** An empty list. NULL without memory. */
KBAN_API struct kban_allow_list *kban_allow_list_new(struct kban_context *ctx);

/** NULL is allowed. */
KBAN_API void kban_allow_list_free(struct kban_allow_list *list);

/**
 * Add an entry of ignoreip: an address, a network (192.0.2.0/24, 192.0.2.0/255.255.255.0), or a
 * host name, which is resolved by the context's resolver when the list is asked.
 *
 * @return KBAN_OK, KBAN_E_SYNTAX (neither address nor name; the error names it), KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_allow_list_add(struct kban_allow_list *list, const char *entry,
						 struct kban_error **err);

/**
 * Add this host's own addresses: those of its interfaces, loopback, default gateways and the
 * resolvers of resolv.conf(5). Replaces what an earlier call added, so it may be repeated when
 * addresses change.
 *
 * @return KBAN_OK, KBAN_E_SYSTEM or KBAN_E_NOMEM; then the earlier ones stay.
 */
KBAN_API KBAN_MUST_CHECK int kban_allow_list_add_self(struct kban_allow_list *list,
						      struct kban_error **err);

/**
 * Take back what kban_allow_list_add() added, however it is written. What lies within it, and was
 * added beside it, stays protected.
 *
 * @return KBAN_OK, KBAN_E_NOTFOUND (the error names the entry), or KBAN_E_NOMEM, and then nothing
 *         has changed.
 */
KBAN_API KBAN_MUST_CHECK int kban_allow_list_remove(struct kban_allow_list *list, const char *entry,
						    struct kban_error **err);

/**
 * An entry as it was written, in the order in which they were added; NULL beyond the last. It
 * belongs to the list, and is valid until one is added or removed.
 */
KBAN_API const char *kban_allow_list_entry(const struct kban_allow_list *list, size_t index);

/**
 * The path of a file of entries, as ignoreip of a jail names them; NULL beyond the last. It belongs
 * to the list.
 */
KBAN_API const char *kban_allow_list_file(const struct kban_allow_list *list, size_t index);

/**
 * The entry that protects @a addr, as it was written ("192.0.2.0/24"), or for own addresses their
 * reason ("own address", "gateway", "resolver"); NULL if it is not protected. A network is
 * protected if it contains a protected address, or is contained in a protected network.
 */
KBAN_API const char *kban_allow_list_find(const struct kban_allow_list *list,
					  const struct kban_addr *addr);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_ALLOW_LIST_H */
