/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel has, what the store knows, and what the jail believes, brought together: at the
 * start, and at every audit. Where kernel and store differ about the end of a ban, the kernel is
 * right; what either lacks, it gets.
 */
#include <kban/counter.h>

#include "jail/jail.h"

/* An entry of the kernel that ends so soon is not worth taking up. */
#define NEARLY_OVER (2 * KBAN_SECOND)
/* The shortest time after which to look at an entry again. */
#define SOON_OVER   (KBAN_SECOND / 5)
/* Kernel and memory agree if they differ by no more than rounding. */
#define ROUNDING    (2 * KBAN_SECOND)

/* Walking through the kernel's entries of both sets. */
struct look {
	struct kban_jail *jail;
	kban_usec now;
	kban_usec began; /* by the clock, when the kernel was asked for the set */
	bool at_start;   /* what is found is told later, with what the store knew */
	int status;
};

void kb_jail_tell_restored(struct kban_jail *jail, const struct kb_ban *ban, kban_usec now)
{
	char host[KBAN_ADDR_TEXT_SIZE];
	struct kban_event event = {
		.kind = KBAN_EVENT_RESTORED, .host = ban->addr, .time = now, .until = ban->until
	};

	jail->stats.total_banned++;
	kb_log(jail->ctx, KBAN_NOTICE, KB_TOPIC_ACTIONS, "[%s] Restore Ban %s", jail->options.name,
	       kban_addr_print(&ban->addr, host));
	kb_jail_tell(jail, &event);
}

/* A host whose ban was lifted, but not yet in the kernel, must not come back. */
static bool is_dirty(const struct kban_jail *jail, const struct kban_addr *addr)
{
	for (size_t i = 0; i < jail->dirty_count; i++)
		if (kban_addr_equal(&jail->dirty[i], addr))
			return true;
	return false;
}

/* An entry that somebody else made, or that outlived a lost state file. */
static int adopt(struct look *look, const struct kban_addr *addr, kban_usec remaining)
{
	struct kban_jail *jail = look->jail;
	struct kb_ban *ban = NULL;

	if (remaining < NEARLY_OVER || is_dirty(jail, addr))
		return KBAN_OK;
	if (kb_bans_add(jail->bans, addr, look->now, kb_later(look->now, remaining), &ban) < 0)
		return KBAN_E_NOMEM;
	ban->state = KB_BAN_APPLIED;
	ban->seen = jail->audits;
	ban->number = kb_jail_earlier_bans(jail, addr, false) + 1;
	kb_jail_set_until(jail, ban, ban->until, look->now);
	if (kb_jail_note_ban(jail, ban, true) < 0)
		return KBAN_E_NOMEM;
	if (!look->at_start)
		kb_jail_tell_restored(jail, ban, look->now);
	return KBAN_OK;
}

/*
 * The kernel said what remains at some time since it was asked, which on a machine that is busy may
 * be a while ago. An entry that cannot hold all of its ban's time is renewed, and ends earlier
 * until then.
 */
static bool agrees(const struct look *look, const struct kb_ban *ban, kban_usec until)
{
	kban_usec passed;

	if (ban->renew < ban->until)
		return true;
	if (ban->until == KBAN_FOREVER || until == KBAN_FOREVER)
		return ban->until == until;
	passed = kban_context_now(look->jail->ctx) - look->began;
	if (passed < 0)
		passed = 0;
	return until <= ban->until + ROUNDING && until + passed >= ban->until - ROUNDING;
}

/* An entry of the kernel: known, and then its remaining time is the truth, or adopted. */
static int see_entry(const struct kban_addr *addr, kban_usec remaining, void *data)
{
	struct look *look = data;
	struct kban_jail *jail = look->jail;
	struct kb_ban *ban = kb_bans_find(jail->bans, addr);
	kban_usec until = kb_later(look->now, remaining);

	if (ban == NULL) {
		look->status = adopt(look, addr, remaining);
		return look->status < 0;
	}
	ban->seen = jail->audits;
	if (agrees(look, ban, until)) {
		ban->state = KB_BAN_APPLIED;
		return 0;
	}
	/* Another end that is still on its way to the kernel is not overruled by it. */
	if (ban->state == KB_BAN_APPLIED || look->at_start) {
		ban->state = KB_BAN_APPLIED;
		kb_jail_set_until(jail, ban, until, look->now);
		if (jail->parts.store != NULL && kb_changes_extend(&jail->changes, addr, until) < 0)
			look->status = KBAN_E_NOMEM;
	}
	return look->status < 0;
}

/* Of a look that took long until now, time has gone on. */
static int list_entries(struct look *look, const struct kb_set *set, struct kban_error **err)
{
	struct kban_backend *backend = look->jail->parts.backend;
	kban_usec clock = kban_context_now(look->jail->ctx);
	int status;

	if (clock > look->began)
		look->now += clock - look->began;
	look->began = clock;
	status = backend->ops->list(backend, set, see_entry, look, err);
	return status < 0 ? status : look->status;
}

static int look_at_kernel(struct look *look, struct kban_error **err)
{
	struct kban_jail *jail = look->jail;
	struct kban_backend *backend = jail->parts.backend;

	jail->audits++;
	look->began = kban_context_now(jail->ctx);
	for (size_t i = 0; i < kb_array_size(jail->sets); i++) {
		int status = backend->ops->open(backend, &jail->sets[i], err);

		if (status == KBAN_OK)
			status = list_entries(look, &jail->sets[i], err);
		if (status < 0)
			return status;
	}
	return KBAN_OK;
}

/* An entry of a ban that should be over. */
static int see_end(const struct kban_addr *addr, kban_usec remaining, void *data)
{
	const struct look *look = data;
	struct kb_ban *ban = kb_bans_find(look->jail->bans, addr);

	if (ban == NULL || ban->until > look->now || ban->state != KB_BAN_APPLIED)
		return 0;
	if (remaining < SOON_OVER)
		remaining = SOON_OVER;
	kb_jail_set_until(look->jail, ban, kb_later(look->now, remaining), look->now);
	return 0;
}

int kb_jail_look_at_ends(struct kban_jail *jail, kban_usec now)
{
	struct kban_backend *backend = jail->parts.backend;
	struct look look = { .jail = jail, .now = now };

	for (size_t i = 0; i < kb_array_size(jail->sets); i++) {
		int status = backend->ops->list(backend, &jail->sets[i], see_end, &look, NULL);

		/* Where there is no set, there is no entry. */
		if (status < 0 && status != KBAN_E_NOTFOUND)
			return status;
	}
	return KBAN_OK;
}

/* What the look has found to be as it should is dirty no longer. */
static void drop_settled(struct kban_jail *jail)
{
	size_t kept = 0;

	for (size_t i = 0; i < jail->dirty_count; i++) {
		const struct kb_ban *ban = kb_bans_find(jail->bans, &jail->dirty[i]);

		if (ban == NULL || ban->state != KB_BAN_APPLIED)
			jail->dirty[kept++] = jail->dirty[i];
	}
	jail->dirty_count = kept;
	if (kept == 0)
		kb_jail_accepted(jail);
}

/*
 * Bans that should be in the kernel, and that the look has not seen, become dirty. Those that are
 * not applied are dirty already.
 */
static int mark_missing(struct kban_jail *jail, size_t *missing)
{
	for (struct kb_ban *ban = kb_bans_first(jail->bans); ban != NULL; ban = ban->next) {
		if (ban->seen == jail->audits || ban->state != KB_BAN_APPLIED)
			continue;
		ban->state = KB_BAN_WANTED;
		if (kb_jail_touch(jail, &ban->addr) < 0)
			return KBAN_E_NOMEM;
		(*missing)++;
	}
	return KBAN_OK;
}

int kb_jail_ready_sets(struct kban_jail *jail, struct kban_error **err)
{
	struct kban_backend *backend = jail->parts.backend;

	for (size_t i = 0; i < kb_array_size(jail->sets); i++) {
		int status = backend->ops->open(backend, &jail->sets[i], err);

		if (status < 0)
			return status;
	}
	return KBAN_OK;
}

int kb_jail_audit(struct kban_jail *jail, kban_usec now, struct kban_error **err)
{
	struct look look = { .jail = jail, .now = now };
	size_t missing = 0;
	int status;

	kb_jail_follow_clock(jail);
	/* What is dirty already is not missing, but on its way. */
	if (jail->dirty_count > 0 && !jail->audit_due)
		return KBAN_OK;
	status = look_at_kernel(&look, err);
	if (status < 0)
		return status;
	jail->audit_due = false;
	drop_settled(jail);
	if (mark_missing(jail, &missing) < 0)
		return kb_fail_memory(err);
	if (missing > 0)
		kb_log(jail->ctx, KBAN_WARNING, KB_TOPIC_ACTIONS,
		       "[%s] %zu banned hosts were missing in set %s or %s; they are put back",
		       jail->options.name, missing, jail->sets[0].name, jail->sets[1].name);
	return KBAN_OK;
}

/* Walking through what the store holds of a jail. */
struct restoring {
	struct kban_jail *jail;
	kban_usec now;
};

/* A ban that is yet to begin: the clock was set back since. It lasts no longer than it was to. */
static kban_usec restored_end(const struct kb_ban_record *record, kban_usec now)
{
	if (record->since <= now || record->until <= record->since || record->until == KBAN_FOREVER)
		return record->until;
	return now + (record->until - record->since);
}

static int restore_ban(const struct kb_ban_record *record, void *data)
{
	struct restoring *restoring = data;
	struct kban_jail *jail = restoring->jail;
	kban_usec until = restored_end(record, restoring->now);
	struct kb_ban *ban = NULL;

	if (kb_bans_add(jail->bans, &record->addr, record->since, record->until, &ban) < 0)
		return KBAN_E_NOMEM;
	ban->number = record->number;
	kb_jail_set_until(jail, ban, until, restoring->now);
	if (until != record->until && kb_changes_extend(&jail->changes, &record->addr, until) < 0)
		return KBAN_E_NOMEM;
	return kb_jail_recount_ban(jail, ban) < 0 ? KBAN_E_NOMEM : 0;
}

static int restore_failure(const char *name, const struct kb_failure *failure, void *data)
{
	struct restoring *restoring = data;
	struct kb_failure past = *failure;

	(void)name;
	/* As of a line: no time is later than now. */
	if (past.time > restoring->now)
		past.time = restoring->now;
	return kb_jail_recount(restoring->jail, &past) < 0 ? KBAN_E_NOMEM : 0;
}

static int read_store(struct kban_jail *jail, struct restoring *restoring, struct kban_error **err)
{
	const char *name = jail->options.name;
	struct kban_store *store = jail->parts.store;
	int status;

	if (store == NULL)
		return KBAN_OK;
	status = kb_store_each_ban(store, name, restore_ban, restoring, err);
	if (status < 0)
		return status;
	status = kb_store_each_failure(store, name, restoring->now - jail->options.find_time,
				       restore_failure, restoring, err);
	return status < 0 ? status : kb_jail_restore_lookups(jail, restoring->now, err);
}

/* When a ban of before ends at the latest where fail2ban's rule holds. */
static kban_usec strict_end(const struct kban_jail *jail, const struct kb_ban *ban)
{
	const struct kban_jail_options *options = &jail->options;
	kban_usec longest = options->ban_time < 0 ? KBAN_FOREVER : options->ban_time;

	if (options->increment)
		longest = options->max_ban_time > 0 ? options->max_ban_time : KBAN_FOREVER;
	return kb_later(ban->since, longest);
}

/* 1 if the ban is over by that. */
static int restrict_ban(struct kban_jail *jail, struct kb_ban *ban, kban_usec now)
{
	kban_usec until = strict_end(jail, ban);

	if (!jail->options.strict_restore || until >= ban->until)
		return 0;
	if (kb_jail_touch(jail, &ban->addr) < 0)
		return KBAN_E_NOMEM;
	if (until <= now)
		return kb_jail_end_ban(jail, &ban->addr, KB_END_EXPIRED, now) < 0 ? KBAN_E_NOMEM
										  : 1;
	ban->state = KB_BAN_WANTED;
	kb_jail_set_until(jail, ban, until, now);
	if (jail->parts.store != NULL && kb_changes_extend(&jail->changes, &ban->addr, until) < 0)
		return KBAN_E_NOMEM;
	return 0;
}

/* Bans that the store knew: still wanted and put into the kernel if missing, or over. */
static int settle_restored(struct kban_jail *jail, kban_usec now)
{
	struct kb_ban *next;

	for (struct kb_ban *ban = kb_bans_first(jail->bans); ban != NULL; ban = next) {
		int is_over;

		next = ban->next;
		is_over = restrict_ban(jail, ban, now);
		if (is_over < 0)
			return KBAN_E_NOMEM;
		if (is_over)
			continue;
		if (kban_jail_protection(jail, &ban->addr) != NULL) {
			if (kb_jail_lift(jail, &ban->addr, now) < 0)
				return KBAN_E_NOMEM;
			continue;
		}
		if (ban->seen != jail->audits && ban->until <= now) {
			if (kb_jail_end_ban(jail, &ban->addr, KB_END_EXPIRED, now) < 0)
				return KBAN_E_NOMEM;
			continue;
		}
		if (ban->seen != jail->audits && kb_jail_touch(jail, &ban->addr) < 0)
			return KBAN_E_NOMEM;
		kb_jail_tell_restored(jail, ban, now);
	}
	return KBAN_OK;
}

int kb_jail_restore(struct kban_jail *jail, struct kban_error **err)
{
	kban_usec now = kban_context_now(jail->ctx);
	struct restoring restoring = { .jail = jail, .now = now };
	struct look look = { .jail = jail, .at_start = true };
	int status = read_store(jail, &restoring, err);

	if (status < 0)
		return status;
	look.now = now = kban_context_now(jail->ctx);
	status = look_at_kernel(&look, err);
	if (status < 0)
		return status;
	if (settle_restored(jail, now) < 0)
		return kb_fail_memory(err);
	return KBAN_OK;
}
