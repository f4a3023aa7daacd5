/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What rules are, for the files that know: rules.c splits them, rule-iptables.c and rule-nft.c
 * write them in a language, rules-compare.c and rules-compare-nft.c find them.
 */
#ifndef KB_BAN_RULES_H
#define KB_BAN_RULES_H

#include <kban/rules.h>

#include "ban/rule-text.h"
#include "base/string-list.h"

/* How the comments of our rules begin. */
#define KB_RULE_OURS "kban:"

struct kb_rule_line {
	enum kban_family family;
	char *jail;
	char *chain;
	char *jump;    /* a chain that it jumps to, or NULL */
	char *comment; /* "kban:JAIL:HASH" */
	char *text;    /* what comes behind -I CHAIN 1, or behind insert rule TABLE CHAIN */
	/* Of nft only. */
	char *table;
	char *base; /* how the chain is called if it has to be made; NULL: it must be there */
};

/* What one line is made of, beside its rule. */
struct kb_rule_parts {
	const struct kban_rule *rule;
	enum kban_family family;
	struct kban_text chain;
	const struct kb_protocol *protocol;
	struct kban_text ports; /* "25,1000:2000"; empty: all */
	bool is_log;
	bool is_networks; /* of nft: for the set beside the set */
};

/* How a line is written. */
struct kb_rule_writer {
	enum kban_rule_language language;

	/* What a packet must be. */
	void (*match)(const struct kb_rule_parts *parts, struct kb_buffer *out);

	/* What is logged of it, for lines that do. */
	void (*log)(const struct kb_rule_parts *parts, struct kb_buffer *out);

	/* What happens to it: @a target as kb_target_print() wrote it. */
	int (*action)(struct kban_text target, struct kb_buffer *out, struct kban_error **err);

	/* All of it, with its comment. */
	void (*join)(struct kban_text match, struct kban_text action, struct kban_text comment,
		     struct kb_buffer *out);

	/* How the chain of @a parts is called; a static or a rule's text, or NULL. NULL: no such
	 * thing. */
	const char *(*base)(const struct kb_rule_parts *parts);

	bool has_twin_sets; /* networks are in a set beside the set, which takes a rule more */
};

extern const struct kb_rule_writer kb_rule_writer_iptables, kb_rule_writer_nft;

/* Name of the set that @a parts are about. */
const char *kb_rule_set(const struct kb_rule_parts *parts);

/* The chain that @a line needs and nft's @a listing lacks, or NULL. */
const char *kb_rule_chain_lacking_nft(const struct kb_rule_line *line, struct kban_text listing);

/*
 * Write the commands that make nft's tables of the family inet, as listed in @a listing, contain
 * @a rules (NULL: none of ours). Returns how many rules change, or KBAN_E_NOMEM.
 */
int kb_rules_compare_nft(const struct kban_rules *rules, struct kban_text listing,
			 struct kb_buffer *out);

struct kban_rules {
	const struct kb_rule_writer *writer;
	struct kb_rule_line *lines;
	size_t count;
	size_t capacity;
	/* How comments of jails begin: those whose rules are all here, and those that cannot run.
	 */
	struct kb_string_list known, staying;
	bool keeps_unknown;
};

/* True for what a name of a set and a comment may have. */
bool kb_rule_is_plain(char c);

/* "kban:JAIL:", of characters that are themselves everywhere. */
void kb_rule_owner_print(const char *jail, struct kb_buffer *out);

/*
 * Tell of a jail whose rules are those that were added; or, if it @a stays, those that are in the
 * packet filter, whatever they are. Jails that were not told of are gone. KBAN_OK or KBAN_E_NOMEM.
 */
int kb_rules_know(struct kban_rules *rules, const char *jail, bool stays);

/* Jails that were not told of may not be gone: let their rules be. */
void kb_rules_keep_unknown(struct kban_rules *rules);

/* True if a rule with @a comment, which was not added to @a rules, is to be left where it is. */
bool kb_rules_keep(const struct kban_rules *rules, struct kban_text comment);

#endif /* KB_BAN_RULES_H */
