/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The last lines of a log, searched as one text, for rules that span lines (maxlines). Lines that
 * a rule took leave the window, so that they are not found again.
 */
#ifndef KB_MATCH_LINE_WINDOW_H
#define KB_MATCH_LINE_WINDOW_H

#include "match/text-list.h"

/* The window holds no more bytes than this; beyond it the oldest lines leave. */
#define KB_LINE_WINDOW_BYTES ((size_t)4 * 1024 * 1024)

/* A line of the log, and what is left of it to search: two parts, between them was the stamp. */
struct kb_cut_line {
	struct kban_text whole;
	struct kban_text before;
	struct kban_text after;
};

struct kb_line_window;

/* NULL without memory. */
struct kb_line_window *kb_line_window_new(unsigned max_lines);
void kb_line_window_free(struct kb_line_window *window);

/* Append a line; the oldest makes room. KBAN_OK or KBAN_E_NOMEM. */
int kb_line_window_push(struct kb_line_window *window, const struct kb_cut_line *line);

/* Empty it. */
void kb_line_window_reset(struct kb_line_window *window);

size_t kb_line_window_count(const struct kb_line_window *window);

/* All lines without their stamps, each with a line feed. Valid until the window changes. */
struct kban_text kb_line_window_text(const struct kb_line_window *window);

/*
 * Mark the lines that a match took: from the line in which it starts to the one in which it ends,
 * without those that are in @a skipped (whole lines of the text that the rule jumped over). At
 * least one line is marked.
 */
void kb_line_window_mark(struct kb_line_window *window, size_t from, size_t to,
			 struct kban_text skipped);

/* A line of the window, as it stands in the log and in the searched text. */
struct kb_window_line {
	struct kban_text whole;
	size_t before;   /* bytes of it that are searched before its stamp; the others are behind */
	size_t text_len; /* bytes of the searched text, with a line feed */
	bool is_marked;
};

/* The line at @a index, the oldest is 0. False: there are not so many. */
bool kb_line_window_line(const struct kb_line_window *window, size_t index,
			 struct kb_window_line *line);

/* Append the marked lines as they stand in the log, or without their stamps and as one text. */
int kb_line_window_marked_lines(const struct kb_line_window *window, struct kb_text_list *out);
int kb_line_window_marked_text(const struct kb_line_window *window, struct kb_buffer *out);

/* Take the marked lines out of the window. */
void kb_line_window_drop_marked(struct kb_line_window *window);

KB_DEFINE_AUTO(line_window)

#endif /* KB_MATCH_LINE_WINDOW_H */
