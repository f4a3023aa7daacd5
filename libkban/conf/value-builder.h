/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Glues pieces of values to a new one and keeps track of where each of its lines was written.
 *
 * A line that is glued from several pieces has the origin of the piece of highest rank that is more
 * than blanks: one of the value that is being expanded ranks above one that was inserted into it.
 */
#ifndef KB_CONF_VALUE_BUILDER_H
#define KB_CONF_VALUE_BUILDER_H

#include "base/buffer.h"
#include "conf/conf-value.h"

struct kb_value_builder {
	struct kb_buffer text;
	struct kb_where *lines;
	size_t line_count;
	size_t capacity;
	unsigned rank; /* of what gave the last line its origin; 0 while it is blank */
};

/* All return KBAN_OK, KBAN_E_LIMIT beyond KB_VALUE_SIZE_MAX, or KBAN_E_NOMEM. */

/* Append bytes [begin, end) of @a from. @a rank is at least 1. */
int kb_value_builder_add(struct kb_value_builder *builder, const struct kb_value *from,
			 size_t begin, size_t end, unsigned rank);

/* Begin a new line, unless there is none yet, and put @a text, which has no line feed, on it. */
int kb_value_builder_add_line(struct kb_value_builder *builder, struct kban_text text,
			      const struct kb_where *where);

/* Hand over what was built; the builder is empty then. */
int kb_value_builder_take(struct kb_value_builder *builder, struct kb_value *out);

void kb_value_builder_clear(struct kb_value_builder *builder);

KB_DEFINE_AUTO_CLEAR(value_builder)

#endif /* KB_CONF_VALUE_BUILDER_H */
