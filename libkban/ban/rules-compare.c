/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a listing by iptables -S has of ours, and the script for what it lacks and has too much. */
#include "ban/rules.h"
#include "base/buffer.h"
#include "base/text.h"

const char *const *kban_rules_list_command(enum kban_family family)
{
	static const char *const list4[] = { "iptables", "-w", "-S", NULL };
	static const char *const list6[] = { "ip6tables", "-w", "-S", NULL };

	return family == KBAN_IPV6 ? list6 : list4;
}

const char *const *kban_rules_change_command(enum kban_family family)
{
	static const char *const change4[] = { "iptables-restore", "-w", "--noflush", NULL };
	static const char *const change6[] = { "ip6tables-restore", "-w", "--noflush", NULL };

	return family == KBAN_IPV6 ? change6 : change4;
}

/* Length of the quoted string that @a text begins with, without the second quote. */
static size_t quoted_length(struct kban_text text)
{
	size_t i = 1;

	while (i < text.len && text.data[i] != '"')
		i += text.data[i] == '\\' ? 2 : 1;
	return i < text.len ? i : text.len;
}

/* Take the next word off @a rest, without its quotes. What they escape is left as it is. */
static bool next_word(struct kban_text *rest, struct kban_text *word)
{
	size_t start = 0, end;

	while (start < rest->len && rest->data[start] == ' ')
		start++;
	*rest = kb_text_slice(*rest, start, rest->len);
	if (rest->len == 0)
		return false;
	if (rest->data[0] == '"') {
		end = quoted_length(*rest);
		*word = kb_text_slice(*rest, 1, end);
		*rest = kb_text_slice(*rest, end < rest->len ? end + 1 : end, rest->len);
		return true;
	}
	end = kb_text_index(*rest, ' ');
	*word = kb_text_slice(*rest, 0, end);
	*rest = kb_text_slice(*rest, end, rest->len);
	return true;
}

/* A rule of ours in a listing. */
struct present {
	struct kban_text chain, comment;
	struct kban_text spec; /* "CHAIN …", as it was listed */
};

/* True if the listed @a line is a rule of ours. */
static bool parse_present(struct kban_text line, struct present *out)
{
	struct kban_text word = { 0 };
	bool is_comment = false;

	if (!kb_text_starts_with(line, "-A "))
		return false;
	line = kb_text_slice(line, strlen("-A "), line.len);
	out->spec = line;
	if (!next_word(&line, &out->chain))
		return false;
	while (next_word(&line, &word)) {
		if (is_comment && kb_text_starts_with(word, KB_RULE_OURS)) {
			out->comment = word;
			return true;
		}
		is_comment = kb_text_is(word, "--comment");
	}
	return false;
}

static bool next_present(struct kban_text *listing, struct present *out)
{
	struct kban_text line;

	while (kb_text_next_line(listing, &line))
		if (parse_present(line, out))
			return true;
	return false;
}

static bool has_chain(struct kban_text listing, const char *name)
{
	struct kban_text line, word;

	if (strcmp(name, "INPUT") == 0 || strcmp(name, "FORWARD") == 0 ||
	    strcmp(name, "OUTPUT") == 0)
		return true;
	while (kb_text_next_line(&listing, &line))
		if (next_word(&line, &word) && kb_text_is(word, "-N") && next_word(&line, &word) &&
		    kb_text_is(word, name))
			return true;
	return false;
}

/* The chain that @a line needs and the listing lacks, or NULL. */
static const char *chain_lacking(const struct kb_rule_line *line, struct kban_text listing)
{
	if (!has_chain(listing, line->chain))
		return line->chain;
	if (line->jump != NULL && !has_chain(listing, line->jump))
		return line->jump;
	return NULL;
}

const char *kban_rules_unplaced(const struct kban_rules *rules, enum kban_family family,
				struct kban_text listing, size_t index, const char **chain)
{
	for (size_t i = 0; i < rules->count; i++) {
		const struct kb_rule_line *line = &rules->lines[i];
		const char *lacking = line->family == family ? chain_lacking(line, listing) : NULL;

		if (lacking == NULL || index-- > 0)
			continue;
		if (chain != NULL)
			*chain = lacking;
		return line->jail;
	}
	return NULL;
}

struct comparison {
	const struct kban_rules *rules;
	enum kban_family family;
	bool *seen; /* of each rule: it is there */
	struct kb_buffer script;
	int changes;
};

/* Tick off the rule that is @a present. False if none is, or that one was there already. */
static bool tick_off(struct comparison *comparison, const struct present *present)
{
	const struct kban_rules *rules = comparison->rules;

	for (size_t i = 0; rules != NULL && i < rules->count; i++) {
		const struct kb_rule_line *line = &rules->lines[i];

		if (comparison->seen[i] || line->family != comparison->family ||
		    !kb_text_is(present->comment, line->comment) ||
		    !kb_text_is(present->chain, line->chain))
			continue;
		comparison->seen[i] = true;
		return true;
	}
	return false;
}

static void remove_orphans(struct comparison *comparison, struct kban_text listing)
{
	struct present present;

	while (next_present(&listing, &present)) {
		if (tick_off(comparison, &present) ||
		    kb_rules_keep(comparison->rules, present.comment))
			continue;
		kb_buffer_printf(&comparison->script, "-D %.*s\n", (int)present.spec.len,
				 present.spec.data);
		comparison->changes++;
	}
}

static void add_missing(struct comparison *comparison, struct kban_text listing)
{
	const struct kban_rules *rules = comparison->rules;

	for (size_t i = 0; rules != NULL && i < rules->count; i++) {
		const struct kb_rule_line *line = &rules->lines[i];

		if (comparison->seen[i] || line->family != comparison->family ||
		    chain_lacking(line, listing) != NULL)
			continue;
		kb_buffer_printf(&comparison->script, "-I %s 1 %s\n", line->chain, line->text);
		comparison->changes++;
	}
}

int kban_rules_compare(const struct kban_rules *rules, enum kban_family family,
		       struct kban_text listing, struct kban_text *script)
{
	kb_autofree bool *seen = calloc(rules != NULL ? rules->count + 1 : 1, sizeof(*seen));
	struct comparison comparison = { .rules = rules, .family = family, .seen = seen };
	struct kban_text text;

	if (seen == NULL)
		return KBAN_E_NOMEM;
	kb_buffer_string(&comparison.script, "*filter\n");
	remove_orphans(&comparison, listing);
	add_missing(&comparison, listing);
	if (kb_buffer_string(&comparison.script, "COMMIT\n") < 0) {
		kb_buffer_clear(&comparison.script);
		return KBAN_E_NOMEM;
	}
	text = kb_buffer_content(&comparison.script);
	if (comparison.changes == 0) {
		kb_buffer_clear(&comparison.script);
		text = (struct kban_text){ NULL, 0 };
	}
	*script = text;
	return comparison.changes;
}
