/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is named again and again is written once, and meant by its number. */
#ifndef KB_STORE_NAMES_H
#define KB_STORE_NAMES_H

#include <stdint.h>

#include <kban/store.h>

#include "base/memory.h"

enum kb_name_kind { KB_NAME_JAIL, KB_NAME_SOURCE, KB_NAME_RULE, KB_NAME_KINDS };

/* A rule has all three, the others a text only. */
struct kb_name {
	const char *text;
	const char *file; /* not NULL for a rule */
	unsigned line;
};

/* The name of each kind that was asked for last: lines of one log come in a row. */
struct kb_name_memo {
	char *text; /* NULL: none */
	char *file;
	unsigned line;
	int64_t id;
};

/* The number of a name, which is written if it is new. Inside a transaction. */
int kb_name_id(struct kban_store *store, enum kb_name_kind kind, const struct kb_name *name,
	       int64_t *out, struct kban_error **err);

/* Numbers that a transaction gave are void when it is rolled back. */
void kb_name_forget_all(struct kban_store *store);

#endif /* KB_STORE_NAMES_H */
