/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/option-names.h"

#include <kban/text.h>

#include "base/text.h"
#include "conf/conf-table.h"
#include "jail/setting.h"

/* Options that mean nothing to kban, but are known: what fail2ban's files define for references. */
static const char *const variables[] = {
	"skip_if_nologs",      "mode",
	"destemail",           "sender",
	"sendername",          "mta",
	"fail2ban_agent",      "action_",
	"action_mw",           "action_mwl",
	"action_xarf",         "action_cf_mwl",
	"action_blocklist_de", "action_abuseipdb",
};

#define KNOWN_COUNT (KBAN_SETTING_COUNT + kb_array_size(variables))

/* With NULL at the end. */
static void list_known(const char **known)
{
	size_t count = 0;

	for (size_t i = 0; i < KBAN_SETTING_COUNT; i++)
		known[count++] = kb_settings[i].name;
	for (size_t i = 0; i < kb_array_size(variables); i++)
		known[count++] = variables[i];
	known[count] = NULL;
}

/* True if @a text has %(name)s or %(section/name)s. */
static bool refers_to(const char *text, const char *name)
{
	size_t length = strlen(name);
	const char *found = text;

	for (; (found = strcasestr(found, name)) != NULL; found++) {
		if (found > text && (found[-1] == '(' || found[-1] == '/') &&
		    strncmp(found + length, ")s", 2) == 0)
			return true;
	}
	return false;
}

static bool section_refers_to(const struct kb_options *options, const char *name)
{
	for (size_t i = 0; options != NULL && i < options->count; i++) {
		if (refers_to(options->items[i].value.text, name))
			return true;
	}
	return false;
}

static bool is_referred_to(const struct kb_conf *conf, const char *name)
{
	const char *section;

	if (section_refers_to(kb_conf_section_options(conf, KB_CONF_DEFAULT), name))
		return true;
	for (size_t i = 0; (section = kb_conf_section(conf, i)) != NULL; i++) {
		if (section_refers_to(kb_conf_section_options(conf, section), name))
			return true;
	}
	return false;
}

static bool is_known(const char *name, const char *const *known)
{
	while (*known != NULL && strcmp(*known, name) != 0)
		known++;
	return *known != NULL;
}

int kb_option_names_check(const struct kb_conf *conf, const char *section, const char *subject,
			  struct kb_problem_list *problems)
{
	const struct kb_options *options = kb_conf_section_options(conf, section);
	const char *known[KNOWN_COUNT + 1];
	int status = KBAN_OK;

	list_known(known);
	for (size_t i = 0; options != NULL && i < options->count && status == KBAN_OK; i++) {
		const char *name = options->items[i].name;
		const char *meant = is_known(name, known) ? NULL : kban_text_nearest(name, known);

		if (meant != NULL && !is_referred_to(conf, name))
			status = kb_problem_list_add(
				problems, KB_PROBLEM_WARNING, subject,
				kb_value_where(&options->items[i].value),
				"option '%.*s' of [%s] means nothing; is '%s' meant?", KB_QUOTE_MAX,
				name, section, meant);
	}
	return status;
}
