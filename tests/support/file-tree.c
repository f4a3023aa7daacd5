/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "file-tree.h"

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kban-test.h"

#define ROOT "@ROOT@"

static void replace_all(FILE *out, const char *text, const char *from, const char *to)
{
	const char *found;

	while ((found = strstr(text, from)) != NULL) {
		fprintf(out, "%.*s%s", (int)(found - text), text, to);
		text = found + strlen(from);
	}
	fputs(text, out);
}

static void make_parents(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
}

static void make_file(const char *root, const struct test_file *file)
{
	char path[4096];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", root, file->path);
	make_parents(path);
	if (file->text == NULL) {
		assert_int_equal(mkdir(path, 0700), 0);
		return;
	}
	out = fopen(path, "w");
	assert_non_null(out);
	replace_all(out, file->text, ROOT, root);
	assert_int_equal(fclose(out), 0);
}

char *make_tree(const struct test_file *files)
{
	char *root = strdup("/tmp/kban-test-XXXXXX");

	assert_non_null(root);
	assert_non_null(mkdtemp(root));
	for (; files->path != NULL; files++)
		make_file(root, files);
	return root;
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *walk)
{
	(void)about;
	(void)type;
	(void)walk;
	return remove(path);
}

void remove_tree(char *root)
{
	if (root != NULL)
		nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(root);
}

static char *copy_replaced(const char *text, const char *from, const char *to)
{
	char *copy = NULL;
	size_t size;
	FILE *out = open_memstream(&copy, &size);

	assert_non_null(out);
	replace_all(out, text, from, to);
	assert_int_equal(fclose(out), 0);
	return copy;
}

char *with_root(const char *text, const char *root)
{
	return copy_replaced(text, ROOT, root);
}

char *without_root(const char *text, const char *root)
{
	return copy_replaced(text, root, ROOT);
}
