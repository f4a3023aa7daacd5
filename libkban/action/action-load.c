/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Twice are tags replaced. First all that is known without a family, by the rules of the files;
 * what is left are the action's properties. Then, for each family, properties that differ by it;
 * what is left are scripts. So nothing is looked up any more when a host is banned.
 */
#include "action/action-load.h"

#include "action/action-names.h"
#include "base/buffer.h"
#include "base/text.h"
#include "conf/blank.h"
#include "conf/conf-load.h"
#include "conf/substitute.h"

#define DEFINITION "Definition"
#define INIT       "Init"
#define KNOWN      "known/"
#define CONDITION  "?family="

/* Options of [Definition] that are no scripts and yet no mere material for tags. */
static const char *const switches[] = {
	"actionstart_on_demand",
	"actionrepair_on_unban",
	"norestored",
};

/* Tags that have their meaning from a ban, whatever options are called so. */
static const char *const of_bans[] = { "matches", "ipmatches", "ipjailmatches",
				       "bantime", "timeout",   NULL };

struct loading {
	const struct kb_action_request *request;
	struct kb_conf *conf;
	struct kb_options variables; /* what references prefer to the options of the files */
	struct kb_options map;
	struct kban_error **err;
};

static void clear_loading(struct loading *loading)
{
	kb_options_clear(&loading->map);
	kb_options_clear(&loading->variables);
	kb_conf_free(loading->conf);
}

static int check_memory(const struct loading *loading, int status)
{
	return status == KBAN_OK ? KBAN_OK : kb_fail_memory(loading->err);
}

/* The first error is why the action cannot be used; warnings go on. */
static int judge(const struct loading *loading, struct kb_problem_list *problems)
{
	struct kb_problem_list *others = loading->request->problems;
	int status = KBAN_OK;

	for (size_t i = 0; i < problems->count && status == KBAN_OK; i++) {
		struct kb_problem *problem = &problems->items[i];

		if (problem->severity == KB_PROBLEM_ERROR)
			return kb_fail(loading->err, kban_error_status(problem->error), NULL, "%s",
				       kban_error_text(problem->error));
		if (others != NULL)
			status = kb_problem_list_take(others, problem->severity,
						      loading->request->jail,
						      kb_steal(problem->error));
	}
	return check_memory(loading, status);
}

static int read_files(struct loading *loading)
{
	const struct kb_action_request *request = loading->request;
	kb_auto_clear(problem_list) problems = { 0 };
	kb_auto_clear(buffer) name = { 0 };
	int status = kb_buffer_printf(&name, "action.d/%s", request->item->name);

	if (status == KBAN_OK)
		status = kb_conf_load(request->config_dir, name.data, &problems, &loading->conf,
				      NULL);
	if (status == KBAN_E_NOTFOUND)
		return kb_fail(loading->err, status, &request->item->where,
			       "no action '%.*s' in '%s/action.d'", KB_QUOTE_MAX,
			       request->item->name, request->config_dir);
	return status == KBAN_OK ? judge(loading, &problems) : kb_fail_memory(loading->err);
}

static int set_all(struct kb_options *to, const struct kb_options *from)
{
	int status = KBAN_OK;

	for (size_t i = 0; i < from->count && status == KBAN_OK; i++)
		status = kb_options_set(to, from->items[i].name, &from->items[i].value);
	return status;
}

/* The file's own options beat those of the jail, which are many. */
static int set_variables(struct loading *loading)
{
	const struct kb_options *jail = loading->request->options;
	int status = KBAN_OK;

	for (size_t i = 0; jail != NULL && i < jail->count && status == KBAN_OK; i++)
		if (kb_conf_raw(loading->conf, DEFINITION, jail->items[i].name) == NULL)
			status = kb_options_set(&loading->variables, jail->items[i].name,
						&jail->items[i].value);
	return status == KBAN_OK ? set_all(&loading->variables, &loading->request->item->options)
				 : status;
}

/* An option of a section into the map, with its references resolved. */
static int map_option(struct loading *loading, const char *section, const char *name,
		      const struct kb_options *variables, const char *prefix)
{
	kb_auto_clear(value) value = { 0 };
	kb_auto_clear(buffer) key = { 0 };
	int status = kb_conf_get(loading->conf, section, name, variables, &value, loading->err);

	if (status == KBAN_E_NOTFOUND)
		return KBAN_OK;
	if (status != KBAN_OK)
		return status;
	kb_buffer_printf(&key, "%s%s", prefix, name);
	if (key.failed)
		return kb_fail_memory(loading->err);
	return check_memory(loading,
			    kb_options_take(&loading->map, kb_buffer_content(&key), &value));
}

/* True for an option of [Definition] that fail2ban's server is told of, for any family. */
static bool is_of_server(const char *option)
{
	struct kban_text name = kb_text(option);

	name = kb_text_slice(name, 0, kb_text_index(name, '?'));
	for (int event = 0; event < KB_ACTION_EVENTS; event++)
		if (kb_text_is(name, kb_action_event_option(event)))
			return true;
	for (size_t i = 0; i < kb_array_size(switches); i++)
		if (kb_text_is(name, switches[i]))
			return true;
	return false;
}

static int map_definition(struct loading *loading)
{
	const struct kb_options *own = kb_conf_section_options(loading->conf, DEFINITION);
	int status = KBAN_OK;

	for (size_t i = 0; own != NULL && i < own->count && status == KBAN_OK; i++)
		if (is_of_server(own->items[i].name))
			status = map_option(loading, DEFINITION, own->items[i].name,
					    &loading->variables, "");
	return status;
}

/* Each option of [Init] also as what a parameter of that name beats. */
static int map_init(struct loading *loading)
{
	const struct kb_options *init = kb_conf_section_options(loading->conf, INIT);
	int status = KBAN_OK;

	for (size_t i = 0; init != NULL && i < init->count && status == KBAN_OK; i++) {
		status = map_option(loading, INIT, init->items[i].name, NULL, KNOWN);
		if (status == KBAN_OK)
			status = map_option(loading, INIT, init->items[i].name, NULL, "");
	}
	return status;
}

static int set_text(struct kb_options *map, const char *name, const char *text,
		    const struct kb_where *where)
{
	kb_auto_clear(value) value = { 0 };
	int status = kb_value_init(&value, kb_text(text), where);

	return status == KBAN_OK ? kb_options_take(map, kb_text(name), &value) : status;
}

static int map_parameters(struct loading *loading)
{
	const struct kb_action_request *request = loading->request;
	const struct kb_options *given = &request->item->options;
	int status = KBAN_OK;

	for (size_t i = 0; i < given->count; i++)
		/* A parameter without a condition holds for every family. */
		kb_options_remove_conditions(&loading->map, given->items[i].name);
	status = set_all(&loading->map, given);
	if (status == KBAN_OK && kb_options_find(given, "name") == NULL)
		status = set_text(&loading->map, "name", request->jail, &request->item->where);
	if (status == KBAN_OK)
		status = set_text(&loading->map, "actname", request->name, &request->item->where);
	return status;
}

static int make_properties(struct loading *loading)
{
	const struct kb_substitution how = {
		.conf = loading->conf,
		.section = DEFINITION,
		.variables = &loading->variables,
		.keep = of_bans,
	};
	int status = check_memory(loading, set_variables(loading));

	if (status == KBAN_OK)
		status = map_definition(loading);
	if (status == KBAN_OK)
		status = map_init(loading);
	if (status == KBAN_OK)
		status = check_memory(loading, map_parameters(loading));
	return status == KBAN_OK ? kb_substitute(&how, &loading->map, loading->err) : status;
}

static size_t condition_of(const char *name)
{
	size_t mark = strcspn(name, "?");

	return strncmp(name + mark, CONDITION, strlen(CONDITION)) == 0 ? mark : strlen(name);
}

/* The properties as they are for @a family: NAME?family=X takes the place of NAME. */
static int choose(const struct kb_options *properties, enum kb_action_family family,
		  struct kb_options *out)
{
	const char *wanted = kb_action_family_name(family);
	int status = KBAN_OK;

	for (size_t i = 0; i < properties->count && status == KBAN_OK; i++)
		if (condition_of(properties->items[i].name) == strlen(properties->items[i].name))
			status = kb_options_set(out, properties->items[i].name,
						&properties->items[i].value);
	for (size_t i = 0; i < properties->count && status == KBAN_OK; i++) {
		const char *key = properties->items[i].name;
		kb_autofree char *name = kb_text_copy((struct kban_text){ key, condition_of(key) });

		if (name == NULL)
			return KBAN_E_NOMEM;
		if (strlen(name) < strlen(key) &&
		    strcmp(key + strlen(name) + strlen(CONDITION), wanted) == 0)
			status = kb_options_set(out, name, &properties->items[i].value);
	}
	return status;
}

static bool mentions(const char *script, const char *tag)
{
	return script != NULL && strstr(script, tag) != NULL;
}

static void note_uses(struct kb_action *action, const char *script)
{
	static const char *const merged[] = { "<ipmatches>", "<ipjailmatches>", "<ipfailures>",
					      "<ipjailfailures>" };

	action->uses_host_name |= mentions(script, "<ip-host>");
	action->uses_machine |= mentions(script, "-hostname>");
	action->uses_fields |= mentions(script, "<F-");
	for (size_t i = 0; i < kb_array_size(merged); i++)
		action->uses_merged |= mentions(script, merged[i]);
}

static int take_scripts(struct kb_action *action, const struct kb_options *chosen,
			enum kb_action_family family)
{
	for (int event = 0; event < KB_ACTION_EVENTS; event++) {
		const struct kb_value *value =
			kb_options_find(chosen, kb_action_event_option(event));
		char **script = &action->scripts[event][family];

		if (value == NULL || kb_blank_trim(kb_text(value->text)).len == 0)
			continue;
		*script = strdup(value->text);
		if (*script == NULL)
			return KBAN_E_NOMEM;
		note_uses(action, *script);
	}
	return KBAN_OK;
}

/* Tags in options may come to refer to each other only for one of the families. */
static int make_scripts(struct kb_action *action, struct kban_error **err)
{
	static const char *const kept[] = { "bantime", NULL };
	const struct kb_substitution how = { .section = DEFINITION, .keep = kept };

	for (int family = 0; family < KB_FAMILIES; family++) {
		kb_auto_clear(options) chosen = { 0 };
		int status = choose(&action->properties, family, &chosen);

		if (status == KBAN_OK)
			status = kb_substitute(&how, &chosen, err);
		if (status == KBAN_OK)
			status = take_scripts(action, &chosen, family);
		if (status == KBAN_E_NOMEM)
			return kb_fail_memory(err);
		if (status != KBAN_OK)
			return status;
	}
	return KBAN_OK;
}

static bool read_switch(const struct kb_action *action, const char *name, bool preset)
{
	const struct kb_value *value = kb_options_find(&action->properties, name);

	if (value == NULL || *value->text == '\0')
		return preset;
	return kb_value_bool(value);
}

static int read_timeout(struct kb_action *action, struct kban_error **err)
{
	const struct kb_value *value = kb_options_find(&action->properties, "timeout");
	int status;

	action->timeout = KB_ACTION_TIMEOUT;
	if (value == NULL)
		return KBAN_OK;
	status = kb_value_duration(value, "timeout", &action->timeout, err);
	if (status == KBAN_OK && action->timeout <= 0)
		return kb_fail(err, KBAN_E_SYNTAX, kb_value_where(value),
			       "timeout must be longer than '%.*s'", KB_QUOTE_MAX, value->text);
	return status;
}

static int finish(struct kb_action *action, struct kban_error **err)
{
	for (size_t i = 0; i < action->properties.count; i++) {
		const char *name = action->properties.items[i].name;

		if (strncmp(name, KNOWN, strlen(KNOWN)) != 0 && condition_of(name) < strlen(name))
			action->is_conditional = true;
	}
	action->start_on_demand =
		read_switch(action, "actionstart_on_demand", action->is_conditional);
	action->repair_on_unban = read_switch(action, "actionrepair_on_unban", false);
	action->skips_restored = read_switch(action, "norestored", false);
	return read_timeout(action, err);
}

static struct kb_action *new_action(const char *jail, const char *name)
{
	kb_auto(action) action = calloc(1, sizeof(*action));

	if (action == NULL)
		return NULL;
	atomic_init(&action->references, 1);
	action->jail = strdup(jail);
	action->name = strdup(name);
	return action->jail != NULL && action->name != NULL ? kb_steal(action) : NULL;
}

/* Names of files belong to what was read, which is gone when the action is used. */
static void forget_places(struct kb_options *properties)
{
	for (size_t i = 0; i < properties->count; i++)
		for (size_t line = 0; line < properties->items[i].value.line_count; line++)
			properties->items[i].value.lines[line] = (struct kb_where){ NULL, 0 };
}

/* Take over @a properties and make of them what is run. */
static int build(const char *jail, const char *name, struct kb_options *properties,
		 struct kb_action **out, struct kban_error **err)
{
	kb_auto(action) action = new_action(jail, name);
	int status;

	if (action == NULL)
		return kb_fail_memory(err);
	action->properties = *properties;
	*properties = (struct kb_options){ 0 };
	status = finish(action, err);
	if (status == KBAN_OK)
		status = make_scripts(action, err);
	if (status != KBAN_OK)
		return status;
	forget_places(&action->properties);
	*out = kb_steal(action);
	return KBAN_OK;
}

int kb_action_load(const struct kb_action_request *request, struct kb_action **out,
		   struct kban_error **err)
{
	__attribute__((cleanup(clear_loading))) struct loading loading = { .request = request,
									   .err = err };
	int status = read_files(&loading);

	if (status == KBAN_OK && request->problems != NULL &&
	    kb_action_names_check(loading.conf, request->item, request->jail, request->problems) <
		    0)
		return kb_fail_memory(err);
	if (status == KBAN_OK)
		status = make_properties(&loading);
	if (status == KBAN_OK)
		status = build(request->jail, request->name, &loading.map, out, err);
	return status;
}

int kb_action_new(const char *jail, const char *name, struct kb_action **out,
		  struct kban_error **err)
{
	static const struct kb_where nowhere = { NULL, 0 };
	kb_auto_clear(options) properties = { 0 };

	if (set_text(&properties, "name", jail, &nowhere) < 0 ||
	    set_text(&properties, "actname", name, &nowhere) < 0)
		return kb_fail_memory(err);
	return build(jail, name, &properties, out, err);
}

int kb_action_change(const struct kb_action *action, const char *property, const char *value,
		     struct kb_action **out, struct kban_error **err)
{
	static const struct kb_where nowhere = { NULL, 0 };
	kb_auto_clear(options) properties = { 0 };
	int status = set_all(&properties, &action->properties);

	if (status == KBAN_OK && value != NULL)
		status = set_text(&properties, property, value, &nowhere);
	if (status == KBAN_E_LIMIT)
		return kb_fail(err, status, NULL, "%s: is longer than %zu bytes", property,
			       KB_VALUE_SIZE_MAX);
	if (status != KBAN_OK)
		return kb_fail_memory(err);
	return build(action->jail, action->name, &properties, out, err);
}
