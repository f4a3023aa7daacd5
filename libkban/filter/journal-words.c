/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filter/journal-words.h"

#include "base/text.h"
#include "conf/conf-value.h"
#include "conf/shell-words.h"

int kb_journal_words_add(struct kb_journal_words *words, const char *line,
			 const struct kb_where *where, struct kban_error **err)
{
	struct kb_string_list match = { 0 };
	int status;

	if (kb_array_room(&words->matches, &words->capacity, words->count,
			  sizeof(*words->matches)) < 0)
		return kb_fail_memory(err);
	status = kb_shell_words_split(kb_text(line), &match);
	if (status == KBAN_OK) {
		words->matches[words->count++] = match;
		return KBAN_OK;
	}
	kb_string_list_clear(&match);
	if (status == KBAN_E_NOMEM)
		return kb_fail_memory(err);
	return kb_fail(err, status, where, "journalmatch has a quote that is not closed in '%.*s'",
		       KB_QUOTE_MAX, line);
}

void kb_journal_words_clear(struct kb_journal_words *words)
{
	for (size_t i = 0; i < words->count; i++)
		kb_string_list_clear(&words->matches[i]);
	free(words->matches);
	*words = (struct kb_journal_words){ 0 };
}
