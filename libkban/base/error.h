/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KB_BASE_ERROR_H
#define KB_BASE_ERROR_H

#include <kban/error.h>
#include <kban/text.h>

/* A place in a file that somebody wrote. Line 0 means the file as a whole. */
struct kb_where {
	const char *file; /* NULL: nowhere in particular; else lives as long as what was read */
	unsigned line;
};

/*
 * Write the reason of a failure and return @a status, so that a call of it is the return
 * statement. @a err may be NULL; @a where may be NULL. A reason that is already there is released.
 * Without memory for the text the reason becomes NULL, which reads "out of memory".
 */
__attribute__((format(printf, 4, 5))) int kb_fail(struct kban_error **err, int status,
						  const struct kb_where *where, const char *format,
						  ...);

/*
 * The same for a failed system call: "PLACE: MESSAGE: strerror(error_number)". Returns
 * KBAN_E_SYSTEM.
 */
__attribute__((format(printf, 4, 5))) int kb_fail_errno(struct kban_error **err, int error_number,
							const struct kb_where *where,
							const char *format, ...);

/* Add to the end of a reason. KBAN_OK, or KBAN_E_NOMEM and then it is as it was. */
int kb_error_append(struct kban_error *error, struct kban_text more);

/* Out of memory needs no memory to say. Returns KBAN_E_NOMEM. */
int kb_fail_memory(struct kban_error **err);

#endif /* KB_BASE_ERROR_H */
