/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a jail has decided and not yet saved, in order. The store is told after the kernel has
 * acknowledged; until then, and while the disk is full, the changes wait here.
 */
#ifndef KB_JAIL_CHANGES_H
#define KB_JAIL_CHANGES_H

#include "store/store.h"

/* Beyond this many, failures that lead to no ban are forgotten: counters in memory go on. */
#define KB_CHANGES_MAX 200000

enum kb_change_kind {
	KB_CHANGE_FAILURE,
	KB_CHANGE_FORGET, /* failures of a host that no ban claims */
	KB_CHANGE_BAN,
	KB_CHANGE_PAST_BAN, /* one that is over when it becomes known */
	KB_CHANGE_EVIDENCE, /* of the ban before it, or else of the one in force */
	KB_CHANGE_EXTEND,
	KB_CHANGE_NUMBER,
	KB_CHANGE_END,
};

struct kb_change {
	enum kb_change_kind kind;
	struct kban_addr addr;
	struct kb_failure failure; /* its texts are owned by the change */
	struct kb_ban_record ban;
};

struct kb_changes {
	struct kb_change *items;
	size_t count;
	size_t capacity;
	uint64_t dropped;
	kban_usec moved; /* how far the clock was set since, for what was saved before */
};

/* KBAN_OK or KBAN_E_NOMEM. Texts of the failure are copied. */
int kb_changes_failure(struct kb_changes *changes, const struct kb_failure *failure);
int kb_changes_forget(struct kb_changes *changes, const struct kban_addr *addr);
int kb_changes_ban(struct kb_changes *changes, const struct kb_ban_record *ban);
int kb_changes_past_ban(struct kb_changes *changes, const struct kb_ban_record *ban);
int kb_changes_evidence(struct kb_changes *changes, const struct kb_failure *failure);
int kb_changes_extend(struct kb_changes *changes, const struct kban_addr *addr, kban_usec until);
int kb_changes_number(struct kb_changes *changes, const struct kban_addr *addr, unsigned number);
int kb_changes_end(struct kb_changes *changes, const struct kban_addr *addr, enum kb_ban_end end,
		   kban_usec when);

/* The clock was set: what was decided, and what the store knows, was by @a by later. */
void kb_changes_move(struct kb_changes *changes, kban_usec by);

/*
 * Write all changes into the transaction that is open. They stay until kb_changes_clear(), which
 * the caller calls when the transaction is committed.
 */
int kb_changes_write(const struct kb_changes *changes, struct kban_store *store, const char *jail,
		     size_t keep_lines, struct kban_error **err);

/* Forget them and keep the memory; or give it back, too. */
void kb_changes_clear(struct kb_changes *changes);
void kb_changes_free(struct kb_changes *changes);

#endif /* KB_JAIL_CHANGES_H */
