/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/shell-words.h"

#include "base/buffer.h"
#include "base/text.h"

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* The byte behind a backslash at *at, or the backslash itself where it has no meaning. */
static bool take_escaped(struct kban_text text, size_t *at, char quote, struct kb_buffer *word)
{
	char next;

	if (*at + 1 == text.len)
		return false;
	next = text.data[*at + 1];
	if (quote == '"' && next != '"' && next != '\\')
		kb_buffer_byte(word, '\\');
	kb_buffer_byte(word, next);
	*at += 2;
	return true;
}

/* From a quote at *at to behind its twin. */
static bool take_quoted(struct kban_text text, size_t *at, struct kb_buffer *word)
{
	char quote = text.data[(*at)++];

	while (*at < text.len && text.data[*at] != quote) {
		if (quote == '"' && text.data[*at] == '\\') {
			if (!take_escaped(text, at, quote, word))
				return false;
		} else {
			kb_buffer_byte(word, text.data[(*at)++]);
		}
	}
	return (*at)++ < text.len;
}

static bool take_word(struct kban_text text, size_t *at, struct kb_buffer *word)
{
	bool is_whole = true;

	while (is_whole && *at < text.len && !is_blank(text.data[*at])) {
		char byte = text.data[*at];

		if (byte == '"' || byte == '\'')
			is_whole = take_quoted(text, at, word);
		else if (byte == '\\')
			is_whole = take_escaped(text, at, 0, word);
		else
			kb_buffer_byte(word, text.data[(*at)++]);
	}
	return is_whole;
}

int kb_shell_words_split(struct kban_text text, struct kb_string_list *out)
{
	size_t at = 0;
	int status = KBAN_OK;

	while (status == KBAN_OK) {
		kb_auto_clear(buffer) word = { 0 };

		while (at < text.len && is_blank(text.data[at]))
			at++;
		if (at == text.len)
			break;
		if (!take_word(text, &at, &word))
			return KBAN_E_SYNTAX;
		status = word.failed ? KBAN_E_NOMEM
				     : kb_string_list_append(out, kb_buffer_content(&word));
	}
	return status;
}
