/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/jail-room.h"

/* Entries of a set, unless the jail says otherwise: with their index about 100 MiB. */
#define ENTRIES_MOST (1u << 20)

/* How often it is told that bans end early. */
#define TOLD_EVERY (600 * KBAN_SECOND)

static unsigned most_of(const struct kban_jail *jail)
{
	unsigned most = jail->options.most_entries != 0 ? jail->options.most_entries : ENTRIES_MOST;

	return jail->options.max_entries > most ? jail->options.max_entries : most;
}

static size_t count_of(const struct kban_jail *jail, enum kban_family family)
{
	size_t count = 0;

	for (const struct kb_ban *ban = kb_bans_first(jail->bans); ban != NULL; ban = ban->next)
		count += ban->addr.family == family;
	return count;
}

static int by_end(const void *left, const void *right)
{
	const struct kb_ban *const *a = left;
	const struct kb_ban *const *b = right;

	return ((*a)->until > (*b)->until) - ((*a)->until < (*b)->until);
}

/* Bans of a family that are in force, those that end first first. */
static size_t list_applied(const struct kban_jail *jail, enum kban_family family,
			   struct kb_ban **out)
{
	size_t count = 0;

	for (struct kb_ban *ban = kb_bans_first(jail->bans); ban != NULL; ban = ban->next)
		if (ban->addr.family == family && ban->state == KB_BAN_APPLIED)
			out[count++] = ban;
	qsort(out, count, sizeof(*out), by_end);
	return count;
}

static int end_first(struct kban_jail *jail, const struct kb_set *set, size_t excess, kban_usec now)
{
	kb_autofree struct kb_ban **bans = calloc(kb_bans_count(jail->bans), sizeof(*bans));
	size_t count;

	if (bans == NULL)
		return KBAN_E_NOMEM;
	count = list_applied(jail, set->family, bans);
	for (size_t i = 0; i < excess && i < count; i++) {
		struct kban_addr addr = bans[i]->addr;

		if (kb_jail_touch(jail, &addr) < 0 ||
		    kb_jail_end_ban(jail, &addr, KB_END_FLUSHED, now) < 0)
			return KBAN_E_NOMEM;
	}
	if (now >= jail->room_told + TOLD_EVERY || now < jail->room_told) {
		jail->room_told = now;
		kb_log(jail->ctx, KBAN_WARNING, KB_TOPIC_ACTIONS,
		       "[%s] Set %s has the %u entries that it may have; bans with the least time "
		       "left make room for new ones",
		       jail->options.name, set->name, most_of(jail));
	}
	return KBAN_OK;
}

int kb_jail_end_beyond_most(struct kban_jail *jail, kban_usec now)
{
	size_t most = most_of(jail);

	if (kb_bans_count(jail->bans) <= most)
		return KBAN_OK;
	for (size_t i = 0; i < kb_array_size(jail->sets); i++) {
		size_t count = count_of(jail, jail->sets[i].family);

		if (count > most && end_first(jail, &jail->sets[i], count - most, now) < 0)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

static int grow(struct kban_jail *jail, struct kb_set *set, size_t count, struct kban_error **err)
{
	unsigned before = set->max_entries != 0 ? set->max_entries : KB_SET_ENTRIES;
	unsigned most = most_of(jail), after = before;
	int status;

	while (after < count && after < most)
		after = after > most / 2 ? most : after * 2;
	if (after == before)
		return KBAN_OK;
	set->max_entries = after;
	status = jail->parts.backend->ops->open(jail->parts.backend, set, err);
	if (status < 0) {
		set->max_entries = before;
		return status;
	}
	kb_log(jail->ctx, KBAN_NOTICE, KB_TOPIC_ACTIONS,
	       "[%s] Set %s was full with %u entries and has room for %u now", jail->options.name,
	       set->name, before, after);
	return KBAN_OK;
}

int kb_jail_grow_sets(struct kban_jail *jail, struct kban_error **err)
{
	for (size_t i = 0; i < kb_array_size(jail->sets); i++) {
		struct kb_set *set = &jail->sets[i];
		int status = grow(jail, set, count_of(jail, set->family), err);

		if (status < 0)
			return status;
	}
	return KBAN_OK;
}
