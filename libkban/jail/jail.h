/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A jail from the inside, for the files of this layer.
 *
 * jail.c          from a line or a report to a decision
 * jail-bans.c     bans: added, lifted, ended, handed to the backend
 * jail-audit.c    bans: restored, compared with the kernel
 * pass.c          decisions into the kernel and into the store, for one jail or many
 */
#ifndef KB_JAIL_JAIL_H
#define KB_JAIL_JAIL_H

#include <kban/jail.h>
#include <kban/matcher.h>

#include "ban/backend.h"
#include "ban/bans.h"
#include "base/context.h"
#include "base/memory.h"
#include "decide/decide.h"
#include "jail/changes.h"

/* Names of hosts that are being looked up at once; more are dropped, and that is logged. */
#define KB_LOOKUPS_MAX     1000
/* How long an answer of the resolver is waited for. */
#define KB_LOOKUP_PATIENCE (10 * KBAN_SECOND)

/* What is known of a failure when it is to be counted. Nothing in it is owned. */
struct kb_sighting {
	kban_usec time;
	int rule; /* index of the failregex, or -1 for a report */
	const char *source;
	uint64_t line;
	struct kban_text text;
};

/* A failure whose host is a name that the resolver has not answered yet. Owns its texts. */
struct kb_lookup {
	char *name;
	kban_usec asked;
	struct kb_sighting sighting;
};

/* A matcher for one source: date formats and sessions of two logs do not mix. */
struct kb_jail_source {
	char *name;
	struct kban_matcher *matcher;
};

struct kban_jail {
	struct kban_context *ctx;
	struct kban_jail_options options; /* texts are owned */
	struct kb_policy policy;
	struct kban_jail_parts parts;
	struct kb_set sets[2]; /* IPv4, IPv6 */

	struct kb_jail_source *sources;
	size_t source_count, source_capacity;
	size_t last_source; /* where the last line came from */

	struct kban_counter *counter;
	struct kb_bans *bans;
	struct kb_changes changes;
	struct kb_lookup *lookups; /* oldest first */
	size_t lookup_count, lookup_capacity;

	/* Hosts whose entry in the kernel is not as it should be, or not yet. */
	struct kban_addr *dirty;
	size_t dirty_count, dirty_capacity;
	kban_usec retry_at; /* when to try again after the kernel refused, or KBAN_FOREVER */
	bool audit_due;     /* the kernel said something that makes a look necessary */
	bool refused;       /* the last try failed, and that was logged */
	unsigned audits;

	bool is_replay;    /* lines are of an old log, whose clock is not the kernel's */
	kban_usec look_at; /* not before this are ends of bans compared with the kernel again */
	kban_usec clock;   /* newest time this jail knows */
	kban_usec warned_odd_time;
	uint64_t random; /* state of a xorshift generator, for random_time */
	struct kban_jail_stats stats;

	kban_event_fn *listener;
	void *listener_data;
};

#define KB_TOPIC_FILTER  "filter"
#define KB_TOPIC_ACTIONS "actions"

/*
 * jail.c: a jail that knows nothing yet. It then takes up what kernel and store hold (restore), or
 * what the jail of that name before a reload knew (ready_sets, inherit).
 */
int kb_jail_build(struct kban_context *ctx, const struct kban_jail_options *options,
		  const struct kban_jail_parts *parts, struct kban_jail **out,
		  struct kban_error **err);
int kb_jail_ready_sets(struct kban_jail *jail, struct kban_error **err);

/* jail-inherit.c: take over what @a old knows; cannot fail. */
void kb_jail_inherit(struct kban_jail *jail, struct kban_jail *old);

/* Tell the listener. */
void kb_jail_tell(const struct kban_jail *jail, const struct kban_event *event);

/* Note that the kernel's entry of @a addr is to be brought in line. */
int kb_jail_touch(struct kban_jail *jail, const struct kban_addr *addr);

const struct kb_set *kb_jail_set_of(const struct kban_jail *jail, const struct kban_addr *addr);

/* jail.c: count a failure of @a addr. 1 if it completed a ban, 0, or KBAN_E_NOMEM. */
int kb_jail_count(struct kban_jail *jail, const struct kban_addr *addr,
		  const struct kb_sighting *sighting);

/* jail.c: count failures whose host's addresses are known by now; drop what waited too long. */
int kb_jail_finish_lookups(struct kban_jail *jail, kban_usec now);

/*
 * jail-bans.c: ban @a addr from @a since on.
 * @param cause  The event that is told; kind, until and jail are filled in.
 * @return 1 if it is newly banned, 0 if not, KBAN_E_NOMEM.
 */
int kb_jail_start_ban(struct kban_jail *jail, const struct kban_addr *addr, kban_usec since,
		      const struct kban_event *cause, bool manual);

/* jail-bans.c: pieces of which the others are made. */
kban_usec kb_later(kban_usec time, kban_usec span);
void kb_jail_set_until(struct kban_jail *jail, struct kb_ban *ban, kban_usec until, kban_usec now);
unsigned kb_jail_earlier_bans(const struct kban_jail *jail, const struct kban_addr *addr,
			      int all_jails);
int kb_jail_note_ban(struct kban_jail *jail, const struct kb_ban *ban, bool manual);
/* Take a ban off the list, tell and note it; lift also has the kernel's entry removed. */
int kb_jail_end_ban(struct kban_jail *jail, const struct kban_addr *addr, enum kb_ban_end end,
		    kban_usec now);
int kb_jail_lift(struct kban_jail *jail, const struct kban_addr *addr, kban_usec now);

/* jail-bans.c: end bans that are due and renew entries that would end too early. */
int kb_jail_do_due(struct kban_jail *jail, kban_usec now);

/* jail-audit.c: ready the sets, and take up what kernel and store hold. */
int kb_jail_restore(struct kban_jail *jail, struct kban_error **err);

/*
 * jail-audit.c: bans whose time is over, but whose entry is still there, go on for as long as the
 * kernel says. What the backend answered: then nothing is known of them.
 */
int kb_jail_look_at_ends(struct kban_jail *jail, kban_usec now);

/*
 * jail-audit.c: compare the sets with what should be in them; what is missing becomes dirty, what
 * somebody else put in is adopted. Sets that are gone are made again.
 */
int kb_jail_audit(struct kban_jail *jail, kban_usec now, struct kban_error **err);

/* jail-bans.c: hand what is dirty to the backend; after its commit, take note of the outcome. */
int kb_jail_apply(struct kban_jail *jail, kban_usec now, struct kban_error **err);
void kb_jail_applied(struct kban_jail *jail);
/* Nothing is dirty any more. */
void kb_jail_accepted(struct kban_jail *jail);
void kb_jail_refused(struct kban_jail *jail, const char *reason, kban_usec now);

#endif /* KB_JAIL_JAIL_H */
