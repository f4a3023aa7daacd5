/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The files of a journal, through libsystemd; or, where kban was built without it, the news that
 * there is none. What fails answers an errno value below zero.
 */
#ifndef KB_SOURCE_JOURNAL_READER_H
#define KB_SOURCE_JOURNAL_READER_H

#include <kban/journal.h>

#include "source/journal-match.h"

struct kb_journal_reader;

/* False: kb_journal_reader_open() always answers -ENOSYS. */
bool kb_journal_is_supported(void);

/* 0, or below zero: -ENOENT if there are no files by that name, -ENOMEM, … */
int kb_journal_reader_open(const struct kban_journal_options *options,
			   struct kb_journal_reader **out);
void kb_journal_reader_free(struct kb_journal_reader *reader);

int kb_journal_reader_fd(const struct kb_journal_reader *reader);

/* Take in that files came, went or grew. */
int kb_journal_reader_process(struct kb_journal_reader *reader);

/* True if opening anew would find other files, which the reader cannot know of. */
bool kb_journal_reader_is_stale(const struct kb_journal_reader *reader);

/* Meet only entries that one of the matches accepts; none: all. The place in the journal is lost.
 */
int kb_journal_reader_match(struct kb_journal_reader *reader,
			    const struct kb_journal_match *const *matches, size_t count);

/* Go in front of the oldest entry, the first since a time, or the one with a cursor. */
int kb_journal_reader_seek_oldest(struct kb_journal_reader *reader);
int kb_journal_reader_seek_time(struct kb_journal_reader *reader, kban_usec time);
int kb_journal_reader_seek_cursor(struct kb_journal_reader *reader, const char *cursor);

/* Move on to the next entry: 1, or 0 if there is none. */
int kb_journal_reader_next(struct kb_journal_reader *reader);

/* Of the entry it stands at: */
bool kb_journal_reader_is_at(struct kb_journal_reader *reader, const char *cursor);
int kb_journal_reader_time(struct kb_journal_reader *reader, kban_usec *out);
/* A string to be released with free(). */
int kb_journal_reader_cursor(struct kb_journal_reader *reader, char **out);
/* Fill @a entry, of which the fields in @a names are kept. */
int kb_journal_reader_read(struct kb_journal_reader *reader, const struct kb_string_list *names,
			   struct kb_journal_entry *entry);

KB_DEFINE_AUTO(journal_reader)

#endif /* KB_SOURCE_JOURNAL_READER_H */
