/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A file with addresses, networks and host names that are never banned ("file:PATH" of ignoreip).
 *
 * When it is asked, it looks, once a second at most, whether the file is another one, and reads it
 * again. What cannot be read or understood changes nothing: the last content that could be stays in
 * force, and that is logged once. A file that was written less than a second ago may be half
 * written, and is left for the next look.
 */
#ifndef KB_DECIDE_ALLOW_FILE_H
#define KB_DECIDE_ALLOW_FILE_H

#include <stdbool.h>

#include <kban/addr.h>
#include <kban/context.h>

/* Bytes and entries at most; what is beyond is not understood. */
#define KB_ALLOW_FILE_SIZE_MAX    ((size_t)4 * 1024 * 1024)
#define KB_ALLOW_FILE_ENTRIES_MAX 100000

/* How ignoreip names a file; the path, which may be preceded by "//", follows. */
#define KB_ALLOW_FILE "file:"

/* What stands between entries. */
#define KB_ALLOW_SEPARATORS " \t\r\n\v\f,"

/* The words of such a file. Starts with its content as rest. */
struct kb_allow_words {
	struct kban_text rest;
	struct kban_text text; /* of the line, what is left of it */
	unsigned line;         /* from 1 */
};

/* The next word outside of comments, which '#' and ';' begin. False at the end. */
bool kb_allow_words_next(struct kb_allow_words *words, struct kban_text *word);

struct kb_allow_file;

/*
 * Read what there is; wrong words are left out. That a file is not there, or has them, is for the
 * caller to tell. NULL without memory.
 */
struct kb_allow_file *kb_allow_file_new(struct kban_context *ctx, const char *path);

struct kb_allow_file *kb_allow_file_ref(struct kb_allow_file *file);

/* NULL is allowed. */
void kb_allow_file_unref(struct kb_allow_file *file);

const char *kb_allow_file_path(const struct kb_allow_file *file);

/* "file:PATH" if one of its entries is about @a addr, else NULL. It belongs to the file. */
const char *kb_allow_file_find(struct kb_allow_file *file, const struct kban_addr *addr);

#endif /* KB_DECIDE_ALLOW_FILE_H */
