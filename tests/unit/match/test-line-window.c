/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <stdio.h>

#include "base/text.h"
#include "failing-alloc.h"
#include "match/line-window.h"

/* Push a line whose stamp is what stands before the first '|'. */
static int push(struct kb_line_window *window, const char *text)
{
	struct kban_text line = kb_text(text);
	size_t stamp = kb_text_index(line, '|') < line.len ? kb_text_index(line, '|') + 1 : 0;
	const struct kb_cut_line cut = {
		.whole = line,
		.after = kb_text_slice(line, stamp, line.len),
	};

	return kb_line_window_push(window, &cut);
}

static struct kb_line_window *filled(unsigned max_lines, const char *lines)
{
	struct kb_line_window *window = kb_line_window_new(max_lines);
	struct kban_text rest = kb_text(lines);
	struct kban_text line;

	assert_non_null(window);
	while (kb_text_next_line(&rest, &line)) {
		char copy[64];

		snprintf(copy, sizeof(copy), "%.*s", (int)line.len, line.data);
		assert_int_equal(push(window, copy), KBAN_OK);
	}
	return window;
}

struct taking {
	unsigned max_lines;
	const char *lines;
	size_t from, to;
	const char *skipped;
	const char *taken;      /* as they stand in the log */
	const char *taken_text; /* without stamps */
	const char *left;
};

static void takes_lines(void **state)
{
	for (const struct taking *row = *state; row->lines != NULL; row++) {
		kb_auto(line_window) window = filled(row->max_lines, row->lines);
		kb_auto_clear(text_list) taken = { 0 };
		kb_auto_clear(buffer) joined = { 0 };
		kb_auto_clear(buffer) text = { 0 };

		kb_line_window_mark(window, row->from, row->to, kb_text(row->skipped));
		assert_int_equal(kb_line_window_marked_lines(window, &taken), KBAN_OK);
		assert_int_equal(kb_line_window_marked_text(window, &text), KBAN_OK);
		for (size_t i = 0; i < taken.count; i++) {
			kb_buffer_text(&joined, kb_text_list_at(&taken, i));
			kb_buffer_byte(&joined, '\n');
		}
		assert_string_equal(joined.data != NULL ? joined.data : "", row->taken);
		assert_string_equal(text.data != NULL ? text.data : "", row->taken_text);
		kb_line_window_drop_marked(window);
		if (!kb_text_is(kb_line_window_text(window), row->left))
			fail_msg("'%s': left '%.*s'", row->lines,
				 (int)kb_line_window_text(window).len,
				 kb_line_window_text(window).data);
	}
}

static const struct taking whole_lines_are_taken[] = {
	{ 5, "one\ntwo\nthree\n", 0, 3, "", "one\n", "one\n", "two\nthree\n" },
	{ 5, "one\ntwo\nthree\n", 5, 6, "", "two\n", "two\n", "one\nthree\n" },
	{ 5, "one\ntwo\nthree\n", 1, 9, "", "one\ntwo\nthree\n", "one\ntwo\nthree\n", "" },
	/* A match that ends just behind a line feed does not reach into the next line. */
	{ 5, "one\ntwo\nthree\n", 0, 4, "", "one\n", "one\n", "two\nthree\n" },
	/* One that starts with a line feed starts in the next line. */
	{ 5, "one\ntwo\nthree\n", 3, 7, "", "two\n", "two\n", "one\nthree\n" },
	{ 5, "one\ntwo\n", 4, 4, "", "two\n", "two\n", "one\n" },
	{ 5, "S|one\nS|two\n", 0, 3, "", "S|one\n", "one\n", "two\n" },
	{ 2, "one\ntwo\nthree\n", 0, 3, "", "two\n", "two\n", "three\n" },
	{ 5, "one\n", 0, 3, "", "one\n", "one\n", "" },
	/* An empty line in which nothing was found, and a match of the last line feed. */
	{ 5, "one\n\n", 4, 4, "", "\n", "\n", "one\n" },
	{ 5, "one\ntwo\n", 7, 8, "", "two\n", "two\n", "one\n" },
	{ 5, "one\ntwo\n", 3, 8, "two\n", "two\n", "two\n", "one\n" },
	{ 0, NULL, 0, 0, NULL, NULL, NULL, NULL },
};

static const struct taking skipped_lines_stay[] = {
	{ 5, "A\nx\ny\nB\n", 0, 7, "x\ny\n", "A\nB\n", "A\nB\n", "x\ny\n" },
	{ 5, "A\nS|x\ny\nB\n", 0, 7, "x\n", "A\ny\nB\n", "A\ny\nB\n", "x\n" },
	/* The first that reads the same, behind those that were found already. */
	{ 6, "A\nx\nx\nB\n", 0, 7, "x\n", "A\nx\nB\n", "A\nx\nB\n", "x\n" },
	{ 6, "A\nx\ny\nx\nB\n", 0, 9, "y\nx\n", "A\nx\nB\n", "A\nx\nB\n", "y\nx\n" },
	{ 6, "w\nA\nx\nB\nz\n", 2, 7, "x\n", "A\nB\n", "A\nB\n", "w\nx\nz\n" },
	{ 6, "x\nA\nx\nB\n", 2, 7, "x\n", "A\nB\n", "A\nB\n", "x\nx\n" },
	{ 0, NULL, 0, 0, NULL, NULL, NULL, NULL },
};

static void bytes_are_limited(void **state)
{
	kb_auto(line_window) window = kb_line_window_new(100);
	size_t len = KB_LINE_WINDOW_BYTES / 4;
	kb_autofree char *text = malloc(len);
	const struct kb_cut_line line = { .whole = { text, len }, .after = { text, len } };

	(void)state;
	memset(text, 'a', len);
	for (int i = 0; i < 6; i++)
		assert_int_equal(kb_line_window_push(window, &line), KBAN_OK);
	assert_int_equal(kb_line_window_count(window), 3);
	assert_true(kb_line_window_text(window).len <= KB_LINE_WINDOW_BYTES);
	kb_line_window_reset(window);
	assert_int_equal(kb_line_window_count(window), 0);
	assert_int_equal(kb_line_window_text(window).len, 0);
}

static int push_some(void *data)
{
	kb_auto(line_window) window = kb_line_window_new(2);

	if (window == NULL || push(window, data) != KBAN_OK || push(window, "b") != KBAN_OK)
		return KBAN_E_NOMEM;
	return push(window, "c");
}

static void without_memory(void **state)
{
	char text[] = "a";
	(void)state;
	assert_every_allocation_may_fail(push_some, text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(takes_lines, whole_lines_are_taken),
		test_case(takes_lines, skipped_lines_stay),
		cmocka_unit_test(bytes_are_limited),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests_name("line-window", tests, NULL, NULL);
}
