/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A jail from the inside, for the files of this layer.
 *
 * jail.c          from a line or a report to a decision
 * jail-lookups.c  failures that wait for addresses of a name
 * questions.c     failures that wait for ignorecommand
 * jail-groups.c   failures of networks and of users
 * jail-limits.c   rules that take too long
 * jail-bans.c     bans: added, lifted, ended, handed to the backend
 * jail-audit.c    bans: restored, compared with the kernel
 * jail-clock.c    bans: last as long when the clock is set
 * jail-import.c   bans: taken over from another program
 * pass.c          decisions into the kernel and into the store, for one jail or many
 */
#ifndef KB_JAIL_JAIL_H
#define KB_JAIL_JAIL_H

#include <kban/jail.h>
#include <kban/matcher.h>

#include "ban/backend.h"
#include "ban/bans.h"
#include "base/context.h"
#include "base/hash.h"
#include "base/memory.h"
#include "count/spread.h"
#include "decide/decide.h"
#include "jail/changes.h"

struct kb_actions;
struct kb_questions;

/* Names of hosts that are being looked up at once; more are dropped, and that is logged. */
#define KB_LOOKUPS_MAX     1000
/* How long an answer of the resolver is waited for. */
#define KB_LOOKUP_PATIENCE (2 * KBAN_SECOND)

/* What is known of a failure when it is to be counted. Nothing in it is owned. */
struct kb_sighting {
	kban_usec time;
	int rule; /* index of the failregex, or -1 for a report */
	const char *source;
	uint64_t line;
	struct kban_text text;
	struct kban_text fields; /* as in struct kb_failure */
};

/* A copy that owns its texts. KBAN_OK or KBAN_E_NOMEM. */
int kb_sighting_copy(struct kb_sighting *to, const struct kb_sighting *from);
void kb_sighting_clear(struct kb_sighting *sighting);

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
	kban_usec warned_malformed; /* that its encoding is not what logencoding says */
	kban_usec warned_limits;    /* that rules take too long on its lines */
	uint64_t limits_told;       /* how often that was, by then */
};

/* Hears of a new ban before the jail goes on. KBAN_OK or KBAN_E_NOMEM. */
typedef int kb_ban_hook(const struct kban_jail *jail, const struct kban_event *event, void *data);

struct kban_jail {
	struct kban_context *ctx;
	struct kban_jail_options options; /* texts are owned */
	struct kb_policy policy;
	struct kb_formula *formula; /* or NULL */
	struct kban_jail_parts parts;
	struct kb_set sets[2]; /* IPv4, IPv6 */
	size_t references[2];  /* of rules to each of them, at the last glance */

	struct kb_jail_source *sources;
	size_t source_count, source_capacity;
	size_t last_source; /* where the last line came from */

	struct kban_counter *counter;
	struct kb_spread *ids;     /* hosts that failed as one user; NULL until there is one */
	struct kb_spread *subnets; /* hosts of a network that failed; NULL: none are counted */
	struct kb_hash_key id_key;
	struct kb_bans *bans;
	struct kb_changes changes;
	struct kb_questions *questions; /* for ignorecommand; or NULL */
	struct kb_lookup *lookups;      /* oldest first */
	size_t lookup_count, lookup_capacity;
	bool lookups_changed; /* these or the questions, since they were saved */

	/* Hosts whose entry in the kernel is not as it should be, or not yet. */
	struct kban_addr *dirty;
	size_t dirty_count, dirty_capacity;
	kban_usec retry_at;    /* when to try again after the kernel refused, or KBAN_FOREVER */
	kban_usec retry_after; /* how long after the next refusal */
	bool audit_due;        /* the kernel said something that makes a look necessary */
	kban_usec room_told;   /* when it was last told that bans make room */
	bool refused;          /* the last try failed, and that was logged */
	bool cut_failed;       /* connections could not be cut, and that was logged */
	unsigned audits;

	bool is_replay;        /* lines are of an old log, whose clock is not the kernel's */
	kban_usec look_at;     /* not before this are ends of bans compared with the kernel again */
	kban_usec clock;       /* newest time this jail knows */
	kban_usec clock_lead;  /* of the wall clock before one that is never set */
	bool knows_clock_lead; /* it was looked at */
	kban_usec warned_odd_time;
	uint64_t random; /* state of a xorshift generator, for random_time */
	struct kban_jail_stats stats;

	kban_event_fn *listener;
	void *listener_data;
	kb_ban_hook *on_ban; /* or NULL; the watch's, for jails that count bans */
	void *on_ban_data;
	struct kb_actions *actions; /* hear of what happens, too; or NULL */
	bool wants_fields;          /* somebody asks for named parts of matches */
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

/* jail-limits.c: tell, not too often, if rules were given up on lines of @a source. */
void kb_jail_note_limits(struct kban_jail *jail, struct kb_jail_source *source, kban_usec now);

/*
 * jail-groups.c: counting beyond the host.
 *
 * unit: the network that is counted and banned in place of @a addr, or @a addr.
 * count_subnet: count @a addr for the network it lies in. count_id: count a failure as @a id, which
 * is no address; when there are enough, all hosts that failed as that id are banned.
 * 1 if a ban was completed, 0, or KBAN_E_NOMEM.
 */
void kb_jail_settle_groups(struct kban_jail_options *options); /* what the options amount to */
int kb_jail_make_groups(struct kban_jail *jail);
void kb_jail_free_groups(struct kban_jail *jail);
void kb_jail_unit(const struct kban_jail *jail, const struct kban_addr *addr,
		  struct kban_addr *out);
int kb_jail_count_subnet(struct kban_jail *jail, const struct kban_addr *addr,
			 const struct kban_event *cause);
int kb_jail_count_id(struct kban_jail *jail, struct kban_text id, const struct kban_addr *host,
		     const struct kb_sighting *sighting);
/* From the jail's options, which are settled; the counter: KBAN_OK, KBAN_E_INVAL, KBAN_E_NOMEM. */
void kb_jail_make_policy(struct kban_jail *jail);
int kb_jail_make_counter(struct kban_jail *jail);
/* Failures that the store remembers since @a since go into counters that are new. */
void kb_jail_count_again(struct kban_jail *jail, kban_usec since);
/* Groups that a failure of the store, or a ban in force, belongs to. KBAN_OK or KBAN_E_NOMEM. */
int kb_jail_recount(struct kban_jail *jail, const struct kb_failure *failure);
int kb_jail_recount_ban(struct kban_jail *jail, const struct kb_ban *ban);

/* jail.c: note and tell a failure of @a addr that counts. KBAN_OK or KBAN_E_NOMEM. */
int kb_jail_note_failure(struct kban_jail *jail, const struct kban_addr *addr,
			 const struct kb_sighting *sighting, const char *shown,
			 const struct kban_event *event);
/* jail.c: the reason not to count @a addr, logged and told; or NULL. */
const char *kb_jail_pass_over(struct kban_jail *jail, const struct kban_addr *addr,
			      const struct kban_event *event);

/* jail.c: count a failure of @a addr. 1 if it completed a ban, 0, or KBAN_E_NOMEM. */
int kb_jail_count(struct kban_jail *jail, const struct kban_addr *addr,
		  const struct kb_sighting *sighting);

/* The same of one that ignorecommand, if there is any, does not pass over. */
int kb_jail_count_allowed(struct kban_jail *jail, const struct kban_addr *addr,
			  const struct kb_sighting *sighting);
int kb_jail_count_allowed_id(struct kban_jail *jail, struct kban_text id,
			     const struct kban_addr *host, const struct kb_sighting *sighting);
/* The id that a failure with such fields counts as; data NULL: it counts as its host's. */
struct kban_text kb_jail_id_in(struct kban_text fields);

/* jail.c: what is to be kept of a failure; its host is left empty. Nothing in it is owned. */
void kb_jail_describe(const struct kban_jail *jail, const struct kb_sighting *sighting,
		      struct kb_failure *failure);

/* jail-lookups.c: keep a failure of host @a name until the resolver has answered. 0 or NOMEM. */
int kb_jail_look_up(struct kban_jail *jail, struct kban_text name,
		    const struct kb_sighting *sighting, kban_usec now);
/* Count failures whose host's addresses are known by now; drop what waited too long. */
int kb_jail_finish_lookups(struct kban_jail *jail, kban_usec now);
/* When the first of them has waited too long, or KBAN_FOREVER. */
kban_usec kb_jail_lookups_due(const struct kban_jail *jail);
/* Inside a transaction: save those that wait, if they changed. */
int kb_jail_write_lookups(const struct kban_jail *jail, struct kban_store *store,
			  struct kban_error **err);
int kb_jail_restore_lookups(struct kban_jail *jail, kban_usec now, struct kban_error **err);
void kb_jail_forget_lookups(struct kban_jail *jail);

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

/* jail.c: the matcher for the lines of a source; NULL without memory. */
struct kban_matcher *kb_jail_matcher(struct kban_jail *jail, const char *source);

/*
 * jail.c: take what that matcher said of a line, and whose source it was: as kban_jail_feed(), but
 * the line is judged already.
 */
int kb_jail_take(struct kban_jail *jail, const struct kban_line *line, int verdict,
		 const struct kban_match *match, kban_usec now);

/* jail-clock.c: if the clock was set, move the times of bans and failures along. */
void kb_jail_follow_clock(struct kban_jail *jail);

/* jail-bans.c: end bans that are due and renew entries that would end too early. */
int kb_jail_do_due(struct kban_jail *jail, kban_usec now);

/* jail-audit.c: tell that a ban of before is in force here. */
void kb_jail_tell_restored(struct kban_jail *jail, const struct kb_ban *ban, kban_usec now);

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
