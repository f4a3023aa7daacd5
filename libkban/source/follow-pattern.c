/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/follow-pattern.h"

#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <limits.h>

struct kb_follow_pattern *kb_follow_pattern_new(const char *text, enum kban_follow_from from)
{
	struct kb_follow_pattern *pattern = calloc(1, sizeof(*pattern));

	if (pattern == NULL)
		return NULL;
	pattern->text = strdup(text);
	if (pattern->text == NULL) {
		free(pattern);
		return NULL;
	}
	pattern->has_wildcards = strpbrk(text, "*?[") != NULL;
	pattern->from = from;
	return pattern;
}

void kb_follow_pattern_free(struct kb_follow_pattern *pattern)
{
	if (pattern == NULL)
		return;
	kb_reader_list_clear(&pattern->readers);
	free(pattern->text);
	free(pattern);
}

bool kb_follow_pattern_names(const struct kb_follow_pattern *pattern, const char *path)
{
	if (!pattern->has_wildcards)
		return strcmp(pattern->text, path) == 0;
	return fnmatch(pattern->text, path, FNM_PATHNAME | FNM_PERIOD | FNM_NOESCAPE) == 0;
}

static bool is_wanted(const struct kb_follow_pattern *pattern, const struct kb_follow_set *set,
		      const char *name)
{
	for (size_t i = 0; i < pattern->readers.count; i++)
		if (!kb_follow_set_excludes(set, name, pattern->readers.items[i]))
			return true;
	return false;
}

static int add_readers(const struct kb_follow_pattern *pattern, const struct kb_follow_set *set,
		       struct kb_follow_path *path)
{
	int status = KBAN_OK;

	for (size_t i = 0; i < pattern->readers.count && status == KBAN_OK; i++)
		if (!kb_follow_set_excludes(set, path->name, pattern->readers.items[i]))
			status = kb_reader_list_add(&path->readers, pattern->readers.items[i]);
	return status;
}

static int add_path(const struct kb_follow_pattern *pattern, struct kb_follow_set *set,
		    const char *name, enum kb_appearance appearance)
{
	struct kb_follow_path *path = kb_follow_set_find(set, name);
	int status = KBAN_OK;

	if (path == NULL && !is_wanted(pattern, set, name))
		return KBAN_OK;
	if (path == NULL) {
		status = kb_follow_set_add(
			set, name,
			appearance == KB_APPEARED ? KBAN_FOLLOW_FROM_START : pattern->from, &path);
		/* That there are too many has been said; the others go on. */
		if (status < 0)
			return status == KBAN_E_LIMIT ? KBAN_OK : status;
		path->caught_up = appearance == KB_APPEARED;
	}
	path->by_name |= !pattern->has_wildcards;
	return add_readers(pattern, set, path);
}

/* A path is followed from when it is a regular file, or known to have been one. */
static int add_named(struct kb_follow_pattern *pattern, struct kb_follow_set *set,
		     enum kb_appearance appearance)
{
	const char *name = pattern->text;
	struct kb_file_facts facts = { 0 };
	kb_trouble trouble = 0;

	if (kb_follow_set_find(set, name) == NULL && !kb_follow_set_has_restored(set, name)) {
		if (kb_file_facts_of_path(name, &facts) < 0)
			trouble = errno;
		else if (!kb_file_facts_is_regular(&facts))
			trouble = KB_TROUBLE_KIND;
	}
	kb_path_trouble(set->ctx, name, &pattern->trouble, trouble, facts.mode);
	return trouble == 0 ? add_path(pattern, set, name, appearance) : KBAN_OK;
}

static bool is_regular(const char *name)
{
	struct kb_file_facts facts;

	return kb_file_facts_of_path(name, &facts) == KBAN_OK && kb_file_facts_is_regular(&facts);
}

static int compare(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static int add_matching(const struct kb_follow_pattern *pattern, struct kb_follow_set *set,
			enum kb_appearance appearance)
{
	glob_t found = { 0 };
	int status = KBAN_OK;

	/* Sorted here, because glob(3) would do it by the locale. */
	if (glob(pattern->text, GLOB_NOSORT | GLOB_NOESCAPE, NULL, &found) == GLOB_NOSPACE)
		status = KBAN_E_NOMEM;
	if (found.gl_pathc > 1)
		qsort(found.gl_pathv, found.gl_pathc, sizeof(*found.gl_pathv), compare);
	for (size_t i = 0; status == KBAN_OK && i < found.gl_pathc; i++) {
		const char *name = found.gl_pathv[i];

		if (kb_follow_set_find(set, name) != NULL || is_regular(name))
			status = add_path(pattern, set, name, appearance);
	}
	globfree(&found);
	return status;
}

int kb_follow_pattern_expand(struct kb_follow_pattern *pattern, struct kb_follow_set *set,
			     enum kb_appearance appearance)
{
	return pattern->has_wildcards ? add_matching(pattern, set, appearance)
				      : add_named(pattern, set, appearance);
}

/* Watch @a directory, for what comes next in a pattern: the text from @a next to a slash. */
static int watch_one(struct kb_notify *notify, const char *directory, const char *next)
{
	char names[NAME_MAX + 1];
	size_t len = strcspn(next, "/");

	/* A longer one fits no name. */
	if (len > NAME_MAX)
		return KBAN_OK;
	memcpy(names, next, len);
	names[len] = '\0';
	return kb_notify_watch_directory(notify, directory, names);
}

/* Watch all directories that the first @a len bytes of the pattern name. */
static void watch_matching(const struct kb_follow_pattern *pattern, struct kb_notify *notify,
			   size_t len)
{
	kb_autofree char *directories = strndup(pattern->text, len);
	glob_t found = { 0 };

	if (directories == NULL)
		return;
	(void)glob(directories, GLOB_NOSORT | GLOB_NOESCAPE | GLOB_ONLYDIR, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++)
		(void)watch_one(notify, found.gl_pathv[i], pattern->text + len + 1);
	globfree(&found);
}

/*
 * Watch the directory that the first @a len bytes name or, if it does not exist, the nearest one
 * above it that does.
 */
static void watch_nearest(const struct kb_follow_pattern *pattern, struct kb_notify *notify,
			  size_t len)
{
	kb_autofree char *directory = strndup(pattern->text, len);

	while (directory != NULL && len > 0) {
		directory[len] = '\0';
		if (watch_one(notify, directory, pattern->text + len + 1) != KBAN_E_NOTFOUND)
			return;
		while (len > 0 && directory[--len] != '/')
			;
	}
	(void)watch_one(notify, "/", pattern->text + 1);
}

void kb_follow_pattern_watch(const struct kb_follow_pattern *pattern, struct kb_notify *notify)
{
	const char *text = pattern->text;
	size_t fixed = strcspn(text, "*?[");
	const char *slash;

	/* Without wildcards, all of it up to the last slash; else up to the one before the first.
	 */
	while (text[fixed] != '/')
		fixed--;
	watch_nearest(pattern, notify, fixed);
	for (slash = strchr(text + fixed + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/'))
		watch_matching(pattern, notify, (size_t)(slash - text));
}
