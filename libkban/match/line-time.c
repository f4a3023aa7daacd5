/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "match/line-time.h"

#include "base/text.h"

/* How long a time counts for lines without one. */
#define REMEMBERED_FOR (60 * KBAN_SECOND)

/* So many lines without a time between one that has it and one that needs it are a lot. */
#define UNSEEN_MAX 10

int kb_line_time_init(struct kb_line_time *line_time, const struct kb_date_formats *formats,
		      const int *zone_minutes)
{
	line_time->last = KBAN_TIME_NONE;
	return kb_date_detector_new(formats, zone_minutes, &line_time->detector);
}

static bool is_remembered(const struct kb_line_time *line_time, kban_usec now)
{
	return line_time->last != KBAN_TIME_NONE && line_time->last > now - REMEMBERED_FOR;
}

/* The last line of @a text, which is taken off it. */
static struct kban_text take_last_line(struct kban_text *text)
{
	const char *end;
	struct kban_text line;

	if (text->len > 0 && text->data[text->len - 1] == '\n')
		text->len--;
	end = text->len > 0 ? memrchr(text->data, '\n', text->len) : NULL;
	line = kb_text_slice(*text, end != NULL ? (size_t)(end + 1 - text->data) : 0, text->len);
	text->len -= line.len;
	return line;
}

/* Remember the time of the last of some lines that has one. 1: there is such a line, 0, or
 * KBAN_E_NOMEM. */
static int catch_up(struct kb_line_time *line_time, struct kban_text unseen, kban_usec now,
		    int *left)
{
	struct kb_date date;

	for (; *left > 0 && unseen.len > 0; (*left)--) {
		struct kban_text line = take_last_line(&unseen);

		if (!kb_text_is_utf8(line))
			continue;
		if (kb_date_detector_find(line_time->detector, line, now, &date) != KBAN_OK)
			return KBAN_E_NOMEM;
		if (date.result != KB_DATE_FOUND)
			continue;
		line_time->last = date.time;
		return 1;
	}
	return 0;
}

static int catch_up_all(struct kb_line_time *line_time, const struct kban_text unseen[2],
			kban_usec now)
{
	int left = UNSEEN_MAX;
	int caught = catch_up(line_time, unseen[1], now, &left);

	if (caught == 0)
		caught = catch_up(line_time, unseen[0], now, &left);
	return caught < 0 ? caught : KBAN_OK;
}

int kb_line_time_find(struct kb_line_time *line_time, struct kban_text line,
		      const struct kban_text unseen[2], kban_usec now, struct kb_line_stamp *stamp)
{
	struct kb_date date;
	int status = kb_date_detector_find(line_time->detector, line, now, &date);

	if (status == KBAN_OK && date.result != KB_DATE_FOUND && date.result != KB_DATE_EMPTY)
		status = catch_up_all(line_time, unseen, now);
	if (status != KBAN_OK)
		return status;
	*stamp = (struct kb_line_stamp){
		.time = KBAN_TIME_NONE,
		.result = date.result,
		.format = date.format,
	};
	if (date.result == KB_DATE_FOUND) {
		line_time->last = date.time;
		stamp->from = date.from;
		stamp->to = date.to;
		stamp->time = date.time;
		stamp->is_own = true;
		stamp->has_zone = date.has_zone;
	} else if (is_remembered(line_time, now)) {
		/* Then the whole line is searched, even one with an impossible date. */
		stamp->time = line_time->last;
	} else if (date.result == KB_DATE_UNPARSABLE) {
		stamp->from = date.from;
		stamp->to = date.to;
	} else if (date.result == KB_DATE_EMPTY) {
		stamp->time = now;
	}
	return KBAN_OK;
}

void kb_line_time_take(struct kb_line_time *line_time, kban_usec time, struct kb_line_stamp *stamp)
{
	line_time->last = time;
	*stamp = (struct kb_line_stamp){ .time = time, .is_own = true, .has_zone = true };
}

void kb_line_time_clear(struct kb_line_time *line_time)
{
	kb_date_detector_free(line_time->detector);
	line_time->detector = NULL;
}
