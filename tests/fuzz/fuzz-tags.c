/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines NAME=VALUE: tags in the values that name others are replaced, or refused in one line. Then
 * each value becomes a pattern: what is no tag of the language stays as it is, and every byte of
 * the pattern can be told where it comes from.
 */
#include "fuzz.h"

#include "base/buffer.h"
#include "base/text.h"
#include "conf/substitute.h"
#include "filter/filter-tags.h"
#include "filter/rule.h"

/* What no pattern of a tag is longer than, for each byte of the tag. */
#define GROWTH_MAX 64

/* How many places are asked for their origin: it is found anew for each. */
#define ORIGINS_MAX 8

static void read_map(struct kban_text text, struct kb_options *map)
{
	struct kban_text line;

	for (unsigned number = 1; kb_text_next_line(&text, &line); number++) {
		size_t equals = kb_text_index(line, '=');
		struct kban_text name = kb_text_slice(line, 0, equals);
		struct kb_where where = { "map", number };
		struct kb_value value = { 0 };

		if (equals == line.len || memchr(line.data, '\0', line.len) != NULL)
			continue;
		fuzz_check(kb_value_init(&value, kb_text_slice(line, equals + 1, line.len),
					 &where) == KBAN_OK);
		fuzz_check(kb_options_take(map, name, &value) == KBAN_OK);
	}
}

/* No tag that the map has a value for is left. */
static void check_replaced(const struct kb_options *map, const char *text)
{
	struct kb_tag tag = { 0 };

	while (kb_tag_find(kb_text(text), tag.to, &tag)) {
		kb_autofree char *name = kb_text_copy(tag.name);
		bool has_condition = false;

		for (size_t i = 0; i < map->count; i++) {
			const char *key = map->items[i].name;

			has_condition |=
				strncmp(key, name, tag.name.len) == 0 && key[tag.name.len] == '?';
		}
		fuzz_check(has_condition || kb_options_find(map, name) == NULL);
	}
}

static bool substitute(struct kb_options *map)
{
	const struct kb_substitution how = { 0 };
	kban_auto(error) err = NULL;
	int status = kb_substitute(&how, map, &err);

	fuzz_check(status == KBAN_OK || status == KBAN_E_SYNTAX || status == KBAN_E_LIMIT);
	fuzz_check((status == KBAN_OK) == (err == NULL));
	fuzz_check(err == NULL || strchr(kban_error_text(err), '\n') == NULL);
	for (size_t i = 0; status == KBAN_OK && i < map->count; i++)
		check_replaced(map, map->items[i].value.text);
	return status == KBAN_OK;
}

static void check_expansion(struct kban_text text, bool addresses_only)
{
	kb_auto_clear(buffer) out = { 0 };
	size_t last = 0;
	size_t step;

	fuzz_check(kb_filter_tags_expand(text, addresses_only, &out) == KBAN_OK);
	fuzz_check(out.len <= GROWTH_MAX * text.len);
	if (kb_text_index(text, '<') == text.len)
		fuzz_check(kb_text_equal(text, kb_buffer_content(&out)));
	step = out.len / ORIGINS_MAX + 1;
	for (size_t i = 0; i <= out.len; i += step) {
		size_t from, to;

		fuzz_check(kb_filter_tags_origin(text, addresses_only, i, &from, &to) == KBAN_OK);
		fuzz_check(last <= from && from <= to && to <= text.len);
		fuzz_check(i == out.len || from < to);
		last = from;
	}
}

static void check_rule(struct kban_text text, bool addresses_only)
{
	struct kb_rule_options options = { .key = "failregex", .addresses_only = addresses_only };
	kb_auto_clear(rule) rule = { 0 };
	kban_auto(error) err = NULL;
	int status = kb_rule_compile(&rule, text, NULL, &options, &err);
	size_t from, to;

	fuzz_check((status == KBAN_OK) == (err == NULL));
	if (status != KBAN_OK) {
		fuzz_check(strchr(kban_error_text(err), '\n') == NULL);
		return;
	}
	fuzz_check(kb_rule_origin(&rule, 0, strlen(rule.regex), &from, &to) == KBAN_OK);
	fuzz_check(from <= to && to <= text.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	kb_auto_clear(options) map = { 0 };

	read_map(fuzz_text(data, size), &map);
	if (!substitute(&map))
		return 0;
	for (size_t i = 0; i < map.count; i++) {
		struct kban_text text = kb_text(map.items[i].value.text);

		/* Longer is what tags have made of it. */
		for (int only = 0; only < 2 && text.len <= size; only++) {
			check_expansion(text, only);
			check_rule(text, only);
		}
	}
	return 0;
}
