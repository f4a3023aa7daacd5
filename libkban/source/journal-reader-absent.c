/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Built instead of journal-reader.c where there is no libsystemd. */
#include "source/journal-reader.h"

#include <errno.h>

bool kb_journal_is_supported(void)
{
	return false;
}

int kb_journal_reader_open(const struct kban_journal_options *options,
			   struct kb_journal_reader **out)
{
	(void)options;
	(void)out;
	return -ENOSYS;
}

void kb_journal_reader_free(struct kb_journal_reader *reader)
{
	(void)reader;
}

int kb_journal_reader_fd(const struct kb_journal_reader *reader)
{
	(void)reader;
	return -1;
}

int kb_journal_reader_process(struct kb_journal_reader *reader)
{
	(void)reader;
	return -ENOSYS;
}

bool kb_journal_reader_is_stale(const struct kb_journal_reader *reader)
{
	(void)reader;
	return false;
}

int kb_journal_reader_match(struct kb_journal_reader *reader,
			    const struct kb_journal_match *const *matches, size_t count)
{
	(void)reader;
	(void)matches;
	(void)count;
	return -ENOSYS;
}

int kb_journal_reader_seek_oldest(struct kb_journal_reader *reader)
{
	(void)reader;
	return -ENOSYS;
}

int kb_journal_reader_seek_time(struct kb_journal_reader *reader, kban_usec time)
{
	(void)reader;
	(void)time;
	return -ENOSYS;
}

int kb_journal_reader_seek_cursor(struct kb_journal_reader *reader, const char *cursor)
{
	(void)reader;
	(void)cursor;
	return -ENOSYS;
}

int kb_journal_reader_next(struct kb_journal_reader *reader)
{
	(void)reader;
	return -ENOSYS;
}

bool kb_journal_reader_is_at(struct kb_journal_reader *reader, const char *cursor)
{
	(void)reader;
	(void)cursor;
	return false;
}

int kb_journal_reader_time(struct kb_journal_reader *reader, kban_usec *out)
{
	(void)reader;
	(void)out;
	return -ENOSYS;
}

int kb_journal_reader_cursor(struct kb_journal_reader *reader, char **out)
{
	(void)reader;
	(void)out;
	return -ENOSYS;
}

int kb_journal_reader_read(struct kb_journal_reader *reader, const struct kb_string_list *names,
			   struct kb_journal_entry *entry)
{
	(void)reader;
	(void)names;
	(void)entry;
	return -ENOSYS;
}
