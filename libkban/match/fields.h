/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The named parts of what a rule matched, each with its text or unset. Names are those of the
 * filter's groups and live as long as the filter; texts are copies. Memory is kept when the fields
 * are reset, so that matching does not allocate for long.
 */
#ifndef KB_MATCH_FIELDS_H
#define KB_MATCH_FIELDS_H

#include <kban/matcher.h>

#include "base/buffer.h"
#include "filter/rule.h"

struct kb_fields {
	struct kban_field *items; /* in the order the names came up */
	struct kb_buffer *texts;  /* what the items' values point to; capacity of them */
	size_t count;
	size_t capacity;
};

/* data is NULL if there is no such field, or it is unset. */
struct kban_text kb_fields_find(const struct kb_fields *fields, const char *name);

/* True if the field is set and not empty. */
bool kb_fields_has(const struct kb_fields *fields, const char *name);

/* Set a field, adding it if it is new. data NULL unsets it. KBAN_OK or KBAN_E_NOMEM. */
int kb_fields_set(struct kb_fields *fields, const char *name, struct kban_text value);

/* Unset a field. True if it was set to something not empty. */
bool kb_fields_drop(struct kb_fields *fields, const char *name);

/* Add all of @a from to @a to, which is empty. */
int kb_fields_copy(struct kb_fields *to, const struct kb_fields *from);

/* Set in @a fields whatever is set in @a more. */
int kb_fields_overlay(struct kb_fields *fields, const struct kb_fields *more);

/*
 * The groups of a match of @a rule in @a subject, into fields that are empty: first all of them,
 * then the fields that other groups fill (<F-ALT_…>) or extend (<F-TUPLE_…>).
 */
int kb_fields_read_match(struct kb_fields *fields, const struct kb_rule *rule,
			 const struct kb_match *match, struct kban_text subject);

void kb_fields_reset(struct kb_fields *fields);
void kb_fields_clear(struct kb_fields *fields);

KB_DEFINE_AUTO_CLEAR(fields)

#endif /* KB_MATCH_FIELDS_H */
