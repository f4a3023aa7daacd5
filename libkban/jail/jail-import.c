/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bans of another program, each with its own end. They are told as bans of before, like those that
 * are taken up at the start, so that nobody is mailed about them again.
 */
#include <kban/counter.h>

#include "base/options.h"
#include "base/text.h"
#include "jail/jail.h"

/* A ban that is over when it becomes known: it counts as one of before. */
static int remember(struct kban_jail *jail, const struct kban_import *import)
{
	struct kb_ban_record record = {
		.addr = import->host,
		.since = import->since,
		.until = import->until,
		.number = import->number,
		.end = KB_END_EXPIRED,
		.ended = import->until,
	};

	if (jail->parts.store == NULL)
		return KBAN_OK;
	return kb_changes_past_ban(&jail->changes, &record);
}

/* The newest lines, as many as a ban of this jail keeps. */
static int keep_lines(struct kban_jail *jail, const struct kban_import *import)
{
	size_t most = jail->options.max_matches > 0 ? jail->options.max_matches : 1;
	size_t first = import->line_count > most ? import->line_count - most : 0;

	if (jail->parts.store == NULL)
		return KBAN_OK;
	for (size_t i = first; i < import->line_count; i++) {
		struct kb_failure failure = {
			.addr = import->host,
			.time = import->since,
			.source = import->source != NULL ? import->source : "",
			.text = import->lines[i],
		};

		if (kb_changes_evidence(&jail->changes, &failure) < 0)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

static int start(struct kban_jail *jail, const struct kban_import *import, kban_usec now)
{
	unsigned earlier = kb_jail_earlier_bans(jail, &import->host, false);
	struct kb_ban *ban = NULL;

	if (kb_bans_add(jail->bans, &import->host, import->since, import->until, &ban) < 0)
		return KBAN_E_NOMEM;
	ban->number = import->number > earlier ? import->number : earlier + 1;
	kb_jail_set_until(jail, ban, import->until, now);
	kban_counter_forget(jail->counter, &import->host);
	kb_jail_tell_restored(jail, ban, now);
	if (kb_jail_note_ban(jail, ban, false) < 0 || keep_lines(jail, import) < 0 ||
	    kb_jail_touch(jail, &import->host) < 0)
		return KBAN_E_NOMEM;
	return KBAN_IMPORT_BANNED;
}

/*
 * An entry of fail2ban's own set, taken up when the jail began: fail2ban, which ends bans itself,
 * gives its entries no time.
 */
static bool is_endless_by_chance(const struct kban_jail *jail, const struct kb_ban *ban)
{
	return ban->until == KBAN_FOREVER && jail->options.set != NULL &&
	       jail->options.ban_time >= 0 && jail->options.ban_time != KBAN_FOREVER;
}

static int change(struct kban_jail *jail, struct kb_ban *ban, const struct kban_import *import,
		  kban_usec now)
{
	if (import->until <= ban->until && !is_endless_by_chance(jail, ban))
		return KBAN_IMPORT_KNOWN;
	if (import->until == ban->until)
		return KBAN_IMPORT_KNOWN;
	kb_jail_set_until(jail, ban, import->until, now);
	ban->state = KB_BAN_WANTED;
	if (ban->number < import->number)
		ban->number = import->number;
	if (jail->parts.store != NULL &&
	    (kb_changes_number(&jail->changes, &ban->addr, ban->number) < 0 ||
	     kb_changes_extend(&jail->changes, &ban->addr, import->until) < 0))
		return KBAN_E_NOMEM;
	if (keep_lines(jail, import) < 0 || kb_jail_touch(jail, &ban->addr) < 0)
		return KBAN_E_NOMEM;
	return KBAN_IMPORT_CHANGED;
}

/* What is not said is filled in. False if it makes no sense. */
static bool complete(const struct kban_jail *jail, struct kban_import *import, kban_usec now)
{
	if (import->since == KBAN_TIME_NONE || import->since > now)
		import->since = now;
	if (import->until == KBAN_TIME_NONE)
		import->until = kb_later(import->since, kb_ban_length(&jail->policy, 0, 0));
	if (import->number == 0)
		import->number = 1;
	return import->until >= import->since;
}

static bool is_known(const struct kban_jail *jail, const struct kban_import *import)
{
	return jail->parts.store != NULL &&
	       kb_store_has_ban(jail->parts.store, jail->options.name, &import->host, import->since,
				NULL) > 0;
}

int kban_jail_import(struct kban_jail *jail, const struct kban_import *import, kban_usec now)
{
	struct kban_import whole = KBAN_IMPORT_INIT;
	struct kb_ban *ban;

	kb_options_complete(&whole, sizeof(whole), import);
	if (!complete(jail, &whole, now) ||
	    (kban_addr_is_network(&whole.host) && !jail->options.networks))
		return KBAN_E_INVAL;
	if (kban_jail_protection(jail, &whole.host) != NULL)
		return KBAN_E_DENIED;
	jail->clock = now;
	ban = kb_bans_find(jail->bans, &whole.host);
	if (whole.until > now && ban != NULL)
		return change(jail, ban, &whole, now);
	if (is_known(jail, &whole))
		return KBAN_IMPORT_KNOWN;
	if (whole.until > now)
		return start(jail, &whole, now);
	if (remember(jail, &whole) < 0 || keep_lines(jail, &whole) < 0)
		return KBAN_E_NOMEM;
	return KBAN_IMPORT_OVER;
}
