/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/text.h"
#include "failing-alloc.h"
#include "source/line-frames.h"

#define MAX 8

struct row {
	const char *stream;
	const char *messages; /* each behind a '|'; '!' at the end: the framing is broken */
	const char *rest;
};

static bool take_all(struct kb_line_frames *frames, struct kb_buffer *out)
{
	struct kban_text message;
	int status;

	while ((status = kb_line_frames_next(frames, &message)) > 0) {
		kb_buffer_byte(out, '|');
		kb_buffer_text(out, message);
	}
	if (status < 0)
		kb_buffer_byte(out, '!');
	return status == 0;
}

/* However the stream is cut, it gives the same. */
static void read_stream(const struct row *row, size_t piece, bool may_count)
{
	kb_auto_clear(line_frames) frames = { .max = MAX, .may_count = may_count };
	kb_auto_clear(buffer) out = { 0 };
	size_t len = strlen(row->stream);
	bool is_good = true;
	kb_autofree char *rest = NULL;

	for (size_t i = 0; is_good && i < len; i += piece) {
		size_t more = piece < len - i ? piece : len - i;

		assert_int_equal(kb_line_frames_add(&frames, row->stream + i, more), KBAN_OK);
		is_good = take_all(&frames, &out);
		assert_true(frames.data.len - frames.taken <= MAX + 9);
	}
	assert_string_equal(out.data ? out.data : "", row->messages);
	rest = kb_text_copy(kb_line_frames_rest(&frames));
	if (is_good)
		assert_string_equal(rest, row->rest);
}

static void read_counted(void **state)
{
	for (const struct row *row = *state; row->stream != NULL; row++)
		for (size_t piece = 1; piece <= strlen(row->stream); piece++)
			read_stream(row, piece, true);
}

static void read_lines(void **state)
{
	for (const struct row *row = *state; row->stream != NULL; row++)
		for (size_t piece = 1; piece <= strlen(row->stream); piece++)
			read_stream(row, piece, false);
}

static const struct row messages_are_lines_or_counted[] = {
	{ "<1>a\n<1>b\n", "|<1>a|<1>b", "" },
	{ "5 <1>ab4 <1>c", "|<1>ab|<1>c", "" },
	{ "5 <1>a\n4 <1>c", "|<1>a\n|<1>c", "" },
	{ "4 <1>a<1>b\n4 <1>c", "|<1>a|<1>b|<1>c", "" },
	{ "1a\n12\n", "|1a|12", "" },
	{ "0 a\n", "|0 a", "" },
	{ "\n\na\n", "|||a", "" },
	{ "<1>half", "", "<1>half" },
	{ "9", "", "9" },
	{ "9 <1>half", "", "9 <1>half" },
	{ NULL, NULL, NULL },
};

static const struct row what_is_too_long_is_cut[] = {
	{ "12345678901 x\n", "!", "" },
	{ "99999999 x\n", "!", "" },
	{ "abcdefgh\nb\n", "|abcdefgh|b", "" },
	{ "abcdefghi\nb\n", "|abcdefgh|b", "" },
	{ "abcdefghijklmnopqrstuvwxyz\nb\n", "|abcdefgh|b", "" },
	{ "8 abcdefghb\n", "|abcdefgh|b", "" },
	{ "20 abcdefghijklmnopqrstb\n", "|abcdefgh|b", "" },
	{ "9999999 abcdefghijklmnopqrst", "|abcdefgh", "" },
	{ NULL, NULL, NULL },
};

static const struct row lines_are_lines_only[] = {
	{ "5 <1>ab4 <1>c\n", "|5 <1>ab4", "" },
	{ "5 a\n99999999999\n", "|5 a|99999999", "" },
	{ "a\nb", "|a", "b" },
	{ NULL, NULL, NULL },
};

static int attempt(void *data)
{
	kb_auto_clear(line_frames) frames = { .max = MAX };
	struct kban_text message;
	int status = kb_line_frames_add(&frames, data, strlen(data));

	return status < 0 ? status : kb_line_frames_next(&frames, &message);
}

static void memory_may_run_out(void **state)
{
	char text[] = "abc";

	(void)state;
	assert_every_allocation_may_fail(attempt, text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(read_counted, messages_are_lines_or_counted),
		test_case(read_counted, what_is_too_long_is_cut),
		test_case(read_lines, lines_are_lines_only),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("line-frames", tests, NULL, NULL);
}
