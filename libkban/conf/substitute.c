/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/substitute.h"

#include "base/buffer.h"
#include "base/text.h"
#include "conf/conf-table.h"
#include "conf/value-builder.h"

#define KNOWN "known/"

/* What gives a line its place: what is left of it before what is put in. */
#define RANK_INSERTED 1
#define RANK_OWN      2

struct work {
	const struct kb_substitution *how;
	struct kb_options *map;
	size_t replaced;
	struct kban_error **err;
};

bool kb_tag_find(struct kban_text text, size_t at, struct kb_tag *tag)
{
	size_t from = text.len;

	for (; at < text.len; at++) {
		char byte = text.data[at];

		if (byte == '<') {
			from = at;
		} else if (byte == '>' && from < text.len && at > from + 1) {
			*tag = (struct kb_tag){ from, at + 1, kb_text_slice(text, from + 1, at) };
			return true;
		} else if (byte == ' ' || byte == '>') {
			from = text.len;
		}
	}
	return false;
}

static bool is_kept(const struct work *work, struct kban_text name)
{
	const char *const *keep = work->how->keep;

	for (; keep != NULL && *keep != NULL; keep++) {
		if (kb_text_is(name, *keep))
			return true;
	}
	for (size_t i = 0; i < work->map->count; i++) {
		struct kban_text key = kb_text(work->map->items[i].name);

		if (key.len > name.len && key.data[name.len] == '?' &&
		    kb_text_equal(kb_text_slice(key, 0, name.len), name))
			return true;
	}
	return false;
}

/* The option @a name, lower case, of the section. */
static int fetch_plain(const struct work *work, const char *name, struct kb_value *out)
{
	const struct kb_substitution *how = work->how;

	for (size_t i = 0; how->variables != NULL && i < how->variables->count; i++) {
		if (kb_text_is_nocase(kb_text(name), how->variables->items[i].name))
			return kb_value_copy(out, &how->variables->items[i].value);
	}
	return kb_conf_get(how->conf, how->section, name, how->variables, out, work->err);
}

/* The option @a name, lower case, of what is before the slash of a tag. */
static int fetch_elsewhere(const struct work *work, const char *section, const char *name,
			   struct kb_value *out)
{
	const struct kb_substitution *how = work->how;
	int status;

	if (kb_text_is_nocase(kb_text(section), KB_CONF_DEFAULT))
		return kb_conf_get(how->conf, KB_CONF_DEFAULT, name, NULL, out, work->err);
	if (strcmp(section, "known") != 0) {
		if (kb_conf_section_options(how->conf, section) == NULL)
			return KBAN_E_NOTFOUND;
		return kb_conf_get(how->conf, section, name, NULL, out, work->err);
	}
	status = kb_conf_get_known(how->conf, how->section, name, how->variables, out, work->err);
	if (status != KBAN_E_NOTFOUND)
		return status;
	/* Not a variable of that name: it may be the one that refers to what it beats. */
	return kb_conf_get(how->conf, how->section, name, how->variables, out, work->err);
}

/* A copy of @a text in lower case, or NULL without memory. */
static char *copy_lower(struct kban_text text)
{
	kb_auto_clear(buffer) copy = { 0 };

	kb_buffer_lower(&copy, text);
	return kb_buffer_take(&copy);
}

/* KBAN_E_NOTFOUND if no file has an option for the tag. */
static int fetch(const struct work *work, struct kban_text tag, struct kb_value *out)
{
	size_t slash = kb_text_index(tag, '/');
	size_t start = slash < tag.len ? slash + 1 : 0;
	kb_autofree char *section = kb_text_copy(kb_text_slice(tag, 0, slash));
	kb_autofree char *option = copy_lower(kb_text_slice(tag, start, tag.len));

	if (section == NULL || option == NULL)
		return kb_fail_memory(work->err);
	if (option[0] == '\0' || work->how->conf == NULL)
		return KBAN_E_NOTFOUND;
	if (start == 0)
		return fetch_plain(work, option, out);
	return fetch_elsewhere(work, section, option, out);
}

static int fail_circle(const struct work *work, const struct kb_option *option,
		       const struct kb_tag *tag)
{
	int shown = tag->name.len < KB_QUOTE_MAX ? (int)tag->name.len : KB_QUOTE_MAX;

	return kb_fail(work->err, KBAN_E_SYNTAX, kb_value_where(&option->value),
		       "option '%s': tag '<%.*s>' refers to itself", option->name, shown,
		       tag->name.data);
}

/* Put @a with in place of each occurrence of the tag. */
static int build_replaced(const struct kb_value *value, struct kban_text tag,
			  const struct kb_value *with, struct kb_value_builder *builder)
{
	struct kban_text text = kb_text(value->text);
	size_t at = 0;
	int status = KBAN_OK;

	while (status == KBAN_OK) {
		size_t found = at + kb_text_find(kb_text_slice(text, at, text.len), tag);

		status = kb_value_builder_add(builder, value, at, found, RANK_OWN);
		if (status != KBAN_OK || found == text.len)
			break;
		status = kb_value_builder_add(builder, with, 0, strlen(with->text), RANK_INSERTED);
		at = found + tag.len;
	}
	return status;
}

static int replace_all(struct work *work, struct kb_option *option, const struct kb_tag *tag,
		       const struct kb_value *with)
{
	kb_auto_clear(value_builder) builder = { 0 };
	struct kb_value replaced = { 0 };
	struct kban_text whole = kb_text_slice(kb_text(option->value.text), tag->from, tag->to);
	int status;

	if (++work->replaced > KB_SUBSTITUTE_MAX)
		return fail_circle(work, option, tag);
	status = build_replaced(&option->value, whole, with, &builder);
	if (status == KBAN_OK)
		status = kb_value_builder_take(&builder, &replaced);
	if (status == KBAN_E_LIMIT)
		return kb_fail(work->err, status, kb_value_where(&option->value),
			       "option '%s' grows beyond %zu bytes; look for tags that refer to "
			       "each other",
			       option->name, KB_VALUE_SIZE_MAX);
	if (status != KBAN_OK)
		return kb_fail_memory(work->err);
	kb_value_clear(&option->value);
	option->value = replaced;
	return KBAN_OK;
}

/* Replace @a tag in the option. KBAN_E_NOTFOUND if it stays. */
static int resolve(struct work *work, struct kb_option *option, const struct kb_tag *tag)
{
	kb_auto_clear(value) fetched = { 0 };
	int status = KBAN_OK;

	if (is_kept(work, tag->name))
		return KBAN_E_NOTFOUND;
	if (kb_text_is(tag->name, option->name))
		return fail_circle(work, option, tag);
	for (size_t i = 0; i < work->map->count; i++) {
		if (kb_text_is(tag->name, work->map->items[i].name))
			return replace_all(work, option, tag, &work->map->items[i].value);
	}
	status = fetch(work, tag->name, &fetched);
	return status == KBAN_OK ? replace_all(work, option, tag, &fetched) : status;
}

/* One pass over a value. Returns 1 if something was replaced. */
static int expand(struct work *work, struct kb_option *option)
{
	struct kb_tag tag;
	size_t at = 0;
	int replaced = 0;

	while (kb_tag_find(kb_text(option->value.text), at, &tag)) {
		int status = resolve(work, option, &tag);

		if (status != KBAN_OK && status != KBAN_E_NOTFOUND)
			return status;
		at = status == KBAN_OK ? tag.from : tag.to;
		replaced |= status == KBAN_OK;
	}
	return replaced;
}

int kb_substitute(const struct kb_substitution *how, struct kb_options *map,
		  struct kban_error **err)
{
	struct work work = { .how = how, .map = map, .err = err };
	bool again = true;

	while (again) {
		again = false;
		for (size_t i = 0; i < map->count; i++) {
			int status = expand(&work, &map->items[i]);

			if (status < 0)
				return status;
			again |= status > 0;
		}
	}
	return KBAN_OK;
}
