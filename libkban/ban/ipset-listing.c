/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ban/ipset-listing.h"

/* "192.0.2.1 timeout 3595": words, each option followed by its value. */
static bool next_word(struct kban_text *rest, struct kban_text *word)
{
	return kb_text_next_word(rest, " \t", word);
}

static void parse_options(struct kban_text options, struct kb_ipset_header *header)
{
	struct kban_text word, value = { 0 };
	long long number;

	while (next_word(&options, &word)) {
		if (kb_text_is(word, "timeout"))
			header->has_timeouts = true;
		else if (kb_text_is(word, "netmask") || kb_text_is(word, "bitmask"))
			header->has_mask = true;
		else if (kb_text_is(word, "family") && next_word(&options, &value))
			header->family = kb_text_is(value, "inet6") ? KBAN_IPV6 : KBAN_IPV4;
		else if (kb_text_is(word, "maxelem") && next_word(&options, &value) &&
			 kb_text_number(value, 0, UINT32_MAX, &number))
			header->max_entries = (unsigned)number;
		else if (kb_text_is(word, "hashsize") && next_word(&options, &value) &&
			 kb_text_number(value, 0, UINT32_MAX, &number))
			header->buckets = (unsigned)number;
	}
}

/* The rest of @a line behind @a key, or NULL data if it starts otherwise. */
static struct kban_text value_of(struct kban_text line, const char *key)
{
	if (!kb_text_starts_with(line, key))
		return (struct kban_text){ 0 };
	return kb_text_trim(kb_text_slice(line, strlen(key), line.len));
}

static void parse_count(struct kban_text text, size_t *out)
{
	long long number;

	if (text.data != NULL && kb_text_number(text, 0, INT64_MAX, &number))
		*out = (size_t)number;
}

bool kb_ipset_header_parse(struct kban_text listing, struct kb_ipset_header *out)
{
	struct kb_ipset_header header = { 0 };
	struct kban_text line;

	while (kb_text_next_line(&listing, &line) && !kb_text_is(line, "Members:")) {
		struct kban_text type = value_of(line, "Type:");

		if (type.data != NULL)
			header.type = type;
		parse_options(value_of(line, "Header:"), &header);
		parse_count(value_of(line, "References:"), &header.references);
		parse_count(value_of(line, "Number of entries:"), &header.entries);
	}
	if (header.type.len == 0)
		return false;
	*out = header;
	return true;
}

/* False for what is no plain entry: other kinds of elements, exceptions (nomatch). */
static bool parse_entry(struct kban_text line, struct kban_addr *addr, kban_usec *remaining)
{
	struct kban_text word;
	long long seconds;

	*remaining = KBAN_FOREVER;
	if (!next_word(&line, &word) || kban_addr_parse(word, addr) < 0)
		return false;
	while (next_word(&line, &word)) {
		if (kb_text_is(word, "nomatch"))
			return false;
		if (!kb_text_is(word, "timeout") || !next_word(&line, &word) ||
		    !kb_text_number(word, 1, UINT32_MAX, &seconds))
			continue;
		*remaining = seconds * KBAN_SECOND;
	}
	return true;
}

void kb_ipset_entries_visit(struct kban_text listing, enum kban_family family, kb_entry_fn *visit,
			    void *data)
{
	struct kban_text line;
	struct kban_addr addr;
	kban_usec remaining;

	while (kb_text_next_line(&listing, &line) && !kb_text_is(line, "Members:"))
		;
	while (kb_text_next_line(&listing, &line))
		if (parse_entry(line, &addr, &remaining) && addr.family == family &&
		    visit(&addr, remaining, data) != 0)
			return;
}
