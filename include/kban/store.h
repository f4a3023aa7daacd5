/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/store.h
 * What kban knows, on disk: read positions, failures counted so far, bans and why.
 *
 * One SQLite file in WAL mode. Its loss costs history, never protection: bans live in the kernel.
 * A pass of the pipeline writes all it changed in one transaction, after the kernel has
 * acknowledged the bans, so that a kill at any moment gives the same result when read again.
 */
#ifndef KBAN_STORE_H
#define KBAN_STORE_H

#include <kban/base.h>
#include <kban/context.h>
#include <kban/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kban_store;

/**
 * Open @a directory/state.sqlite, creating directory (mode 0700) and file (0600) if missing.
 *
 * A file that is damaged, or of a newer kban, is set aside as state.bad-TIME, that is logged, and
 * a new one is begun. One process at a time may have a state directory open: the one that called
 * this, until it closes the store or ends.
 *
 * A disk that is full or mounted read-only is no failure: that is logged, what can be read is, and
 * each attempt to save looks whether it can be done by now.
 *
 * @param directory  Its parent must exist. NULL keeps the state in memory only.
 *
 * @return KBAN_OK; KBAN_E_LIMIT if another process has it open (the error names its pid);
 *         KBAN_E_DENIED; KBAN_E_SYSTEM if there can be no such directory; KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_store_open(struct kban_context *ctx, const char *directory,
					     struct kban_store **out, struct kban_error **err);

/** NULL is allowed. What was not committed is dropped. */
KBAN_API void kban_store_close(struct kban_store *store);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_STORE_H */
