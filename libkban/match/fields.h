/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The named parts of what a rule matched, each with its text or unset. Names are those of the
 * filter's groups and live as long as the filter. Texts are parts of what was searched, or copies
 * where that is said. Memory is kept when the fields are reset, so that matching does not allocate
 * for long.
 */
#ifndef KB_MATCH_FIELDS_H
#define KB_MATCH_FIELDS_H

#include <kban/matcher.h>

#include "base/buffer.h"
#include "filter/rule.h"

struct kb_fields {
	struct kban_field *items;  /* in the order the names came up */
	enum kb_field_kind *kinds; /* of the items */
	struct kb_buffer *texts;   /* for values that are copies; capacity of them */
	size_t count;
	size_t capacity;
	unsigned places[KB_FIELD_KINDS]; /* items of a kind, from 1; 0: there is none */
};

/* data is NULL if there is no such field, or it is unset. */
struct kban_text kb_fields_find(const struct kb_fields *fields, const char *name);

/* The same by its kind, which is not KB_FIELD_OTHER. */
static inline struct kban_text kb_fields_get(const struct kb_fields *fields,
					     enum kb_field_kind kind)
{
	unsigned place = fields->places[kind];

	return place > 0 ? fields->items[place - 1].value : (struct kban_text){ NULL, 0 };
}

/* True if the field is set and not empty. */
static inline bool kb_fields_has(const struct kb_fields *fields, enum kb_field_kind kind)
{
	return kb_fields_get(fields, kind).len > 0;
}

/* Set a field to a copy, adding it if it is new. data NULL unsets it. KBAN_OK or KBAN_E_NOMEM. */
int kb_fields_set(struct kb_fields *fields, const char *name, struct kban_text value);

/* Set a field to what a field of the same fields is; both are of a kind that is named. */
int kb_fields_repeat(struct kb_fields *fields, enum kb_field_kind to, enum kb_field_kind from);

/* Unset a field. True if it was set to something not empty. */
bool kb_fields_drop(struct kb_fields *fields, enum kb_field_kind kind);

/* Add copies of all of @a from to @a to, which is empty. */
int kb_fields_copy(struct kb_fields *to, const struct kb_fields *from);

/* Set in @a fields whatever is set in @a more, to copies of that. */
int kb_fields_overlay(struct kb_fields *fields, const struct kb_fields *more);

/* The same without copies: what @a more points to has to last. */
int kb_fields_lay_over(struct kb_fields *fields, const struct kb_fields *more);

/* Make copies of all texts that are none. */
int kb_fields_keep(struct kb_fields *fields);

/*
 * The groups of a match of @a rule in @a subject, into fields that are empty: first all of them,
 * then the fields that other groups fill (<F-ALT_…>) or extend (<F-TUPLE_…>). They point into
 * @a subject.
 */
int kb_fields_read_match(struct kb_fields *fields, const struct kb_rule *rule,
			 const struct kb_match *match, struct kban_text subject);

void kb_fields_reset(struct kb_fields *fields);
void kb_fields_clear(struct kb_fields *fields);

KB_DEFINE_AUTO_CLEAR(fields)

#endif /* KB_MATCH_FIELDS_H */
