/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a listing of nft's tables has of our rules, and the commands for what it lacks and has too
 * much. A chain that the kernel calls is made with the first rule in it, and goes with the last,
 * if it was one of ours.
 */
#include "ban/nft-listing.h"
#include "ban/rules.h"
#include "base/buffer.h"

struct comparison {
	const struct kban_rules *rules;
	struct kban_text listing;
	bool *seen; /* of each rule: it is there */
	struct kb_buffer *out;
	int changes;
};

static struct kban_text table_of(const struct kb_nft_item *item)
{
	return kb_text_slice(item->table, kb_text_index(item->table, ' ') + 1, item->table.len);
}

static bool is_place(const struct kb_nft_item *item, const struct kb_rule_line *line)
{
	return kb_text_is(table_of(item), line->table) && kb_text_is(item->name, line->chain);
}

/* True for a rule that others made. One of a jail that cannot run is left alone as those are. */
static bool is_foreign(const struct comparison *comparison, const struct kb_nft_item *item)
{
	struct kban_text comment = kb_nft_comment(item->text);

	return !kb_text_starts_with(comment, KB_RULE_OURS) ||
	       kb_rules_keep(comparison->rules, comment);
}

/* Index of the rule that @a item is, if it is wanted, or the count. */
static size_t find_wanted(const struct comparison *comparison, const struct kb_nft_item *item)
{
	const struct kban_rules *rules = comparison->rules;
	size_t count = rules != NULL ? rules->count : 0;

	for (size_t i = 0; i < count; i++)
		if (is_place(item, &rules->lines[i]) &&
		    kb_text_is(kb_nft_comment(item->text), rules->lines[i].comment))
			return i;
	return count;
}

static void remove_orphans(struct comparison *comparison)
{
	struct kb_nft_listing listing = { .rest = comparison->listing };
	size_t count = comparison->rules != NULL ? comparison->rules->count : 0;
	struct kb_nft_item item;

	while (kb_nft_listing_next(&listing, &item)) {
		struct kban_text table = table_of(&item);
		size_t wanted;

		if (item.kind != KB_NFT_RULE || is_foreign(comparison, &item))
			continue;
		wanted = find_wanted(comparison, &item);
		if (wanted < count && !comparison->seen[wanted]) {
			comparison->seen[wanted] = true;
			continue;
		}
		kb_buffer_printf(comparison->out, "delete rule inet %.*s %.*s handle %.*s\n",
				 (int)table.len, table.data, (int)item.name.len, item.name.data,
				 (int)item.handle.len, item.handle.data);
		comparison->changes++;
	}
}

/* True if some rule that is wanted belongs into the chain that is @a item. */
static bool is_chain_wanted(const struct comparison *comparison, const struct kb_nft_item *item)
{
	const struct kban_rules *rules = comparison->rules;

	for (size_t i = 0; rules != NULL && i < rules->count; i++)
		if (is_place(item, &rules->lines[i]))
			return true;
	return false;
}

/* A chain of which all was ours. */
struct chain {
	struct kb_nft_item item;
	bool is_base, has_ours, has_others;
};

static void drop_chain(struct comparison *comparison, const struct chain *chain)
{
	struct kban_text table = table_of(&chain->item);

	if (!chain->is_base || !chain->has_ours || chain->has_others ||
	    is_chain_wanted(comparison, &chain->item))
		return;
	kb_buffer_printf(comparison->out, "delete chain inet %.*s %.*s\n", (int)table.len,
			 table.data, (int)chain->item.name.len, chain->item.name.data);
}

static void remove_chains(struct comparison *comparison)
{
	struct kb_nft_listing listing = { .rest = comparison->listing };
	struct chain chain = { 0 };
	struct kb_nft_item item;

	while (kb_nft_listing_next(&listing, &item)) {
		switch (item.kind) {
		case KB_NFT_CHAIN:
			drop_chain(comparison, &chain);
			chain = (struct chain){ .item = item };
			break;
		case KB_NFT_BASE:
			chain.is_base = true;
			break;
		case KB_NFT_RULE:
			chain.has_ours = chain.has_ours || !is_foreign(comparison, &item);
			chain.has_others = chain.has_others || is_foreign(comparison, &item);
			break;
		default:
			break;
		}
	}
	drop_chain(comparison, &chain);
}

static bool has_chain(struct kban_text text, const char *table, const char *name)
{
	struct kb_nft_listing listing = { .rest = text };
	struct kb_nft_item item;

	while (kb_nft_listing_next(&listing, &item))
		if (item.kind == KB_NFT_CHAIN && kb_text_is(item.name, name) &&
		    kb_text_is(table_of(&item), table))
			return true;
	return false;
}

const char *kb_rule_chain_lacking_nft(const struct kb_rule_line *line, struct kban_text listing)
{
	if (line->base == NULL && !has_chain(listing, line->table, line->chain))
		return line->chain;
	if (line->jump != NULL && !has_chain(listing, line->table, line->jump))
		return line->jump;
	return NULL;
}

/* Said twice, the second does nothing. */
static void make_chain(struct comparison *comparison, const struct kb_rule_line *line)
{
	if (line->base == NULL || has_chain(comparison->listing, line->table, line->chain))
		return;
	kb_buffer_printf(comparison->out,
			 "add table inet %s\nadd chain inet %s %s { %s; policy accept; }\n",
			 line->table, line->table, line->chain, line->base);
}

static void add_missing(struct comparison *comparison)
{
	const struct kban_rules *rules = comparison->rules;

	for (size_t i = 0; rules != NULL && i < rules->count; i++) {
		const struct kb_rule_line *line = &rules->lines[i];

		if (comparison->seen[i] ||
		    kb_rule_chain_lacking_nft(line, comparison->listing) != NULL)
			continue;
		make_chain(comparison, line);
		kb_buffer_printf(comparison->out, "insert rule inet %s %s %s\n", line->table,
				 line->chain, line->text);
		comparison->changes++;
	}
}

int kb_rules_compare_nft(const struct kban_rules *rules, struct kban_text listing,
			 struct kb_buffer *out)
{
	kb_autofree bool *seen = calloc(rules != NULL ? rules->count + 1 : 1, sizeof(*seen));
	struct comparison comparison = {
		.rules = rules, .listing = listing, .seen = seen, .out = out
	};

	if (seen == NULL)
		return KBAN_E_NOMEM;
	remove_orphans(&comparison);
	remove_chains(&comparison);
	add_missing(&comparison);
	return out->failed ? KBAN_E_NOMEM : comparison.changes;
}
