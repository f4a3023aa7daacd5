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

static int localize_flags(struct kban_text text, struct kb_buffer *out)
{
	struct kban_text flags;
	size_t at = 0;

	while (at < text.len) {
		size_t taken = text.data[at] == '(' ? flag_group(text, at, &flags) : 0;

		if (taken > 0) {
			kb_buffer_text(out, flags);
			kb_buffer_byte(out, ':');
		} else {
			kb_buffer_byte(out, text.data[at]);
		}
		at += taken > 0 ? taken : 1;
	}
	return out->failed ? KBAN_E_NOMEM : KBAN_OK;
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

static int add_redirect(struct kb_redirects *list, const char *from, struct kban_text to)
{
	kb_auto_clear(buffer) name = { 0 };
	size_t at = list->count;

	if (kb_array_room(&list->items, &list->capacity, list->count, sizeof(*list->items)) < 0 ||
	    kb_filter_tags_group(to, &name) != KBAN_OK)
		return KBAN_E_NOMEM;
	for (; at > 0 && strcmp(list->items[at - 1].from, from) > 0; at--)
		list->items[at] = list->items[at - 1];
	list->items[at].from = from;
	list->items[at].to = kb_buffer_take(&name);
	list->count++;
	return list->items[at].to != NULL ? KBAN_OK : KBAN_E_NOMEM;
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
static int note_redirect(struct kb_redirects *list, const char *group, const char *prefix)
{
	struct kban_text name = kb_text(group);

	if (!kb_text_starts_with(name, prefix))
		return KBAN_OK;
	return add_redirect(list, group,
			    drop_number(kb_text_slice(name, strlen(prefix), name.len)));
}

static int note_groups(struct kb_rule *rule)
{
	for (size_t i = 0; i < kb_pattern_name_count(rule->pattern); i++) {
		const char *name = kb_pattern_name(rule->pattern, i);

		if (note_redirect(&rule->alternatives, name, "alt_") != KBAN_OK ||
		    note_redirect(&rule->parts, name, "tuple_") != KBAN_OK)
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

	rule->text = kb_text_copy(text);
	if (rule->text == NULL || expand(text, options->addresses_only, &expanded) != KBAN_OK)
		return kb_fail_memory(err);
	pattern = kb_buffer_content(&expanded);
	if (kb_text_trim(pattern).len == 0)
		return kb_fail(err, KBAN_E_SYNTAX, &rule->where, "%s: Cannot add empty regex",
			       options->key);
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
	free(rule->text);
	*rule = (struct kb_rule){ 0 };
}
