/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "action/action-option.h"

#include <stdio.h>

#include "base/text.h"
#include "conf/substitute.h"

/* Replacements in one value; more is taken for tags that refer to each other in a circle. */
#define REPLACEMENTS_MAX 100

/* Bytes of the name of an option with its condition. */
#define NAME_SIZE 128

/* Where to look for an option. */
enum reach {
	ALL,
	BUT_JAIL, /* what the jail's own value beats: <known/name> */
};

struct lookup {
	const struct kb_action_options *options;
	enum kban_family family;
	struct kban_error **err;
};

static const char *conditional(const struct lookup *lookup, const char *name, char *out)
{
	snprintf(out, NAME_SIZE, "%s?family=%s", name,
		 lookup->family == KBAN_IPV6 ? "inet6" : "inet4");
	return out;
}

static const char *default_of(const struct lookup *lookup, const char *name)
{
	const struct kb_action_default *item = lookup->options->defaults;

	for (; item != NULL && item->name != NULL; item++)
		if (strcmp(item->name, name) == 0)
			return item->value;
	return NULL;
}

/* Why a value could not be made. */
static int fail_value(const struct lookup *lookup, int status, const char *name)
{
	if (status == KBAN_E_LIMIT)
		return kb_fail(lookup->err, status, &lookup->options->item->where,
			       "%s: is longer than %zu bytes", name, KB_VALUE_SIZE_MAX);
	return kb_fail_memory(lookup->err);
}

static int get_default(const struct lookup *lookup, const char *name, struct kb_value *out)
{
	char full[NAME_SIZE];
	const char *value = default_of(lookup, conditional(lookup, name, full));
	int status;

	if (value == NULL)
		value = default_of(lookup, name);
	if (value == NULL)
		return KBAN_E_NOTFOUND;
	status = kb_value_init(out, kb_text(value), &lookup->options->item->where);
	return status < 0 ? fail_value(lookup, status, name) : status;
}

/* A value of the file, if @a section itself has it. */
static int get_from_section(const struct lookup *lookup, const char *section, const char *name,
			    struct kb_value *out)
{
	const struct kb_conf *conf = lookup->options->conf;
	const struct kb_options *own = kb_conf_section_options(conf, section);

	if (own == NULL || kb_options_find(own, name) == NULL)
		return KBAN_E_NOTFOUND;
	return kb_conf_get(conf, section, name, &lookup->options->item->options, out, lookup->err);
}

/* Sections with a condition were merged into those without, as options with a condition. */
static int get_from_file(const struct lookup *lookup, const char *name, struct kb_value *out)
{
	char full[NAME_SIZE];
	int status;

	if (lookup->options->conf == NULL)
		return KBAN_E_NOTFOUND;
	status = get_from_section(lookup, "Init", conditional(lookup, name, full), out);
	if (status == KBAN_E_NOTFOUND)
		status = get_from_section(lookup, "Init", name, out);
	if (status == KBAN_E_NOTFOUND)
		status = kb_conf_get(lookup->options->conf, "Definition", name,
				     &lookup->options->item->options, out, lookup->err);
	return status;
}

static int get_from_jail(const struct lookup *lookup, const char *name, struct kb_value *out)
{
	const struct kb_options *given = &lookup->options->item->options;
	char full[NAME_SIZE];
	const struct kb_value *value = kb_options_find(given, conditional(lookup, name, full));
	int status;

	if (value == NULL)
		value = kb_options_find(given, name);
	if (value != NULL)
		status = kb_value_copy(out, value);
	else if (strcmp(name, "name") == 0)
		status = kb_value_init(out, kb_text(lookup->options->jail),
				       &lookup->options->item->where);
	else
		return KBAN_E_NOTFOUND;
	return status < 0 ? fail_value(lookup, status, name) : status;
}

static int get(const struct lookup *lookup, const char *name, enum reach reach,
	       struct kb_value *out)
{
	int status = KBAN_E_NOTFOUND;

	if (reach == ALL)
		status = get_from_jail(lookup, name, out);
	if (status == KBAN_E_NOTFOUND)
		status = get_from_file(lookup, name, out);
	if (status == KBAN_E_NOTFOUND)
		status = get_default(lookup, name, out);
	return status;
}

/* What <tag> stands for. */
static int get_tag(const struct lookup *lookup, struct kban_text tag, struct kb_value *out)
{
	const struct kb_conf *conf = lookup->options->conf;
	char name[NAME_SIZE];
	size_t slash = kb_text_index(tag, '/');

	if (tag.len >= sizeof(name))
		return KBAN_E_NOTFOUND;
	snprintf(name, sizeof(name), "%.*s", (int)tag.len, tag.data);
	if (slash == tag.len)
		return get(lookup, name, ALL, out);
	name[slash] = '\0';
	if (strcmp(name, "known") == 0)
		return get(lookup, name + slash + 1, BUT_JAIL, out);
	if (conf == NULL)
		return KBAN_E_NOTFOUND;
	return kb_conf_get(conf, name, name + slash + 1, &lookup->options->item->options, out,
			   lookup->err);
}

/* Replace the first tag at or behind *at that stands for something. False: there is none. */
static int replace_next(const struct lookup *lookup, const char *name, struct kb_value *value,
			size_t *at)
{
	struct kb_tag tag;

	while (kb_tag_find(kb_text(value->text), *at, &tag)) {
		kb_auto_clear(value) with = { 0 };
		int status = get_tag(lookup, tag.name, &with);

		if (status == KBAN_OK) {
			status = kb_value_replace(value, tag.from, tag.to, &with);
			*at = 0;
			return status < 0 ? fail_value(lookup, status, name) : 1;
		}
		if (status != KBAN_E_NOTFOUND)
			return status;
		*at = tag.to;
	}
	return 0;
}

int kb_action_option(const struct kb_action_options *options, const char *name,
		     enum kban_family family, struct kb_value *out, struct kban_error **err)
{
	struct lookup lookup = { .options = options, .family = family, .err = err };
	kb_auto_clear(value) value = { 0 };
	int status = get(&lookup, name, ALL, &value);
	size_t at = 0;

	for (int i = 0; status >= 0; i++) {
		status = replace_next(&lookup, name, &value, &at);
		if (status == 0)
			break;
		if (status > 0 && i == REPLACEMENTS_MAX)
			return kb_fail(err, KBAN_E_SYNTAX, kb_value_where(&value),
				       "%s: tags refer to each other in a circle", name);
	}
	if (status < 0)
		return status;
	*out = value;
	value = (struct kb_value){ 0 };
	return KBAN_OK;
}
