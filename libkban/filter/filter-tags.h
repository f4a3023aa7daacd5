/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tags that are part of the filter language: <HOST>, <ADDR>, <SKIPLINES>, <F-USER> … </F-USER>.
 * They become named groups. What is no such tag stays as it is: < and > mean nothing to a regular
 * expression.
 */
#ifndef KB_FILTER_FILTER_TAGS_H
#define KB_FILTER_FILTER_TAGS_H

#include <stdbool.h>

#include "base/buffer.h"

/*
 * Append @a text to @a out with its tags replaced.
 *
 * @param addresses_only  <HOST> matches no names (usedns = no).
 *
 * @return KBAN_OK or KBAN_E_NOMEM.
 */
int kb_filter_tags_expand(struct kban_text text, bool addresses_only, struct kb_buffer *out);

/*
 * Which bytes of @a text byte @a offset of its expansion comes from: a tag as a whole, or one byte.
 * KBAN_OK or KBAN_E_NOMEM.
 */
int kb_filter_tags_origin(struct kban_text text, bool addresses_only, size_t offset, size_t *from,
			  size_t *to);

/*
 * Append the name of the group that a tag's name stands for: lower case, and "id" and "port" have
 * groups of their own. USER -> user, ID -> fid, PORT -> fport.
 */
int kb_filter_tags_group(struct kban_text name, struct kb_buffer *out);

#endif /* KB_FILTER_FILTER_TAGS_H */
