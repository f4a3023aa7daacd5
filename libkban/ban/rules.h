/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What rules are, for the two files that know: rules.c makes them, rules-compare.c finds them. */
#ifndef KB_BAN_RULES_H
#define KB_BAN_RULES_H

#include <kban/rules.h>

/* How the comments of our rules begin. */
#define KB_RULE_OURS "kban:"

struct kb_rule_line {
	enum kban_family family;
	char *jail;
	char *chain;
	char *jump;    /* a chain that it jumps to, or NULL */
	char *comment; /* "kban:JAIL:HASH" */
	char *text;    /* what comes behind -I CHAIN 1 */
};

struct kban_rules {
	struct kb_rule_line *lines;
	size_t count;
	size_t capacity;
};

#endif /* KB_BAN_RULES_H */
