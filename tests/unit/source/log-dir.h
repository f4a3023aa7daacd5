/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A directory for the logs of one test, and what rotators do in it. Names are relative to it. */
#ifndef KBAN_LOG_DIR_H
#define KBAN_LOG_DIR_H

#include <limits.h>

/* Make an empty directory and forget the last one. */
void log_dir_open(void);
/* Remove it with all that is in it. */
void log_dir_close(void);

/* The absolute name of @a name; valid until the fourth call after it. */
const char *log_path(const char *name);

void log_append(const char *name, const char *text);
/* Truncate and write in place, keeping the inode. */
void log_put(const char *name, const char *text);
void log_rename(const char *from, const char *to);
void log_copy(const char *from, const char *to);
void log_delete(const char *name);
void log_make_directory(const char *name);
void log_make_pipe(const char *name);
void log_make_link(const char *name, const char *target);

/* The clock that file systems stamp files with moves in steps on many kernels; in nanoseconds. */
#define LOG_CLOCK_STEP 4000000

/*
 * Wait for its next step: for what happens within one there is no order. With file-stamps.h, it
 * comes at once.
 */
void log_tick(void);

#endif /* KBAN_LOG_DIR_H */
