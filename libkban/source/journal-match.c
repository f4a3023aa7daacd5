/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/journal-match.h"

#include "base/text.h"

/* Bytes of a field's name at most, as journald has it. */
#define NAME_MAX_BYTES 64

static bool is_name(struct kban_text name)
{
	if (name.len == 0 || name.len > NAME_MAX_BYTES || kb_text_starts_with(name, "__"))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char byte = name.data[i];

		if (byte != '_' && (byte < 'A' || byte > 'Z') && (byte < '0' || byte > '9'))
			return false;
	}
	return name.data[0] < '0' || name.data[0] > '9';
}

static int add_term(struct kb_journal_match *match, const char *word, size_t group,
		    struct kban_error **err)
{
	struct kb_journal_term term = { .len = strlen(word), .group = group };

	term.name_len = kb_text_index(kb_text(word), '=');
	if (term.name_len == term.len || !is_name(kb_text_slice(kb_text(word), 0, term.name_len)))
		return kb_fail(err, KBAN_E_SYNTAX, NULL,
			       "'%.200s' is no match for the journal: write FIELD=value", word);
	if (match->count >= KB_JOURNAL_WORDS_MAX)
		return kb_fail(err, KBAN_E_LIMIT, NULL,
			       "more than %d words to match the journal by", KB_JOURNAL_WORDS_MAX);
	if (kb_array_room(&match->terms, &match->capacity, match->count, sizeof(*match->terms)) < 0)
		return kb_fail_memory(err);
	term.text = strdup(word);
	if (term.text == NULL)
		return kb_fail_memory(err);
	match->terms[match->count++] = term;
	return KBAN_OK;
}

/* Back to what it was, with fewer terms and groups. */
static void cut(struct kb_journal_match *match, size_t count, size_t groups)
{
	while (match->count > count)
		free(match->terms[--match->count].text);
	match->group_count = groups;
}

int kb_journal_match_add(struct kb_journal_match *match, const char *const *words,
			 struct kban_error **err)
{
	size_t count = match->count;
	size_t groups = match->group_count;
	size_t group = groups;

	for (size_t i = 0; words != NULL && words[i] != NULL; i++) {
		int status;

		if (strcmp(words[i], "+") == 0) {
			group = match->group_count;
			continue;
		}
		status = add_term(match, words[i], group, err);
		if (status < 0) {
			cut(match, count, groups);
			return status;
		}
		match->group_count = group + 1;
	}
	if (match->count == count)
		match->everything = true;
	return KBAN_OK;
}

int kb_journal_match_fields(const struct kb_journal_match *match, struct kb_string_list *names)
{
	for (size_t i = 0; i < match->count; i++) {
		const struct kb_journal_term *term = &match->terms[i];
		kb_autofree char *name = strndup(term->text, term->name_len);

		if (name == NULL || (!kb_string_list_contains(names, name) &&
				     kb_string_list_append(names, kb_text(name)) < 0))
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

static bool has_value(const struct kb_journal_entry *entry, const struct kb_journal_term *term)
{
	struct kban_text name = { term->text, term->name_len };
	struct kban_text wanted = { term->text + term->name_len + 1,
				    term->len - term->name_len - 1 };
	struct kban_text value;

	for (size_t i = 0; (value = kb_journal_entry_value(entry, name, i)).data != NULL; i++)
		if (kb_text_equal(value, wanted))
			return true;
	return false;
}

static bool is_same_field(const struct kb_journal_term *left, const struct kb_journal_term *right)
{
	return left->name_len == right->name_len &&
	       memcmp(left->text, right->text, left->name_len) == 0;
}

/* One of the terms from @a from to @a to that are about the field of @a term holds. */
static bool field_matches(const struct kb_journal_match *match, size_t from, size_t to,
			  const struct kb_journal_term *term, const struct kb_journal_entry *entry)
{
	for (size_t i = from; i < to; i++)
		if (is_same_field(&match->terms[i], term) && has_value(entry, &match->terms[i]))
			return true;
	return false;
}

static bool group_matches(const struct kb_journal_match *match, size_t from, size_t to,
			  const struct kb_journal_entry *entry)
{
	for (size_t i = from; i < to; i++)
		if (!field_matches(match, from, to, &match->terms[i], entry))
			return false;
	return true;
}

bool kb_journal_match_accepts(const struct kb_journal_match *match,
			      const struct kb_journal_entry *entry)
{
	size_t from = 0;

	while (!match->everything && from < match->count) {
		size_t to = from;

		while (to < match->count && match->terms[to].group == match->terms[from].group)
			to++;
		if (group_matches(match, from, to, entry))
			return true;
		from = to;
	}
	return match->everything;
}

void kb_journal_match_clear(struct kb_journal_match *match)
{
	cut(match, 0, 0);
	free(match->terms);
	*match = (struct kb_journal_match){ 0 };
}
