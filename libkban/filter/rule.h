/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One pattern of a filter, compiled, and what its groups mean beyond their names. */
#ifndef KB_FILTER_RULE_H
#define KB_FILTER_RULE_H

#include <stdbool.h>

#include "base/string-list.h"
#include "filter/field-kind.h"
#include "regex/pattern.h"

/* A named group of a rule, which makes a field. */
struct kb_rule_group {
	const char *name;
	unsigned number;
	enum kb_field_kind kind;
};

/* A group whose text goes to a field of another name: <F-ALT_USER_1> to user. */
struct kb_redirect {
	const char *from; /* a group of the pattern … */
	size_t index;     /* … which of its named ones */
	char *to;
	enum kb_field_kind kind; /* of that field */
};

struct kb_redirects {
	struct kb_redirect *items; /* sorted by the name they come from */
	size_t count;
	size_t capacity;
};

struct kb_rule {
	char *text;            /* as it was written, with its tags */
	char *regex;           /* what is compiled: the text with its tags replaced */
	struct kb_where where; /* where.file is owned by the filter */
	bool addresses_only;   /* how <HOST> was read */
	struct kb_pattern *pattern;
	struct kb_rule_group *groups; /* in the order of their parentheses */
	size_t group_count;
	unsigned places[KB_FIELD_KINDS];  /* groups of a kind, from 1; 0: there is none */
	struct kb_redirects alternatives; /* fill a field that is empty */
	struct kb_redirects parts;        /* make a tuple of a field and more */
};

/* What decides how a text becomes a rule. */
struct kb_rule_options {
	const char *key;              /* "failregex": named in errors */
	unsigned flags;               /* of enum kb_pattern_flags */
	bool addresses_only;          /* <HOST> matches no names */
	bool needs_id;                /* a group must say whose failure it is … */
	const struct kb_rule *prefix; /* … here or in this one, which may be NULL */
};

/*
 * Compile @a text. KBAN_E_SYNTAX and KBAN_E_LIMIT: "PLACE: KEY: reason".
 *
 * @param where  where->file must outlive the rule.
 */
int kb_rule_compile(struct kb_rule *rule, struct kban_text text, const struct kb_where *where,
		    const struct kb_rule_options *options, struct kban_error **err);

/*
 * Which part of the rule's text a part of its pattern's comes from, in bytes: as much as it takes
 * to hold all of it, so that of a tag it is the whole. KBAN_OK or KBAN_E_NOMEM.
 */
int kb_rule_origin(const struct kb_rule *rule, size_t pattern_from, size_t pattern_to, size_t *from,
		   size_t *to);

void kb_rule_clear(struct kb_rule *rule);

KB_DEFINE_AUTO_CLEAR(rule)

#endif /* KB_FILTER_RULE_H */
