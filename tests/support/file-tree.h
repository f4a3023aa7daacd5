/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small files in a directory of their own, for what reads files. */
#ifndef KBAN_FILE_TREE_H
#define KBAN_FILE_TREE_H

struct test_file {
	const char *path; /* below the directory; NULL ends a list of files */
	const char *text; /* "@ROOT@" in it becomes the directory; NULL makes a directory */
};

/* A directory with @a files in it. Returns its path, for remove_tree(). */
char *make_tree(const struct test_file *files);

/* Remove the directory with all that is in it, and free its path. */
void remove_tree(char *root);

/* A copy of @a text with "@ROOT@" replaced by @a root; the caller frees it. */
char *with_root(const char *text, const char *root);

/* A copy of @a text with @a root replaced by "@ROOT@"; the caller frees it. */
char *without_root(const char *text, const char *root);

#endif /* KBAN_FILE_TREE_H */
