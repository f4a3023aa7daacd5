/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KB_BASE_FILE_H
#define KB_BASE_FILE_H

#include <kban/error.h>

#include "base/buffer.h"

/*
 * Append the whole of a regular file to @a out. KBAN_E_NOTFOUND if there is none, KBAN_E_LIMIT if
 * it is longer than @a limit, KBAN_E_SYSTEM (a directory, no permission …), KBAN_E_NOMEM.
 */
int kb_file_read(const char *path, size_t limit, struct kb_buffer *out, struct kban_error **err);

/*
 * Make @a content the content of @a path, or leave what is there: written beside it, synced,
 * renamed over it.
 */
int kb_file_replace(const char *path, struct kban_text content, unsigned mode,
		    struct kban_error **err);

#endif /* KB_BASE_FILE_H */
