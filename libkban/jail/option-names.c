/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/option-names.h"

#include "base/buffer.h"
#include "base/text.h"
#include "conf/conf-table.h"
#include "conf/option-check.h"
#include "jail/setting.h"

/* Options that mean nothing to kban, but are known: what fail2ban's files define for references. */
static const char *const variables[] = {
	"mode",
	"destemail",
	"sender",
	"sendername",
	"mta",
	"fail2ban_agent",
	"action_",
	"action_mw",
	"action_mwl",
	"action_xarf",
	"action_cf_mwl",
	"action_blocklist_de",
	"action_abuseipdb",
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

int kb_option_names_check(const struct kb_conf *conf, const char *section, const char *subject,
			  struct kb_problem_list *problems)
{
	const struct kb_options *options = kb_conf_section_options(conf, section);
	const char *known[KNOWN_COUNT + 1];
	kb_auto_clear(buffer) place = { 0 };
	int status = kb_buffer_printf(&place, "[%s]", section);

	list_known(known);
	for (size_t i = 0; options != NULL && i < options->count && status == KBAN_OK; i++) {
		/* Files of distributions define more for all jails than any of them refers to. */
		const struct kb_option_check check = {
			.conf = conf,
			.name = options->items[i].name,
			.place = place.data,
			.where = kb_value_where(&options->items[i].value),
			.known = known,
			.only_near = strcmp(section, KB_CONF_DEFAULT) == 0,
		};

		status = kb_option_check(&check, subject, problems);
	}
	return status;
}
