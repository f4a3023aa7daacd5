/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tables of the state file and what may be asked of them. SQL is nowhere else.
 *
 * A counted failure is one row; the row is counter and evidence at once. When its host is banned,
 * the ban claims the rows of that host; so "why" needs nothing but a look.
 */
#ifndef KB_STORE_STORE_H
#define KB_STORE_STORE_H

#include <stdbool.h>

#include <kban/addr.h>
#include <kban/follow.h>
#include <kban/store.h>

#include "base/memory.h"

/* One line of a log that was counted against a host, or a report without a log. */
struct kb_failure {
	struct kban_addr addr;
	kban_usec time;
	const char *rule_text; /* as written, or NULL for a report */
	const char *rule_file; /* or NULL */
	unsigned rule_line;
	const char *source;      /* path of the log, or NULL for a report */
	uint64_t line;           /* number in the log, 0 for a report */
	struct kban_text text;   /* the log line; cut by the store at KB_EVIDENCE_MAX bytes */
	struct kban_text fields; /* named parts of the match: NAME '\0' VALUE '\0' ..., or empty */
};

#define KB_EVIDENCE_MAX 1024

enum kb_ban_end {
	KB_END_NONE, /* in force */
	KB_END_EXPIRED,
	KB_END_UNBANNED, /* by an operator */
	KB_END_FLUSHED,
};

struct kb_ban_record {
	int64_t id; /* set by the store */
	const char *jail;
	struct kban_addr addr;
	kban_usec since, until; /* until may be KBAN_FOREVER */
	unsigned number;        /* how often banned in this jail, this one included */
	bool manual;
	enum kb_ban_end end;
	kban_usec ended; /* when, with end */
};

/*
 * All that one pass changes lies between begin and commit. Where one of them, or a call between
 * them, fails, nothing of it is written, and the caller may go on and try all of it again later:
 * KBAN_E_LIMIT if the disk is full, KBAN_E_SYNTAX if the file turns out to be damaged (the next
 * begin sets it aside), KBAN_E_SYSTEM, KBAN_E_NOMEM. After a call between them has failed, other
 * than with KBAN_E_NOTFOUND, commit fails as well. A failed commit needs no rollback.
 */
int kb_store_begin(struct kban_store *store, struct kban_error **err);
int kb_store_commit(struct kban_store *store, struct kban_error **err);
void kb_store_rollback(struct kban_store *store);

/* Inside a transaction: */
int kb_store_put_position(struct kban_store *store, const char *path,
			  const struct kban_follow_position *position, struct kban_error **err);
/* The same of a journal: the cursor of its last entry, and when that was logged. */
int kb_store_put_cursor(struct kban_store *store, const char *journal, const char *cursor,
			kban_usec time, struct kban_error **err);
int kb_store_add_failure(struct kban_store *store, const char *jail,
			 const struct kb_failure *failure, struct kban_error **err);
/* Forget failures of a host that no ban has claimed; @a addr NULL: of all hosts. */
int kb_store_forget_failures(struct kban_store *store, const char *jail,
			     const struct kban_addr *addr, struct kban_error **err);
/* Drop unclaimed failures older than @a before. */
int kb_store_prune_failures(struct kban_store *store, const char *jail, kban_usec before,
			    struct kban_error **err);
/*
 * Failures of hosts whose addresses are being waited for, as their jail has them now: forget, then
 * add each. Their addr means nothing.
 */
int kb_store_forget_lookups(struct kban_store *store, const char *jail, struct kban_error **err);
int kb_store_add_lookup(struct kban_store *store, const char *jail, const char *name,
			const struct kb_failure *failure, struct kban_error **err);
/* The same of a failure that was the reason of the ban @a ban_id; 0: of the one in force, if any.
 */
int kb_store_add_evidence(struct kban_store *store, const char *jail, int64_t ban_id,
			  const struct kb_failure *failure, struct kban_error **err);
/* The ban in force of a host is at least its @a number th. Nothing if there is none. */
int kb_store_renumber_ban(struct kban_store *store, const char *jail, const struct kban_addr *addr,
			  unsigned number, struct kban_error **err);
/* Record a ban that is over; its end and ended are set. What is in force stays as it is. */
int kb_store_add_past_ban(struct kban_store *store, struct kb_ban_record *record,
			  struct kban_error **err);
/*
 * Record a ban and let it claim the newest @a keep_lines failures of its host in its jail; others
 * are dropped. If the host has a ban in force there, that one expired when this one began. Its
 * number 0 stands for one more than kb_store_count_bans() tells.
 */
int kb_store_add_ban(struct kban_store *store, struct kb_ban_record *record, size_t keep_lines,
		     struct kban_error **err);
/* Move the end of the ban that is in force, or end it. KBAN_E_NOTFOUND if there is none. */
int kb_store_extend_ban(struct kban_store *store, const char *jail, const struct kban_addr *addr,
			kban_usec until, struct kban_error **err);
int kb_store_end_ban(struct kban_store *store, const char *jail, const struct kban_addr *addr,
		     enum kb_ban_end end, kban_usec when, struct kban_error **err);
/* The clock was set: bans in force and failures that none has claimed are by @a by later. */
int kb_store_move(struct kban_store *store, const char *jail, kban_usec by,
		  struct kban_error **err);
/* What an action of a jail still has to do for a host, or has done. */
enum kb_action_state {
	KB_ACTION_NOTHING, /* nothing is known of it */
	KB_ACTION_WANTED,  /* to be run for a ban */
	KB_ACTION_DONE,    /* was run, and is to be undone at the end of the ban */
	KB_ACTION_ENDING,  /* to be undone */
};
int kb_store_put_action_host(struct kban_store *store, const char *jail, const char *action,
			     const struct kban_addr *addr, enum kb_action_state state,
			     struct kban_error **err);
/* Forget bans that ended before @a before, with their evidence. */
int kb_store_purge(struct kban_store *store, kban_usec before, struct kban_error **err);

/*
 * Reading. Records and texts live during the call of @a visit; nonzero from it ends the walk and is
 * what the walk returns, otherwise 0 or a status. From within a walk others may be made, but not
 * the same; nothing may be changed.
 */
typedef int kb_position_fn(const char *path, const struct kban_follow_position *position,
			   void *data);
int kb_store_each_position(struct kban_store *store, kb_position_fn *visit, void *data,
			   struct kban_error **err);

typedef int kb_cursor_fn(const char *journal, const char *cursor, kban_usec time, void *data);
int kb_store_each_cursor(struct kban_store *store, kb_cursor_fn *visit, void *data,
			 struct kban_error **err);

typedef int kb_ban_fn(const struct kb_ban_record *record, void *data);
/* Bans in force, in order of banning; of one jail, or of all with NULL. */
int kb_store_each_ban(struct kban_store *store, const char *jail, kb_ban_fn *visit, void *data,
		      struct kban_error **err);
/* All bans of a host that are known, newest first, in force or over. */
int kb_store_each_ban_of(struct kban_store *store, const struct kban_addr *addr, kb_ban_fn *visit,
			 void *data, struct kban_error **err);

typedef int kb_failure_fn(const char *jail, const struct kb_failure *failure, void *data);
/* Unclaimed failures of a jail since a time, oldest first: what a counter starts from. */
int kb_store_each_failure(struct kban_store *store, const char *jail, kban_usec since,
			  kb_failure_fn *visit, void *data, struct kban_error **err);
typedef int kb_lookup_fn(const char *name, const struct kb_failure *failure, void *data);
/* Those of a jail since a time, in the order they were added. */
int kb_store_each_lookup(struct kban_store *store, const char *jail, kban_usec since,
			 kb_lookup_fn *visit, void *data, struct kban_error **err);
/* Unclaimed failures of one host in all jails, oldest first. */
int kb_store_each_failure_of(struct kban_store *store, const struct kban_addr *addr,
			     kb_failure_fn *visit, void *data, struct kban_error **err);
/* What a ban claimed, oldest first. */
int kb_store_each_evidence(struct kban_store *store, int64_t ban_id, kb_failure_fn *visit,
			   void *data, struct kban_error **err);

typedef int kb_action_host_fn(const char *jail, const char *action, const struct kban_addr *addr,
			      enum kb_action_state state, void *data);
/* Of all actions of a jail. */
int kb_store_each_action_host(struct kban_store *store, const char *jail, kb_action_host_fn *visit,
			      void *data, struct kban_error **err);

/*
 * How often a host was banned, in one jail or with NULL in all: bans that are known, or more where
 * the number of one says so. Or a status.
 */
int kb_store_count_bans(struct kban_store *store, const char *jail, const struct kban_addr *addr,
			struct kban_error **err);

/* When the newest ban of a host in a jail began, into @a since. 1, or 0 without one; or a status.
 */
int kb_store_last_ban(struct kban_store *store, const char *jail, const struct kban_addr *addr,
		      kban_usec *since, struct kban_error **err);

/* 1 if a ban of a host that began at @a since is known, in force or over; 0; or a status. */
int kb_store_has_ban(struct kban_store *store, const char *jail, const struct kban_addr *addr,
		     kban_usec since, struct kban_error **err);

/* When the last commit succeeded, or KBAN_TIME_NONE; shown by status when saving fails. */
kban_usec kb_store_saved(const struct kban_store *store);

#endif /* KB_STORE_STORE_H */
