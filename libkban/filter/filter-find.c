/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filter/filter-find.h"

#include <sys/stat.h>

#include "base/buffer.h"
#include "base/text.h"

#define FILTERS "filter.d"

struct search {
	const char *config_dir;
	struct kb_problem_list *problems;
	struct kb_conf **out;
};

/* @a path without .conf or .local. */
static struct kban_text without_suffix(const char *path)
{
	struct kban_text text = kb_text(path);

	if (kb_text_ends_with(text, ".conf"))
		return kb_text_slice(text, 0, text.len - strlen(".conf"));
	if (kb_text_ends_with(text, ".local"))
		return kb_text_slice(text, 0, text.len - strlen(".local"));
	return text;
}

static struct kban_text base_of(struct kban_text path)
{
	size_t from = path.len;

	while (from > 0 && path.data[from - 1] != '/')
		from--;
	return kb_text_slice(path, from, path.len);
}

char *kb_filter_base_name(const char *name)
{
	return kb_text_copy(base_of(without_suffix(name)));
}

/* All that belongs to DIRECTORY/STEM. */
static int load_stem(const struct search *search, const char *directory, struct kban_text stem)
{
	kb_autofree char *name = kb_text_copy(stem);

	if (name == NULL)
		return KBAN_E_NOMEM;
	return kb_conf_load(directory, name, search->problems, search->out, NULL);
}

static bool is_filters(struct kban_text directory)
{
	while (directory.len > 1 && directory.data[directory.len - 1] == '/')
		directory.len--;
	return kb_text_is(base_of(directory), FILTERS);
}

/* A name in the configuration's filter.d, which @a config_dir itself may be. */
static int load_named(const struct search *search, struct kban_text name)
{
	kb_auto_clear(buffer) directory = { 0 };

	kb_buffer_string(&directory, search->config_dir);
	if (!is_filters(kb_text(search->config_dir)))
		kb_buffer_string(&directory, "/" FILTERS);
	if (directory.failed)
		return KBAN_E_NOMEM;
	return load_stem(search, directory.data, name);
}

static bool is_file(const char *path)
{
	struct stat about;

	return stat(path, &about) == 0 && !S_ISDIR(about.st_mode);
}

static bool is_among_filters(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL && is_filters((struct kban_text){ path, (size_t)(slash - path) });
}

static int load_path(const struct search *search, const char *path)
{
	struct kban_text stem = without_suffix(path);

	if (is_file(path) && (stem.len == strlen(path) || !is_among_filters(path)))
		return kb_conf_load_file(path, search->problems, search->out, NULL);
	return load_stem(search, ".", stem);
}

int kb_filter_find(const char *config_dir, const char *name, struct kb_problem_list *problems,
		   struct kb_conf **out)
{
	const struct search search = { config_dir, problems, out };
	struct kban_text stem = without_suffix(name);
	bool is_path = strchr(name, '/') != NULL;
	int status = KBAN_E_NOTFOUND;

	if (name[0] != '/' && name[0] != '.')
		status = load_named(&search, kb_text(name));
	if (status == KBAN_E_NOTFOUND && !is_path && stem.len < strlen(name))
		status = load_named(&search, stem);
	if (status == KBAN_E_NOTFOUND && strncmp(name, FILTERS "/", strlen(FILTERS "/")) == 0)
		status = load_stem(&search, config_dir, stem);
	if (status == KBAN_E_NOTFOUND && is_path)
		status = load_path(&search, name);
	return status;
}
