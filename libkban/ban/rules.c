/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A rule is known again by its comment: the jail for people, and a hash of all that the rule says.
 * So what iptables makes of its text does not matter, and a rule that changed in any way is another
 * rule.
 */
#include "ban/rules.h"

#include <stdio.h>

#include "ban/backend.h"
#include "ban/rule-text.h"
#include "base/hash.h"

/* Of iptables (LOG --log-prefix). */
#define LOG_PREFIX_MAX 29

static void clear_line(struct kb_rule_line *line)
{
	free(line->jail);
	free(line->chain);
	free(line->jump);
	free(line->comment);
	free(line->text);
	free(line->table);
	free(line->base);
}

struct kban_rules *kban_rules_new(enum kban_rule_language language)
{
	struct kban_rules *rules = calloc(1, sizeof(*rules));

	if (rules != NULL)
		rules->writer =
			language == KBAN_RULES_NFT ? &kb_rule_writer_nft : &kb_rule_writer_iptables;
	return rules;
}

enum kban_rule_language kban_rules_language(const struct kban_rules *rules)
{
	return rules->writer->language;
}

void kban_rules_free(struct kban_rules *rules)
{
	if (rules == NULL)
		return;
	for (size_t i = 0; i < rules->count; i++)
		clear_line(&rules->lines[i]);
	free(rules->lines);
	kb_string_list_clear(&rules->known);
	kb_string_list_clear(&rules->staying);
	free(rules);
}

size_t kban_rules_count(const struct kban_rules *rules, enum kban_family family)
{
	size_t count = 0;

	for (size_t i = 0; i < rules->count; i++)
		count += rules->lines[i].family == family;
	return count;
}

const char *kb_rule_set(const struct kb_rule_parts *parts)
{
	return parts->family == KBAN_IPV6 ? parts->rule->set6 : parts->rule->set4;
}

static struct kban_text target_of(const struct kb_rule_parts *parts)
{
	return kb_text(parts->family == KBAN_IPV6 ? parts->rule->target6 : parts->rule->target4);
}

/* "kban:JAIL:HASH" */
static void print_comment(const char *jail, struct kban_text whole, struct kb_buffer *out)
{
	static const struct kb_hash_key key = { { 0, 0 } };
	uint64_t hash = kb_hash(&key, whole.data, whole.len);

	kb_rule_owner_print(jail, out);
	kb_buffer_printf(out, "%08x", (unsigned)(hash ^ hash >> 32));
}

/* The chain that an action jumps to, if it is none of the targets of iptables. */
static int find_jump(const struct kb_rule_parts *parts, struct kban_text action, char **out)
{
	struct kban_text word = { 0 };

	if (parts->is_log || !kb_target_is_chain(action))
		return KBAN_OK;
	kb_text_next_word(&action, " ", &word);
	*out = kb_text_copy(word);
	return *out != NULL ? KBAN_OK : KBAN_E_NOMEM;
}

static int check_target(const struct kb_rule_parts *parts, struct kban_text target,
			struct kban_error **err)
{
	if (kb_target_needs_tcp(target) && strcmp(parts->protocol->match4, "tcp") != 0)
		return kb_fail(err, KBAN_E_SYNTAX, NULL, "target '%.*s' is for protocol tcp only",
			       (int)target.len, target.data);
	return KBAN_OK;
}

/* What happens to a packet: the target for @a line, and the words for it. */
static int make_action(const struct kb_rule_writer *writer, const struct kb_rule_parts *parts,
		       struct kb_rule_line *line, struct kb_buffer *out, struct kban_error **err)
{
	kb_auto_clear(buffer) target = { 0 };
	int status;

	if (parts->is_log) {
		writer->log(parts, out);
		return KBAN_OK;
	}
	status = kb_target_print(target_of(parts), parts->family, &target, err);
	if (status == KBAN_OK)
		status = check_target(parts, kb_buffer_content(&target), err);
	if (status == KBAN_OK)
		status = writer->action(kb_buffer_content(&target), out, err);
	if (status == KBAN_OK && find_jump(parts, kb_buffer_content(&target), &line->jump) < 0)
		return kb_fail_memory(err);
	return status;
}

/* Where a line of nft belongs. */
static int make_place(const struct kb_rule_writer *writer, const struct kb_rule_parts *parts,
		      struct kb_rule_line *out)
{
	const char *base = writer->base != NULL ? writer->base(parts) : NULL;

	out->chain = kb_text_copy(parts->chain);
	out->table = strdup(parts->rule->table != NULL ? parts->rule->table : KB_TABLE_DEFAULT);
	out->base = base != NULL ? strdup(base) : NULL;
	return out->chain == NULL || out->table == NULL || (base != NULL && out->base == NULL)
		       ? KBAN_E_NOMEM
		       : KBAN_OK;
}

/* The texts of a line; on failure, as many as there are. */
static int make_line(const struct kb_rule_writer *writer, const struct kb_rule_parts *parts,
		     struct kb_rule_line *out, struct kban_error **err)
{
	kb_auto_clear(buffer) match = { 0 };
	kb_auto_clear(buffer) action = { 0 };
	kb_auto_clear(buffer) whole = { 0 };
	kb_auto_clear(buffer) comment = { 0 };
	kb_auto_clear(buffer) text = { 0 };
	int status;

	writer->match(parts, &match);
	status = make_action(writer, parts, out, &action, err);
	if (status < 0)
		return status;
	kb_buffer_text(&whole, kb_buffer_content(&match));
	kb_buffer_text(&whole, kb_buffer_content(&action));
	print_comment(parts->rule->jail, kb_buffer_content(&whole), &comment);
	writer->join(kb_buffer_content(&match), kb_buffer_content(&action),
		     kb_buffer_content(&comment), &text);
	out->family = parts->family;
	out->jail = strdup(parts->rule->jail);
	out->comment = kb_buffer_take(&comment);
	out->text = kb_buffer_take(&text);
	if (match.failed || action.failed || whole.failed || out->jail == NULL ||
	    out->comment == NULL || out->text == NULL || make_place(writer, parts, out) < 0)
		return kb_fail_memory(err);
	return KBAN_OK;
}

static int append_line(struct kban_rules *rules, const struct kb_rule_parts *parts,
		       struct kban_error **err)
{
	struct kb_rule_line line = { 0 };
	int status = make_line(rules->writer, parts, &line, err);

	if (status == KBAN_OK &&
	    kb_array_room(&rules->lines, &rules->capacity, rules->count, sizeof(*rules->lines)) < 0)
		status = kb_fail_memory(err);
	if (status < 0) {
		clear_line(&line);
		return status;
	}
	rules->lines[rules->count++] = line;
	return KBAN_OK;
}

/* Each rule is put at the top of its chain, so what must come first is added last. */
static int append_block_and_log(struct kban_rules *rules, struct kb_rule_parts *parts,
				struct kban_error **err)
{
	int status = append_line(rules, parts, err);

	if (status < 0 || parts->rule->log_prefix == NULL)
		return status;
	parts->is_log = true;
	status = append_line(rules, parts, err);
	parts->is_log = false;
	return status;
}

/* A packet is of one of the two sets, or of none of both; the latter is one rule. */
static int append_by_set(struct kban_rules *rules, struct kb_rule_parts *parts,
			 struct kban_error **err)
{
	int status = append_block_and_log(rules, parts, err);

	if (status < 0 || !rules->writer->has_twin_sets || !parts->rule->networks ||
	    parts->rule->inverted)
		return status;
	parts->is_networks = true;
	status = append_block_and_log(rules, parts, err);
	parts->is_networks = false;
	return status;
}

static int append_by_ports(struct kban_rules *rules, struct kb_rule_parts *parts,
			   const struct kb_port_list *ports, struct kban_error **err)
{
	size_t next = 0;

	do {
		kb_auto_clear(buffer) text = { 0 };
		int status;

		if (kb_port_list_print(ports, &next, &text) < 0)
			return kb_fail_memory(err);
		parts->ports = kb_buffer_content(&text);
		status = append_by_set(rules, parts, err);
		if (status < 0)
			return status;
	} while (next < ports->count);
	return KBAN_OK;
}

static int append_by_family(struct kban_rules *rules, struct kb_rule_parts *parts,
			    const struct kb_port_list *ports, struct kban_error **err)
{
	static const enum kban_family families[] = { KBAN_IPV4, KBAN_IPV6 };

	for (size_t i = 0; i < kb_array_size(families); i++) {
		int status;

		parts->family = families[i];
		if (kb_rule_set(parts) == NULL)
			continue;
		status = append_by_ports(rules, parts, ports, err);
		if (status < 0)
			return status;
	}
	return KBAN_OK;
}

static int append_by_chain(struct kban_rules *rules, struct kb_rule_parts *parts,
			   const struct kb_port_list *ports, struct kban_error **err)
{
	struct kban_text chains = kb_text(parts->rule->chains);

	while (kb_text_next_word(&chains, KB_RULE_SEPARATORS, &parts->chain)) {
		int status = kb_chain_check(parts->chain, err);

		if (status == KBAN_OK)
			status = append_by_family(rules, parts, ports, err);
		if (status < 0)
			return status;
	}
	return KBAN_OK;
}

static int append_protocol(struct kban_rules *rules, const struct kban_rule *rule,
			   struct kban_text name, struct kban_error **err)
{
	kb_auto_clear(port_list) ports = { 0 };
	struct kb_protocol protocol;
	struct kb_rule_parts parts = { .rule = rule, .protocol = &protocol };
	int status = kb_protocol_parse(name, &protocol, err);

	if (status == KBAN_OK)
		status = kb_port_list_parse(kb_text(rule->ports), protocol.match4, &ports, err);
	if (status < 0)
		return status;
	if (ports.count > 0 && *protocol.match4 == '\0') {
		status = append_protocol(rules, rule, KB_TEXT("tcp"), err);
		return status < 0 ? status : append_protocol(rules, rule, KB_TEXT("udp"), err);
	}
	if (ports.count > 0 && !protocol.has_ports)
		return kb_fail(err, KBAN_E_SYNTAX, NULL, "protocol '%.*s' has no ports",
			       (int)name.len, name.data);
	return append_by_chain(rules, &parts, &ports, err);
}

static int check_set(const char *name, const char *target, struct kban_error **err)
{
	size_t len = name != NULL ? strlen(name) : 1;
	bool is_fit = len > 0 && len <= KB_SET_NAME_MAX && (name == NULL || *name != '-');

	for (const char *c = name; c != NULL && *c != '\0'; c++)
		is_fit = is_fit && kb_rule_is_plain(*c);
	if (!is_fit)
		return kb_fail(err, KBAN_E_SYNTAX, NULL, "'%s' is no name of a set", name);
	if (name != NULL && target == NULL)
		return kb_fail(err, KBAN_E_SYNTAX, NULL, "there is no target");
	return KBAN_OK;
}

static int check_log_prefix(const char *prefix, struct kban_error **err)
{
	for (const char *c = prefix; c != NULL && *c != '\0'; c++)
		if (c - prefix >= LOG_PREFIX_MAX ||
		    (!kb_rule_is_plain(*c) && *c != ' ' && *c != ':'))
			return kb_fail(err, KBAN_E_SYNTAX, NULL,
				       "'%s' cannot be the prefix of a log line", prefix);
	return KBAN_OK;
}

static int check_rule(const struct kban_rule *rule, struct kban_error **err)
{
	struct kban_text chains = kb_text(rule->chains), protocols = kb_text(rule->protocols), word;
	int status;

	if (!kb_text_next_word(&chains, KB_RULE_SEPARATORS, &word))
		return kb_fail(err, KBAN_E_SYNTAX, NULL, "there is no chain");
	if (!kb_text_next_word(&protocols, KB_RULE_SEPARATORS, &word))
		return kb_fail(err, KBAN_E_SYNTAX, NULL, "there is no protocol");
	status = check_log_prefix(rule->log_prefix, err);
	if (status == KBAN_OK)
		status = check_set(rule->set4, rule->target4, err);
	return status < 0 ? status : check_set(rule->set6, rule->target6, err);
}

static bool is_same(const struct kb_rule_line *line, const struct kb_rule_line *other)
{
	return line->family == other->family && strcmp(line->comment, other->comment) == 0 &&
	       strcmp(line->chain, other->chain) == 0 && strcmp(line->table, other->table) == 0;
}

static bool has_line(const struct kban_rules *rules, const struct kb_rule_line *line)
{
	for (size_t i = 0; i < rules->count; i++)
		if (is_same(&rules->lines[i], line))
			return true;
	return false;
}

/* Move the lines of @a from that @a to does not have. */
static int move_lines(struct kban_rules *to, struct kban_rules *from)
{
	struct kb_rule_line *room =
		reallocarray(to->lines, to->count + from->count + 1, sizeof(*room));

	if (room == NULL)
		return KBAN_E_NOMEM;
	to->lines = room;
	to->capacity = to->count + from->count + 1;
	for (size_t i = 0; i < from->count; i++) {
		if (has_line(to, &from->lines[i])) {
			clear_line(&from->lines[i]);
			continue;
		}
		to->lines[to->count++] = from->lines[i];
	}
	from->count = 0;
	return KBAN_OK;
}

int kban_rules_add(struct kban_rules *rules, const struct kban_rule *rule, struct kban_error **err)
{
	kban_auto(rules) added = kban_rules_new(rules->writer->language);
	struct kban_text protocols = kb_text(rule->protocols), word;
	int status = check_rule(rule, err);

	if (added == NULL)
		return kb_fail_memory(err);
	while (status == KBAN_OK && kb_text_next_word(&protocols, KB_RULE_SEPARATORS, &word))
		status = append_protocol(added, rule, word, err);
	if (status < 0)
		return status;
	return move_lines(rules, added) < 0 ? kb_fail_memory(err) : KBAN_OK;
}
