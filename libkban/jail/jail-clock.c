/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A wall clock that is set. The kernel's entries end by a clock that goes on, so bans still end
 * when they were to, which is at another time of day; and failures still count for as long. A
 * program with a clock of its own says itself what time it is.
 */
#include <kban/counter.h>

#include "jail/jail.h"
#include "jail/questions.h"

/* What a clock is put right by little by little is taken into account when it has come to this. */
#define LEAST (KBAN_SECOND / 2)

static void move_time(kban_usec *time, kban_usec by)
{
	if (*time != KBAN_TIME_NONE && *time != KBAN_FOREVER)
		*time += by;
}

/* Failures that wait. */
static void move_waiting(struct kban_jail *jail, kban_usec by)
{
	for (size_t i = 0; i < jail->lookup_count; i++) {
		move_time(&jail->lookups[i].asked, by);
		move_time(&jail->lookups[i].sighting.time, by);
		jail->lookups_changed = true;
	}
	if (jail->questions != NULL && kb_questions_move(jail->questions, by))
		jail->lookups_changed = true;
}

static void move_all(struct kban_jail *jail, kban_usec by)
{
	kb_bans_move(jail->bans, by);
	kban_counter_move(jail->counter, by);
	if (jail->ids != NULL)
		kb_spread_move(jail->ids, by);
	if (jail->subnets != NULL)
		kb_spread_move(jail->subnets, by);
	if (jail->parts.store != NULL)
		kb_changes_move(&jail->changes, by);
	move_waiting(jail, by);
	move_time(&jail->look_at, by);
	move_time(&jail->retry_at, by);
}

void kb_jail_follow_clock(struct kban_jail *jail)
{
	kban_usec before = jail->clock_lead;
	kban_usec jump;

	if (jail->is_replay || !kb_context_clock_lead(jail->ctx, &jail->clock_lead))
		return;
	if (!jail->knows_clock_lead) {
		jail->knows_clock_lead = true;
		return;
	}
	jump = jail->clock_lead - before;
	if (jump > -LEAST && jump < LEAST) {
		jail->clock_lead = before;
		return;
	}
	kb_log(jail->ctx, KBAN_NOTICE, KB_TOPIC_ACTIONS,
	       "[%s] The clock was set by %lld seconds; bans last as long as they were to",
	       jail->options.name, (long long)(jump / KBAN_SECOND));
	jail->clock = kban_context_now(jail->ctx);
	move_all(jail, jump);
}
