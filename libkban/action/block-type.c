/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "action/block-type.h"

#include "ban/rule-text.h"
#include "base/text.h"

#define BLANKS " \t\r\n"

static int fail_unknown(struct kban_text text, struct kban_error **err)
{
	return kb_fail(err, KBAN_E_SYNTAX, NULL, "no rule does '%.*s'", (int)text.len, text.data);
}

/* The words that are a target by themselves. */
static const char *find_word(struct kban_text word)
{
	static const struct {
		const char *word, *target;
	} words[] = {
		{ "accept", "ACCEPT" },
		{ "return", "RETURN" },
		{ "drop", "DROP" },
		{ "deny", "DROP" },
		{ "blacklist", "DROP" },
		{ "logdrop", "DROP" },
		{ "reject", "REJECT --reject-with icmp-port-unreachable" },
		{ "logreject", "REJECT --reject-with icmp-port-unreachable" },
	};

	for (size_t i = 0; i < kb_array_size(words); i++)
		if (kb_text_is(word, words[i].word))
			return words[i].target;
	return NULL;
}

/* "icmp-" or "icmp6-" in front, as the answer of a REJECT is called. */
static int print_reject(struct kban_text answer, struct kb_buffer *out)
{
	static const struct {
		const char *word, *answer;
	} others[] = {
		{ "no-route", "icmp6-no-route" },
		{ "addr-unreachable", "icmp6-addr-unreachable" },
	};

	kb_buffer_string(out, "REJECT --reject-with ");
	for (size_t i = 0; i < kb_array_size(others); i++)
		if (kb_text_is(answer, others[i].word))
			return kb_buffer_string(out, others[i].answer);
	if (!kb_text_starts_with(answer, "icmp") && !kb_text_starts_with(answer, "tcp"))
		kb_buffer_string(out, "icmp-");
	return kb_buffer_text(out, answer);
}

/* "reject with icmp type port-unreachable", "reject with tcp reset", or a word. */
static int translate_nftables(struct kban_text text, struct kb_buffer *out, struct kban_error **err)
{
	struct kban_text rest = text, word = { 0 }, answer = { 0 };
	const char *target;

	kb_text_next_word(&rest, BLANKS, &word);
	if (kb_text_is(word, "counter"))
		kb_text_next_word(&rest, BLANKS, &word);
	target = find_word(word);
	if (target == NULL)
		return fail_unknown(text, err);
	if (!kb_text_next_word(&rest, BLANKS, &answer))
		return kb_buffer_string(out, target);
	if (!kb_text_is(word, "reject") || !kb_text_is(answer, "with") ||
	    !kb_text_next_word(&rest, BLANKS, &word) || !kb_text_next_word(&rest, BLANKS, &answer))
		return fail_unknown(text, err);
	if (kb_text_is(word, "tcp") && kb_text_is(answer, "reset"))
		return print_reject(KB_TEXT("tcp-reset"), out);
	if (kb_text_is(answer, "type"))
		kb_text_next_word(&rest, BLANKS, &answer);
	if (!kb_text_starts_with(word, "icmp") || kb_text_next_word(&rest, BLANKS, &word))
		return fail_unknown(text, err);
	return print_reject(answer, out);
}

/* "reject type='icmp-port-unreachable'", or a word. */
static int translate_firewalld(struct kban_text text, struct kb_buffer *out,
			       struct kban_error **err)
{
	struct kban_text rest = text, word = { 0 }, answer = { 0 };
	const char *target;

	kb_text_next_word(&rest, BLANKS, &word);
	target = find_word(word);
	if (target == NULL)
		return fail_unknown(text, err);
	if (!kb_text_next_word(&rest, BLANKS "='\"", &answer))
		return kb_buffer_string(out, target);
	if (!kb_text_is(word, "reject") || !kb_text_is(answer, "type") ||
	    !kb_text_next_word(&rest, BLANKS "='\"", &answer) ||
	    kb_text_next_word(&rest, BLANKS "='\"", &word))
		return fail_unknown(text, err);
	return print_reject(answer, out);
}

static int translate_word(struct kban_text text, struct kb_buffer *out, struct kban_error **err)
{
	const char *target = find_word(kb_text_trim(text));

	return target != NULL ? kb_buffer_string(out, target) : fail_unknown(text, err);
}

/* Some write a target of iptables where nft's statement is due. */
static bool is_target(struct kban_text text)
{
	text = kb_text_trim(text);
	return text.len > 0 && text.data[0] >= 'A' && text.data[0] <= 'Z';
}

static int translate(struct kban_text text, enum kb_block_terms terms, struct kb_buffer *out,
		     struct kban_error **err)
{
	if (terms == KB_BLOCK_IPTABLES || is_target(text))
		return kb_buffer_text(out, text);
	switch (terms) {
	case KB_BLOCK_NFTABLES:
		return translate_nftables(text, out, err);
	case KB_BLOCK_FIREWALLD:
		return translate_firewalld(text, out, err);
	default:
		return translate_word(text, out, err);
	}
}

int kb_block_type_print(struct kban_text text, enum kb_block_terms terms, enum kban_family family,
			struct kb_buffer *out, struct kban_error **err)
{
	kb_auto_clear(buffer) target = { 0 };
	int status = translate(text, terms, &target, err);

	if (status == KBAN_E_SYNTAX)
		return status;
	if (status < 0 || target.failed)
		return kb_fail_memory(err);
	return kb_target_print(kb_buffer_content(&target), family, out, err);
}
