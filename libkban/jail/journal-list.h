/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The journals that jails read: each once, whatever the number of jails on it. A jail is known by
 * what its lines are to be handed to; its matches are lists of words.
 */
#ifndef KB_JAIL_JOURNAL_LIST_H
#define KB_JAIL_JOURNAL_LIST_H

#include <kban/journal.h>

#include "base/string-list.h"
#include "conf/conf-value.h"
#include "store/store.h"

/* What the journal is called where nothing is said about it, and before what is. */
#define KB_JOURNAL_NAME "systemd-journal"

struct kb_journal_list {
	struct kban_context *ctx;
	struct kban_store *store; /* or NULL */
	bool from_oldest;         /* read all there is, not only what may still count */
	struct kb_listed_journal *items;
	size_t count, capacity;
};

struct kb_listed_journal {
	char *name; /* KB_JOURNAL_NAME and the options, as written */
	struct kban_journal *journal;
	kban_usec since; /* where to begin, until it has begun */
	bool has_begun;
};

/*
 * Let @a reader have entries that one of the matches accepts; no match: all.
 *
 * @param backend  Value of backend, or NULL for the system's journal.
 * @param since    Older entries are of no use to it.
 */
int kb_journal_list_follow(struct kb_journal_list *list, const struct kb_value *backend,
			   const struct kb_string_list *matches, size_t match_count,
			   kban_usec since, void *reader, struct kban_error **err);

/* Take @a reader off all of them, and forget those that nobody reads. */
void kb_journal_list_unfollow(struct kb_journal_list *list, const void *reader);
void kb_journal_list_tidy(struct kb_journal_list *list);

/* KBAN_OK or KBAN_E_NOMEM. What is to be polled is put into the epoll(7) descriptor @a poll. */
int kb_journal_list_dispatch(struct kb_journal_list *list, kban_usec now);
void kb_journal_list_poll(const struct kb_journal_list *list, int poll);
kban_usec kb_journal_list_next_due(const struct kb_journal_list *list);

/* For the store, within its transaction; and that it was committed. */
bool kb_journal_list_has_changed(const struct kb_journal_list *list);
int kb_journal_list_write(const struct kb_journal_list *list, struct kban_store *store,
			  struct kban_error **err);
void kb_journal_list_saved(struct kb_journal_list *list);

void kb_journal_list_clear(struct kb_journal_list *list);

#endif /* KB_JAIL_JOURNAL_LIST_H */
