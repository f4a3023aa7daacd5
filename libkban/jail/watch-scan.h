/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Logs of which so much is read that a scan pays: jails are shown only lines that their filters may
 * match. A log that gets a line now and then never has a scanner.
 */
#ifndef KB_JAIL_WATCH_SCAN_H
#define KB_JAIL_WATCH_SCAN_H

#include <kban/follow.h>
#include <kban/scanner.h>

#include "jail/jail.h"

/* A log and the jails that read it. */
struct kb_watch_scan {
	char *path;
	uint64_t lines; /* that were read without a scanner */
	struct kban_scanner *scanner;
	void **readers; /* for whom it is */
	size_t reader_count;
	struct kban_jail **jails; /* those of them that have a filter */
	size_t jail_count;
	struct kban_line line; /* what is true of those of the last block */
};

struct kb_watch_scans {
	struct kb_watch_scan *items;
	size_t count;
	size_t capacity;
};

/*
 * The scanner for a block, whose readers are each a struct kb_watched. KBAN_OK, and @a out is NULL
 * where it does not pay yet, or KBAN_E_NOMEM.
 */
int kb_watch_scans_find(struct kb_watch_scans *scans, const struct kban_block *block,
			struct kb_watch_scan **out);

/*
 * Show a block to the jails of @a scan.
 *
 * @param line  What is true of all its lines, and its first line's number.
 *
 * KBAN_OK or KBAN_E_NOMEM.
 */
int kb_watch_scan_feed(struct kb_watch_scan *scan, struct kban_text block, struct kban_line line,
		       kban_usec now);

/* That of @a path, which may have no scanner yet; NULL: nothing of it was read. */
const struct kb_watch_scan *kb_watch_scans_of(const struct kb_watch_scans *scans, const char *path);

/* Forget all: jails or their logs are about to change. */
void kb_watch_scans_clear(struct kb_watch_scans *scans);

#endif /* KB_JAIL_WATCH_SCAN_H */
