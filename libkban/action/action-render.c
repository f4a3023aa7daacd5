/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "action/action-render.h"

#include "base/text.h"
#include "conf/substitute.h"

/* Tags that stand for what cannot be written in a file. */
static bool put_constant(struct kban_text tag, struct kb_buffer *out)
{
	if (kb_text_is(tag, "br"))
		kb_buffer_byte(out, '\n');
	else if (kb_text_is(tag, "sp"))
		kb_buffer_byte(out, ' ');
	else
		return false;
	return true;
}

static bool is_of_name(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9') || byte == '_';
}

/* NAME=value, once. A value has no NUL: nothing behind it would reach the program. */
static int set_variable(struct kb_rendered *out, struct kban_text name, struct kban_text value)
{
	kb_auto_clear(buffer) variable = { 0 };

	kb_buffer_text(&variable, name);
	kb_buffer_byte(&variable, '=');
	for (size_t i = 0; i < value.len; i++)
		kb_buffer_byte(&variable, value.data[i] == '\0' ? ' ' : value.data[i]);
	if (variable.failed)
		return KBAN_E_NOMEM;
	if (kb_string_list_contains(&out->environment, variable.data))
		return KBAN_OK;
	return kb_string_list_append(&out->environment, kb_buffer_content(&variable));
}

/* A reference to the value in place of the value. @a next is the byte behind it. */
static int put_reference(struct kban_text tag, struct kban_text value, char next,
			 struct kb_buffer *script, struct kb_rendered *out)
{
	kb_auto_clear(buffer) name = { 0 };
	int status = kb_tag_variable(tag, &name);

	if (status == KBAN_OK)
		status = set_variable(out, kb_buffer_content(&name), value);
	if (status != KBAN_OK)
		return status;
	return kb_buffer_printf(script, is_of_name(next) ? "${%s}" : "$%s", name.data);
}

/* False: the tag means nothing. */
static bool put_tag(const struct kb_ticket *ticket, struct kban_text tag,
		    enum kb_action_family family, char next, struct kb_buffer *script,
		    struct kb_rendered *out)
{
	kb_auto_clear(buffer) value = { 0 };

	if (put_constant(tag, script))
		return true;
	if (!kb_ticket_value(ticket, tag, family, &value))
		return false;
	script->failed |= value.failed;
	if (kb_tag_is_plain(kb_buffer_content(&value)))
		kb_buffer_text(script, kb_buffer_content(&value));
	else if (put_reference(tag, kb_buffer_content(&value), next, script, out) < 0)
		script->failed = true;
	return true;
}

int kb_script_render(const char *script, enum kb_action_family family,
		     const struct kb_ticket *ticket, struct kb_rendered *out)
{
	kb_auto_clear(rendered) rendered = { 0 };
	kb_auto_clear(buffer) made = { 0 };
	struct kban_text text = kb_text(script);
	struct kb_tag tag;
	size_t done = 0;
	size_t at = 0;

	while (kb_tag_find(text, at, &tag)) {
		at = tag.to;
		kb_buffer_text(&made, kb_text_slice(text, done, tag.from));
		done = tag.from;
		/* A text is followed by a NUL, which is part of no name. */
		if (put_tag(ticket, tag.name, family, text.data[tag.to], &made, &rendered))
			done = tag.to;
	}
	kb_buffer_text(&made, kb_text_slice(text, done, text.len));
	if (made.len > KB_SCRIPT_MAX)
		return KBAN_E_LIMIT;
	rendered.script = kb_buffer_take(&made);
	if (rendered.script == NULL)
		return KBAN_E_NOMEM;
	*out = rendered;
	rendered = (struct kb_rendered){ 0 };
	return KBAN_OK;
}

int kb_action_render(const struct kb_action *action, enum kb_action_event event,
		     enum kb_action_family family, const struct kb_ticket *ticket,
		     struct kb_rendered *out)
{
	const char *script = action->scripts[event][family];

	if (script == NULL && event == KB_ACTION_REBAN)
		script = action->scripts[KB_ACTION_BAN][family];
	if (script == NULL)
		return KBAN_E_NOTFOUND;
	return kb_script_render(script, family, ticket, out);
}

void kb_rendered_clear(struct kb_rendered *rendered)
{
	free(rendered->script);
	kb_string_list_clear(&rendered->environment);
	*rendered = (struct kb_rendered){ 0 };
}
