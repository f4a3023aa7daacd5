/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "action/action-names.h"

#include <stdio.h>
#include <string.h>

#include "action/action.h"
#include "base/buffer.h"
#include "base/text.h"
#include "conf/option-check.h"

#define DEFINITION "Definition"
#define PLACE_SIZE (KB_QUOTE_MAX + 16)

static const char *const switches[] = { "actionstart_on_demand", "actionrepair_on_unban",
					"norestored" };

#define DEFINED_COUNT (KB_ACTION_EVENTS + kb_array_size(switches))

/* Parameters that jails give to every action, whether it asks for them or not. */
static const char *const usual[] = { "name",    "port",       "protocol", "chain",
				     "actname", "timeout",    "bantime",  "dest",
				     "sender",  "sendername", "logpath",  "fail2ban_agent",
				     "agent",   "service",    "email" };

/* What [Definition] may say to the daemon; NULL ends. */
static void list_defined(const char *known[DEFINED_COUNT + 1])
{
	size_t count = 0;

	for (int event = 0; event < KB_ACTION_EVENTS; event++)
		known[count++] = kb_action_event_option((enum kb_action_event)event);
	for (size_t i = 0; i < kb_array_size(switches); i++)
		known[count++] = switches[i];
	known[count] = NULL;
}

/* A name without its condition, such as ?family=inet6. */
static bool is_name(const char *written, const char *name)
{
	size_t length = strcspn(written, "?");

	return strlen(name) == length && strncasecmp(written, name, length) == 0;
}

static bool is_among(const char *written, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_name(written, names[i]))
			return true;
	return false;
}

/* Any other option of [Definition] is material for tags; one that begins so is hardly meant so. */
static int check_defined(const struct kb_conf *conf, const struct kb_option *option,
			 const char *subject, struct kb_problem_list *problems)
{
	const char *known[DEFINED_COUNT + 1];
	const struct kb_option_check check = {
		.conf = conf,
		.name = option->name,
		.place = "[Definition]",
		.where = kb_value_where(&option->value),
		.known = known,
	};

	list_defined(known);
	if (strncmp(option->name, "action", strlen("action")) != 0 ||
	    is_among(option->name, known, DEFINED_COUNT))
		return KBAN_OK;
	return kb_option_check(&check, subject, problems);
}

static int check_switch(const struct kb_option *option, const char *subject,
			struct kb_problem_list *problems)
{
	/* A tag has its value by the jail. */
	if (!is_among(option->name, switches, kb_array_size(switches)) ||
	    *option->value.text == '\0' || strpbrk(option->value.text, "<%") != NULL ||
	    kb_value_is_bool(&option->value))
		return KBAN_OK;
	return kb_problem_list_add(
		problems, KB_PROBLEM_WARNING, subject, kb_value_where(&option->value),
		"%s must be yes or no, not '%.*s', which counts as no%s", option->name,
		KB_QUOTE_MAX, option->value.text, kb_value_comment_hint(&option->value));
}

static int check_timeout(const struct kb_option *option, const char *subject,
			 struct kb_problem_list *problems)
{
	if (!is_name(option->name, "timeout"))
		return KBAN_OK;
	return kb_problem_list_add(problems, KB_PROBLEM_WARNING, subject,
				   kb_value_where(&option->value),
				   "timeout means nothing in [Definition]; write it under [Init]");
}

static int check_definition(const struct kb_conf *conf, const char *subject,
			    struct kb_problem_list *problems)
{
	const struct kb_options *options = kb_conf_section_options(conf, DEFINITION);
	int status = KBAN_OK;

	for (size_t i = 0; options != NULL && i < options->count && status == KBAN_OK; i++) {
		status = check_defined(conf, &options->items[i], subject, problems);
		if (status == KBAN_OK)
			status = check_switch(&options->items[i], subject, problems);
		if (status == KBAN_OK)
			status = check_timeout(&options->items[i], subject, problems);
	}
	return status;
}

static bool is_in(const struct kb_options *options, const char *name)
{
	for (size_t i = 0; options != NULL && i < options->count; i++)
		if (is_name(options->items[i].name, name))
			return true;
	return false;
}

static bool is_option_of(const struct kb_conf *conf, const char *name)
{
	const char *section;

	if (is_in(kb_conf_section_options(conf, "DEFAULT"), name))
		return true;
	for (size_t i = 0; (section = kb_conf_section(conf, i)) != NULL; i++)
		if (is_in(kb_conf_section_options(conf, section), name))
			return true;
	return false;
}

/* Names that parameters may have: what the file's [Init] and the daemon know. NULL ends. */
static const char **list_parameters(const struct kb_conf *conf)
{
	const struct kb_options *init = kb_conf_section_options(conf, "Init");
	size_t more = init != NULL ? init->count : 0;
	const char **known =
		calloc(more + kb_array_size(usual) + DEFINED_COUNT + 1, sizeof(*known));
	size_t count = 0;

	if (known == NULL)
		return NULL;
	for (; count < more; count++)
		known[count] = init->items[count].name;
	for (size_t i = 0; i < kb_array_size(usual); i++)
		known[count++] = usual[i];
	list_defined(known + count);
	return known;
}

static int check_parameter(const struct kb_conf *conf, const struct kb_named_options *item,
			   const struct kb_option *option, const char *const *known,
			   const char *subject, struct kb_problem_list *problems)
{
	kb_autofree char *name =
		kb_text_copy((struct kban_text){ option->name, strcspn(option->name, "?") });
	char place[PLACE_SIZE];
	const struct kb_option_check check = {
		.conf = conf,
		.name = name,
		.place = place,
		.where = kb_value_where(&option->value),
		.known = known,
	};

	if (name == NULL)
		return KBAN_E_NOMEM;
	snprintf(place, sizeof(place), "action %.*s", KB_QUOTE_MAX, item->name);
	if (is_option_of(conf, name))
		return KBAN_OK;
	return kb_option_check(&check, subject, problems);
}

int kb_action_names_check(const struct kb_conf *conf, const struct kb_named_options *item,
			  const char *subject, struct kb_problem_list *problems)
{
	kb_autofree const char **known = list_parameters(conf);
	int status = known == NULL ? KBAN_E_NOMEM : check_definition(conf, subject, problems);

	for (size_t i = 0; status == KBAN_OK && i < item->options.count; i++)
		status = check_parameter(conf, item, &item->options.items[i], known, subject,
					 problems);
	return status;
}

int kb_action_names_check_file(const char *dir, const struct kb_named_options *item,
			       const char *subject, struct kb_problem_list *problems)
{
	kb_auto_clear(problem_list) others = { 0 };
	kb_auto(conf) conf = NULL;
	kb_auto_clear(buffer) name = { 0 };
	int status = kb_buffer_printf(&name, "action.d/%s", item->name);

	if (status == KBAN_OK)
		status = kb_conf_load(dir, name.data, &others, &conf, NULL);
	if (status == KBAN_OK)
		return kb_action_names_check(conf, item, subject, problems);
	return status == KBAN_E_NOMEM ? status : KBAN_OK;
}
