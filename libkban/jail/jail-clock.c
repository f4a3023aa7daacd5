/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A wall clock that is set. The kernel's entries end by a clock that goes on, so bans still end
 * when they were to, which is at another time of day. A program with a clock of its own says itself
 * what time it is.
 */
#include "jail/jail.h"

/* What a clock is put right by little by little is taken into account when it has come to this. */
#define LEAST (KBAN_SECOND / 2)

/* What the store has not been told yet it is told first, and then the new end. */
static int move_end(struct kban_jail *jail, struct kb_ban *ban, kban_usec jump)
{
	if (ban->until == KBAN_FOREVER)
		return KBAN_OK;
	kb_jail_set_until(jail, ban, ban->until + jump, jail->clock);
	if (jail->parts.store == NULL)
		return KBAN_OK;
	return kb_changes_extend(&jail->changes, &ban->addr, ban->until);
}

int kb_jail_follow_clock(struct kban_jail *jail)
{
	kban_usec before = jail->clock_lead;
	kban_usec jump;

	if (jail->is_replay || !kb_context_clock_lead(jail->ctx, &jail->clock_lead))
		return KBAN_OK;
	if (!jail->knows_clock_lead) {
		jail->knows_clock_lead = true;
		return KBAN_OK;
	}
	jump = jail->clock_lead - before;
	if (jump > -LEAST && jump < LEAST) {
		jail->clock_lead = before;
		return KBAN_OK;
	}
	kb_log(jail->ctx, KBAN_NOTICE, KB_TOPIC_ACTIONS,
	       "[%s] The clock was set by %lld seconds; bans last as long as they were to",
	       jail->options.name, (long long)(jump / KBAN_SECOND));
	jail->clock = kban_context_now(jail->ctx);
	for (struct kb_ban *ban = kb_bans_first(jail->bans); ban != NULL; ban = ban->next)
		if (move_end(jail, ban, jump) < 0)
			return KBAN_E_NOMEM;
	return KBAN_OK;
}
