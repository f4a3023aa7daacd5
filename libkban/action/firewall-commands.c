/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "action/firewall-commands.h"

#include "base/text.h"

int kb_firewall_fail_foreign(const char *action, const char *option, const struct kb_where *where,
			     struct kban_error **err)
{
	return kb_fail(err, KBAN_E_NOTFOUND, where,
		       "%s: no rule with a set does what action '%s' is to do with it", option,
		       action);
}

/* Options that are commands or parts of them; whoever changes one wants that command to be run. */
static bool is_command(const char *option)
{
	static const char *const harmless[] = { "actname", "actiontype", "actionstart_on_demand",
						"actionrepair_on_unban" };
	static const char *const parts[] = {
		"pre-rule",    "rule-jump",       "match",     "rule_stat", "iptables", "nftables",
		"rich-suffix", "fwcmd_rich_rule", "multiport", "allports",  "kill"
	};
	struct kban_text name = kb_text(option);

	name = kb_text_slice(name, 0, kb_text_index(name, '?'));
	for (size_t i = 0; i < kb_array_size(harmless); i++)
		if (kb_text_is(name, harmless[i]))
			return false;
	for (size_t i = 0; i < kb_array_size(parts); i++)
		if (kb_text_is(name, parts[i]))
			return true;
	return kb_text_starts_with(name, "action") || kb_text_starts_with(name, "_") ||
	       kb_text_starts_with(name, "rule_match-");
}

/* True for what is not of fail2ban: NAME.local, and files in NAME.d. */
static bool is_local(const char *file)
{
	const struct kban_text folder = KB_TEXT("/action.d/");
	struct kban_text path = kb_text(file);
	size_t at = kb_text_find(path, folder);

	if (kb_text_ends_with(path, ".local"))
		return true;
	path = kb_text_slice(path, at < path.len ? at + folder.len : path.len, path.len);
	return kb_text_index(path, '/') < path.len;
}

static int check_section(const struct kb_action_options *options, const char *section,
			 struct kban_error **err)
{
	const struct kb_options *own =
		options->conf != NULL ? kb_conf_section_options(options->conf, section) : NULL;

	for (size_t i = 0; own != NULL && i < own->count; i++) {
		const struct kb_where *where = kb_value_where(&own->items[i].value);

		if (is_command(own->items[i].name) && where->file != NULL && is_local(where->file))
			return kb_firewall_fail_foreign(options->item->name, own->items[i].name,
							where, err);
	}
	return KBAN_OK;
}

/* Options of one action that are for its command alone, but for one value. */
static int check_values(const struct kb_action_options *options, struct kban_error **err)
{
	static const struct {
		const char *action, *option, *value;
	} expected[] = {
		{ "ufw", "destination", "any" },
		{ "ufw", "application", "" },
		{ "ufw", "kill-mode", "" },
	};

	for (size_t i = 0; i < kb_array_size(expected); i++) {
		kb_auto_clear(value) value = { 0 };
		int status;

		if (strcmp(options->item->name, expected[i].action) != 0)
			continue;
		status = kb_action_option(options, expected[i].option, KBAN_IPV4, &value, err);
		if (status == KBAN_OK && strcmp(value.text, expected[i].value) != 0)
			return kb_firewall_fail_foreign(options->item->name, expected[i].option,
							kb_value_where(&value), err);
		if (status < 0 && status != KBAN_E_NOTFOUND)
			return status;
	}
	return KBAN_OK;
}

int kb_firewall_check_commands(const struct kb_action_options *options, struct kban_error **err)
{
	const struct kb_options *given = &options->item->options;
	int status;

	for (size_t i = 0; i < given->count; i++)
		if (is_command(given->items[i].name))
			return kb_firewall_fail_foreign(options->item->name, given->items[i].name,
							kb_value_where(&given->items[i].value),
							err);
	status = check_section(options, "Definition", err);
	if (status == KBAN_OK)
		status = check_section(options, "Init", err);
	return status < 0 ? status : check_values(options, err);
}
