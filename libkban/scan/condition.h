/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Texts one of which a line must have, besides what woke a rule, or the rule is not tried on it. It
 * is asked for as long as that spares something.
 */
#ifndef KB_SCAN_CONDITION_H
#define KB_SCAN_CONDITION_H

#include "regex/literal.h"
#include "regex/prescan.h"

struct kb_scan_condition {
	struct kb_literal_factor factor; /* no texts: every line will do */
	struct kb_prescan *prescan;      /* made when it is asked first */
	bool is_vain;                    /* nearly all lines will do, or it cannot be told */
	uint64_t asked, failed;
};

/* The factor becomes the condition's. */
void kb_scan_condition_set(struct kb_scan_condition *condition, struct kb_literal_factor *factor);

void kb_scan_condition_clear(struct kb_scan_condition *condition);

/* Whether there is anything to ask. */
static inline bool kb_scan_condition_asks(const struct kb_scan_condition *condition)
{
	return condition->factor.count > 0 && !condition->is_vain;
}

/* True if it is asked for, and the line has none of the texts. */
bool kb_scan_condition_fails(struct kb_scan_condition *condition, struct kban_text line);

#endif /* KB_SCAN_CONDITION_H */
