/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * item   := NAME blanks { '[' blanks [ option { ',' blanks option } [ ',' blanks ] ] ']' blanks }
 * option := key '=' blanks value blanks
 * key    := word [ '?' word '=' word ]        such as blocktype?family=inet6
 * value  := '"' no '"' '"' | "'" no "'" "'" | text without ',' and ']', trimmed
 *
 * A bare value may hold blanks and line feeds. Quotes count only where a value begins with one.
 */
#include "conf/option-list.h"

#include "base/text.h"
#include "conf/blank.h"

#define BLANKS " \t\n\v\f\r"

/* Reading position in a value. */
struct cursor {
	const struct kb_value *value;
	struct kban_text text;
	size_t start; /* of the item that is being read */
	size_t at;
};

static char peek(const struct cursor *cursor)
{
	/* A value ends with a NUL, which its text does not count. */
	return cursor->text.data[cursor->at];
}

static bool accept(struct cursor *cursor, char byte)
{
	if (peek(cursor) != byte || cursor->at == cursor->text.len)
		return false;
	cursor->at++;
	return true;
}

static bool is_blank(char byte)
{
	return byte != '\0' && strchr(BLANKS, byte) != NULL;
}

static void skip_blanks(struct cursor *cursor)
{
	while (is_blank(peek(cursor)))
		cursor->at++;
}

/* Letters outside ASCII are letters. */
static bool is_word(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9') || (byte != '\0' && strchr("_-.", byte) != NULL) ||
	       (unsigned char)byte >= 0x80;
}

static size_t skip_word(struct cursor *cursor)
{
	size_t from = cursor->at;

	while (is_word(peek(cursor)))
		cursor->at++;
	return cursor->at - from;
}

static struct kb_where place(const struct cursor *cursor, size_t offset)
{
	size_t line = 0;

	for (size_t i = 0; i < offset; i++)
		line += cursor->text.data[i] == '\n';
	return cursor->value->lines[line];
}

/* "FILE:LINE: PROBLEM 'rest of the item' at column N of 'start of the item'". */
static int fail_at(struct kban_error **err, const struct cursor *cursor, const char *problem)
{
	struct kb_where where = place(cursor, cursor->at);
	struct kban_text item = kb_text_slice(cursor->text, cursor->start, cursor->text.len);

	return kb_fail(err, KBAN_E_SYNTAX, &where, "%s at column %zu of '%.*s%s'", problem,
		       cursor->at - cursor->start + 1, KB_QUOTE_MAX, item.data,
		       item.len > KB_QUOTE_MAX ? "..." : "");
}

/* Moves behind the key, which is [from, cursor->at). */
static int read_key(struct cursor *cursor, struct kban_text *key, struct kban_error **err)
{
	size_t from = cursor->at;
	size_t condition;

	if (skip_word(cursor) == 0)
		return fail_at(err, cursor, "expected an option (NAME=VALUE)");
	condition = cursor->at;
	if (accept(cursor, '?') &&
	    (skip_word(cursor) == 0 || !accept(cursor, '=') || skip_word(cursor) == 0)) {
		cursor->at = condition;
		return fail_at(err, cursor, "expected a condition (NAME?NAME=VALUE=VALUE)");
	}
	*key = kb_text_slice(cursor->text, from, cursor->at);
	skip_blanks(cursor);
	if (!accept(cursor, '='))
		return fail_at(err, cursor, "expected '=' and a value");
	skip_blanks(cursor);
	return KBAN_OK;
}

/* The part of the text that is the value, without quotes. Moves behind it. */
static int read_value(struct cursor *cursor, size_t *from, size_t *to, struct kban_error **err)
{
	char quote = peek(cursor);
	struct kban_text rest;

	if (quote == '"' || quote == '\'') {
		rest = kb_text_slice(cursor->text, cursor->at + 1, cursor->text.len);
		*from = cursor->at + 1;
		*to = *from + kb_text_index(rest, quote);
		if (*to == cursor->text.len)
			return fail_at(err, cursor, "quote that is not closed");
		cursor->at = *to + 1;
		return KBAN_OK;
	}
	*from = cursor->at;
	while (cursor->at < cursor->text.len && peek(cursor) != ',' && peek(cursor) != ']')
		cursor->at++;
	*to = cursor->at;
	return KBAN_OK;
}

/* Bytes [from, to) without blanks at both ends, under @a key. */
static int keep(struct kb_options *options, struct kban_text key, const struct cursor *cursor,
		size_t from, size_t to)
{
	kb_auto_clear(value) value = { 0 };
	struct kban_text all = kb_text_slice(cursor->text, from, to);
	struct kban_text text = kb_blank_trim(all);
	int status;

	if (text.len > 0)
		from += (size_t)(text.data - all.data);
	status = kb_value_slice(cursor->value, from, from + text.len, &value);
	return status == KBAN_OK ? kb_options_take(options, key, &value) : status;
}

static int read_option(struct cursor *cursor, struct kb_options *options, struct kban_error **err)
{
	struct kban_text key;
	size_t from = 0;
	size_t to = 0;
	int status;

	if (options->count >= KB_NAMED_OPTIONS_MAX)
		return fail_at(err, cursor, "too many options");
	status = read_key(cursor, &key, err);
	if (status == KBAN_OK)
		status = read_value(cursor, &from, &to, err);
	if (status != KBAN_OK)
		return status;
	if (keep(options, key, cursor, from, to) != KBAN_OK)
		return kb_fail_memory(err);
	skip_blanks(cursor);
	if (peek(cursor) != ',' && peek(cursor) != ']')
		return fail_at(err, cursor, "expected ',' or ']' behind a value");
	return KBAN_OK;
}

/* From behind '[' to behind ']'. */
static int read_brackets(struct cursor *cursor, struct kb_options *options, struct kban_error **err)
{
	skip_blanks(cursor);
	while (!accept(cursor, ']')) {
		int status;

		if (cursor->at == cursor->text.len)
			return fail_at(err, cursor, "missing ']'");
		status = read_option(cursor, options, err);
		if (status != KBAN_OK)
			return status;
		if (accept(cursor, ','))
			skip_blanks(cursor);
	}
	return KBAN_OK;
}

/* What a name ends with, beside '[': nothing where it may have blanks, or BLANKS. */
static int read_item(struct cursor *cursor, const char *ends, struct kb_named_options *out,
		     struct kban_error **err)
{
	struct kban_text name;

	cursor->start = cursor->at;
	out->where = place(cursor, cursor->at);
	while (cursor->at < cursor->text.len && peek(cursor) != '[' &&
	       strchr(ends, peek(cursor)) == NULL)
		cursor->at++;
	name = kb_blank_trim(kb_text_slice(cursor->text, cursor->start, cursor->at));
	if (name.len == 0)
		return fail_at(err, cursor, "expected a name");
	out->name = kb_text_copy(name);
	if (out->name == NULL)
		return kb_fail_memory(err);
	skip_blanks(cursor);
	while (accept(cursor, '[')) {
		int status = read_brackets(cursor, &out->options, err);

		if (status != KBAN_OK)
			return status;
		skip_blanks(cursor);
	}
	return KBAN_OK;
}

int kb_named_options_parse(const struct kb_value *value, struct kb_named_options *out,
			   struct kban_error **err)
{
	struct cursor cursor = { .value = value, .text = kb_text(value->text) };
	kb_auto_clear(named_options) item = { 0 };
	int status;

	skip_blanks(&cursor);
	status = read_item(&cursor, "", &item, err);
	if (status != KBAN_OK)
		return status;
	if (cursor.at < cursor.text.len)
		return fail_at(err, &cursor, "unexpected text");
	*out = item;
	item = (struct kb_named_options){ 0 };
	return KBAN_OK;
}

void kb_named_options_clear(struct kb_named_options *item)
{
	free(item->name);
	kb_options_clear(&item->options);
	*item = (struct kb_named_options){ 0 };
}

static int append_item(struct kb_named_options_list *list, struct cursor *cursor,
		       struct kban_error **err)
{
	kb_auto_clear(named_options) item = { 0 };
	int status = read_item(cursor, BLANKS, &item, err);

	if (status != KBAN_OK)
		return status;
	if (list->count >= KB_NAMED_OPTIONS_MAX)
		return fail_at(err, cursor, "too many items");
	/* Blanks, which read_item() skips, must stand before the next item. */
	if (cursor->at < cursor->text.len && !is_blank(cursor->text.data[cursor->at - 1]))
		return fail_at(err, cursor, "expected a blank or line end between two items");
	if (kb_array_room(&list->items, &list->capacity, list->count, sizeof(*list->items)) < 0)
		return kb_fail_memory(err);
	list->items[list->count++] = item;
	item = (struct kb_named_options){ 0 };
	return KBAN_OK;
}

int kb_named_options_list_parse(const struct kb_value *value, struct kb_named_options_list *out,
				struct kban_error **err)
{
	struct cursor cursor = { .value = value, .text = kb_text(value->text) };
	kb_auto_clear(named_options_list) list = { 0 };

	skip_blanks(&cursor);
	while (cursor.at < cursor.text.len) {
		int status = append_item(&list, &cursor, err);

		if (status != KBAN_OK)
			return status;
	}
	*out = list;
	list = (struct kb_named_options_list){ 0 };
	return KBAN_OK;
}

void kb_named_options_list_clear(struct kb_named_options_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		kb_named_options_clear(&list->items[i]);
	free(list->items);
	*list = (struct kb_named_options_list){ 0 };
}
