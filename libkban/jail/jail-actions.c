/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "action/action-firewall.h"
#include "base/buffer.h"
#include "base/text.h"
#include "conf/blank.h"
#include "jail/jail-config.h"

/* What the jail calls an action: as fail2ban, so that 'set JAIL action NAME' goes on to work. */
static char *name_action(const char *jail, const struct kb_named_options *item)
{
	const struct kb_value *actname = kb_options_find(&item->options, "actname");
	const struct kb_value *name = kb_options_find(&item->options, "name");
	size_t length = strlen(jail);
	kb_auto_clear(buffer) made = { 0 };

	if (actname != NULL)
		return strdup(actname->text);
	kb_buffer_string(&made, item->name);
	if (name == NULL || strcmp(name->text, jail) == 0)
		return kb_buffer_take(&made);
	if (strncmp(name->text, jail, length) == 0) {
		kb_buffer_string(&made, name->text + length);
	} else {
		kb_buffer_byte(&made, '-');
		kb_buffer_string(&made, name->text);
	}
	return kb_buffer_take(&made);
}

/* Unless the jail says otherwise, 'name' is its own. */
static int set_name(const char *jail, struct kb_named_options *item)
{
	kb_auto_clear(value) value = { 0 };
	int status;

	if (kb_options_find(&item->options, "name") != NULL)
		return KBAN_OK;
	status = kb_value_init(&value, kb_text(jail), &item->where);
	return status == KBAN_OK ? kb_options_take(&item->options, KB_TEXT("name"), &value)
				 : status;
}

static int complain(const struct kb_jail_origin *origin, const struct kban_jail_config *jail,
		    struct kban_error *error)
{
	return kb_problem_list_take(origin->problems, KB_PROBLEM_ERROR, jail->name, error);
}

/*
 * What is wrong in the files of an action, at the jail that wants it. A jail without its firewall
 * keeps nobody out; one without another action does. Errors of these are told when they are loaded.
 */
static int pass_on(const struct kb_jail_origin *origin, const struct kban_jail_config *jail,
		   const struct kb_named_options *item, struct kb_problem_list *problems)
{
	bool is_firewall = kb_firewall_is_known(item->name);
	int status = KBAN_OK;

	for (size_t i = 0; i < problems->count && status == KBAN_OK; i++)
		if (is_firewall || problems->items[i].severity == KB_PROBLEM_WARNING)
			status = kb_problem_list_take(origin->problems, problems->items[i].severity,
						      jail->name,
						      kb_steal(problems->items[i].error));
	return status;
}

/* What is wrong with an action file is a problem of the jail. */
static int check_file(const struct kb_jail_origin *origin, const struct kban_jail_config *jail,
		      const struct kb_named_options *item)
{
	kb_auto_clear(problem_list) problems = { 0 };
	kb_auto(conf) conf = NULL;
	kb_auto_clear(buffer) name = { 0 };
	int status;

	kb_buffer_printf(&name, "action.d/%s", item->name);
	if (name.failed)
		return KBAN_E_NOMEM;
	status = kb_conf_load(origin->config_dir, name.data, &problems, &conf, NULL);
	if (status == KBAN_OK)
		return pass_on(origin, jail, item, &problems);
	/* What firewall actions do is known without their files. */
	if (status != KBAN_E_NOTFOUND || kb_firewall_is_known(item->name))
		return status == KBAN_E_NOTFOUND ? KBAN_OK : status;
	return kb_problem_list_add(origin->problems, KB_PROBLEM_ERROR, jail->name, &item->where,
				   "no action '%.*s' in '%s/action.d'", KB_QUOTE_MAX, item->name,
				   origin->config_dir);
}

static const struct kb_named_options *find_action(const struct kban_jail_config *jail,
						  const char *name)
{
	for (size_t i = 0; i < jail->actions.count; i++) {
		if (strcmp(jail->action_names.items[i], name) == 0)
			return &jail->actions.items[i];
	}
	return NULL;
}

/* Several firewall actions share the jail's set, so they do no harm under one name. */
static int check_name(const struct kb_jail_origin *origin, const struct kban_jail_config *jail,
		      const char *name, const struct kb_named_options *item)
{
	const struct kb_named_options *other = find_action(jail, name);

	if (other == NULL ||
	    (kb_firewall_is_known(item->name) && kb_firewall_is_known(other->name)))
		return KBAN_OK;
	return kb_problem_list_add(origin->problems, KB_PROBLEM_ERROR, jail->name, &item->where,
				   "action '%.*s' is there already, in line %u; give one of them "
				   "another actname",
				   KB_QUOTE_MAX, name, other->where.line);
}

/* Takes over what @a item holds on success. */
static int append(struct kban_jail_config *jail, const char *name, struct kb_named_options *item)
{
	struct kb_named_options_list *list = &jail->actions;

	if (kb_array_room(&list->items, &list->capacity, list->count, sizeof(*list->items)) < 0 ||
	    kb_string_list_append(&jail->action_names, kb_text(name)) != KBAN_OK)
		return KBAN_E_NOMEM;
	list->items[list->count++] = *item;
	*item = (struct kb_named_options){ 0 };
	return KBAN_OK;
}

static int add_action(const struct kb_jail_origin *origin, struct kban_jail_config *jail,
		      struct kb_named_options *item)
{
	kb_autofree char *name = NULL;
	int status;

	if (kb_text_ends_with(kb_text(item->name), ".py"))
		return kb_problem_list_add(origin->problems, KB_PROBLEM_WARNING, jail->name,
					   &item->where,
					   "action '%.*s' is a Python program, which kban does not "
					   "run; in place of smtp.py use sendmail or mail, or an "
					   "action of yours that runs the program you want",
					   KB_QUOTE_MAX, item->name);
	name = name_action(jail->name, item);
	if (name == NULL)
		return KBAN_E_NOMEM;
	status = check_name(origin, jail, name, item);
	if (status == KBAN_OK)
		status = check_file(origin, jail, item);
	if (status == KBAN_OK)
		status = set_name(jail->name, item);
	return status == KBAN_OK ? append(jail, name, item) : status;
}

int kb_jail_actions_read(const struct kb_jail_origin *origin, struct kban_jail_config *jail)
{
	const struct kb_value *value = kb_jail_config_value(jail, KBAN_SETTING_ACTION);
	kb_auto_clear(named_options_list) list = { 0 };
	struct kban_error *error = NULL;
	int status;

	if (value == NULL)
		return KBAN_OK;
	status = kb_named_options_list_parse(value, &list, &error);
	if (status == KBAN_E_NOMEM)
		return status;
	if (status != KBAN_OK)
		return complain(origin, jail, error);
	if (list.count > KB_JAIL_ACTIONS_MAX)
		return kb_problem_list_add(origin->problems, KB_PROBLEM_ERROR, jail->name,
					   kb_value_where(value), "action has more than %d entries",
					   KB_JAIL_ACTIONS_MAX);
	for (size_t i = 0; i < list.count && status == KBAN_OK; i++)
		status = add_action(origin, jail, &list.items[i]);
	return status;
}
