/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A value of an option, with the place of each of its lines.
 *
 * A value is one text; several lines are joined by line feeds. Interpolation and substitution mix
 * lines of several files into one value, so each line carries its own origin: an error in the
 * seventh failregex names the line of the file that wrote it.
 */
#ifndef KB_CONF_CONF_VALUE_H
#define KB_CONF_CONF_VALUE_H

#include <stdbool.h>

#include <kban/base.h>

#include "base/error.h"
#include "base/memory.h"

/* Bytes of a value at most, whatever was inserted into it; more is KBAN_E_LIMIT. */
#define KB_VALUE_SIZE_MAX ((size_t)1024 * 1024)

/* A span of time at most, both ways: 1000 years. Beyond is a slip, and 'for ever' is -1. */
#define KB_VALUE_SECONDS_MAX (1000.0 * 365.25 * 86400)

/* Bytes of what an operator wrote that an error shows at most. */
#define KB_QUOTE_MAX 60

struct kb_value {
	char *text;             /* NUL-terminated; never NULL in a value that is set */
	struct kb_where *lines; /* where each line of text was written; line_count of them */
	size_t line_count;      /* number of line feeds in text, plus one */
};

/*
 * A value that somebody wrote at one place (a command line: where->file NULL). This and all that
 * make values return KBAN_OK, KBAN_E_LIMIT or KBAN_E_NOMEM, and leave their target alone on
 * failure.
 */
int kb_value_init(struct kb_value *value, struct kban_text text, const struct kb_where *where);
int kb_value_copy(struct kb_value *to, const struct kb_value *from);
void kb_value_clear(struct kb_value *value);

/* Place of the value as a whole: that of its first line that is not empty. */
const struct kb_where *kb_value_where(const struct kb_value *value);

/* Bytes [from, to) of @a value as a value of their own. */
int kb_value_slice(const struct kb_value *value, size_t from, size_t to, struct kb_value *out);

/*
 * Replace bytes [from, to) by @a with. A line that is glued together keeps its own origin if more
 * than blanks are left of it, and else has that of what was inserted.
 */
int kb_value_replace(struct kb_value *value, size_t from, size_t to, const struct kb_value *with);

/* Typed readings. All name the place and @a option in the error, and what would be right. */
int kb_value_int(const struct kb_value *value, const char *option, long long *out,
		 struct kban_error **err);
int kb_value_duration(const struct kb_value *value, const char *option, kban_usec *out,
		      struct kban_error **err);
bool kb_value_bool(const struct kb_value *value);

/* False for what kb_value_bool() takes for false although it is no word for it. */
bool kb_value_is_bool(const struct kb_value *value);

/* What to add to an error about a value: "", or that '#' does not start a comment where it has one.
 */
const char *kb_value_comment_hint(const struct kb_value *value);

/*
 * Names with values, in the order they were set: arguments of a filter, the options of a jail.
 * Names of options are lower case; names of arguments are as written.
 */
struct kb_option {
	char *name;
	struct kb_value value;
};

struct kb_options {
	struct kb_option *items;
	size_t count;
	size_t capacity;
};

/* NULL if there is none. */
const struct kb_value *kb_options_find(const struct kb_options *options, const char *name);
/* Replaces; takes over what @a value holds, also on failure. */
int kb_options_take(struct kb_options *options, struct kban_text name, struct kb_value *value);
/* The same with a copy. */
int kb_options_set(struct kb_options *options, const char *name, const struct kb_value *value);
/* Adds behind what is there, also under a name that is in use. Takes over as kb_options_take(). */
int kb_options_append(struct kb_options *options, struct kban_text name, struct kb_value *value);
void kb_options_remove(struct kb_options *options, const char *name);
/* Remove what @a name is under conditions, as "name?family=inet6". */
void kb_options_remove_conditions(struct kb_options *options, const char *name);
void kb_options_clear(struct kb_options *options);

KB_DEFINE_AUTO_CLEAR(value)
KB_DEFINE_AUTO_CLEAR(options)

#endif /* KB_CONF_CONF_VALUE_H */
