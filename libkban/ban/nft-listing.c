/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A table is printed as lines, indented by tabs: none for the table, one for what it contains, two
 * for what that contains. Behind " # handle " is a number.
 */
#include "ban/nft-listing.h"

#define BLANKS " \t"

static bool next_word(struct kban_text *rest, struct kban_text *word)
{
	return kb_text_next_word(rest, BLANKS, word);
}

static size_t depth_of(struct kban_text line)
{
	size_t depth = 0;

	while (depth < line.len && line.data[depth] == '\t')
		depth++;
	return depth;
}

/* Take " # handle 7" off the end of @a line. */
static struct kban_text take_handle(struct kban_text *line)
{
	const struct kban_text mark = KB_TEXT(" # handle ");
	size_t at = line->len;
	struct kban_text handle = { NULL, 0 };

	while (at > 0 && line->data[at - 1] >= '0' && line->data[at - 1] <= '9')
		at--;
	if (at < mark.len || at == line->len ||
	    !kb_text_equal(kb_text_slice(*line, at - mark.len, at), mark))
		return handle;
	handle = kb_text_slice(*line, at, line->len);
	*line = kb_text_slice(*line, 0, at - mark.len);
	return handle;
}

/* "table inet kban {" */
static bool read_table(struct kb_nft_listing *listing, struct kban_text line,
		       struct kb_nft_item *out)
{
	struct kban_text rest = line, word, family, name = { NULL, 0 };

	if (!next_word(&rest, &word) || !kb_text_is(word, "table") || !next_word(&rest, &family) ||
	    !next_word(&rest, &name))
		return false;
	listing->table =
		(struct kban_text){ family.data, (size_t)(name.data + name.len - family.data) };
	out->kind = KB_NFT_TABLE;
	return true;
}

/* "set kban-sshd {", "chain INPUT {" */
static bool read_member(struct kb_nft_listing *listing, struct kban_text line,
			struct kb_nft_item *out)
{
	struct kban_text rest = line, word;

	if (!next_word(&rest, &word) || !next_word(&rest, &listing->name))
		return false;
	listing->inside = kb_text_is(word, "chain") ? KB_NFT_CHAIN
			  : kb_text_is(word, "set") ? KB_NFT_SET
						    : KB_NFT_OTHER;
	out->kind = listing->inside;
	return true;
}

static bool read_part(struct kb_nft_listing *listing, struct kban_text line,
		      struct kb_nft_item *out)
{
	struct kban_text rest = line, word;

	if (!next_word(&rest, &word))
		return false;
	out->text = kb_text_trim(line);
	if (listing->inside == KB_NFT_CHAIN) {
		bool is_base = kb_text_is(word, "type") &&
			       kb_text_find(line, KB_TEXT(" hook ")) < line.len;

		out->kind = is_base ? KB_NFT_BASE : KB_NFT_RULE;
		/* "policy accept;" and "comment …" of a chain that nothing calls are no rules. */
		return is_base || out->handle.len > 0;
	}
	out->text = kb_text_trim(rest);
	out->kind = kb_text_is(word, "type") ? KB_NFT_TYPE : KB_NFT_FLAGS;
	return listing->inside == KB_NFT_SET &&
	       (kb_text_is(word, "type") || kb_text_is(word, "flags"));
}

static bool read_line(struct kb_nft_listing *listing, struct kban_text line,
		      struct kb_nft_item *out)
{
	size_t depth = depth_of(line);
	bool is_end = kb_text_is(kb_text_trim(line), "}");
	bool is_read = false;

	*out = (struct kb_nft_item){ .handle = take_handle(&line) };
	if (depth == 0 && !is_end)
		is_read = read_table(listing, line, out);
	else if (depth == 1 && !is_end)
		is_read = read_member(listing, line, out);
	else if (depth == 2)
		is_read = read_part(listing, line, out);
	out->table = listing->table;
	out->name = depth > 0 ? listing->name : (struct kban_text){ NULL, 0 };
	return is_read;
}

bool kb_nft_listing_next(struct kb_nft_listing *listing, struct kb_nft_item *out)
{
	struct kban_text line;

	while (kb_text_next_line(&listing->rest, &line))
		if (read_line(listing, line, out))
			return true;
	return false;
}

/* It is the last thing that a rule has. */
struct kban_text kb_nft_comment(struct kban_text rule)
{
	const struct kban_text mark = KB_TEXT(" comment \"");
	struct kban_text found = { NULL, 0 };
	size_t at;

	if (rule.len == 0 || rule.data[rule.len - 1] != '"')
		return found;
	while ((at = kb_text_find(rule, mark)) < rule.len)
		rule = found = kb_text_slice(rule, at + mark.len, rule.len);
	return found.len > 0 ? kb_text_slice(found, 0, found.len - 1) : found;
}

/* "1d2h3m4s500ms" */
static bool parse_span(struct kban_text text, kban_usec *out)
{
	static const struct {
		const char *unit;
		kban_usec length;
	} units[] = { { "ms", KBAN_SECOND / 1000 },
		      { "d", 86400 * KBAN_SECOND },
		      { "h", 3600 * KBAN_SECOND },
		      { "m", 60 * KBAN_SECOND },
		      { "s", KBAN_SECOND } };
	kban_usec span = 0;

	while (text.len > 0) {
		size_t digits = 0, unit = 0;
		long long number;

		while (digits < text.len && text.data[digits] >= '0' && text.data[digits] <= '9')
			digits++;
		if (!kb_text_number(kb_text_slice(text, 0, digits), 0, UINT32_MAX, &number))
			return false;
		text = kb_text_slice(text, digits, text.len);
		while (unit < kb_array_size(units) && !kb_text_starts_with(text, units[unit].unit))
			unit++;
		if (unit == kb_array_size(units))
			return false;
		span += number * units[unit].length;
		text = kb_text_slice(text, strlen(units[unit].unit), text.len);
	}
	*out = span;
	return true;
}

/* "192.0.2.1 timeout 10m expires 9m58s500ms"; without a timeout it does not end. */
static bool parse_entry(struct kban_text entry, struct kban_addr *addr, kban_usec *remaining)
{
	struct kban_text word;

	*remaining = KBAN_FOREVER;
	if (!next_word(&entry, &word) || kban_addr_parse(word, addr) < 0)
		return false;
	while (next_word(&entry, &word))
		if (kb_text_is(word, "expires") && next_word(&entry, &word) &&
		    !parse_span(word, remaining))
			return false;
	return true;
}

void kb_nft_entries_visit(struct kban_text listing, enum kban_family family, kb_entry_fn *visit,
			  void *data)
{
	const struct kban_text mark = KB_TEXT("elements = {");
	size_t start = kb_text_find(listing, mark);
	struct kban_text rest = kb_text_slice(listing, start, listing.len), entry;
	struct kban_addr addr;
	kban_usec remaining;

	if (start >= listing.len)
		return;
	rest = kb_text_slice(rest, mark.len, rest.len);
	rest = kb_text_slice(rest, 0, kb_text_index(rest, '}'));
	while (kb_text_next_word(&rest, ",\n", &entry))
		if (parse_entry(kb_text_trim(entry), &addr, &remaining) && addr.family == family &&
		    visit(&addr, remaining, data) != 0)
			return;
}
