/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/jail-glance.h"

/* The kernel ends entries on time; bans that end so soon may be gone there. */
#define NEARLY_OVER (2 * KBAN_SECOND)

/* How many entries the sets must have. */
static size_t entries_expected(const struct kban_jail *jail, kban_usec now)
{
	size_t count = 0;

	for (const struct kb_ban *ban = kb_bans_first(jail->bans); ban != NULL; ban = ban->next)
		count += ban->state == KB_BAN_APPLIED && ban->until > now + NEARLY_OVER;
	return count;
}

/* Counting is for when something may be missing, which is seldom. */
static bool lacks_entries(const struct kban_jail *jail, size_t entries, kban_usec now)
{
	return entries < kb_bans_count(jail->bans) && entries < entries_expected(jail, now);
}

bool kb_jail_glance(struct kban_jail *jail, kban_usec now)
{
	struct kban_backend *backend = jail->parts.backend;
	size_t entries = 0;
	bool is_worse = false;

	if (backend->ops->glance == NULL || jail->dirty_count > 0)
		return false;
	for (size_t i = 0; i < kb_array_size(jail->sets); i++) {
		struct kb_set_glance glance;
		int status = backend->ops->glance(backend, &jail->sets[i], &glance);

		if (status == KBAN_E_NOTFOUND)
			return true;
		if (status < 0)
			return false;
		is_worse = is_worse || glance.references < jail->references[i];
		jail->references[i] = glance.references;
		entries += glance.entries;
	}
	return is_worse || lacks_entries(jail, entries, now);
}
