/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/conf-value.h"

#include <kban/duration.h>

#include "base/text.h"
#include "conf/blank.h"
#include "conf/value-builder.h"

/* What gives a glued line its place. */
#define RANK_INSERTED 1
#define RANK_OWN      2

static size_t count_lines(struct kban_text text)
{
	size_t lines = 1;

	for (size_t i = 0; i < text.len; i++)
		lines += text.data[i] == '\n';
	return lines;
}

static int allocate(struct kb_value *value, struct kban_text text, size_t lines)
{
	if (text.len > KB_VALUE_SIZE_MAX)
		return KBAN_E_LIMIT;
	value->text = kb_text_copy(text);
	value->lines = calloc(lines, sizeof(*value->lines));
	value->line_count = lines;
	if (value->text != NULL && value->lines != NULL)
		return KBAN_OK;
	kb_value_clear(value);
	return KBAN_E_NOMEM;
}

int kb_value_init(struct kb_value *value, struct kban_text text, const struct kb_where *where)
{
	struct kb_value made = { 0 };
	int status = allocate(&made, text, count_lines(text));

	if (status != KBAN_OK)
		return status;
	for (size_t i = 0; where != NULL && i < made.line_count; i++)
		made.lines[i] = *where;
	*value = made;
	return KBAN_OK;
}

int kb_value_copy(struct kb_value *to, const struct kb_value *from)
{
	struct kb_value made = { 0 };
	int status = allocate(&made, kb_text(from->text), from->line_count);

	if (status != KBAN_OK)
		return status;
	memcpy(made.lines, from->lines, from->line_count * sizeof(*from->lines));
	*to = made;
	return KBAN_OK;
}

void kb_value_clear(struct kb_value *value)
{
	free(value->text);
	free(value->lines);
	*value = (struct kb_value){ 0 };
}

const struct kb_where *kb_value_where(const struct kb_value *value)
{
	size_t line = 0;
	const char *text = value->text;

	/* An option whose value begins on the next line is looked for there. */
	while (*text == '\n' && line + 1 < value->line_count) {
		text++;
		line++;
	}
	return &value->lines[*text != '\0' ? line : 0];
}

int kb_value_slice(const struct kb_value *value, size_t from, size_t to, struct kb_value *out)
{
	kb_auto_clear(value_builder) builder = { 0 };
	int status = kb_value_builder_add(&builder, value, from, to, RANK_OWN);

	return status == KBAN_OK ? kb_value_builder_take(&builder, out) : status;
}

int kb_value_replace(struct kb_value *value, size_t from, size_t to, const struct kb_value *with)
{
	kb_auto_clear(value_builder) builder = { 0 };
	struct kb_value replaced = { 0 };
	int status = kb_value_builder_add(&builder, value, 0, from, RANK_OWN);

	if (status == KBAN_OK)
		status = kb_value_builder_add(&builder, with, 0, strlen(with->text), RANK_INSERTED);
	if (status == KBAN_OK)
		status = kb_value_builder_add(&builder, value, to, strlen(value->text), RANK_OWN);
	if (status == KBAN_OK)
		status = kb_value_builder_take(&builder, &replaced);
	if (status != KBAN_OK)
		return status;
	kb_value_clear(value);
	*value = replaced;
	return KBAN_OK;
}

const char *kb_value_comment_hint(const struct kb_value *value)
{
	struct kban_text text = kb_text(value->text);
	size_t at = kb_text_index(text, '#');

	while (at < text.len) {
		size_t next = at + 1;

		if (at > 0 && (text.data[at - 1] == ' ' || text.data[at - 1] == '\t'))
			return "; '#' does not start a comment behind a value, ' ;' does";
		at = next + kb_text_index(kb_text_slice(text, next, text.len), '#');
	}
	return "";
}

static int fail_value(struct kban_error **err, const struct kb_value *value, const char *option,
		      const char *problem)
{
	return kb_fail(err, KBAN_E_SYNTAX, kb_value_where(value), "%s %s '%.*s'%s", option, problem,
		       KB_QUOTE_MAX, value->text, kb_value_comment_hint(value));
}

int kb_value_int(const struct kb_value *value, const char *option, long long *out,
		 struct kban_error **err)
{
	struct kban_text text = kb_blank_trim(kb_text(value->text));

	if (kb_text_number(text, INT32_MIN, INT32_MAX, out))
		return KBAN_OK;
	return fail_value(err, value, option, "must be a whole number below 2147483648, not");
}

int kb_value_duration(const struct kb_value *value, const char *option, kban_usec *out,
		      struct kban_error **err)
{
	struct kban_text text = kb_blank_trim(kb_text(value->text));
	double seconds;

	if (kban_duration_parse(text, &seconds) != KBAN_OK)
		return fail_value(err, value, option,
				  "must be a span of time such as 10m or '1d 12h', not");
	if (seconds > KB_VALUE_SECONDS_MAX || seconds < -KB_VALUE_SECONDS_MAX)
		return fail_value(err, value, option, "must be less than 1000 years, not");
	*out = (kban_usec)seconds * KBAN_SECOND;
	return KBAN_OK;
}

bool kb_value_bool(const struct kb_value *value)
{
	return kb_text_boolean(kb_blank_trim(kb_text(value->text)));
}

bool kb_value_is_bool(const struct kb_value *value)
{
	struct kban_text text = kb_blank_trim(kb_text(value->text));

	return kb_text_boolean(text) || kb_text_is(text, "0") || kb_text_is_nocase(text, "off") ||
	       kb_text_is_nocase(text, "false") || kb_text_is_nocase(text, "no");
}

static struct kb_option *find_option(const struct kb_options *options, struct kban_text name)
{
	for (size_t i = 0; i < options->count; i++) {
		if (kb_text_is(name, options->items[i].name))
			return &options->items[i];
	}
	return NULL;
}

const struct kb_value *kb_options_find(const struct kb_options *options, const char *name)
{
	struct kb_option *option = find_option(options, kb_text(name));

	return option != NULL ? &option->value : NULL;
}

int kb_options_append(struct kb_options *options, struct kban_text name, struct kb_value *value)
{
	struct kb_option option = { .name = kb_text_copy(name), .value = *value };

	*value = (struct kb_value){ 0 };
	if (option.name != NULL && kb_array_room(&options->items, &options->capacity,
						 options->count, sizeof(option)) == 0) {
		options->items[options->count++] = option;
		return KBAN_OK;
	}
	free(option.name);
	kb_value_clear(&option.value);
	return KBAN_E_NOMEM;
}

int kb_options_take(struct kb_options *options, struct kban_text name, struct kb_value *value)
{
	struct kb_option *option = find_option(options, name);

	if (option == NULL)
		return kb_options_append(options, name, value);
	kb_value_clear(&option->value);
	option->value = *value;
	*value = (struct kb_value){ 0 };
	return KBAN_OK;
}

int kb_options_set(struct kb_options *options, const char *name, const struct kb_value *value)
{
	kb_auto_clear(value) copy = { 0 };
	int status = kb_value_copy(&copy, value);

	return status == KBAN_OK ? kb_options_take(options, kb_text(name), &copy) : status;
}

void kb_options_remove(struct kb_options *options, const char *name)
{
	struct kb_option *option = find_option(options, kb_text(name));
	struct kb_option *end = options->items + options->count;

	if (option == NULL)
		return;
	free(option->name);
	kb_value_clear(&option->value);
	memmove(option, option + 1, (size_t)(end - option - 1) * sizeof(*option));
	options->count--;
}

void kb_options_remove_conditions(struct kb_options *options, const char *name)
{
	size_t length = strlen(name);
	size_t i = 0;

	while (i < options->count) {
		const char *key = options->items[i].name;

		if (strncmp(key, name, length) == 0 && key[length] == '?')
			kb_options_remove(options, key);
		else
			i++;
	}
}

void kb_options_clear(struct kb_options *options)
{
	for (size_t i = 0; i < options->count; i++) {
		free(options->items[i].name);
		kb_value_clear(&options->items[i].value);
	}
	free(options->items);
	*options = (struct kb_options){ 0 };
}
