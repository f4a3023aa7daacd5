/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/decide.h"

unsigned kb_policy_threshold(const struct kb_policy *policy)
{
	return policy->max_retry > 0 ? policy->max_retry : 1;
}

/* Beyond this many bans a failure counts for no more. */
#define MOST_BANS 20

unsigned kb_policy_weight(const struct kb_policy *policy, unsigned earlier)
{
	unsigned most = kb_policy_threshold(policy);
	unsigned weight;

	if (!policy->increment || earlier == 0)
		return 1;
	weight = (1U << (earlier < MOST_BANS ? earlier : MOST_BANS)) / 2 + 1;
	return weight < most ? weight : most;
}

unsigned kb_policy_needed(const struct kb_policy *policy, unsigned earlier)
{
	unsigned weight = kb_policy_weight(policy, earlier);

	return (kb_policy_threshold(policy) + weight - 1) / weight;
}
