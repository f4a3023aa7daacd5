/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One entry of a journal: the fields that matter, and the line that is made of them. Fields that
 * begin with '_' are journald's own; all others were written by whoever logged.
 */
#ifndef KB_SOURCE_JOURNAL_ENTRY_H
#define KB_SOURCE_JOURNAL_ENTRY_H

#include "base/buffer.h"
#include "base/string-list.h"

/* Fields of an entry that are kept at most, and bytes of them together. */
#define KB_JOURNAL_FIELDS_MAX 256
#define KB_JOURNAL_BYTES_MAX  ((size_t)1024 * 1024)

struct kb_journal_field {
	size_t at;       /* of NAME=VALUE among the bytes */
	size_t name_len; /* of NAME */
	size_t len;      /* of NAME=VALUE */
};

struct kb_journal_entry {
	struct kb_buffer bytes;
	struct kb_journal_field *fields;
	size_t count, capacity;
	kban_usec realtime; /* when it was received */
	uint64_t monotonic; /* the same since the system started, microseconds */
};

/*
 * Append the names of the fields that the line is made of to @a names. KBAN_OK or KBAN_E_NOMEM.
 */
int kb_journal_line_fields(struct kb_string_list *names);

/*
 * Add a field "NAME=VALUE" if its name is among @a names; what has no '=', or is beyond the limits,
 * is left out. KBAN_OK or KBAN_E_NOMEM.
 */
int kb_journal_entry_add(struct kb_journal_entry *entry, const struct kb_string_list *names,
			 struct kban_text field);

/* The @a index-th value of a field; data is NULL beyond the last. */
struct kban_text kb_journal_entry_value(const struct kb_journal_entry *entry, struct kban_text name,
					size_t index);

/*
 * Write the line, at most @a max_line bytes. KBAN_OK or KBAN_E_NOMEM; @a out is emptied first.
 */
int kb_journal_entry_line(const struct kb_journal_entry *entry, size_t max_line,
			  struct kb_buffer *out);

/* When it happened: by the field of whoever logged it, or when it was received. */
kban_usec kb_journal_entry_time(const struct kb_journal_entry *entry);

/* Empty it and keep its memory; or give that back, too. */
void kb_journal_entry_reset(struct kb_journal_entry *entry);
void kb_journal_entry_clear(struct kb_journal_entry *entry);

KB_DEFINE_AUTO_CLEAR(journal_entry)

#endif /* KB_SOURCE_JOURNAL_ENTRY_H */
