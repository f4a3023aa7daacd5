/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/value-builder.h"

#include "base/text.h"

static int begin_line(struct kb_value_builder *builder, const struct kb_where *where)
{
	if (kb_array_room(&builder->lines, &builder->capacity, builder->line_count,
			  sizeof(*builder->lines)) < 0)
		return KBAN_E_NOMEM;
	builder->lines[builder->line_count++] = *where;
	builder->rank = 0;
	return KBAN_OK;
}

static int append(struct kb_value_builder *builder, struct kban_text text)
{
	if (text.len > KB_VALUE_SIZE_MAX - builder->text.len)
		return KBAN_E_LIMIT;
	return kb_buffer_text(&builder->text, text);
}

/* Append @a text, which has no line feed, to the last line. */
static int append_piece(struct kb_value_builder *builder, struct kban_text text,
			const struct kb_where *where, unsigned rank)
{
	if (rank > builder->rank && kb_text_trim(text).len > 0) {
		builder->lines[builder->line_count - 1] = *where;
		builder->rank = rank;
	}
	return append(builder, text);
}

static size_t line_of(const char *text, size_t offset)
{
	const char *end = text + offset;
	size_t line = 0;

	while ((text = memchr(text, '\n', (size_t)(end - text))) != NULL) {
		line++;
		text++;
	}
	return line;
}

int kb_value_builder_add(struct kb_value_builder *builder, const struct kb_value *from,
			 size_t begin, size_t end, unsigned rank)
{
	struct kban_text rest = { from->text + begin, end - begin };
	const struct kb_where *where = &from->lines[line_of(from->text, begin)];
	int status = builder->line_count == 0 ? begin_line(builder, where) : KBAN_OK;

	for (; status == KBAN_OK; where++) {
		size_t length = kb_text_index(rest, '\n');

		status = append_piece(builder, kb_text_slice(rest, 0, length), where, rank);
		if (status != KBAN_OK || length == rest.len)
			break;
		rest = kb_text_slice(rest, length + 1, rest.len);
		status = append(builder, KB_TEXT("\n"));
		if (status == KBAN_OK)
			status = begin_line(builder, where + 1);
	}
	return status;
}

int kb_value_builder_add_line(struct kb_value_builder *builder, struct kban_text text,
			      const struct kb_where *where)
{
	int status = builder->line_count > 0 ? append(builder, KB_TEXT("\n")) : KBAN_OK;

	if (status == KBAN_OK)
		status = begin_line(builder, where);
	if (status == KBAN_OK)
		status = append(builder, text);
	return status;
}

int kb_value_builder_take(struct kb_value_builder *builder, struct kb_value *out)
{
	static const struct kb_where nowhere = { NULL, 0 };
	struct kb_value built = { 0 };
	int status = builder->line_count == 0 ? begin_line(builder, &nowhere) : KBAN_OK;

	if (status != KBAN_OK)
		return status;
	built.text = kb_buffer_take(&builder->text);
	if (built.text == NULL)
		return KBAN_E_NOMEM;
	built.line_count = builder->line_count;
	built.lines = kb_steal(builder->lines);
	kb_value_builder_clear(builder);
	*out = built;
	return KBAN_OK;
}

void kb_value_builder_clear(struct kb_value_builder *builder)
{
	kb_buffer_clear(&builder->text);
	free(builder->lines);
	*builder = (struct kb_value_builder){ 0 };
}
