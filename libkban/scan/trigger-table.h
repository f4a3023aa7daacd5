/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All texts that rules of all filters wait for, each once, and who waits for it. */
#ifndef KB_SCAN_TRIGGER_TABLE_H
#define KB_SCAN_TRIGGER_TABLE_H

#include "base/string-list.h"
#include "regex/literal.h"
#include "regex/prescan.h"
#include "scan/scan-filter.h"

/* A rule that waits for a text, as a bit of its filter. */
struct kb_scan_target {
	size_t filter;
	size_t bit;
	size_t pattern;
};

struct kb_scan_literal {
	char *text;
	struct kb_literal literal; /* of this text */
	struct kb_scan_target *targets;
	size_t target_count;
	size_t target_capacity;
	uint64_t lines;     /* on which it was, since it was looked at last */
	uint64_t last_line; /* the last of them */
};

struct kb_trigger_table {
	struct kb_scan_literal *literals;
	size_t count;
	size_t capacity;
	struct kb_prescan *prescan;    /* NULL: nothing is looked for */
	struct kb_string_list dropped; /* texts that were too common */
};

/*
 * Choose the triggers of all filters, and tell these which of their rules wait and which do not.
 * The table is empty.
 *
 * @param sample  Of the log, for what is rare in it; it may be empty.
 *
 * KBAN_OK or KBAN_E_NOMEM.
 */
int kb_trigger_table_build(struct kb_trigger_table *table, struct kb_scan_filter *filters,
			   size_t count, struct kban_text sample);

/*
 * Wait no longer for texts that are on more than every second of @a lines lines: who waited for one
 * is tried on every line. KBAN_OK, also if there are none, or KBAN_E_NOMEM.
 */
int kb_trigger_table_review(struct kb_trigger_table *table, struct kb_scan_filter *filters,
			    uint64_t lines);

/*
 * One more search for all texts, for a thread of its own. It is the caller's, and left as it is
 * where there is no text. KBAN_OK, or as kb_prescan_new().
 */
int kb_trigger_table_prescan(const struct kb_trigger_table *table, struct kb_prescan **out);

/* The texts that a pattern of a filter waits for; NULL beyond the last. */
const char *kb_trigger_table_text(const struct kb_trigger_table *table, size_t filter,
				  size_t pattern, size_t index);

void kb_trigger_table_clear(struct kb_trigger_table *table);

#endif /* KB_SCAN_TRIGGER_TABLE_H */
