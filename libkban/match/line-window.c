/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines are kept in slots whose memory is used again: the first count are in the window, oldest
 * first. The searched text is kept beside them and changes with them, so that a line that comes
 * costs a move of what is there, not a new join.
 */
#include "match/line-window.h"

#include "base/text.h"

struct slot {
	struct kb_buffer whole;
	size_t before;   /* bytes before the stamp */
	size_t text_len; /* in the window's text, line feed included */
	bool marked;
};

struct kb_line_window {
	struct slot *slots;
	size_t max;
	size_t count;
	struct kb_buffer text;
};

struct kb_line_window *kb_line_window_new(unsigned max_lines)
{
	kb_auto(line_window) window = calloc(1, sizeof(*window));

	if (window == NULL)
		return NULL;
	window->slots = calloc(max_lines, sizeof(*window->slots));
	if (window->slots == NULL)
		return NULL;
	window->max = max_lines;
	return kb_steal(window);
}

void kb_line_window_free(struct kb_line_window *window)
{
	if (window == NULL)
		return;
	for (size_t i = 0; i < window->max; i++)
		kb_buffer_clear(&window->slots[i].whole);
	free(window->slots);
	kb_buffer_clear(&window->text);
	free(window);
}

/* Take slot @a index, whose text starts at @a start, out of the window. */
static void drop(struct kb_line_window *window, size_t index, size_t start)
{
	struct slot gone = window->slots[index];
	char *text = window->text.data + start;

	memmove(text, text + gone.text_len, window->text.len - start - gone.text_len);
	window->text.len -= gone.text_len;
	window->count--;
	memmove(&window->slots[index], &window->slots[index + 1],
		(window->count - index) * sizeof(gone));
	window->slots[window->count] = gone;
}

static int append_cut(struct kb_buffer *out, const struct kb_cut_line *line)
{
	kb_buffer_text(out, line->before);
	kb_buffer_text(out, line->after);
	return kb_buffer_byte(out, '\n');
}

int kb_line_window_push(struct kb_line_window *window, const struct kb_cut_line *line)
{
	struct slot *slot;
	size_t before;

	if (window->count == window->max)
		drop(window, 0, 0);
	while (window->count > 0 && window->text.len + line->whole.len > KB_LINE_WINDOW_BYTES)
		drop(window, 0, 0);
	slot = &window->slots[window->count];
	before = window->text.len;
	kb_buffer_reset(&slot->whole);
	/* All at once, so that no half of a line is left behind without memory. */
	if (kb_buffer_text(&slot->whole, line->whole) != KBAN_OK ||
	    kb_buffer_reserve(&window->text, line->before.len + line->after.len + 1) != KBAN_OK) {
		window->text.failed = false;
		return KBAN_E_NOMEM;
	}
	append_cut(&window->text, line);
	slot->before = line->before.len;
	slot->text_len = window->text.len - before;
	slot->marked = false;
	window->count++;
	return KBAN_OK;
}

void kb_line_window_reset(struct kb_line_window *window)
{
	kb_buffer_reset(&window->text);
	window->count = 0;
}

size_t kb_line_window_count(const struct kb_line_window *window)
{
	return window->count;
}

struct kban_text kb_line_window_text(const struct kb_line_window *window)
{
	return kb_buffer_content(&window->text);
}

/* A line of the searched text, without its line feed. */
static struct kban_text slot_text(const struct kb_line_window *window, size_t index, size_t start)
{
	return kb_text_slice(kb_line_window_text(window), start,
			     start + window->slots[index].text_len - 1);
}

/* Take the mark off the first line from *position on that reads as @a skipped. */
static void unmark(struct kb_line_window *window, struct kban_text skipped, size_t *position)
{
	size_t start = 0;

	for (size_t i = 0; i < window->count; start += window->slots[i].text_len, i++) {
		if (i < *position || !window->slots[i].marked ||
		    !kb_text_equal(slot_text(window, i, start), skipped))
			continue;
		window->slots[i].marked = false;
		*position = i + 1;
		return;
	}
}

static bool is_any_marked(const struct kb_line_window *window)
{
	for (size_t i = 0; i < window->count; i++)
		if (window->slots[i].marked)
			return true;
	return false;
}

void kb_line_window_mark(struct kb_line_window *window, size_t from, size_t to,
			 struct kban_text skipped)
{
	struct kban_text line;
	size_t position = 0;
	size_t start = 0;

	/* A match that starts with a line feed starts in the next line. */
	if (from < to && window->text.data[from] == '\n')
		from++;
	for (size_t i = 0; i < window->count; i++) {
		size_t end = start + window->slots[i].text_len;

		window->slots[i].marked = end > from && (start < to || start == from);
		start = end;
	}
	while (kb_text_next_line(&skipped, &line))
		unmark(window, line, &position);
	/* A match of nothing but line feeds: it came with the last line. */
	if (window->count > 0 && !is_any_marked(window))
		window->slots[window->count - 1].marked = true;
}

bool kb_line_window_line(const struct kb_line_window *window, size_t index,
			 struct kb_window_line *line)
{
	const struct slot *slot = &window->slots[index];

	if (index >= window->count)
		return false;
	*line = (struct kb_window_line){ kb_buffer_content(&slot->whole), slot->before,
					 slot->text_len, slot->marked };
	return true;
}

int kb_line_window_marked_lines(const struct kb_line_window *window, struct kb_text_list *out)
{
	for (size_t i = 0; i < window->count; i++)
		if (window->slots[i].marked &&
		    kb_text_list_append(out, kb_buffer_content(&window->slots[i].whole)) != KBAN_OK)
			return KBAN_E_NOMEM;
	return KBAN_OK;
}

int kb_line_window_marked_text(const struct kb_line_window *window, struct kb_buffer *out)
{
	size_t start = 0;

	for (size_t i = 0; i < window->count; start += window->slots[i].text_len, i++) {
		if (!window->slots[i].marked)
			continue;
		kb_buffer_text(out, slot_text(window, i, start));
		kb_buffer_byte(out, '\n');
	}
	return out->failed ? KBAN_E_NOMEM : KBAN_OK;
}

void kb_line_window_drop_marked(struct kb_line_window *window)
{
	size_t start = 0;
	size_t i = 0;

	while (i < window->count) {
		if (window->slots[i].marked) {
			drop(window, i, start);
			continue;
		}
		start += window->slots[i].text_len;
		i++;
	}
}
