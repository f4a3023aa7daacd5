/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a count and a policy to a verdict. Pure: the same in, the same out. */
#ifndef KB_DECIDE_DECIDE_H
#define KB_DECIDE_DECIDE_H

#include <stdbool.h>

#include <kban/base.h>

#include "base/error.h"
#include "decide/formula.h"

struct kb_policy {
	unsigned max_retry; /* 0 acts as 1 */
	kban_usec ban_time; /* KBAN_FOREVER, or any negative span: does not end */
	bool increment;     /* longer bans for hosts banned before */
	double factor;      /* bantime.factor, 1 by default */
	/* bantime.multipliers, by the number of earlier bans */
	const unsigned *multipliers;
	size_t multiplier_count;
	/* bantime.formula; NULL, or without a value: each ban is twice the one before */
	const struct kb_formula *formula;
	kban_usec max_time;    /* 0: no limit */
	kban_usec random_time; /* up to so much is added after the limit */
};

/* What max_retry amounts to. */
unsigned kb_policy_threshold(const struct kb_policy *policy);

/* For how many failures one of a host counts that was banned @a earlier times; at least 1. */
unsigned kb_policy_weight(const struct kb_policy *policy, unsigned earlier);

/* Failures that ban such a host: fewer than max_retry where it counts more. */
unsigned kb_policy_needed(const struct kb_policy *policy, unsigned earlier);

/*
 * Length of the ban of a host that was banned @a earlier times.
 *
 * @param luck  From 0 up to 1: the part of random_time that is added.
 */
kban_usec kb_ban_length(const struct kb_policy *policy, unsigned earlier, double luck);

#endif /* KB_DECIDE_DECIDE_H */
