/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fields of an entry, NUL between them, after the words of a match and an empty field: whatever
 * they hold, they give one line of bounded length, and a match decides by them alone.
 */
#include "fuzz.h"

#include "base/text.h"
#include "source/journal-match.h"

#define WORDS_MAX 16
#define LINE_MAX  200

/* The next field, or false at the end. */
static bool next(struct kban_text *rest, struct kban_text *field)
{
	size_t len = kb_text_index(*rest, '\0');

	if (rest->len == 0)
		return false;
	*field = kb_text_slice(*rest, 0, len);
	*rest = kb_text_slice(*rest, len < rest->len ? len + 1 : len, rest->len);
	return true;
}

static bool read_match(struct kban_text *rest, struct kb_journal_match *match)
{
	kb_auto_clear(string_list) words = { 0 };
	struct kban_text field;

	while (next(rest, &field) && field.len > 0)
		if (words.count < WORDS_MAX)
			fuzz_check(kb_string_list_append(&words, field) == KBAN_OK);
	return kb_journal_match_add(match, (const char *const *)words.items, NULL) == KBAN_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kban_text rest = fuzz_text(data, size);
	kb_auto_clear(journal_match) match = { 0 };
	kb_auto_clear(journal_entry) entry = { 0 };
	kb_auto_clear(string_list) names = { 0 };
	kb_auto_clear(buffer) line = { 0 };
	struct kban_text field;
	bool accepted;

	if (!read_match(&rest, &match))
		return 0;
	fuzz_check(kb_journal_line_fields(&names) == KBAN_OK);
	fuzz_check(kb_journal_match_fields(&match, &names) == KBAN_OK);
	while (next(&rest, &field))
		fuzz_check(kb_journal_entry_add(&entry, &names, field) == KBAN_OK);
	accepted = kb_journal_match_accepts(&match, &entry);
	fuzz_check(accepted || !match.everything);
	fuzz_check(kb_journal_entry_line(&entry, LINE_MAX, &line) == KBAN_OK);
	fuzz_check(line.len <= LINE_MAX &&
		   memchr(line.data ? line.data : "", '\n', line.len) == NULL);
	fuzz_check(kb_journal_entry_time(&entry) >= 0);
	return 0;
}
