/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/conf-table.h"

#include "base/buffer.h"
#include "base/text.h"

static struct kb_conf_section *find_section(const struct kb_conf_table *table,
					    struct kban_text name)
{
	for (size_t i = 0; i < table->count; i++) {
		if (kb_text_is(name, table->items[i]->name))
			return table->items[i];
	}
	return NULL;
}

struct kb_conf_section *kb_conf_table_find(const struct kb_conf_table *table, const char *name)
{
	return find_section(table, kb_text(name));
}

struct kb_conf_section *kb_conf_table_add(struct kb_conf_table *table, struct kban_text name,
					  const struct kb_where *where)
{
	struct kb_conf_section *section = find_section(table, name);

	if (section != NULL)
		return section;
	if (kb_array_room(&table->items, &table->capacity, table->count,
			  sizeof(struct kb_conf_section *)) < 0)
		return NULL;
	section = calloc(1, sizeof(*section));
	if (section == NULL)
		return NULL;
	section->where = *where;
	section->name = kb_text_copy(name);
	if (section->name == NULL) {
		free(section);
		return NULL;
	}
	table->items[table->count++] = section;
	return section;
}

/* Takes over what @a value holds, also on failure. */
static int override(struct kb_conf_section *section, struct kban_text name, struct kb_value *value)
{
	kb_auto_clear(value) taken = *value;

	*value = (struct kb_value){ 0 };
	for (size_t i = 0; i < section->options.count; i++) {
		struct kb_option *option = &section->options.items[i];

		if (kb_text_is(name, option->name)) {
			struct kb_value old = option->value;

			option->value = taken;
			taken = (struct kb_value){ 0 };
			return kb_options_append(&section->known, name, &old);
		}
	}
	return kb_options_append(&section->options, name, &taken);
}

static int merge_option(struct kb_conf_section *into, struct kb_option *option,
			const char *condition)
{
	kb_auto_clear(buffer) name = { 0 };

	kb_buffer_string(&name, option->name);
	if (kb_buffer_string(&name, condition) != KBAN_OK)
		return KBAN_E_NOMEM;
	return override(into, kb_buffer_content(&name), &option->value);
}

/* Length of WORD in a section name WORD?CONDITION; that of the whole name without condition. */
static size_t plain_length(const char *name)
{
	struct kban_text text = kb_text(name);
	size_t mark = kb_text_index(text, '?');

	return mark > 0 && mark + 1 < text.len ? mark : text.len;
}

int kb_conf_table_merge(struct kb_conf_table *into, struct kb_conf_table *from)
{
	for (size_t i = 0; i < from->count; i++) {
		struct kb_conf_section *section = from->items[i];
		size_t length = plain_length(section->name);
		struct kb_conf_section *target = kb_conf_table_add(
			into, (struct kban_text){ section->name, length }, &section->where);

		if (target == NULL)
			return KBAN_E_NOMEM;
		for (size_t j = 0; j < section->options.count; j++) {
			int status = merge_option(target, &section->options.items[j],
						  section->name + length);

			if (status != KBAN_OK)
				return status;
		}
	}
	return KBAN_OK;
}

const struct kb_value *kb_conf_table_value(const struct kb_conf_table *table, const char *section,
					   const char *option)
{
	return kb_conf_table_older(table, section, option, NULL);
}

/* As kb_conf_table_older(), in one section; @a found says whether @a after was met. */
static const struct kb_value *older_in(const struct kb_conf_section *section, const char *option,
				       const struct kb_value *after, bool *found)
{
	const struct kb_value *value =
		section != NULL ? kb_options_find(&section->options, option) : NULL;

	if (value == NULL || *found)
		return value;
	*found = value == after;
	for (size_t i = section->known.count; i > 0; i--) {
		const struct kb_option *known = &section->known.items[i - 1];

		if (strcmp(known->name, option) != 0)
			continue;
		if (*found)
			return &known->value;
		*found = &known->value == after;
	}
	return NULL;
}

const struct kb_value *kb_conf_table_older(const struct kb_conf_table *table, const char *section,
					   const char *option, const struct kb_value *after)
{
	bool found = after == NULL;
	const struct kb_value *value =
		older_in(kb_conf_table_find(table, section), option, after, &found);

	if (value != NULL || strcmp(section, KB_CONF_DEFAULT) == 0)
		return value;
	return older_in(kb_conf_table_find(table, KB_CONF_DEFAULT), option, after, &found);
}

void kb_conf_table_clear(struct kb_conf_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		free(table->items[i]->name);
		kb_options_clear(&table->items[i]->options);
		kb_options_clear(&table->items[i]->known);
		free(table->items[i]);
	}
	free(table->items);
	*table = (struct kb_conf_table){ 0 };
}
