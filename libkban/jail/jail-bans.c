/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bans of a jail and the kernel's entries.
 *
 * The kernel's clock decides when a ban ends: a ban that is due here is over only if its entry is
 * gone, so a jump of the wall clock neither lifts nor prolongs anything. What must change in the
 * kernel is a list of dirty hosts; apply() makes each as the bans say it should be.
 */
#include <kban/counter.h>

#include "jail/actions.h"
#include "jail/jail.h"
#include "jail/questions.h"

/* A listing of so many entries may be had each second. */
#define LISTED_IN_A_SECOND 20000
/* How soon to try again what the kernel refused: at first, and twice as late each time, up to. */
#define RETRY_FIRST        (KBAN_SECOND / 20)
#define RETRY_LATEST       (2 * KBAN_SECOND)

kban_usec kb_later(kban_usec time, kban_usec span)
{
	return span == KBAN_FOREVER || time > KBAN_FOREVER - span ? KBAN_FOREVER : time + span;
}

/* When the kernel's entry must be renewed, because it cannot hold all of the ban's time. */
static kban_usec renewal(kban_usec until, kban_usec now)
{
	const kban_usec most = KB_TIMEOUT_MAX_SECONDS * KBAN_SECOND;

	return until == KBAN_FOREVER || until - now <= most ? until : now + most / 2;
}

void kb_jail_set_until(struct kban_jail *jail, struct kb_ban *ban, kban_usec until, kban_usec now)
{
	ban->until = until;
	ban->renew = renewal(until, now);
	kb_bans_update(jail->bans, ban);
}

/* From 0 up to 1 (xorshift64*, which is plenty for spreading the ends of bans). */
static double draw(struct kban_jail *jail)
{
	uint64_t x = jail->random ? jail->random : 1;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	jail->random = x;
	return (double)((x * 0x2545F4914F6CDD1DULL) >> 11) / 9007199254740992.0;
}

unsigned kb_jail_earlier_bans(const struct kban_jail *jail, const struct kban_addr *addr,
			      int all_jails)
{
	int count = 0;

	if (jail->parts.store != NULL)
		count = kb_store_count_bans(jail->parts.store,
					    all_jails ? NULL : jail->options.name, addr, NULL);
	return count > 0 ? (unsigned)count : 0;
}

int kb_jail_note_ban(struct kban_jail *jail, const struct kb_ban *ban, bool manual)
{
	struct kb_ban_record record = { .addr = ban->addr,
					.since = ban->since,
					.until = ban->until,
					.number = ban->number,
					.manual = manual };

	if (jail->parts.store == NULL)
		return KBAN_OK;
	return kb_changes_ban(&jail->changes, &record);
}

/* A banned host that failed so often again: its ban is longer, and the kernel is told. */
static int ban_again(struct kban_jail *jail, struct kb_ban *ban, struct kban_event *event)
{
	char host[KBAN_ADDR_TEXT_SIZE];

	kb_log(jail->ctx, KBAN_NOTICE, KB_TOPIC_ACTIONS, "[%s] %s already banned",
	       jail->options.name, kban_addr_print(&ban->addr, host));
	kb_jail_set_until(jail, ban, ban->until, jail->clock);
	event->kind = KBAN_EVENT_AGAIN;
	event->until = ban->until;
	kb_jail_tell(jail, event);
	if (jail->parts.store != NULL &&
	    (kb_changes_forget(&jail->changes, &ban->addr) < 0 ||
	     kb_changes_extend(&jail->changes, &ban->addr, ban->until) < 0))
		return KBAN_E_NOMEM;
	return kb_jail_touch(jail, &ban->addr);
}

static void number(const struct kban_jail *jail, struct kb_ban *ban)
{
	if (ban->number == 0)
		ban->number = kb_jail_earlier_bans(jail, &ban->addr, false) + 1;
}

static int ban_first(struct kban_jail *jail, struct kb_ban *ban, struct kban_event *event,
		     bool manual)
{
	char host[KBAN_ADDR_TEXT_SIZE];

	/* The kernel does not wait for that, unless an action does. */
	ban->number = 0;
	if (jail->actions != NULL && jail->actions->count > 0)
		number(jail, ban);
	ban->is_fresh = true;
	kb_jail_set_until(jail, ban, ban->until, jail->clock);
	jail->stats.total_banned++;
	kb_log(jail->ctx, KBAN_NOTICE, KB_TOPIC_ACTIONS, "[%s] Ban %s", jail->options.name,
	       kban_addr_print(&ban->addr, host));
	event->kind = KBAN_EVENT_BAN;
	event->until = ban->until;
	kb_jail_tell(jail, event);
	if (kb_jail_note_ban(jail, ban, manual) < 0 || kb_jail_touch(jail, &ban->addr) < 0)
		return KBAN_E_NOMEM;
	event->jail = jail->options.name;
	if (jail->on_ban != NULL && jail->on_ban(jail, event, jail->on_ban_data) < 0)
		return KBAN_E_NOMEM;
	return 1;
}

/* Where bans do not grow, nobody waits for the store to tell how many there were. */
static kban_usec length_for(struct kban_jail *jail, const struct kban_addr *addr)
{
	unsigned earlier = 0;

	if (jail->policy.increment)
		earlier = kb_jail_earlier_bans(jail, addr, jail->options.all_jails);
	return kb_ban_length(&jail->policy, earlier, draw(jail));
}

int kb_jail_start_ban(struct kban_jail *jail, const struct kban_addr *addr, kban_usec since,
		      const struct kban_event *cause, bool manual)
{
	char host[KBAN_ADDR_TEXT_SIZE];
	struct kban_event event = *cause;
	kban_usec until = kb_later(since, length_for(jail, addr));
	struct kb_ban *ban = NULL;
	int added;

	/* Before there is one of the new time. */
	kb_jail_follow_clock(jail);
	if (until <= jail->clock) {
		kb_log(jail->ctx, KBAN_INFO, KB_TOPIC_ACTIONS, "[%s] Ignore %s, expired bantime",
		       jail->options.name, kban_addr_print(addr, host));
		return jail->parts.store ? kb_changes_forget(&jail->changes, addr) : 0;
	}
	added = kb_bans_add(jail->bans, addr, since, until, &ban);
	if (added < 0)
		return added;
	return added ? ban_first(jail, ban, &event, manual) : ban_again(jail, ban, &event);
}

int kban_jail_ban(struct kban_jail *jail, const struct kban_addr *host, kban_usec now)
{
	struct kban_event event = { .host = *host, .time = now };

	if (kban_addr_is_network(host) && !jail->options.networks)
		return KBAN_E_INVAL;
	jail->clock = now;
	kban_counter_forget(jail->counter, host);
	return kb_jail_start_ban(jail, host, now, &event, true);
}

/* Take a ban off the list, tell and note it. The entry in the kernel is the caller's affair. */
int kb_jail_end_ban(struct kban_jail *jail, const struct kban_addr *addr, enum kb_ban_end end,
		    kban_usec now)
{
	char host[KBAN_ADDR_TEXT_SIZE];
	struct kban_event event = { .kind = KBAN_EVENT_UNBAN, .host = *addr, .time = now };
	struct kban_addr copy = *addr;

	kb_bans_remove(jail->bans, &copy);
	kb_log(jail->ctx, KBAN_NOTICE, KB_TOPIC_ACTIONS, "[%s] Unban %s", jail->options.name,
	       kban_addr_print(&copy, host));
	kb_jail_tell(jail, &event);
	if (jail->parts.store == NULL)
		return KBAN_OK;
	return kb_changes_end(&jail->changes, &copy, end, now);
}

int kb_jail_lift(struct kban_jail *jail, const struct kban_addr *addr, kban_usec now)
{
	struct kban_addr copy = *addr;

	if (kb_jail_touch(jail, &copy) < 0)
		return KBAN_E_NOMEM;
	return kb_jail_end_ban(jail, &copy, KB_END_UNBANNED, now);
}

/* Those in a network, or with NULL all. */
static int lift_those(struct kban_jail *jail, const struct kban_addr *network, kban_usec now)
{
	struct kb_ban *next;
	int lifted = 0;

	for (struct kb_ban *ban = kb_bans_first(jail->bans); ban != NULL; ban = next) {
		next = ban->next;
		if (network != NULL && !kban_addr_contains(network, &ban->addr))
			continue;
		if (kb_jail_lift(jail, &ban->addr, now) < 0)
			return KBAN_E_NOMEM;
		lifted++;
	}
	return lifted;
}

/* An action may have one command for all of them. */
static int lift_all(struct kban_jail *jail, const struct kban_addr *network, kban_usec now)
{
	int lifted;

	if (network != NULL || jail->actions == NULL)
		return lift_those(jail, network, now);
	kb_actions_begin_flush(jail->actions);
	lifted = lift_those(jail, NULL, now);
	kb_actions_end_flush(jail->actions);
	return lifted;
}

int kban_jail_unban(struct kban_jail *jail, const struct kban_addr *host, kban_usec now)
{
	if (host != NULL)
		kban_counter_forget(jail->counter, host);
	if (host != NULL && jail->parts.store != NULL &&
	    kb_changes_forget(&jail->changes, host) < 0)
		return KBAN_E_NOMEM;
	if (host != NULL && !kban_addr_is_network(host)) {
		if (kb_bans_find(jail->bans, host) == NULL)
			return 0;
		return kb_jail_lift(jail, host, now) < 0 ? KBAN_E_NOMEM : 1;
	}
	return lift_all(jail, host, now);
}

/* Renew the kernel's entry, or end the ban. */
static int do_due(struct kban_jail *jail, struct kb_ban *ban, kban_usec now)
{
	if (now < ban->until) {
		kb_jail_set_until(jail, ban, ban->until, now);
		return kb_jail_touch(jail, &ban->addr);
	}
	/* The kernel's clock is not that of the log. */
	if (jail->is_replay && kb_jail_touch(jail, &ban->addr) < 0)
		return KBAN_E_NOMEM;
	return kb_jail_end_ban(jail, &ban->addr, KB_END_EXPIRED, now);
}

static kban_usec due_of(const struct kb_ban *ban)
{
	return ban->renew < ban->until ? ban->renew : ban->until;
}

/*
 * When bans may be compared with the kernel again. Large sets take longer to list, and are listed
 * less often; the kernel ends its entries on time all the same.
 */
static kban_usec next_look(const struct kban_jail *jail, kban_usec now)
{
	return now + KBAN_SECOND +
	       (kban_usec)(kb_bans_count(jail->bans) / LISTED_IN_A_SECOND) * KBAN_SECOND;
}

/* True while it is too early; a clock that was set back is no reason to wait for long. */
static bool looked_lately(const struct kban_jail *jail, kban_usec now)
{
	return now < jail->look_at && jail->look_at <= next_look(jail, now);
}

int kb_jail_do_due(struct kban_jail *jail, kban_usec now)
{
	struct kb_ban *ban;

	kb_jail_follow_clock(jail);
	ban = kb_bans_first_due(jail->bans);
	kban_counter_expire(jail->counter, now - jail->options.find_time);
	if (jail->ids != NULL)
		kb_spread_expire(jail->ids, now - jail->options.find_time);
	if (jail->subnets != NULL)
		kb_spread_expire(jail->subnets, now - jail->options.find_time);
	if (ban == NULL || due_of(ban) > now || (!jail->is_replay && looked_lately(jail, now)))
		return KBAN_OK;
	jail->look_at = next_look(jail, now);
	/* A set that cannot be listed now is looked at the next time. */
	if (!jail->is_replay && kb_jail_look_at_ends(jail, now) < 0)
		return KBAN_OK;
	while ((ban = kb_bans_first_due(jail->bans)) != NULL && due_of(ban) <= now)
		if (do_due(jail, ban, now) < 0)
			return KBAN_E_NOMEM;
	return KBAN_OK;
}

kban_usec kban_jail_next_due(const struct kban_jail *jail)
{
	const struct kb_ban *ban = kb_bans_first_due(jail->bans);
	kban_usec due = ban == NULL ? KBAN_FOREVER : due_of(ban);

	if (due < jail->look_at && !jail->is_replay)
		due = jail->look_at;
	if (jail->refused && jail->dirty_count > 0 && jail->retry_at < due)
		due = jail->retry_at;
	if (jail->dirty_count > 0 && !jail->refused)
		due = jail->clock;
	if (kb_jail_lookups_due(jail) < due)
		due = kb_jail_lookups_due(jail);
	return due;
}

static int apply_one(struct kban_jail *jail, const struct kban_addr *addr, kban_usec now,
		     struct kban_error **err)
{
	const struct kb_backend_ops *ops = jail->parts.backend->ops;
	const struct kb_set *set = kb_jail_set_of(jail, addr);
	const struct kb_ban *ban = kb_bans_find(jail->bans, addr);

	if (ban == NULL)
		return ops->lift(jail->parts.backend, set, addr, err);
	return ops->ban(jail->parts.backend, set, addr,
			ban->until == KBAN_FOREVER ? KBAN_FOREVER : ban->until - now, err);
}

/* What fails does not keep the rest from being sent; the first reason is told. */
static int apply_those(struct kban_jail *jail, bool banned, kban_usec now, struct kban_error **err)
{
	int first = KBAN_OK;

	for (size_t i = 0; i < jail->dirty_count; i++) {
		const struct kban_addr *addr = &jail->dirty[i];
		int status = KBAN_OK;

		if ((kb_bans_find(jail->bans, addr) != NULL) == banned)
			status = apply_one(jail, addr, now, first == KBAN_OK ? err : NULL);
		if (first == KBAN_OK)
			first = status;
	}
	return first;
}

/* Lifting comes first, because it makes room. */
int kb_jail_apply(struct kban_jail *jail, kban_usec now, struct kban_error **err)
{
	int lifted = apply_those(jail, false, now, err);
	int banned = apply_those(jail, true, now, lifted == KBAN_OK ? err : NULL);

	return lifted < 0 ? lifted : banned;
}

void kb_jail_accepted(struct kban_jail *jail)
{
	jail->retry_at = KBAN_FOREVER;
	jail->retry_after = RETRY_FIRST;
	if (jail->refused)
		kb_log(jail->ctx, KBAN_NOTICE, KB_TOPIC_ACTIONS, "[%s] All bans are in force again",
		       jail->options.name);
	jail->refused = false;
}

/* Now that its packets are blocked, what the host has open is cut. */
static void cut(struct kban_jail *jail, struct kb_ban *ban)
{
	struct kban_backend *backend = jail->parts.backend;
	kban_auto(error) reason = NULL;
	char host[KBAN_ADDR_TEXT_SIZE];
	int closed;

	ban->is_fresh = false;
	if (!jail->options.cut || jail->is_replay || backend->ops->cut == NULL)
		return;
	closed = backend->ops->cut(backend, &ban->addr, &reason);
	if (closed > 0)
		kb_log(jail->ctx, KBAN_INFO, KB_TOPIC_ACTIONS, "[%s] Cut %d connections of %s",
		       jail->options.name, closed, kban_addr_print(&ban->addr, host));
	if (closed < 0 && !jail->cut_failed)
		kb_log(jail->ctx, KBAN_WARNING, KB_TOPIC_ACTIONS,
		       "[%s] Connections of banned hosts cannot be cut: %s", jail->options.name,
		       kban_error_text(reason));
	jail->cut_failed = closed < 0;
}

void kb_jail_applied(struct kban_jail *jail)
{
	for (size_t i = 0; i < jail->dirty_count; i++) {
		struct kb_ban *ban = kb_bans_find(jail->bans, &jail->dirty[i]);

		if (ban == NULL)
			continue;
		ban->state = KB_BAN_APPLIED;
		number(jail, ban);
		if (ban->is_fresh)
			cut(jail, ban);
	}
	jail->dirty_count = 0;
	kb_jail_accepted(jail);
}

void kb_jail_refused(struct kban_jail *jail, const char *reason, kban_usec now)
{
	for (size_t i = 0; i < jail->dirty_count; i++) {
		struct kb_ban *ban = kb_bans_find(jail->bans, &jail->dirty[i]);

		if (ban == NULL)
			continue;
		ban->state = KB_BAN_FAILED;
		number(jail, ban);
	}
	if (!jail->refused)
		kb_log(jail->ctx, KBAN_ERROR, KB_TOPIC_ACTIONS,
		       "[%s] Bans cannot be put into force: %s; trying again", jail->options.name,
		       reason);
	jail->refused = true;
	/* Some of it may be in force; a look tells which. */
	jail->audit_due = true;
	jail->retry_at = kb_later(now, jail->retry_after);
	jail->retry_after =
		jail->retry_after < RETRY_LATEST / 2 ? 2 * jail->retry_after : RETRY_LATEST;
}

/* What may be seen of a jail's bans. */

static void fill_ban(const struct kb_ban *ban, struct kban_ban *out)
{
	*out = (struct kban_ban){ .host = ban->addr,
				  .since = ban->since,
				  .until = ban->until,
				  .number = ban->number,
				  .applied = ban->state == KB_BAN_APPLIED };
}

void kban_jail_each_ban(const struct kban_jail *jail, kban_ban_visit_fn *visit, void *data)
{
	for (struct kb_ban *ban = kb_bans_first(jail->bans); ban != NULL; ban = ban->next) {
		struct kban_ban shown;

		fill_ban(ban, &shown);
		if (visit(&shown, data))
			return;
	}
}

int kban_jail_find_ban(const struct kban_jail *jail, const struct kban_addr *host,
		       struct kban_ban *out)
{
	const struct kb_ban *ban = kb_bans_find(jail->bans, host);

	if (ban != NULL && out != NULL)
		fill_ban(ban, out);
	return ban != NULL;
}

static uint64_t limit_hits(const struct kban_jail *jail)
{
	uint64_t hits = 0;

	for (size_t i = 0; i < jail->source_count; i++)
		hits += kban_matcher_limit_total(jail->sources[i].matcher);
	return hits;
}

void kban_jail_stats(const struct kban_jail *jail, struct kban_jail_stats *out)
{
	struct kban_jail_stats stats = jail->stats;
	size_t size = out->size;

	stats.size = size;
	stats.currently_failed = kban_counter_hosts(jail->counter);
	stats.limit_hits = limit_hits(jail);
	stats.waiting = jail->lookup_count + (jail->questions ? jail->questions->waiting : 0);
	for (const struct kb_ban *ban = kb_bans_first(jail->bans); ban != NULL; ban = ban->next) {
		stats.currently_banned += ban->state == KB_BAN_APPLIED;
		stats.failed_to_apply += ban->state == KB_BAN_FAILED;
	}
	/* A caller built against an older header has room for less. */
	memcpy(out, &stats, size < sizeof(stats) ? size : sizeof(stats));
}
