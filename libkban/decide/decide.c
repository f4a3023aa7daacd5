/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/decide.h"

unsigned kb_policy_threshold(const struct kb_policy *policy)
{
	return policy->max_retry > 0 ? policy->max_retry : 1;
}

kban_usec kb_decide(const struct kb_policy *policy, unsigned failures, unsigned earlier,
		    double luck)
{
	if (failures < kb_policy_threshold(policy))
		return 0;
	return kb_ban_length(policy, earlier, luck);
}
