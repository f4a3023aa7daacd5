/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A file is read into a table of its own, since its [INCLUDES] must be known before it is merged:
 * what is included 'before' is merged first, then the file, then what is included 'after'. A file
 * that is reached on two branches is read twice; one that is on the way to itself is skipped.
 */
#include "conf/conf-load.h"

#include <dirent.h>
#include <errno.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/string-list.h"
#include "base/text.h"
#include "conf/blank.h"
#include "conf/ini.h"
#include "conf/interpolate.h"

#define INCLUDES "INCLUDES"

struct kb_conf {
	struct kb_conf_table table;
	struct kb_string_list files; /* what places point to */
};

struct loader {
	struct kb_conf *conf;
	struct kb_problem_list *problems;
	size_t read_count; /* how many times a file was read */
	bool has_given_up; /* because of too many */
};

/* The files that include each other down to the one that is being read. */
struct chain {
	const char *path;
	const struct chain *parent;
	const struct kb_where *included; /* where the parent asks for it, or NULL */
	unsigned depth;
};

/* How a file was come to. */
struct origin {
	const struct chain *parent;
	const struct kb_where *included;
};

static bool is_in_chain(const struct chain *chain, const char *path)
{
	while (chain != NULL && strcmp(chain->path, path) != 0)
		chain = chain->parent;
	return chain != NULL;
}

/* The list's own copy of @a path, or NULL without memory. */
static const char *keep_file(struct kb_string_list *files, const char *path)
{
	for (size_t i = 0; i < files->count; i++) {
		if (strcmp(files->items[i], path) == 0)
			return files->items[i];
	}
	if (kb_string_list_append(files, kb_text(path)) != KBAN_OK)
		return NULL;
	return files->items[files->count - 1];
}

/* A file that is there but cannot be read: the others count. */
static int lose_file(struct loader *loader, struct kban_error *error)
{
	if (error != NULL && kb_error_append(error, KB_TEXT("; the file is left out")) != KBAN_OK) {
		kban_error_free(error);
		return KBAN_E_NOMEM;
	}
	return kb_problem_list_take(loader->problems, KB_PROBLEM_ERROR, NULL, error);
}

/* KBAN_OK, also with problems; KBAN_E_NOTFOUND; KBAN_E_NOMEM. */
static int read_file(struct loader *loader, const char *path, struct kb_conf_table *table)
{
	kb_auto_clear(buffer) content = { 0 };
	struct kban_error *error = NULL;
	int status = kb_file_read(path, KB_INI_SIZE_MAX, &content, &error);
	const char *file;

	if (status == KBAN_E_NOTFOUND || status == KBAN_E_NOMEM) {
		kban_error_free(error);
		return status;
	}
	if (status != KBAN_OK)
		return lose_file(loader, error);
	file = keep_file(&loader->conf->files, path);
	if (file == NULL)
		return KBAN_E_NOMEM;
	return kb_ini_parse(file, kb_buffer_content(&content), table, loader->problems);
}

/* @a name as seen from the directory of @a file, or NULL without memory. */
static char *path_beside(const char *file, struct kban_text name)
{
	const char *slash = strrchr(file, '/');
	kb_auto_clear(buffer) path = { 0 };

	if (slash != NULL && name.data[0] != '/')
		kb_buffer_append(&path, file, (size_t)(slash - file) + 1);
	kb_buffer_text(&path, name);
	return kb_buffer_take(&path);
}

/* @a path with .local in place of its suffix, or with .local behind it. NULL without memory. */
static char *local_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash != NULL ? slash + 1 : path;
	const char *dot = strrchr(base, '.');
	kb_auto_clear(buffer) local = { 0 };

	kb_buffer_append(&local, path,
			 dot != NULL && dot > base ? (size_t)(dot - path) : strlen(path));
	kb_buffer_string(&local, ".local");
	return kb_buffer_take(&local);
}

static int load_file(struct loader *loader, const char *path, const struct origin *origin);

/* One of @a list, and its .local unless the list has that, too. */
static int load_with_local(struct loader *loader, const char *path,
			   const struct kb_string_list *list, const struct origin *origin)
{
	kb_autofree char *local = local_of(path);
	int status = load_file(loader, path, origin);
	int local_status;

	if (local == NULL)
		return KBAN_E_NOMEM;
	if ((status != KBAN_OK && status != KBAN_E_NOTFOUND) ||
	    kb_string_list_contains(list, local))
		return status;
	local_status = load_file(loader, local, origin);
	return local_status == KBAN_E_NOTFOUND ? status : local_status;
}

/* What an option of [INCLUDES] asks for. */
struct includes {
	struct kb_value value;
	struct kb_string_list list;     /* of paths */
	const struct kb_where **wheres; /* of these, in value */
	size_t capacity;
};

static void clear_includes(struct includes *includes)
{
	kb_value_clear(&includes->value);
	kb_string_list_clear(&includes->list);
	free(includes->wheres);
}

/* A line of an option of [INCLUDES] as a path. */
static int add_include(struct includes *includes, const char *file, struct kban_text line,
		       const struct kb_where *where)
{
	kb_autofree char *path = path_beside(file, line);

	if (path == NULL || kb_array_room(&includes->wheres, &includes->capacity,
					  includes->list.count, sizeof(*includes->wheres)) < 0)
		return KBAN_E_NOMEM;
	includes->wheres[includes->list.count] = where;
	return kb_string_list_append(&includes->list, kb_text(path));
}

static int list_includes(struct includes *includes, const char *file)
{
	struct kban_text rest = kb_text(includes->value.text);
	struct kban_text line;
	int status = KBAN_OK;

	for (size_t i = 0; status == KBAN_OK && kb_text_next_line(&rest, &line); i++) {
		line = kb_blank_trim(line);
		if (line.len > 0)
			status = add_include(includes, file, line, &includes->value.lines[i]);
	}
	return status;
}

#define auto_includes __attribute__((cleanup(clear_includes))) struct includes

/* @param option  "before" or "after". */
static int read_includes(struct loader *loader, const struct kb_conf_table *table,
			 const char *option, const char *file, struct includes *out)
{
	const struct kb_scope scope = { .table = table, .section = INCLUDES, .option = option };
	const struct kb_value *raw = NULL;
	struct kban_error *error = NULL;
	int status;

	if (kb_conf_table_find(table, INCLUDES) != NULL)
		raw = kb_conf_table_value(table, INCLUDES, option);
	if (raw == NULL)
		return KBAN_OK;
	status = kb_interpolate(&scope, raw, &out->value, &error);
	if (status == KBAN_OK)
		return list_includes(out, file);
	if (status != KBAN_E_NOMEM)
		return kb_problem_list_take(loader->problems, KB_PROBLEM_ERROR, INCLUDES, error);
	return status;
}

/* A .local is there for whoever wants one; any other missing name is probably a slip. */
static int warn_missing(struct loader *loader, const struct kb_where *where, const char *path)
{
	if (kb_text_ends_with(kb_text(path), ".local"))
		return KBAN_OK;
	return kb_problem_list_add(loader->problems, KB_PROBLEM_WARNING, NULL, where,
				   "included file '%s' is not there", path);
}

static int load_includes(struct loader *loader, const struct includes *includes,
			 const struct chain *chain)
{
	int status = KBAN_OK;

	for (size_t i = 0; i < includes->list.count && status == KBAN_OK; i++) {
		const char *path = includes->list.items[i];
		const struct origin origin = { chain, includes->wheres[i] };

		if (is_in_chain(chain, path))
			continue;
		status = load_with_local(loader, path, &includes->list, &origin);
		if (status == KBAN_E_NOTFOUND)
			status = warn_missing(loader, origin.included, path);
	}
	return status;
}

/* What is read already counts; the rest is left out. Told once. */
static int give_up(struct loader *loader, const char *path)
{
	struct kb_where where = { path, 0 };

	if (loader->has_given_up)
		return KBAN_OK;
	loader->has_given_up = true;
	return kb_problem_list_add(loader->problems, KB_PROBLEM_ERROR, INCLUDES, &where,
				   "files include each other too often or too deeply");
}

/* " (included from FILE line N, from …)", nearest first. */
static int print_chain(const struct chain *chain, struct kb_buffer *out)
{
	const char *lead = " (included from";

	for (; chain->included != NULL; chain = chain->parent) {
		kb_buffer_printf(out, "%s %s line %u", lead, chain->included->file,
				 chain->included->line);
		lead = ", from";
	}
	return kb_buffer_byte(out, ')');
}

/* An operator may never have heard of an included file: say who asks for it. */
static int tell_chain(const struct loader *loader, const struct chain *chain, size_t first)
{
	kb_auto_clear(buffer) text = { 0 };

	if (chain->included == NULL || first == loader->problems->count)
		return KBAN_OK;
	if (print_chain(chain, &text) != KBAN_OK)
		return KBAN_E_NOMEM;
	for (size_t i = first; i < loader->problems->count; i++) {
		struct kban_error *error = loader->problems->items[i].error;

		if (error != NULL && kb_error_append(error, kb_buffer_content(&text)) != KBAN_OK)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

/* KBAN_OK, also with problems; KBAN_E_NOTFOUND; KBAN_E_NOMEM. */
static int load_file(struct loader *loader, const char *path, const struct origin *origin)
{
	const struct chain *parent = origin->parent;
	struct chain chain = { path, parent, origin->included, parent ? parent->depth + 1 : 0 };
	size_t first = loader->problems->count;
	kb_auto_clear(conf_table) table = { 0 };
	auto_includes before = { 0 };
	auto_includes after = { 0 };
	int status;

	if (chain.depth > KB_CONF_DEPTH_MAX || loader->read_count >= KB_CONF_FILES_MAX)
		return give_up(loader, path);
	status = read_file(loader, path, &table);
	if (status != KBAN_OK)
		return status;
	loader->read_count++;
	status = read_includes(loader, &table, "before", path, &before);
	if (status == KBAN_OK)
		status = read_includes(loader, &table, "after", path, &after);
	if (status == KBAN_OK)
		status = tell_chain(loader, &chain, first);
	if (status == KBAN_OK)
		status = load_includes(loader, &before, &chain);
	if (status == KBAN_OK)
		status = kb_conf_table_merge(&loader->conf->table, &table);
	return status == KBAN_OK ? load_includes(loader, &after, &chain) : status;
}

/* The files of DIRECTORY/ that end with @a suffix, without those that start with a dot. */
static int list_directory(const char *directory, const char *suffix, struct kb_string_list *list,
			  struct kb_problem_list *problems)
{
	struct kb_where where = { directory, 0 };
	struct kban_error *error = NULL;
	const struct dirent *entry;
	int status = KBAN_OK;
	DIR *open = opendir(directory);

	if (open == NULL && (errno == ENOENT || errno == ENOTDIR))
		return KBAN_OK;
	if (open == NULL) {
		kb_fail_errno(&error, errno, &where, "cannot list the directory");
		return kb_problem_list_take(problems, KB_PROBLEM_ERROR, NULL, error);
	}
	while (status == KBAN_OK && (entry = readdir(open)) != NULL) {
		kb_auto_clear(buffer) path = { 0 };

		if (entry->d_name[0] == '.' || !kb_text_ends_with(kb_text(entry->d_name), suffix))
			continue;
		kb_buffer_printf(&path, "%s/%s", directory, entry->d_name);
		status = path.failed ? KBAN_E_NOMEM
				     : kb_string_list_append(list, kb_buffer_content(&path));
	}
	closedir(open);
	kb_string_list_sort(list);
	return status;
}

/* STEM.SUFFIX and STEM.d/ *.SUFFIX. KBAN_E_NOTFOUND if there is none. */
static int load_stem(struct loader *loader, const char *stem, const char *suffix)
{
	kb_auto_clear(string_list) list = { 0 };
	kb_auto_clear(buffer) file = { 0 };
	kb_auto_clear(buffer) directory = { 0 };
	const struct origin nobody = { 0 };
	int found;

	kb_buffer_printf(&file, "%s%s", stem, suffix);
	kb_buffer_printf(&directory, "%s.d", stem);
	if (file.failed || directory.failed ||
	    list_directory(directory.data, suffix, &list, loader->problems) != KBAN_OK)
		return KBAN_E_NOMEM;
	found = load_file(loader, file.data, &nobody);
	for (size_t i = 0; i < list.count && (found == KBAN_OK || found == KBAN_E_NOTFOUND); i++) {
		int status = load_file(loader, list.items[i], &nobody);

		found = status == KBAN_E_NOTFOUND ? found : status;
	}
	return found;
}

static int load_all(struct loader *loader, const char *stem)
{
	int found = load_stem(loader, stem, ".conf");
	int status;

	if (found != KBAN_OK && found != KBAN_E_NOTFOUND)
		return found;
	status = load_stem(loader, stem, ".local");
	return status == KBAN_E_NOTFOUND ? found : status;
}

static int finish(struct kb_conf **conf, int status, const char *name, struct kb_conf **out,
		  struct kban_error **err)
{
	if (status == KBAN_E_NOTFOUND)
		return kb_fail(err, status, NULL, "no file '%s'", name);
	if (status != KBAN_OK)
		return kb_fail_memory(err);
	*out = kb_steal(*conf);
	return KBAN_OK;
}

int kb_conf_load(const char *root, const char *name, struct kb_problem_list *problems,
		 struct kb_conf **out, struct kban_error **err)
{
	kb_auto(conf) conf = calloc(1, sizeof(*conf));
	struct loader loader = { .conf = conf, .problems = problems };
	kb_auto_clear(buffer) stem = { 0 };
	int status = KBAN_E_NOMEM;

	if (name[0] != '/' && strncmp(name, "./", 2) != 0)
		kb_buffer_printf(&stem, "%s/", root);
	kb_buffer_string(&stem, name);
	if (conf != NULL && !stem.failed)
		status = load_all(&loader, stem.data);
	kb_buffer_string(&stem, ".conf");
	return finish(&conf, stem.failed ? KBAN_E_NOMEM : status, stem.data, out, err);
}

int kb_conf_load_file(const char *path, struct kb_problem_list *problems, struct kb_conf **out,
		      struct kban_error **err)
{
	kb_auto(conf) conf = calloc(1, sizeof(*conf));
	struct loader loader = { .conf = conf, .problems = problems };
	kb_auto_clear(string_list) list = { 0 };
	const struct origin nobody = { 0 };
	int status = KBAN_E_NOMEM;

	if (conf != NULL && kb_string_list_append(&list, kb_text(path)) == KBAN_OK)
		status = load_with_local(&loader, path, &list, &nobody);
	return finish(&conf, status, path, out, err);
}

void kb_conf_free(struct kb_conf *conf)
{
	if (conf == NULL)
		return;
	kb_conf_table_clear(&conf->table);
	kb_string_list_clear(&conf->files);
	free(conf);
}

static bool is_listed(const struct kb_conf_section *section)
{
	return strcmp(section->name, KB_CONF_DEFAULT) != 0 && strcmp(section->name, INCLUDES) != 0;
}

size_t kb_conf_section_count(const struct kb_conf *conf)
{
	size_t count = 0;

	for (size_t i = 0; i < conf->table.count; i++)
		count += is_listed(conf->table.items[i]);
	return count;
}

const char *kb_conf_section(const struct kb_conf *conf, size_t index)
{
	for (size_t i = 0; i < conf->table.count; i++) {
		if (is_listed(conf->table.items[i]) && index-- == 0)
			return conf->table.items[i]->name;
	}
	return NULL;
}

const struct kb_options *kb_conf_section_options(const struct kb_conf *conf, const char *section)
{
	const struct kb_conf_section *found = kb_conf_table_find(&conf->table, section);

	return found != NULL ? &found->options : NULL;
}

const struct kb_value *kb_conf_raw(const struct kb_conf *conf, const char *section,
				   const char *option)
{
	return kb_conf_table_value(&conf->table, section, option);
}

size_t kb_conf_file_count(const struct kb_conf *conf)
{
	return conf->files.count;
}

const char *kb_conf_file(const struct kb_conf *conf, size_t index)
{
	return conf->files.items[index];
}

int kb_conf_get(const struct kb_conf *conf, const char *section, const char *option,
		const struct kb_options *variables, struct kb_value *out, struct kban_error **err)
{
	const struct kb_scope scope = { &conf->table, section, variables, option };
	const struct kb_value *raw = kb_conf_table_value(&conf->table, section, option);

	return raw != NULL ? kb_interpolate(&scope, raw, out, err) : KBAN_E_NOTFOUND;
}

int kb_conf_get_known(const struct kb_conf *conf, const char *section, const char *option,
		      const struct kb_options *variables, struct kb_value *out,
		      struct kban_error **err)
{
	const struct kb_scope scope = { &conf->table, section, variables, option };
	const struct kb_options *own = kb_conf_section_options(conf, section);
	const struct kb_value *raw = own != NULL ? kb_options_find(own, option) : NULL;

	raw = kb_conf_table_older(&conf->table, section, option, raw);
	return raw != NULL ? kb_interpolate(&scope, raw, out, err) : KBAN_E_NOTFOUND;
}
