/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How bans grow. The first ban of a host is as long as the jail says; limit and luck concern only
 * those that were banned before (jail.conf(5), bantime.increment).
 */
#include "decide/decide.h"

/* Doubling more often than this makes no ban any longer. */
#define MOST_DOUBLINGS 20

static double listed(const struct kb_policy *policy, unsigned earlier)
{
	size_t last = policy->multiplier_count - 1;

	return (double)policy->ban_time * policy->factor *
	       policy->multipliers[earlier < last ? earlier : last];
}

static double doubled(const struct kb_policy *policy, unsigned earlier)
{
	return (double)policy->ban_time * policy->factor *
	       (1U << (earlier < MOST_DOUBLINGS ? earlier : MOST_DOUBLINGS));
}

static double computed(const struct kb_policy *policy, unsigned earlier, double luck)
{
	struct kb_formula_input input = { .time = (double)policy->ban_time / (double)KBAN_SECOND,
					  .count = earlier,
					  .factor = policy->factor,
					  .luck = luck };
	double seconds;

	if (policy->formula == NULL ||
	    kb_formula_value(policy->formula, &input, &seconds, NULL) < 0)
		return doubled(policy, earlier);
	return seconds * (double)KBAN_SECOND;
}

/* Microseconds, not below the first ban's unless multipliers are listed, which may shorten. */
static double grown(const struct kb_policy *policy, unsigned earlier, double luck)
{
	double length;

	if (policy->multiplier_count > 0) {
		length = listed(policy, earlier);
		return length > 0 ? length : 0;
	}
	length = computed(policy, earlier, luck);
	return length > (double)policy->ban_time ? length : (double)policy->ban_time;
}

/* Beyond what can be counted a ban does not end. */
static kban_usec rounded(double length)
{
	return length < (double)KBAN_FOREVER ? (kban_usec)(length + 0.5) : KBAN_FOREVER;
}

kban_usec kb_ban_length(const struct kb_policy *policy, unsigned earlier, double luck)
{
	double length;

	if (policy->ban_time < 0 || policy->ban_time == KBAN_FOREVER)
		return KBAN_FOREVER;
	if (!policy->increment || earlier == 0)
		return policy->ban_time;
	length = grown(policy, earlier, luck);
	if (policy->max_time > 0 && length > (double)policy->max_time)
		length = (double)policy->max_time;
	return rounded(length + luck * (double)policy->random_time);
}
