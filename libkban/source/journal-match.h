/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which entries of a journal are wanted: FIELD=value words as journalctl(1) takes them. Within a
 * group, different fields must all match, of the same field one; of several groups one is enough.
 */
#ifndef KB_SOURCE_JOURNAL_MATCH_H
#define KB_SOURCE_JOURNAL_MATCH_H

#include "base/error.h"
#include "source/journal-entry.h"

/* Words of a match at most. */
#define KB_JOURNAL_WORDS_MAX 4096

struct kb_journal_term {
	char *text; /* FIELD=value */
	size_t name_len, len;
	size_t group;
};

struct kb_journal_match {
	struct kb_journal_term *terms; /* in order of their groups */
	size_t count, capacity;
	size_t group_count;
	bool everything; /* no word was given: every entry is wanted */
};

/*
 * Add the groups of @a words (NULL-terminated, "+" between groups; NULL or empty: everything).
 * KBAN_OK, KBAN_E_SYNTAX, KBAN_E_LIMIT, KBAN_E_NOMEM; then the match is as it was.
 */
int kb_journal_match_add(struct kb_journal_match *match, const char *const *words,
			 struct kban_error **err);

/* Append the names of fields that deciding needs. KBAN_OK or KBAN_E_NOMEM. */
int kb_journal_match_fields(const struct kb_journal_match *match, struct kb_string_list *names);

bool kb_journal_match_accepts(const struct kb_journal_match *match,
			      const struct kb_journal_entry *entry);

void kb_journal_match_clear(struct kb_journal_match *match);

KB_DEFINE_AUTO_CLEAR(journal_match)

#endif /* KB_SOURCE_JOURNAL_MATCH_H */
