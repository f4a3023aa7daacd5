/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines for the operator about a path. A file name may be written by anybody, so it is escaped. */
#ifndef KB_SOURCE_PATH_LOG_H
#define KB_SOURCE_PATH_LOG_H

#include <stdint.h>

#include <kban/context.h>

/* Log "PATH: TEXT" or, if @a error_number is not 0, "PATH: TEXT: REASON". */
void kb_path_log(const struct kban_context *ctx, int level, const char *path, const char *text,
		 int error_number);

/* What kb_path_trouble() was last told about a path; starts as 0. */
typedef int kb_trouble;

/* There is a file, but not a regular one; other troubles are errno values. */
#define KB_TROUBLE_KIND (-1)

/*
 * Log what is wrong with a path, once until it changes, and once that it is over. @a now is 0,
 * KB_TROUBLE_KIND (what stands there is in @a mode) or an errno value.
 */
void kb_path_trouble(const struct kban_context *ctx, const char *path, kb_trouble *trouble,
		     kb_trouble now, uint32_t mode);

#endif /* KB_SOURCE_PATH_LOG_H */
