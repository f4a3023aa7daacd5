/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files of a journal that libsystemd passes over without a word, because they may not be read or
 * are none: what is in them would seem never to have been logged.
 */
#ifndef KB_SOURCE_JOURNAL_CHECK_H
#define KB_SOURCE_JOURNAL_CHECK_H

#include <stddef.h>

#include <kban/journal.h>

struct kb_journal_check {
	size_t readable;
	size_t refused;
	int error;  /* the errno value of the first that was refused */
	char *path; /* that file; to be released */
};

/* Look at the files that @a options mean. 0 or -ENOMEM. */
int kb_journal_check(const struct kban_journal_options *options, struct kb_journal_check *out);

#endif /* KB_SOURCE_JOURNAL_CHECK_H */
