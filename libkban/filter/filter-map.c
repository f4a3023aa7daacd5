/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is told apart here is where an option comes from. %(name)s prefers the arguments of NAME[…]
 * to what the jail says, and that to [Definition]; [Init] is not seen. <name> prefers the arguments
 * to [Init], that to what the jail says, and that to [Definition]. So the arguments, [Init] and the
 * settings of [Definition] make the map that is expanded, and the arguments and the jail's options
 * are variables beside it.
 */
#include "filter/filter-map.h"

#include "base/buffer.h"
#include "base/text.h"
#include "conf/blank.h"
#include "conf/conf-table.h"
#include "conf/substitute.h"
#include "filter/filter-find.h"

#define DEFINITION "Definition"
#define INIT       "Init"
#define KNOWN      "known/"

/* The options of a filter that are not just material for references. */
static const char *const settings[] = {
	"usedns",      "prefregex",   "maxlines",     "failregex",
	"ignoreregex", "datepattern", "journalmatch",
};

/* Options of a jail that every filter sees; others only if it has an option of that name. */
static const char *const always_visible[] = { "enabled", "backend", "filter" };

struct loading {
	const struct kb_filter_request *request;
	struct kb_filter_map *map;
	struct kb_options variables; /* what references prefer to the options of the files */
	struct kban_error **err;
};

static int check_memory(const struct loading *loading, int status)
{
	return status == KBAN_OK ? KBAN_OK : kb_fail_memory(loading->err);
}

static int set_all(struct kb_options *to, const struct kb_options *from)
{
	int status = KBAN_OK;

	for (size_t i = 0; i < from->count && status == KBAN_OK; i++)
		status = kb_options_set(to, from->items[i].name, &from->items[i].value);
	return status;
}

/* The name and the arguments of NAME[…], as it was written and asked for. */
static int read_item(struct loading *loading)
{
	struct kb_named_options *item = &loading->map->item;
	const struct kb_filter_request *request = loading->request;
	kb_auto_clear(value) value = { 0 };
	struct kban_text text = kb_text(request->filter);
	int status = kb_value_init(&value, text, &request->where);

	if (status == KBAN_E_LIMIT)
		return kb_fail(loading->err, status, &request->where, "filter is too long");
	if (status != KBAN_OK)
		return kb_fail_memory(loading->err);
	if (kb_blank_trim(text).len == 0)
		return KBAN_OK;
	status = kb_named_options_parse(&value, item, loading->err);
	if (status == KBAN_OK && request->arguments != NULL)
		status = check_memory(loading, set_all(&item->options, request->arguments));
	loading->map->written = item->options.count;
	return status;
}

/* Takes over @a error, which is why the filter is useless. */
static int fail_by(const struct loading *loading, struct kban_error *error)
{
	int status = kban_error_status(error);

	kb_fail_memory(loading->err);
	if (loading->err != NULL)
		*loading->err = error;
	else
		kban_error_free(error);
	return status;
}

/* The first error in its files is why a filter fails; all else that is wrong goes on. */
static int judge(const struct loading *loading, struct kb_problem_list *problems)
{
	struct kb_problem_list *others = loading->request->problems;
	struct kban_error *first = NULL;
	bool has_failed = false;
	int status = KBAN_OK;

	for (size_t i = 0; i < problems->count && status == KBAN_OK; i++) {
		struct kb_problem *problem = &problems->items[i];

		if (problem->severity == KB_PROBLEM_ERROR && !has_failed) {
			first = kb_steal(problem->error);
			has_failed = true;
		} else if (others != NULL) {
			status = kb_problem_list_take(others, problem->severity, NULL,
						      kb_steal(problem->error));
		}
	}
	if (has_failed && status == KBAN_OK)
		return fail_by(loading, first);
	kban_error_free(first);
	return check_memory(loading, status);
}

static int read_files(struct loading *loading)
{
	const struct kb_filter_request *request = loading->request;
	kb_auto_clear(problem_list) problems = { 0 };
	int status;

	if (loading->map->item.name == NULL)
		return KBAN_OK;
	status = kb_filter_find(request->config_dir, loading->map->item.name, &problems,
				&loading->map->conf);
	if (status == KBAN_E_NOTFOUND)
		return kb_fail(loading->err, status, &request->where,
			       "no filter '%.*s' in '%s/filter.d'", KB_QUOTE_MAX,
			       loading->map->item.name, request->config_dir);
	return status == KBAN_OK ? judge(loading, &problems) : kb_fail_memory(loading->err);
}

static bool defines(const struct kb_conf *conf, const char *option)
{
	const struct kb_options *own = kb_conf_section_options(conf, DEFINITION);

	return own != NULL && kb_options_find(own, option) != NULL;
}

/* Unless the filter or an argument says it, the kind of log decides what lines begin with. */
static int set_logtype(struct loading *loading)
{
	const char *backend = loading->request->backend;
	bool is_journal =
		backend != NULL && strncasecmp(backend, "systemd", strlen("systemd")) == 0;
	kb_auto_clear(value) value = { 0 };
	int status;

	if (kb_options_find(&loading->map->item.options, "logtype") != NULL ||
	    defines(loading->map->conf, "logtype"))
		return KBAN_OK;
	status = kb_value_init(&value, kb_text(is_journal ? "journal" : "file"),
			       &loading->map->item.where);
	return status == KBAN_OK
		       ? kb_options_take(&loading->map->item.options, KB_TEXT("logtype"), &value)
		       : status;
}

static bool is_listed(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(name, list[i]) == 0)
			return true;
	}
	return false;
}

/* Which options of the jail are seen. */
enum jail_view {
	VIEW_BASIC, /* what every filter sees */
	VIEW_FULL,  /* also what the filter has an option for */
};

static bool is_visible(const struct loading *loading, const char *name, enum jail_view view)
{
	if (is_listed(name, always_visible, kb_array_size(always_visible)))
		return true;
	return view == VIEW_FULL && kb_conf_raw(loading->map->conf, DEFINITION, name) != NULL;
}

static int set_variables(struct loading *loading, enum jail_view view)
{
	const struct kb_options *jail = loading->request->jail;
	int status = set_logtype(loading);

	for (size_t i = 0; jail != NULL && i < jail->count && status == KBAN_OK; i++) {
		if (is_visible(loading, jail->items[i].name, view))
			status = kb_options_set(&loading->variables, jail->items[i].name,
						&jail->items[i].value);
	}
	return status == KBAN_OK ? set_all(&loading->variables, &loading->map->item.options)
				 : status;
}

/* The option @a name of [Definition] into the map. */
static int map_defined(struct loading *loading, const char *name, struct kban_error **err)
{
	kb_auto_clear(value) value = { 0 };
	int status;

	if (kb_options_find(&loading->map->item.options, name) != NULL)
		return KBAN_OK;
	status =
		kb_conf_get(loading->map->conf, DEFINITION, name, &loading->variables, &value, err);
	if (status == KBAN_E_NOTFOUND)
		return KBAN_OK;
	if (status != KBAN_OK)
		return status;
	return kb_options_take(&loading->map->options, kb_text(name), &value);
}

/* The settings of [Definition] that the jail does not replace. */
static int map_settings(struct loading *loading)
{
	const struct kb_options *jail = loading->request->jail;
	int status = KBAN_OK;

	if (kb_conf_section_options(loading->map->conf, DEFINITION) == NULL)
		return KBAN_OK;
	for (size_t i = 0; i < kb_array_size(settings) && status == KBAN_OK; i++) {
		if (jail == NULL || kb_options_find(jail, settings[i]) == NULL)
			status = map_defined(loading, settings[i], loading->err);
	}
	return status;
}

static int map_known(struct loading *loading, const char *name, const struct kb_value *value)
{
	kb_auto_clear(buffer) known = { 0 };

	kb_buffer_string(&known, KNOWN);
	kb_buffer_string(&known, name);
	if (known.failed)
		return KBAN_E_NOMEM;
	return kb_options_set(&loading->map->options, known.data, value);
}

/* [Init], each option also as what an argument of that name replaces. */
static int map_init(struct loading *loading, struct kban_error **err)
{
	const struct kb_options *init = kb_conf_section_options(loading->map->conf, INIT);
	int status = KBAN_OK;

	for (size_t i = 0; init != NULL && i < init->count && status == KBAN_OK; i++) {
		kb_auto_clear(value) value = { 0 };
		const char *name = init->items[i].name;

		status = kb_conf_get(loading->map->conf, INIT, name, NULL, &value, err);
		if (status == KBAN_OK)
			status = map_known(loading, name, &value);
		if (status == KBAN_OK)
			status = kb_options_take(&loading->map->options, kb_text(name), &value);
	}
	return status;
}

static int map_arguments(struct loading *loading)
{
	const struct kb_options *arguments = &loading->map->item.options;

	for (size_t i = 0; i < arguments->count; i++)
		/* An argument holds under every condition that [Init] has for it. */
		kb_options_remove_conditions(&loading->map->options, arguments->items[i].name);
	return set_all(&loading->map->options, arguments);
}

static int expand(struct loading *loading, struct kban_error **err)
{
	const struct kb_substitution how = {
		.conf = loading->map->conf,
		.section = DEFINITION,
		.variables = &loading->variables,
	};

	return kb_substitute(&how, &loading->map->options, err);
}

static int map_for_jail(struct loading *loading)
{
	int status;

	if (loading->map->conf == NULL)
		return KBAN_OK;
	status = check_memory(loading, set_variables(loading, VIEW_FULL));
	if (status == KBAN_OK)
		status = map_settings(loading);
	if (status == KBAN_OK)
		status = map_init(loading, loading->err);
	if (status == KBAN_OK)
		status = check_memory(loading, map_arguments(loading));
	return status == KBAN_OK ? expand(loading, loading->err) : status;
}

/* All options of @a section into the map that can be resolved. */
static int map_resolvable(struct loading *loading, const char *section)
{
	const struct kb_options *options = kb_conf_section_options(loading->map->conf, section);
	int status = KBAN_OK;

	for (size_t i = 0; options != NULL && i < options->count; i++) {
		status = map_defined(loading, options->items[i].name, NULL);
		if (status == KBAN_E_NOMEM)
			return status;
	}
	return KBAN_OK;
}

static int map_everything(struct loading *loading)
{
	int status = set_variables(loading, VIEW_BASIC);

	if (status == KBAN_OK)
		status = map_resolvable(loading, KB_CONF_DEFAULT);
	if (status == KBAN_OK)
		status = map_resolvable(loading, DEFINITION);
	if (status == KBAN_OK)
		status = map_init(loading, NULL);
	if (status == KBAN_OK)
		status = map_arguments(loading);
	return status == KBAN_OK ? expand(loading, NULL) : status;
}

static int load(const struct kb_filter_request *request, int (*fill)(struct loading *loading),
		struct kb_filter_map *map, struct kban_error **err)
{
	struct loading loading = { .request = request, .map = map, .err = err };
	int status = read_item(&loading);

	if (status == KBAN_OK)
		status = read_files(&loading);
	if (status == KBAN_OK && map->conf != NULL)
		status = fill(&loading);
	kb_options_clear(&loading.variables);
	return status;
}

int kb_filter_map_load(const struct kb_filter_request *request, struct kb_filter_map *map,
		       struct kban_error **err)
{
	return load(request, map_for_jail, map, err);
}

int kb_filter_map_load_all(const struct kb_filter_request *request, struct kb_filter_map *map,
			   struct kban_error **err)
{
	return load(request, map_everything, map, err);
}

void kb_filter_map_clear(struct kb_filter_map *map)
{
	kb_named_options_clear(&map->item);
	kb_options_clear(&map->options);
	kb_conf_free(map->conf);
	*map = (struct kb_filter_map){ 0 };
}
