/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Limits of a running jail: counters are made for them, so others need other counters. */
#include <kban/counter.h>

#include "jail/jail.h"

static int count_one(const char *name, const struct kb_failure *failure, void *data)
{
	struct kban_jail *jail = data;

	(void)name;
	return kb_jail_recount(jail, failure) < 0;
}

void kb_jail_count_again(struct kban_jail *jail, kban_usec since)
{
	if (jail->parts.store != NULL)
		(void)kb_store_each_failure(jail->parts.store, jail->options.name, since, count_one,
					    jail, NULL);
}

/* What depends on the limits, to be put back if a part of it cannot be made. */
struct counting {
	struct kban_jail_options options;
	struct kban_counter *counter;
	struct kb_spread *ids, *subnets;
};

static void put_back(struct kban_jail *jail, const struct counting *kept)
{
	kban_counter_free(jail->counter);
	kb_jail_free_groups(jail);
	jail->options = kept->options;
	jail->counter = kept->counter;
	jail->ids = kept->ids;
	jail->subnets = kept->subnets;
	kb_jail_make_policy(jail);
}

int kban_jail_set_limits(struct kban_jail *jail, const struct kban_jail_limits *limits,
			 struct kban_error **err)
{
	struct counting kept = { jail->options, jail->counter, jail->ids, jail->subnets };
	int status = limits->find_time > 0 ? KBAN_OK : KBAN_E_INVAL;

	jail->options.max_retry = limits->max_retry;
	jail->options.find_time = limits->find_time;
	jail->options.ban_time = limits->ban_time;
	kb_jail_make_policy(jail);
	jail->counter = NULL;
	jail->ids = jail->subnets = NULL;
	if (status == KBAN_OK)
		status = kb_jail_make_counter(jail);
	if (status == KBAN_OK)
		status = kb_jail_make_groups(jail);
	if (status != KBAN_OK) {
		put_back(jail, &kept);
		return status == KBAN_E_NOMEM
			       ? kb_fail_memory(err)
			       : kb_fail(err, status, NULL, "jail '%s': no such limit can be",
					 jail->options.name);
	}
	kban_counter_free(kept.counter);
	kb_spread_free(kept.ids);
	kb_spread_free(kept.subnets);
	kb_jail_count_again(jail, kban_context_now(jail->ctx) - jail->options.find_time);
	return KBAN_OK;
}
