/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Depth first, into one builder: each value that is being expanded is a frame on the stack, linked
 * to the one that refers to it. A reference to a value that has a frame is a loop. What is 'known'
 * to a value are the older ones of the same option, so walking from a frame's value to the next
 * older one always ends.
 */
#include "conf/interpolate.h"

#include "base/text.h"
#include "conf/value-builder.h"

#define KNOWN "known/"

struct expansion {
	const struct kb_scope *scope;
	struct kb_value_builder built;
	size_t references;
	struct kban_error **err;
};

struct frame {
	const struct kb_value *raw;
	const struct frame *parent;
	unsigned depth;
};

/* A reference takes bytes [from, to) of a value. */
struct reference {
	size_t from, to;
	char *name; /* the option in lower case, the section before it as written */
};

static void clear_reference(struct reference *reference)
{
	free(reference->name);
}

static bool is_on_stack(const struct frame *frame, const struct kb_value *raw)
{
	while (frame != NULL && frame->raw != raw)
		frame = frame->parent;
	return frame != NULL;
}

static int fail_at(const struct expansion *expansion, int status, const struct kb_value *raw,
		   const struct reference *reference, const char *problem)
{
	struct kban_text text = kb_text_slice(kb_text(raw->text), reference->from, reference->to);
	size_t line = 0;

	for (size_t i = 0; i < reference->from; i++)
		line += raw->text[i] == '\n';
	return kb_fail(expansion->err, status, &raw->lines[line], "option '%s' of [%s]: '%.*s' %s",
		       expansion->scope->option, expansion->scope->section,
		       text.len < KB_QUOTE_MAX ? (int)text.len : KB_QUOTE_MAX, text.data, problem);
}

/* What the builder's calls return, as this file's calls do. */
static int check_built(const struct expansion *expansion, const struct kb_value *raw, int status)
{
	if (status == KBAN_E_LIMIT)
		return kb_fail(expansion->err, status, kb_value_where(raw),
			       "option '%s' of [%s] grows beyond %zu bytes; look for references "
			       "that repeat each other",
			       expansion->scope->option, expansion->scope->section,
			       KB_VALUE_SIZE_MAX);
	return status == KBAN_OK ? KBAN_OK : kb_fail_memory(expansion->err);
}

/* The value of known/NAME as seen from the values on the stack. */
static const struct kb_value *find_known(const struct kb_scope *scope, const char *name,
					 const struct frame *frame)
{
	const struct kb_conf_section *section = kb_conf_table_find(scope->table, scope->section);
	const struct kb_value *at = NULL;
	const struct kb_value *last = NULL;

	if (section != NULL && strcmp(scope->section, KB_CONF_DEFAULT) != 0)
		last = kb_options_find(&section->options, name);
	while ((at = kb_conf_table_older(scope->table, scope->section, name, at)) != NULL) {
		if (is_on_stack(frame, at))
			last = at;
	}
	return kb_conf_table_older(scope->table, scope->section, name, last);
}

/* The value of SECTION/NAME, @a slash being where the slash is in @a path. */
static const struct kb_value *find_elsewhere(const struct kb_scope *scope, const char *path,
					     size_t slash)
{
	const char *name = path + slash + 1;
	struct kban_text section = { path, slash };

	if (kb_text_is_nocase(section, KB_CONF_DEFAULT))
		return kb_conf_table_value(scope->table, KB_CONF_DEFAULT, name);
	for (size_t i = 0; i < scope->table->count; i++) {
		if (kb_text_is(section, scope->table->items[i]->name))
			return kb_conf_table_value(scope->table, scope->table->items[i]->name,
						   name);
	}
	return NULL;
}

/* Names of variables are as their author wrote them. */
static const struct kb_value *find_variable(const struct kb_options *variables, const char *name)
{
	for (size_t i = 0; variables != NULL && i < variables->count; i++) {
		if (kb_text_is_nocase(kb_text(variables->items[i].name), name))
			return &variables->items[i].value;
	}
	return NULL;
}

static const struct kb_value *find(const struct kb_scope *scope, const char *name,
				   const struct frame *frame)
{
	const struct kb_value *value = kb_conf_table_value(scope->table, scope->section, name);
	size_t slash = kb_text_index(kb_text(name), '/');

	if (value != NULL || name[slash] == '\0')
		return value;
	if (kb_text_starts_with(kb_text(name), KNOWN))
		return find_known(scope, name + strlen(KNOWN), frame);
	return find_elsewhere(scope, name, slash);
}

static int expand(struct expansion *expansion, const struct frame *frame);

static int add(struct expansion *expansion, const struct frame *frame, size_t from, size_t to)
{
	int status = kb_value_builder_add(&expansion->built, frame->raw, from, to,
					  KB_INTERPOLATE_DEPTH_MAX + 1 - frame->depth);

	return check_built(expansion, frame->raw, status);
}

static int insert(struct expansion *expansion, const struct frame *parent,
		  const struct kb_value *value, const struct reference *reference)
{
	struct frame frame = { .raw = value, .parent = parent, .depth = parent->depth + 1 };

	if (is_on_stack(parent, value))
		return fail_at(expansion, KBAN_E_SYNTAX, parent->raw, reference,
			       "refers to itself");
	if (frame.depth > KB_INTERPOLATE_DEPTH_MAX)
		return fail_at(expansion, KBAN_E_LIMIT, parent->raw, reference,
			       "is nested too deeply");
	return expand(expansion, &frame);
}

/* The text of @a text as a value that was written where the reference to it was. */
static int insert_text(struct expansion *expansion, const struct frame *parent,
		       struct kban_text text)
{
	kb_auto_clear(value) value = { 0 };
	struct frame frame = { .raw = &value, .parent = parent, .depth = parent->depth };
	int status = kb_value_init(&value, text, kb_value_where(parent->raw));

	if (status != KBAN_OK)
		return check_built(expansion, parent->raw, status);
	return add(expansion, &frame, 0, text.len);
}

static int resolve(struct expansion *expansion, const struct frame *frame,
		   const struct reference *reference)
{
	const struct kb_scope *scope = expansion->scope;
	const char *name = reference->name;
	const struct kb_value *value = find_variable(scope->variables, name);

	if (++expansion->references > KB_INTERPOLATE_REFERENCES_MAX)
		return fail_at(expansion, KBAN_E_LIMIT, frame->raw, reference,
			       "is one reference too many");
	if (strcmp(name, "__name__") == 0)
		return insert_text(expansion, frame, kb_text(scope->section));
	if (value != NULL && kb_text_starts_with(kb_text(name), KNOWN)) {
		struct frame known = { .raw = value, .depth = frame->depth };

		return add(expansion, &known, 0, strlen(value->text));
	}
	if (value == NULL)
		value = find(scope, name, frame);
	if (value == NULL)
		return fail_at(expansion, KBAN_E_SYNTAX, frame->raw, reference,
			       "refers to no option; define it, or write %% for a percent sign");
	return insert(expansion, frame, value, reference);
}

/* Bytes of SECTION/ in front of the option in @a name. */
static size_t section_length(struct kban_text name)
{
	size_t slash = kb_text_index(name, '/');

	return slash < name.len ? slash + 1 : 0;
}

/* Read the reference at reference->from, where there is a percent sign. */
static int read_reference(struct expansion *expansion, const struct kb_value *raw,
			  struct reference *reference)
{
	struct kban_text rest = kb_text_slice(kb_text(raw->text), reference->from, SIZE_MAX);
	size_t end = kb_text_index(rest, ')');
	struct kban_text path = kb_text_slice(rest, 2, end);
	size_t option = section_length(path);
	kb_auto_clear(buffer) name = { 0 };

	reference->to = reference->from + rest.len;
	if (rest.len < 2 || rest.data[1] != '(')
		return fail_at(expansion, KBAN_E_SYNTAX, raw, reference,
			       "begins with a single percent sign; write %%");
	if (end + 1 >= rest.len || rest.data[end + 1] != 's' || path.len == 0)
		return fail_at(expansion, KBAN_E_SYNTAX, raw, reference,
			       "begins with no whole reference; write %(NAME)s");
	reference->to = reference->from + end + 2;
	kb_buffer_text(&name, kb_text_slice(path, 0, option));
	kb_buffer_lower(&name, kb_text_slice(path, option, path.len));
	reference->name = kb_buffer_take(&name);
	return reference->name != NULL ? KBAN_OK : kb_fail_memory(expansion->err);
}

/* What the percent sign at *at stands for. Moves *at behind it. */
static int expand_percent(struct expansion *expansion, const struct frame *frame, size_t *at)
{
	__attribute__((cleanup(clear_reference))) struct reference reference = { .from = *at };
	int status;

	if (frame->raw->text[*at + 1] == '%') {
		*at += 2;
		return add(expansion, frame, *at - 1, *at);
	}
	status = read_reference(expansion, frame->raw, &reference);
	*at = reference.to;
	return status == KBAN_OK ? resolve(expansion, frame, &reference) : status;
}

static int expand(struct expansion *expansion, const struct frame *frame)
{
	const char *text = frame->raw->text;
	size_t at = 0;

	for (;;) {
		size_t percent = at + strcspn(text + at, "%");
		int status = add(expansion, frame, at, percent);

		at = percent;
		if (status == KBAN_OK && text[at] != '\0')
			status = expand_percent(expansion, frame, &at);
		if (status != KBAN_OK || text[percent] == '\0')
			return status;
	}
}

int kb_interpolate(const struct kb_scope *scope, const struct kb_value *raw, struct kb_value *out,
		   struct kban_error **err)
{
	struct expansion expansion = { .scope = scope, .err = err };
	struct frame frame = { .raw = raw };
	int status = expand(&expansion, &frame);

	if (status == KBAN_OK)
		status = check_built(&expansion, raw, kb_value_builder_take(&expansion.built, out));
	kb_value_builder_clear(&expansion.built);
	return status;
}
