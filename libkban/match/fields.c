/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "match/fields.h"

#include "base/text.h"

static const struct kban_text unset = { NULL, 0 };

/* Index of a field, or count. */
static size_t index_of(const struct kb_fields *fields, const char *name)
{
	size_t i = 0;

	while (i < fields->count && strcmp(fields->items[i].name, name) != 0)
		i++;
	return i;
}

struct kban_text kb_fields_find(const struct kb_fields *fields, const char *name)
{
	size_t i = index_of(fields, name);

	return i < fields->count ? fields->items[i].value : unset;
}

bool kb_fields_has(const struct kb_fields *fields, const char *name)
{
	return kb_fields_find(fields, name).len > 0;
}

static int grow(struct kb_fields *fields)
{
	size_t wanted = fields->capacity > 0 ? fields->capacity * 2 : 16;
	struct kban_field *items = reallocarray(fields->items, wanted, sizeof(*items));
	struct kb_buffer *texts;

	if (items == NULL)
		return KBAN_E_NOMEM;
	fields->items = items;
	texts = reallocarray(fields->texts, wanted, sizeof(*texts));
	if (texts == NULL)
		return KBAN_E_NOMEM;
	memset(texts + fields->capacity, 0, (wanted - fields->capacity) * sizeof(*texts));
	fields->texts = texts;
	fields->capacity = wanted;
	return KBAN_OK;
}

/* Set the field at @a i, which is there or the next. */
static int set_at(struct kb_fields *fields, size_t i, const char *name, struct kban_text value)
{
	struct kb_buffer *text;

	if (i == fields->capacity && grow(fields) != KBAN_OK)
		return KBAN_E_NOMEM;
	text = &fields->texts[i];
	kb_buffer_reset(text);
	if (value.data != NULL && kb_buffer_text(text, value) != KBAN_OK)
		return KBAN_E_NOMEM;
	fields->items[i].name = name;
	fields->items[i].value = value.data != NULL ? kb_buffer_content(text) : unset;
	if (i == fields->count)
		fields->count++;
	return KBAN_OK;
}

int kb_fields_set(struct kb_fields *fields, const char *name, struct kban_text value)
{
	return set_at(fields, index_of(fields, name), name, value);
}

bool kb_fields_drop(struct kb_fields *fields, const char *name)
{
	size_t i = index_of(fields, name);
	bool had;

	if (i == fields->count)
		return false;
	had = fields->items[i].value.len > 0;
	fields->items[i].value = unset;
	return had;
}

int kb_fields_copy(struct kb_fields *to, const struct kb_fields *from)
{
	for (size_t i = 0; i < from->count; i++)
		if (set_at(to, i, from->items[i].name, from->items[i].value) != KBAN_OK)
			return KBAN_E_NOMEM;
	return KBAN_OK;
}

int kb_fields_overlay(struct kb_fields *fields, const struct kb_fields *more)
{
	for (size_t i = 0; i < more->count; i++) {
		const struct kban_field *item = &more->items[i];

		if (item->value.data != NULL &&
		    kb_fields_set(fields, item->name, item->value) != KBAN_OK)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

static int add_groups(struct kb_fields *fields, const struct kb_pattern *pattern,
		      const struct kb_match *match, struct kban_text subject)
{
	size_t count = kb_pattern_name_count(pattern);
	size_t from;
	size_t to;

	for (size_t i = 0; i < count; i++) {
		struct kban_text value = unset;

		if (kb_match_group(match, kb_pattern_name_group(pattern, i), &from, &to))
			value = (struct kban_text){ subject.data + from, to - from };
		/* No two groups of a pattern have one name. */
		if (set_at(fields, i, kb_pattern_name(pattern, i), value) != KBAN_OK)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

static int fill_empty(struct kb_fields *fields, const struct kb_redirects *alternatives)
{
	for (size_t i = 0; i < alternatives->count; i++) {
		const struct kb_redirect *item = &alternatives->items[i];

		if (!kb_fields_has(fields, item->from) || kb_fields_has(fields, item->to))
			continue;
		if (kb_fields_set(fields, item->to, kb_fields_find(fields, item->from)) != KBAN_OK)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

/* Append a text as Python shows it: None, 'it', "it's". */
static int append_python(struct kb_buffer *out, struct kban_text text)
{
	bool has_single = kb_text_index(text, '\'') < text.len;
	bool has_double = kb_text_index(text, '"') < text.len;
	char quote = has_single && !has_double ? '"' : '\'';
	uint32_t code;

	if (text.data == NULL)
		return kb_buffer_string(out, "None");
	kb_buffer_byte(out, quote);
	while (text.len > 0) {
		size_t used = kb_utf8_decode(text, &code);

		if (code == (unsigned char)quote || code == '\\')
			kb_buffer_byte(out, '\\');
		kb_buffer_printable(out, kb_text_slice(text, 0, used));
		text = kb_text_slice(text, used, text.len);
	}
	return kb_buffer_byte(out, quote);
}

/* A field that has parts already is a tuple: put the new part in front of its ')'. */
static int extend(struct kb_fields *fields, const struct kb_redirect *part, bool is_tuple)
{
	kb_auto_clear(buffer) tuple = { 0 };
	struct kban_text old = kb_fields_find(fields, part->to);

	if (is_tuple) {
		kb_buffer_text(&tuple, kb_text_slice(old, 0, old.len - 1));
	} else {
		kb_buffer_byte(&tuple, '(');
		append_python(&tuple, old);
	}
	kb_buffer_string(&tuple, ", ");
	append_python(&tuple, kb_fields_find(fields, part->from));
	if (kb_buffer_byte(&tuple, ')') != KBAN_OK)
		return KBAN_E_NOMEM;
	return kb_fields_set(fields, part->to, kb_buffer_content(&tuple));
}

static int extend_all(struct kb_fields *fields, const struct kb_redirects *parts)
{
	for (size_t i = 0; i < parts->count; i++) {
		bool is_tuple = false;

		for (size_t before = 0; before < i; before++)
			if (strcmp(parts->items[before].to, parts->items[i].to) == 0)
				is_tuple = true;
		if (extend(fields, &parts->items[i], is_tuple) != KBAN_OK)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

int kb_fields_read_match(struct kb_fields *fields, const struct kb_rule *rule,
			 const struct kb_match *match, struct kban_text subject)
{
	if (add_groups(fields, rule->pattern, match, subject) != KBAN_OK ||
	    fill_empty(fields, &rule->alternatives) != KBAN_OK)
		return KBAN_E_NOMEM;
	return extend_all(fields, &rule->parts);
}

void kb_fields_reset(struct kb_fields *fields)
{
	fields->count = 0;
}

void kb_fields_clear(struct kb_fields *fields)
{
	for (size_t i = 0; i < fields->capacity; i++)
		kb_buffer_clear(&fields->texts[i]);
	free(fields->texts);
	free(fields->items);
	*fields = (struct kb_fields){ 0 };
}
