/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The first line is a pattern, the rest what it is searched in. A pattern compiles or is refused
 * in one line; machine code and interpreter find the same, within the subject, and so do a search
 * that was told of a plain text and the first search of a pattern.
 */
#include "fuzz.h"

#include "base/text.h"
#include "regex/pattern.h"
#include "regex/python-syntax.h"

static struct kb_pattern *compile(struct kban_text text, unsigned flags)
{
	struct kb_pattern *pattern = NULL;
	kban_auto(error) err = NULL;
	int status = kb_pattern_compile(text, flags, NULL, &pattern, &err);

	fuzz_check(status == KBAN_OK || status == KBAN_E_SYNTAX || status == KBAN_E_LIMIT);
	fuzz_check((status == KBAN_OK) == (pattern != NULL));
	fuzz_check(status == KBAN_OK || strchr(kban_error_text(err), '\n') == NULL);
	return pattern;
}

static void check_groups(const struct kb_pattern *pattern, const struct kb_match *match, size_t len)
{
	for (unsigned i = 0; i <= kb_pattern_group_count(pattern); i++) {
		size_t from, to;

		fuzz_check(!kb_match_group(match, i, &from, &to) || (from <= len && to <= len));
	}
}

static void check_same(const struct kb_pattern *pattern, const struct kb_match *match,
		       const struct kb_match *other)
{
	for (unsigned i = 0; i <= kb_pattern_group_count(pattern); i++) {
		size_t from = 0, to = 0, other_from = 0, other_to = 0;

		fuzz_check(kb_match_group(match, i, &from, &to) ==
			   kb_match_group(other, i, &other_from, &other_to));
		fuzz_check(from == other_from && to == other_to);
	}
}

static void search(const struct kb_pattern *fast, const struct kb_pattern *slow,
		   struct kban_text subject)
{
	kb_auto(match) match = kb_match_new();
	kb_auto(match) other = kb_match_new();
	const struct kb_subject in = {
		.text = subject,
		.is_plain = kb_subject_is_plain(subject),
	};
	int found = kb_pattern_search_in(fast, &in, match);
	int found_slowly = kb_pattern_search(slow, subject, 0, other);

	fuzz_check(found >= 0 && found_slowly >= 0);
	check_groups(fast, match, subject.len);
	if (found == KB_MATCH_LIMIT || found_slowly == KB_MATCH_LIMIT)
		return;
	fuzz_check(found == found_slowly);
	if (found == KB_MATCH_FOUND)
		check_same(fast, match, other);
}

static void try_with(struct kban_text text, unsigned flags, struct kban_text subject)
{
	kb_auto(pattern) fast = compile(text, flags | KB_PATTERN_AT_ONCE);
	kb_auto(pattern) early = compile(text, flags);
	kb_auto(pattern) slow = compile(text, flags | KB_PATTERN_INTERPRETED);

	fuzz_check((fast == NULL) == (slow == NULL) && (fast == NULL) == (early == NULL));
	if (fast == NULL)
		return;
	search(fast, slow, subject);
	search(early, slow, subject);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kban_text rest = fuzz_text(data, size);
	struct kban_text text = { NULL, 0 };
	kb_auto_clear(buffer) subject = { 0 };
	bool has_text = kb_text_next_line(&rest, &text);

	for (size_t i = 0; has_text && i <= 2 * text.len; i++)
		fuzz_check(kb_python_syntax_origin(text, i) <= text.len);
	if (kb_buffer_utf8(&subject, rest) != KBAN_OK)
		return 0;
	try_with(text, 0, kb_buffer_content(&subject));
	try_with(text, KB_PATTERN_MULTILINE, kb_buffer_content(&subject));
	return 0;
}
