/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decisions brought about: for all jails that share a backend and a store, in one go and in an
 * order that survives a kill at any moment. First the kernel, until it has acknowledged; then one
 * transaction with counters, bans and read positions. Killed in between, the lines are read again
 * from the committed positions and lead to the same.
 */
#ifndef KB_JAIL_PASS_H
#define KB_JAIL_PASS_H

#include "jail/actions.h"
#include "jail/jail.h"
#include "jail/journal-list.h"

struct kb_pass {
	struct kban_jail *const *jails;
	size_t jail_count;
	struct kb_jail_action **closing; /* actions of jails that are gone */
	size_t closing_count;
	struct kban_backend *backend;
	struct kban_store *store;         /* or NULL */
	struct kban_follow *follow;       /* whose positions are saved; or NULL */
	struct kb_journal_list *journals; /* whose cursors are saved; or NULL */
	bool store_failed;                /* the last transaction failed, and that was logged */
};

/*
 * @return KBAN_OK, or what the backend answered. That the store fails is logged, not returned:
 *         protection goes on, and what it was to be told waits.
 */
int kb_pass_settle(struct kb_pass *pass, struct kban_context *ctx, kban_usec now,
		   struct kban_error **err);

/*
 * Forget what no longer matters: failures that are too old to count, and bans that ended before
 * @a before. That it fails is no harm; it is tried again.
 */
int kb_pass_tidy(const struct kb_pass *pass, kban_usec before, kban_usec now);

#endif /* KB_JAIL_PASS_H */
