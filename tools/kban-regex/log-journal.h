/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The systemd journal as a log. */
#ifndef KBAN_REGEX_LOG_JOURNAL_H
#define KBAN_REGEX_LOG_JOURNAL_H

#include <kban/journal.h>

#include "kban-regex/report.h"

/* Open the journal that @a log names, for the entries that @a filter wants. NULL after a message.
 */
struct kban_journal *log_journal_open(struct kban_context *ctx, const char *log,
				      const struct kban_filter *filter);

/*
 * Make the line of an entry begin with its time.
 *
 * @param buffer  Holds it; owned by the caller, and replaced.
 *
 * @return 0, or -1 without memory.
 */
int log_journal_write(struct judged *judged, char **buffer);

#endif /* KBAN_REGEX_LOG_JOURNAL_H */
