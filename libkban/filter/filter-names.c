/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filter/filter-names.h"

#include <stdio.h>

#include <kban/text.h>

#include "base/text.h"
#include "conf/option-check.h"

#define PLACE_SIZE (KB_QUOTE_MAX + 16)

/* Arguments that jails give to every filter, and settings that an argument may replace. */
static const char *const usual[] = { "mode",        "logtype",      "name",     "failregex",
				     "ignoreregex", "prefregex",    "maxlines", "datepattern",
				     "usedns",      "journalmatch", "backend" };

/* Names of the filter's own options and of @a usual. NULL ends. */
static const char **list_names(const struct kb_conf *conf)
{
	static const char *const sections[] = { "Definition", "Init" };
	const char **names = calloc(kb_array_size(usual) + 1, sizeof(*names));
	size_t count = 0;

	for (size_t i = 0; names != NULL && i < kb_array_size(usual); i++)
		names[count++] = usual[i];
	for (size_t i = 0; names != NULL && i < kb_array_size(sections); i++) {
		const struct kb_options *options = kb_conf_section_options(conf, sections[i]);
		size_t more = options != NULL ? options->count : 0;
		const char **grown = reallocarray(names, count + more + 1, sizeof(*names));

		if (grown == NULL)
			free(names);
		names = grown;
		for (size_t k = 0; names != NULL && k < more; k++)
			names[count++] = options->items[k].name;
	}
	if (names != NULL)
		names[count] = NULL;
	return names;
}

static int check_argument(const struct kb_filter_map *map, const struct kb_option *option,
			  const char *const *names, struct kb_problem_list *problems)
{
	char place[PLACE_SIZE];
	const struct kb_option_check check = {
		.conf = map->conf,
		.name = option->name,
		.place = place,
		.where = kb_value_where(&option->value),
		.known = names,
	};

	snprintf(place, sizeof(place), "filter %.*s", KB_QUOTE_MAX, map->item.name);
	/* What is for one family only, or replaces what an option was before. */
	if (strpbrk(option->name, "?/") != NULL)
		return KBAN_OK;
	return kb_option_check(&check, NULL, problems);
}

/* The name of an option, if a rule is nothing but the tag of one; else NULL. Tags that stand for
 * addresses and fields are in capitals. */
static char *lone_tag(const char *rule)
{
	struct kban_text text = kb_text_trim(kb_text(rule));
	bool is_option = false;

	if (text.len < 3 || text.data[0] != '<' || text.data[text.len - 1] != '>')
		return NULL;
	text = kb_text_slice(text, 1, text.len - 1);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (c >= 'a' && c <= 'z')
			is_option = true;
		else if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '-' && c != '_')
			return NULL;
	}
	return is_option ? kb_text_copy(text) : NULL;
}

static int check_rules(const char *key, const struct kb_rule_list *rules, const char *const *names,
		       struct kb_problem_list *problems)
{
	int status = KBAN_OK;

	for (size_t i = 0; i < rules->count && status == KBAN_OK; i++) {
		kb_autofree char *tag = lone_tag(rules->items[i].text);
		const char *meant = tag != NULL ? kban_text_nearest(tag, names) : NULL;

		if (tag == NULL)
			continue;
		status = kb_problem_list_add(
			problems, KB_PROBLEM_WARNING, NULL, &rules->items[i].where,
			"%s: '<%.*s>' is no rule, as there is no such option%s%s%s", key,
			KB_QUOTE_MAX, tag, meant ? "; is '" : "", meant ? meant : "",
			meant ? "' meant?" : "");
	}
	return status;
}

int kb_filter_names_check(const struct kb_filter_map *map, const struct kb_filter_source *source,
			  struct kb_problem_list *problems)
{
	kb_autofree const char **names = NULL;
	int status = KBAN_OK;

	if (map->conf == NULL)
		return KBAN_OK;
	names = list_names(map->conf);
	if (names == NULL)
		return KBAN_E_NOMEM;
	for (size_t i = 0; i < map->written && status == KBAN_OK; i++)
		status = check_argument(map, &map->item.options.items[i], names, problems);
	if (status == KBAN_OK)
		status = check_rules("failregex", &source->failregex, names, problems);
	return status == KBAN_OK ? check_rules("ignoreregex", &source->ignoreregex, names, problems)
				 : status;
}
