/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A pattern is walked through once, token by token; nothing but its outermost level is understood,
 * and where there is anything of which more would have to be known it keeps the form it has.
 *
 * The rest of a line: from where "." matches in one line, ".+" goes on to the line feed or to the
 * end, and there "$" matches. So the first way on which "." matches is the first one for ".+)$".
 *
 * A condition: it is on the outermost level, so each match comes by it, and with the group set only
 * by YES. Where the text has no YES every way that sets the group fails, and may be left out.
 */
#include "regex/plain-form.h"

#include <string.h>

#include "base/text.h"
#include "regex/character-set.h"

/* A pattern that is being walked through. */
struct walk {
	struct kban_text text;
	size_t at;       /* of the next token */
	size_t depth;    /* open parentheses */
	size_t opened;   /* the last one at depth 0 */
	bool has_choice; /* "|" at depth 0 */
};

static struct kban_text left(const struct walk *walk)
{
	return kb_text_slice(walk->text, walk->at, walk->text.len);
}

/* Neither flags, nor comments, nor what goes elsewhere in the pattern. */
static bool is_known_group(struct kban_text group)
{
	static const char *const kinds[] = { "(?:",  "(?=",  "(?!",  "(?<=",
					     "(?<!", "(?P<", "(?P=", "(?(" };

	if (!kb_text_starts_with(group, "(?"))
		return true;
	for (size_t i = 0; i < kb_array_size(kinds); i++)
		if (kb_text_starts_with(group, kinds[i]))
			return true;
	return false;
}

/* Go on behind a token. False: it is one that is not understood. */
static bool step(struct walk *walk)
{
	char token = walk->text.data[walk->at];
	struct kb_character_set unused;

	switch (token) {
	case '\\':
		/* \g, \k and \K are PCRE2's: \g goes elsewhere, \K moves the begin of a match. */
		if (walk->at + 1 == walk->text.len || strchr("gkK", walk->text.data[walk->at + 1]))
			return false;
		walk->at += 2;
		return true;
	case '[':
		return kb_character_set_parse(walk->text, &walk->at, &unused);
	case '(':
		if (!is_known_group(left(walk)))
			return false;
		if (walk->depth++ == 0)
			walk->opened = walk->at;
		break;
	case ')':
		walk->depth -= walk->depth > 0;
		break;
	case '|':
		walk->has_choice |= walk->depth == 0;
		break;
	default:
		break;
	}
	walk->at++;
	return true;
}

/* The name of "(?P<name>…" or "(?(name)…"; empty: @a group is neither, or has no name. */
static struct kban_text name_of(struct kban_text group, const char *kind, char end)
{
	struct kban_text name = kb_text_slice(group, strlen(kind), group.len);

	if (!kb_text_starts_with(group, kind))
		return (struct kban_text){ 0 };
	return kb_text_slice(name, 0, kb_text_index(name, end));
}

static bool is_literal(struct kban_text text)
{
	for (size_t i = 0; i < text.len; i++)
		if (strchr("\\^$.|?*+()[]{}", text.data[i]) != NULL)
			return false;
	return text.len > 0;
}

/* A condition at @a at: what is wanted where its group is set; empty: no text that is known. */
static struct kban_text wanted_at(struct kban_text text, size_t at)
{
	struct kban_text group = kb_text_slice(text, at, text.len);
	struct kban_text name = name_of(group, "(?(", ')');
	size_t begin = strlen("(?()") + name.len;
	size_t end = begin;

	if (name.len == 0 || begin >= group.len)
		return (struct kban_text){ 0 };
	while (end < group.len && group.data[end] != '|' && group.data[end] != ')')
		end++;
	group = kb_text_slice(group, begin, end);
	return is_literal(group) ? group : (struct kban_text){ 0 };
}

/* Whether what ended just before @a at must be there once. */
static bool is_required(struct kban_text text, size_t at)
{
	return at == text.len || strchr("?*+{", text.data[at]) == NULL;
}

/* Where the inside of the one group called @a name begins; 0: there is none, or more. */
static size_t inside_of(struct kban_text pattern, struct kban_text name)
{
	size_t found = 0;

	for (size_t at = 0; at < pattern.len; at++) {
		struct kban_text group = kb_text_slice(pattern, at, pattern.len);

		if (!kb_text_equal(name_of(group, "(?P<", '>'), name) || name.len == 0)
			continue;
		if (found != 0)
			return 0;
		found = at + strlen("(?P<>") + name.len;
	}
	return found;
}

/* A group at depth 0, from @a from to @a to, was walked through. */
static void see_group(struct kban_text pattern, size_t from, size_t to, struct kb_plain_form *form)
{
	struct kban_text wanted = wanted_at(pattern, from);

	if (wanted.len == 0 || form->wanted.len > 0 || !is_required(pattern, to))
		return;
	form->asked = inside_of(pattern, name_of(kb_text_slice(pattern, from, to), "(?(", ')'));
	if (form->asked != 0 && form->asked < from)
		form->wanted = wanted;
}

/* Whether @a group is "(?P<name>.+)$" or "(?P<name>.*)$". */
static bool is_rest(struct kban_text group)
{
	struct kban_text name = name_of(group, "(?P<", '>');
	struct kban_text inside = kb_text_slice(group, strlen("(?P<>") + name.len, group.len);

	return name.len > 0 && (kb_text_is(inside, ".+)$") || kb_text_is(inside, ".*)$"));
}

void kb_plain_form_find(struct kban_text pattern, const struct kb_python_syntax *syntax,
			bool is_caseless, struct kb_plain_form *form)
{
	struct walk walk = { .text = pattern };

	*form = (struct kb_plain_form){ 0 };
	if (syntax->extended)
		return;
	while (walk.at < pattern.len) {
		size_t depth = walk.depth;

		if (!step(&walk)) {
			*form = (struct kb_plain_form){ 0 };
			return;
		}
		if (depth == 1 && walk.depth == 0 && !is_caseless)
			see_group(pattern, walk.opened, walk.at, form);
	}
	if (walk.has_choice)
		*form = (struct kb_plain_form){ 0 };
	else if (!syntax->dotall && is_rest(kb_text_slice(pattern, walk.opened, pattern.len)))
		form->rest = walk.opened;
}

int kb_plain_form_write(struct kban_text pattern, const struct kb_plain_form *form, bool has_wanted,
			struct kb_buffer *out)
{
	size_t from = 0;

	if (form->wanted.len > 0 && !has_wanted) {
		kb_buffer_text(out, kb_text_slice(pattern, 0, form->asked));
		kb_buffer_string(out, "(?!)");
		from = form->asked;
	}
	kb_buffer_text(out, kb_text_slice(pattern, from, pattern.len));
	if (form->rest != 0 && !out->failed) {
		/* ".+)$" becomes ".)", and ".*)$" becomes ")". */
		out->len -=
			out->data[out->len - strlen("+)$")] == '+' ? strlen("+)$") : strlen(".*)$");
		kb_buffer_byte(out, ')');
	}
	return out->failed ? KBAN_E_NOMEM : KBAN_OK;
}
