/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "match/text-list.h"

#include "base/text.h"

static size_t start_of(const struct kb_text_list *list, size_t index)
{
	return index > 0 ? list->ends[index - 1] : 0;
}

static void drop_oldest(struct kb_text_list *list)
{
	size_t gone = list->ends[0];

	memmove(list->bytes.data, list->bytes.data + gone, list->bytes.len - gone);
	list->bytes.len -= gone;
	list->count--;
	list->dropped++;
	for (size_t i = 0; i < list->count; i++)
		list->ends[i] = list->ends[i + 1] - gone;
}

/* The first bytes, not cutting through a character. */
static struct kban_text shorten(struct kban_text text)
{
	size_t len = KB_TEXT_LIST_LENGTH;

	if (text.len <= len)
		return text;
	while (len > 0 && ((unsigned char)text.data[len] & 0xc0) == 0x80)
		len--;
	return kb_text_slice(text, 0, len);
}

int kb_text_list_append(struct kb_text_list *list, struct kban_text text)
{
	if (kb_array_room(&list->ends, &list->capacity, list->count, sizeof(*list->ends)) < 0)
		return KBAN_E_NOMEM;
	if (kb_buffer_text(&list->bytes, shorten(text)) != KBAN_OK) {
		/* A buffer goes on failing until it is emptied. */
		kb_text_list_reset(list);
		return KBAN_E_NOMEM;
	}
	list->ends[list->count++] = list->bytes.len;
	if (list->count > KB_TEXT_LIST_MAX)
		drop_oldest(list);
	return KBAN_OK;
}

int kb_text_list_append_all(struct kb_text_list *list, const struct kb_text_list *more)
{
	for (size_t i = 0; i < more->count; i++)
		if (kb_text_list_append(list, kb_text_list_at(more, i)) != KBAN_OK)
			return KBAN_E_NOMEM;
	list->dropped += more->dropped;
	return KBAN_OK;
}

int kb_text_list_add(struct kb_text_list *list, struct kban_text text)
{
	for (size_t i = 0; i < list->count; i++)
		if (kb_text_equal(kb_text_list_at(list, i), shorten(text)))
			return KBAN_OK;
	return kb_text_list_append(list, text);
}

void kb_text_list_swap(struct kb_text_list *left, struct kb_text_list *right)
{
	struct kb_text_list kept = *left;

	*left = *right;
	*right = kept;
}

struct kban_text kb_text_list_at(const struct kb_text_list *list, size_t index)
{
	size_t from;

	if (index >= list->count)
		return (struct kban_text){ NULL, 0 };
	from = start_of(list, index);
	return (struct kban_text){ list->bytes.data + from, list->ends[index] - from };
}

unsigned kb_text_list_total(const struct kb_text_list *list)
{
	return (unsigned)list->count + list->dropped;
}

void kb_text_list_reset(struct kb_text_list *list)
{
	kb_buffer_reset(&list->bytes);
	list->count = 0;
	list->dropped = 0;
}

void kb_text_list_clear(struct kb_text_list *list)
{
	kb_buffer_clear(&list->bytes);
	free(list->ends);
	*list = (struct kb_text_list){ 0 };
}
