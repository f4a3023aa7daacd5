/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a line of the log looks like: text with fields such as %(levelname)-7s, as Python has them.
 */
#ifndef KB_JAIL_LOG_TEMPLATE_H
#define KB_JAIL_LOG_TEMPLATE_H

#include <stdbool.h>

#include <kban/log-target.h>

/* Names of fields; NULL ends them. */
extern const char *const kb_log_fields[];

/* A run of text, or a field. */
struct kb_log_piece {
	struct kban_text text; /* as it stands; of a field, its name */
	int field;             /* index of kb_log_fields, or -1: text */
	bool is_known;         /* a field that there is, and that is well written */
	bool is_left, has_zeros;
	int width;
	int precision; /* -1: none */
	char conversion;
};

/* Take the next piece off @a rest. False at the end. */
bool kb_log_template_next(struct kban_text *rest, struct kb_log_piece *piece);

/* As kban_log_target_print(). Fields that are not known give nothing. */
size_t kb_log_template_print(const char *template, const struct kban_log_line *line, char *buffer,
			     size_t size);

#endif /* KB_JAIL_LOG_TEMPLATE_H */
