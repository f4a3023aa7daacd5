/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines of journalmatch as words: which entries of the journal a filter is for. */
#ifndef KB_FILTER_JOURNAL_WORDS_H
#define KB_FILTER_JOURNAL_WORDS_H

#include "base/error.h"
#include "base/string-list.h"

struct kb_journal_words {
	struct kb_string_list *matches; /* the words of each line */
	size_t count;
	size_t capacity;
};

/* Add a line. KBAN_OK; KBAN_E_SYNTAX: a quote is not closed; KBAN_E_NOMEM. */
int kb_journal_words_add(struct kb_journal_words *words, const char *line,
			 const struct kb_where *where, struct kban_error **err);

void kb_journal_words_clear(struct kb_journal_words *words);

KB_DEFINE_AUTO_CLEAR(journal_words)

#endif /* KB_FILTER_JOURNAL_WORDS_H */
