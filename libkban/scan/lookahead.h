/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A block that was looked at before the scanner has come to it, perhaps by another thread. It has a
 * search of its own, so that it shares nothing with the scanner while it is at work.
 */
#ifndef KB_SCAN_LOOKAHEAD_H
#define KB_SCAN_LOOKAHEAD_H

#include <kban/scanner.h>

#include "scan/hit-list.h"

struct kban_lookahead {
	struct kb_prescan *prescan; /* as the scanner's … */
	uint64_t generation;        /* … had been at this one */
	struct kban_text block;
	struct kb_hit_list found;
};

/* Have it look for what the scanner looks for now. KBAN_OK, or as kb_prescan_new(). */
int kb_scanner_renew(const struct kban_scanner *scanner, struct kban_lookahead *ahead);

#endif /* KB_SCAN_LOOKAHEAD_H */
