/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/option-check.h"

#include <string.h>

#include <kban/text.h>

#include "base/text.h"
#include "conf/conf-table.h"

static bool ends_reference(char before, const char *behind)
{
	if (before == '(')
		return strncmp(behind, ")s", 2) == 0;
	if (before == '<')
		return *behind == '>';
	return before == '/' && (*behind == '>' || strncmp(behind, ")s", 2) == 0);
}

static bool refers_to(const char *text, const char *name)
{
	size_t length = strlen(name);
	const char *found = text;

	for (; (found = strcasestr(found, name)) != NULL; found++)
		if (found > text && ends_reference(found[-1], found + length))
			return true;
	return false;
}

static bool section_refers_to(const struct kb_options *options, const char *name)
{
	for (size_t i = 0; options != NULL && i < options->count; i++)
		if (refers_to(options->items[i].value.text, name))
			return true;
	return false;
}

static bool is_referred_to(const struct kb_conf *conf, const char *name)
{
	const char *section;

	if (section_refers_to(kb_conf_section_options(conf, KB_CONF_DEFAULT), name))
		return true;
	for (size_t i = 0; (section = kb_conf_section(conf, i)) != NULL; i++)
		if (section_refers_to(kb_conf_section_options(conf, section), name))
			return true;
	return false;
}

static bool is_known(const char *name, const char *const *known)
{
	while (*known != NULL && strcasecmp(*known, name) != 0)
		known++;
	return *known != NULL;
}

int kb_option_check(const struct kb_option_check *check, const char *subject,
		    struct kb_problem_list *problems)
{
	const char *meant;

	/* In this order: there are many references to go through. */
	if (is_known(check->name, check->known))
		return KBAN_OK;
	meant = kban_text_nearest(check->name, check->known);
	if ((meant == NULL && check->only_near) || is_referred_to(check->conf, check->name))
		return KBAN_OK;
	if (meant == NULL)
		return kb_problem_list_add(problems, KB_PROBLEM_WARNING, subject, check->where,
					   "option '%.*s' of %s means nothing, and nothing refers "
					   "to it",
					   KB_QUOTE_MAX, check->name, check->place);
	return kb_problem_list_add(problems, KB_PROBLEM_WARNING, subject, check->where,
				   "option '%.*s' of %s means nothing; is '%s' meant?",
				   KB_QUOTE_MAX, check->name, check->place, meant);
}
