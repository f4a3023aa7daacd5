/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The first line is a pattern, the rest what it is searched in. Where it matches, the text has a
 * string of each factor in it, and has one still when a stamp is put in where one may be cut out.
 */
#include "fuzz.h"

#include "base/buffer.h"
#include "base/text.h"
#include "regex/literal.h"
#include "regex/pattern.h"

#define STAMP "2026-11-24 13:41:57"

/* So many places for a stamp are tried. */
#define PLACES_MAX 200

static bool is_sign(char c)
{
	return strchr(" !\"#$%&'()*+,-./:;<=>?@[\\]^`{|}~", c) != NULL && c != '\0';
}

/* May a stamp have been cut out at @a at? */
static bool may_be_cut(struct kban_text text, size_t at, unsigned cuts)
{
	char before = text.data[at - 1];
	bool at_begin = at <= 2 && is_sign(text.data[0]) && is_sign(before);

	if (((unsigned char)text.data[at] & 0xc0) == 0x80)
		return false;
	if ((cuts & KB_LITERAL_CUT_AT_BEGIN) && at_begin)
		return true;
	if ((cuts & KB_LITERAL_CUT_AT_BEGIN_AND_WORD_END) && at_begin && is_sign(text.data[at]))
		return true;
	if ((cuts & KB_LITERAL_CUT_AT_WORD_END) && is_sign(text.data[at]))
		return true;
	if ((cuts & KB_LITERAL_CUT_AFTER_BRACKET) && before == '[')
		return true;
	return (cuts & KB_LITERAL_CUT_ANYWHERE) != 0;
}

static void check_cut(const struct kb_literals *literals, struct kban_text text, unsigned cut)
{
	for (size_t at = 1; at < text.len && at < PLACES_MAX; at++) {
		kb_auto_clear(buffer) line = { 0 };

		if (!may_be_cut(text, at, cut))
			continue;
		kb_buffer_text(&line, kb_text_slice(text, 0, at));
		kb_buffer_string(&line, STAMP);
		if (kb_buffer_text(&line, kb_text_slice(text, at, text.len)) == KBAN_OK)
			fuzz_check(kb_literals_in(literals, kb_buffer_content(&line)));
	}
}

static void check_strings(const struct kb_literals *literals)
{
	for (size_t i = 0; i < literals->count; i++) {
		const struct kb_literal_factor *factor = &literals->factors[i];

		fuzz_check(factor->count > 0 && factor->score > 0);
		for (size_t j = 0; j < factor->count; j++) {
			struct kban_text text = factor->items[j].text;

			fuzz_check(text.len > 0 && text.len <= KB_LITERAL_LENGTH_MAX);
			fuzz_check(memchr(text.data, '\n', text.len) == NULL);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kban_text rest = fuzz_text(data, size);
	struct kban_text text = { NULL, 0 };
	kb_auto_clear(buffer) subject = { 0 };
	kb_auto(pattern) pattern = NULL;
	kb_auto(match) match = kb_match_new();
	bool found;

	kb_text_next_line(&rest, &text);
	if (kb_pattern_compile(text, 0, NULL, &pattern, NULL) != KBAN_OK || match == NULL ||
	    kb_buffer_utf8(&subject, rest) != KBAN_OK)
		return 0;
	rest = kb_buffer_content(&subject);
	found = kb_pattern_search(pattern, rest, 0, match) == KB_MATCH_FOUND;
	for (unsigned cut = KB_LITERAL_UNCUT; cut <= KB_LITERAL_CUT_ANYWHERE; cut++) {
		kb_auto_clear(literals) literals = { 0 };

		if (kb_literals_find(text, 0, cut, &literals) != KBAN_OK)
			return 0;
		check_strings(&literals);
		fuzz_check(!found || kb_literals_in(&literals, rest));
		if (found)
			check_cut(&literals, rest, cut);
	}
	return 0;
}
