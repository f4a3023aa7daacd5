/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filter/rule.h"

#include "base/text.h"
#include "filter/filter-tags.h"

/*
 * Length of "((" or "(?:(" at @a at when "?flags)" follows: flags of one's own in the first place
 * of a group, which a group of flags can take over: ((?i)a|b) is (?i:a|b).
 */
static size_t flag_group(struct kban_text text, size_t at, struct kban_text *flags)
{
	struct kban_text rest = kb_text_slice(text, at, text.len);
	size_t open;
	size_t to;

	if (at > 0 && text.data[at - 1] == '\\')
		return 0;
	open = kb_text_starts_with(rest, "(?:") ? 3 : 1;
	if (!kb_text_starts_with(kb_text_slice(rest, open, rest.len), "(?"))
		return 0;
	to = open + 2;
	while (to < rest.len && rest.data[to] >= 'a' && rest.data[to] <= 'z')
		to++;
	if (to == open + 2 || to == rest.len || rest.data[to] != ')')
		return 0;
	*flags = kb_text_slice(rest, open, to);
	return to + 1;
}

/* Copy the byte at @a at, or rewrite the flag group there. Returns the length of what was read. */
static size_t localize_next(struct kban_text text, size_t at, struct kb_buffer *out)
{
	struct kban_text flags;
	size_t taken = text.data[at] == '(' ? flag_group(text, at, &flags) : 0;

	if (taken == 0) {
		kb_buffer_byte(out, text.data[at]);
		return 1;
	}
	kb_buffer_text(out, flags);
	kb_buffer_byte(out, ':');
	return taken;
}

static int localize_flags(struct kban_text text, struct kb_buffer *out)
{
	for (size_t at = 0; at < text.len;)
		at += localize_next(text, at, out);
	return out->failed ? KBAN_E_NOMEM : KBAN_OK;
}

/* Which bytes of @a text byte @a offset of its localized form comes from. */
static int localize_origin(struct kban_text text, size_t offset, size_t *from, size_t *to)
{
	kb_auto_clear(buffer) out = { 0 };
	size_t taken = 0;
	size_t at = 0;

	while (at + taken < text.len && out.len <= offset && !out.failed) {
		at += taken;
		taken = localize_next(text, at, &out);
	}
	*from = out.len > offset ? at : text.len;
	*to = out.len > offset ? at + taken : text.len;
	return out.failed ? KBAN_E_NOMEM : KBAN_OK;
}

static int expand(struct kban_text text, bool addresses_only, struct kb_buffer *out)
{
	kb_auto_clear(buffer) expanded = { 0 };

	if (kb_filter_tags_expand(text, addresses_only, &expanded) != KBAN_OK)
		return KBAN_E_NOMEM;
	return localize_flags(kb_buffer_content(&expanded), out);
}

/* The pattern's own error knows the reason, we know which setting it is in. */
static int compile_pattern(struct kb_rule *rule, struct kban_text text,
			   const struct kb_rule_options *options, struct kban_error **err)
{
	kban_auto(error) reason = NULL;
	int status = kb_pattern_compile(text, options->flags, NULL, &rule->pattern, &reason);

	if (status == KBAN_E_NOMEM)
		return kb_fail_memory(err);
	if (status != KBAN_OK)
		return kb_fail(err, status, &rule->where, "%s: %s", options->key,
			       kban_error_text(reason));
	return KBAN_OK;
}

static bool has_id(const struct kb_rule *rule)
{
	static const char *const groups[] = { "fid", "ip4", "ip6", "dns", "mlfid" };

	for (size_t i = 0; i < kb_array_size(groups); i++)
		if (kb_pattern_find_group(rule->pattern, groups[i]) != 0)
			return true;
	return false;
}

static int add_redirect(struct kb_redirects *list, const struct kb_redirect *redirect)
{
	size_t at = list->count;

	if (kb_array_room(&list->items, &list->capacity, list->count, sizeof(*list->items)) < 0)
		return KBAN_E_NOMEM;
	for (; at > 0 && strcmp(list->items[at - 1].from, redirect->from) > 0; at--)
		list->items[at] = list->items[at - 1];
	list->items[at] = *redirect;
	list->count++;
	return KBAN_OK;
}

/* "user_1" without "_1"; "user1" and "user_" stay. */
static struct kban_text drop_number(struct kban_text name)
{
	size_t at = name.len;

	while (at > 0 && name.data[at - 1] >= '0' && name.data[at - 1] <= '9')
		at--;
	if (at == name.len || at == 0 || name.data[at - 1] != '_')
		return name;
	return kb_text_slice(name, 0, at - 1);
}

/* A group called PREFIX + FIELD + optional _N goes to FIELD. */
static int note_redirect(struct kb_redirects *list, const struct kb_rule *rule, size_t index,
			 const char *prefix)
{
	struct kb_redirect redirect = { .from = rule->groups[index].name, .index = index };
	struct kban_text name = kb_text(redirect.from);
	kb_auto_clear(buffer) to = { 0 };

	if (!kb_text_starts_with(name, prefix))
		return KBAN_OK;
	name = drop_number(kb_text_slice(name, strlen(prefix), name.len));
	if (kb_filter_tags_group(name, &to) == KBAN_OK)
		redirect.to = kb_buffer_take(&to);
	if (redirect.to == NULL)
		return KBAN_E_NOMEM;
	redirect.kind = kb_field_kind_of(redirect.to);
	if (add_redirect(list, &redirect) == KBAN_OK)
		return KBAN_OK;
	free(redirect.to);
	return KBAN_E_NOMEM;
}

static int note_groups(struct kb_rule *rule)
{
	rule->group_count = kb_pattern_name_count(rule->pattern);
	rule->groups = calloc(rule->group_count + 1, sizeof(*rule->groups));
	if (rule->groups == NULL)
		return KBAN_E_NOMEM;
	for (size_t i = 0; i < rule->group_count; i++) {
		const char *name = kb_pattern_name(rule->pattern, i);

		rule->groups[i] = (struct kb_rule_group){
			.name = name,
			.number = kb_pattern_name_group(rule->pattern, i),
			.kind = kb_field_kind_of(name),
		};
		rule->places[rule->groups[i].kind] = (unsigned)i + 1;
		if (note_redirect(&rule->alternatives, rule, i, "alt_") != KBAN_OK ||
		    note_redirect(&rule->parts, rule, i, "tuple_") != KBAN_OK)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

static int compile(struct kb_rule *rule, struct kban_text text,
		   const struct kb_rule_options *options, struct kban_error **err)
{
	kb_auto_clear(buffer) expanded = { 0 };
	struct kban_text pattern;
	int status;

	rule->addresses_only = options->addresses_only;
	rule->text = kb_text_copy(text);
	if (rule->text == NULL || expand(text, options->addresses_only, &expanded) != KBAN_OK)
		return kb_fail_memory(err);
	pattern = kb_buffer_content(&expanded);
	if (kb_text_trim(pattern).len == 0)
		return kb_fail(err, KBAN_E_SYNTAX, &rule->where, "%s: Cannot add empty regex",
			       options->key);
	rule->regex = kb_text_copy(pattern);
	if (rule->regex == NULL)
		return kb_fail_memory(err);
	status = compile_pattern(rule, pattern, options, err);
	if (status != KBAN_OK)
		return status;
	if (options->needs_id && !has_id(rule) &&
	    (options->prefix == NULL || !has_id(options->prefix)))
		return kb_fail(err, KBAN_E_SYNTAX, &rule->where, "%s: No failure-id group in '%s'",
			       options->key, expanded.data);
	return note_groups(rule) == KBAN_OK ? KBAN_OK : kb_fail_memory(err);
}

int kb_rule_compile(struct kb_rule *rule, struct kban_text text, const struct kb_where *where,
		    const struct kb_rule_options *options, struct kban_error **err)
{
	int status;

	*rule = (struct kb_rule){ 0 };
	if (where != NULL)
		rule->where = *where;
	status = compile(rule, text, options, err);
	if (status != KBAN_OK)
		kb_rule_clear(rule);
	return status;
}

/* Where byte @a offset of the rule's pattern comes from. */
static int origin_of(const struct kb_rule *rule, size_t offset, size_t *from, size_t *to)
{
	struct kban_text text = kb_text(rule->text);
	kb_auto_clear(buffer) expanded = { 0 };
	size_t first, last, unused;

	if (kb_filter_tags_expand(text, rule->addresses_only, &expanded) != KBAN_OK ||
	    localize_origin(kb_buffer_content(&expanded), offset, &first, &last) != KBAN_OK)
		return KBAN_E_NOMEM;
	if (last > first)
		last--;
	if (kb_filter_tags_origin(text, rule->addresses_only, first, from, &unused) != KBAN_OK)
		return KBAN_E_NOMEM;
	return kb_filter_tags_origin(text, rule->addresses_only, last, &unused, to);
}

int kb_rule_origin(const struct kb_rule *rule, size_t pattern_from, size_t pattern_to, size_t *from,
		   size_t *to)
{
	size_t unused;

	if (origin_of(rule, pattern_from, from, to) != KBAN_OK)
		return KBAN_E_NOMEM;
	if (pattern_to > pattern_from)
		return origin_of(rule, pattern_to - 1, &unused, to);
	*to = *from;
	return KBAN_OK;
}

static void clear_redirects(struct kb_redirects *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].to);
	free(list->items);
}

void kb_rule_clear(struct kb_rule *rule)
{
	clear_redirects(&rule->alternatives);
	clear_redirects(&rule->parts);
	kb_pattern_free(rule->pattern);
	free(rule->groups);
	free(rule->regex);
	free(rule->text);
	*rule = (struct kb_rule){ 0 };
}
