/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a pattern comes down to in a plain text: ASCII of which none but the last byte is a line
 * feed, as nearly all lines of logs are. The form has the pattern's groups, matches where it does,
 * and has less to try.
 */
#ifndef KB_REGEX_PLAIN_FORM_H
#define KB_REGEX_PLAIN_FORM_H

#include <stdbool.h>

#include <kban/base.h>

#include "base/buffer.h"
#include "regex/python-syntax.h"

struct kb_plain_form {
	/*
	 * Where "(?P<name>.+)$" or "(?P<name>.*)$" begins, which the pattern ends with; 0: it does
	 * not. The form has "(?P<name>.)" or "(?P<name>)" there: what this group, the last one, and
	 * the whole match go on to is the end of the line, and need not be searched.
	 */
	size_t rest;

	/*
	 * What stands behind each match in which a group is set that a condition asks for, that is
	 * YES of "(?(name)YES|NO)", and where the inside of that group begins. Empty: there is no
	 * such condition. Part of the pattern's text.
	 */
	struct kban_text wanted;
	size_t asked;
};

/*
 * Find the form of a pattern that compiles, and is not beyond ASCII.
 *
 * @param syntax       Flags that are in its text.
 * @param is_caseless  Whether they, or others, make it one for letters of either case.
 */
void kb_plain_form_find(struct kban_text pattern, const struct kb_python_syntax *syntax,
			bool is_caseless, struct kb_plain_form *form);

/*
 * Append the form of @a pattern to @a out, in Python's dialect.
 *
 * @param has_wanted  Whether texts that will be searched have form->wanted in them; for those that
 *                    have not the group that is asked for is never tried.
 *
 * @return KBAN_OK or KBAN_E_NOMEM.
 */
int kb_plain_form_write(struct kban_text pattern, const struct kb_plain_form *form, bool has_wanted,
			struct kb_buffer *out);

#endif /* KB_REGEX_PLAIN_FORM_H */
