/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "match/fields.h"

#include "base/text.h"

static const struct kban_text unset = { NULL, 0 };

/* Mostly the first letter tells. */
static bool is_name(const char *left, const char *right)
{
	return left == right || (left[0] == right[0] && strcmp(left, right) == 0);
}

/* Index of a field, or count. */
static size_t index_of(const struct kb_fields *fields, enum kb_field_kind kind, const char *name)
{
	size_t i = 0;

	if (kind != KB_FIELD_OTHER)
		return fields->places[kind] > 0 ? fields->places[kind] - 1 : fields->count;
	while (i < fields->count &&
	       (fields->kinds[i] != KB_FIELD_OTHER || !is_name(fields->items[i].name, name)))
		i++;
	return i;
}

struct kban_text kb_fields_find(const struct kb_fields *fields, const char *name)
{
	size_t i = index_of(fields, kb_field_kind_of(name), name);

	return i < fields->count ? fields->items[i].value : unset;
}

static int grow(struct kb_fields *fields)
{
	size_t wanted = fields->capacity > 0 ? fields->capacity * 2 : 16;
	struct kban_field *items = reallocarray(fields->items, wanted, sizeof(*items));
	enum kb_field_kind *kinds;
	struct kb_buffer *texts;

	if (items == NULL)
		return KBAN_E_NOMEM;
	fields->items = items;
	kinds = reallocarray(fields->kinds, wanted, sizeof(*kinds));
	if (kinds == NULL)
		return KBAN_E_NOMEM;
	fields->kinds = kinds;
	texts = reallocarray(fields->texts, wanted, sizeof(*texts));
	if (texts == NULL)
		return KBAN_E_NOMEM;
	memset(texts + fields->capacity, 0, (wanted - fields->capacity) * sizeof(*texts));
	fields->texts = texts;
	fields->capacity = wanted;
	return KBAN_OK;
}

/* Point the field at @a i, which is there or the next, to @a value. */
static int point_at(struct kb_fields *fields, size_t i, enum kb_field_kind kind, const char *name,
		    struct kban_text value)
{
	if (i == fields->capacity && grow(fields) != KBAN_OK)
		return KBAN_E_NOMEM;
	fields->items[i] = (struct kban_field){ name, value };
	fields->kinds[i] = kind;
	fields->places[kind] = (unsigned)i + 1; /* of others it does not matter */
	if (i == fields->count)
		fields->count++;
	return KBAN_OK;
}

/* Make the text at @a i a copy. */
static int keep_at(struct kb_fields *fields, size_t i)
{
	struct kb_buffer *text = &fields->texts[i];
	struct kban_text *value = &fields->items[i].value;

	if (value->data == NULL || value->data == text->data)
		return KBAN_OK;
	kb_buffer_reset(text);
	if (kb_buffer_text(text, *value) != KBAN_OK)
		return KBAN_E_NOMEM;
	*value = kb_buffer_content(text);
	return KBAN_OK;
}

static int set_at(struct kb_fields *fields, size_t i, enum kb_field_kind kind, const char *name,
		  struct kban_text value)
{
	if (point_at(fields, i, kind, name, value) != KBAN_OK)
		return KBAN_E_NOMEM;
	return keep_at(fields, i);
}

static int set(struct kb_fields *fields, enum kb_field_kind kind, const char *name,
	       struct kban_text value)
{
	return set_at(fields, index_of(fields, kind, name), kind, name, value);
}

int kb_fields_set(struct kb_fields *fields, const char *name, struct kban_text value)
{
	return set(fields, kb_field_kind_of(name), name, value);
}

int kb_fields_repeat(struct kb_fields *fields, enum kb_field_kind to, enum kb_field_kind from)
{
	return set(fields, to, kb_field_kind_name(to), kb_fields_get(fields, from));
}

bool kb_fields_drop(struct kb_fields *fields, enum kb_field_kind kind)
{
	bool had = kb_fields_has(fields, kind);

	if (fields->places[kind] > 0)
		fields->items[fields->places[kind] - 1].value = unset;
	return had;
}

int kb_fields_copy(struct kb_fields *to, const struct kb_fields *from)
{
	for (size_t i = 0; i < from->count; i++)
		if (set_at(to, i, from->kinds[i], from->items[i].name, from->items[i].value) !=
		    KBAN_OK)
			return KBAN_E_NOMEM;
	return KBAN_OK;
}

/* Those of one rule are mostly in the same place. */
static size_t place_of(const struct kb_fields *fields, const struct kb_fields *more, size_t i)
{
	const char *name = more->items[i].name;

	if (i < fields->count && fields->items[i].name == name)
		return i;
	return index_of(fields, more->kinds[i], name);
}

int kb_fields_overlay(struct kb_fields *fields, const struct kb_fields *more)
{
	for (size_t i = 0; i < more->count; i++) {
		const struct kban_field *item = &more->items[i];

		if (item->value.data != NULL &&
		    set_at(fields, place_of(fields, more, i), more->kinds[i], item->name,
			   item->value) != KBAN_OK)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

int kb_fields_lay_over(struct kb_fields *fields, const struct kb_fields *more)
{
	for (size_t i = 0; i < more->count; i++) {
		const struct kban_field *item = &more->items[i];
		size_t place;

		if (item->value.data == NULL)
			continue;
		place = place_of(fields, more, i);
		if (point_at(fields, place, more->kinds[i], item->name, item->value) != KBAN_OK)
			return KBAN_E_NOMEM;
		/* What the others hold themselves does not last. */
		if (item->value.data == more->texts[i].data && keep_at(fields, place) != KBAN_OK)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

int kb_fields_keep(struct kb_fields *fields)
{
	for (size_t i = 0; i < fields->count; i++)
		if (keep_at(fields, i) != KBAN_OK)
			return KBAN_E_NOMEM;
	return KBAN_OK;
}

static struct kban_text text_of(struct kb_spans spans, unsigned group, struct kban_text subject)
{
	const size_t *ends = spans.ends + 2 * (size_t)group;

	if (group >= spans.count || ends[0] == SIZE_MAX)
		return unset;
	return (struct kban_text){ subject.data + ends[0], ends[1] - ends[0] };
}

/* No two groups of a pattern have one name, and no field was there before. */
static int add_groups(struct kb_fields *fields, const struct kb_rule *rule,
		      const struct kb_match *match, struct kban_text subject)
{
	struct kb_spans spans = kb_match_spans(match);

	while (fields->capacity < rule->group_count)
		if (grow(fields) != KBAN_OK)
			return KBAN_E_NOMEM;
	for (size_t i = 0; i < rule->group_count; i++) {
		const struct kb_rule_group *group = &rule->groups[i];

		fields->items[i] = (struct kban_field){
			.name = group->name,
			.value = text_of(spans, group->number, subject),
		};
		fields->kinds[i] = group->kind;
	}
	fields->count = rule->group_count;
	memcpy(fields->places, rule->places, sizeof(fields->places));
	return KBAN_OK;
}

static int fill_empty(struct kb_fields *fields, const struct kb_redirects *alternatives)
{
	for (size_t i = 0; i < alternatives->count; i++) {
		const struct kb_redirect *item = &alternatives->items[i];
		struct kban_text value = fields->items[item->index].value;
		size_t to;

		if (value.len == 0)
			continue;
		to = index_of(fields, item->kind, item->to);
		if (to < fields->count && fields->items[to].value.len > 0)
			continue;
		if (point_at(fields, to, item->kind, item->to, value) != KBAN_OK)
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
	size_t to = index_of(fields, part->kind, part->to);
	struct kban_text old = to < fields->count ? fields->items[to].value : unset;

	if (is_tuple) {
		kb_buffer_text(&tuple, kb_text_slice(old, 0, old.len - 1));
	} else {
		kb_buffer_byte(&tuple, '(');
		append_python(&tuple, old);
	}
	kb_buffer_string(&tuple, ", ");
	append_python(&tuple, fields->items[part->index].value);
	if (kb_buffer_byte(&tuple, ')') != KBAN_OK)
		return KBAN_E_NOMEM;
	return set_at(fields, to, part->kind, part->to, kb_buffer_content(&tuple));
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
	if (add_groups(fields, rule, match, subject) != KBAN_OK ||
	    fill_empty(fields, &rule->alternatives) != KBAN_OK)
		return KBAN_E_NOMEM;
	return extend_all(fields, &rule->parts);
}

void kb_fields_reset(struct kb_fields *fields)
{
	fields->count = 0;
	memset(fields->places, 0, sizeof(fields->places));
}

void kb_fields_clear(struct kb_fields *fields)
{
	for (size_t i = 0; i < fields->capacity; i++)
		kb_buffer_clear(&fields->texts[i]);
	free(fields->texts);
	free(fields->kinds);
	free(fields->items);
	*fields = (struct kb_fields){ 0 };
}
