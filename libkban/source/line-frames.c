/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/line-frames.h"

#include "base/text.h"

/* Digits of a length at most. */
#define DIGITS_MAX 7

int kb_line_frames_add(struct kb_line_frames *frames, const char *data, size_t len)
{
	size_t left = frames->data.len - frames->taken;

	if (frames->taken > 0) {
		memmove(frames->data.data, frames->data.data + frames->taken, left);
		frames->data.len = left;
		frames->taken = 0;
	}
	return kb_buffer_append(&frames->data, data, len);
}

struct kban_text kb_line_frames_rest(const struct kb_line_frames *frames)
{
	return kb_text_slice(kb_buffer_content(&frames->data), frames->taken, frames->data.len);
}

static void pass_over(struct kb_line_frames *frames)
{
	struct kban_text rest = kb_line_frames_rest(frames);
	size_t len = frames->skip < rest.len ? frames->skip : rest.len;

	if (frames->skips_line) {
		len = kb_text_index(rest, '\n');
		frames->skips_line = len == rest.len;
		frames->taken += frames->skips_line ? len : len + 1;
		return;
	}
	frames->skip -= len;
	frames->taken += len;
}

/*
 * How long the number before a message is, with the blank behind it: 0 if there is none, and then
 * the message is a line.
 */
static size_t length_len(struct kban_text rest, size_t *length, bool *is_whole)
{
	size_t i = 0;

	*length = 0;
	*is_whole = true;
	if (rest.len == 0 || rest.data[0] < '1' || rest.data[0] > '9')
		return 0;
	for (; i < rest.len && i <= DIGITS_MAX && rest.data[i] >= '0' && rest.data[i] <= '9'; i++)
		*length = *length * 10 + (size_t)(rest.data[i] - '0');
	if (i < rest.len && i <= DIGITS_MAX)
		return rest.data[i] == ' ' ? i + 1 : 0;
	*is_whole = false;
	return i;
}

static int next_line(struct kb_line_frames *frames, struct kban_text rest, struct kban_text *out)
{
	size_t len = kb_text_index(rest, '\n');

	if (len == rest.len && len <= frames->max)
		return 0;
	*out = kb_text_slice(rest, 0, len < frames->max ? len : frames->max);
	frames->skips_line = len == rest.len;
	frames->taken += frames->skips_line ? len : len + 1;
	return 1;
}

static int next_counted(struct kb_line_frames *frames, struct kban_text rest, size_t length,
			struct kban_text *out)
{
	size_t kept = length < frames->max ? length : frames->max;

	if (rest.len < kept)
		return 0;
	*out = kb_text_slice(rest, 0, kept);
	frames->taken = frames->data.len - rest.len + kept;
	frames->skip = length - kept;
	return 1;
}

int kb_line_frames_next(struct kb_line_frames *frames, struct kban_text *out)
{
	struct kban_text rest;
	size_t length = 0;
	size_t digits = 0;
	bool is_whole = true;

	if (frames->skip > 0 || frames->skips_line)
		pass_over(frames);
	rest = kb_line_frames_rest(frames);
	if (rest.len == 0 || frames->skip > 0)
		return 0;
	if (frames->may_count)
		digits = length_len(rest, &length, &is_whole);
	if (!is_whole)
		return digits > DIGITS_MAX ? KBAN_E_SYNTAX : 0;
	if (digits == 0)
		return next_line(frames, rest, out);
	return next_counted(frames, kb_text_slice(rest, digits, rest.len), length, out);
}

void kb_line_frames_clear(struct kb_line_frames *frames)
{
	kb_buffer_clear(&frames->data);
	frames->taken = frames->skip = 0;
	frames->skips_line = false;
}
