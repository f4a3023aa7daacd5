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
	line_time->number = 0;
	line_time->complete = 0;
	return kb_date_detector_new(formats, zone_minutes, &line_time->detector);
}

bool kb_line_time_is_like(const struct kb_line_time *line_time, const struct kb_line_time *other)
{
	return line_time->last == other->last &&
	       kb_date_detector_is_like(line_time->detector, other->detector);
}

void kb_line_time_copy(struct kb_line_time *line_time, const struct kb_line_time *from)
{
	kb_date_detector_copy(line_time->detector, from->detector);
	line_time->last = from->last;
	line_time->number = 0;
	line_time->complete = 0;
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

/* How many lines before it have to be looked at. */
static int unseen_before(const struct kb_line_time *line_time, const struct kb_dated_line *line)
{
	uint64_t count;

	if (line->number == 0 || line_time->complete == 0)
		return UNSEEN_MAX;
	count = line->number - line_time->complete - 1;
	return count < UNSEEN_MAX ? (int)count : UNSEEN_MAX;
}

static int catch_up_all(struct kb_line_time *line_time, const struct kb_dated_line *line,
			kban_usec now)
{
	int left = unseen_before(line_time, line);
	int caught = catch_up(line_time, line->unseen[1], now, &left);

	if (caught == 0)
		caught = catch_up(line_time, line->unseen[0], now, &left);
	return caught < 0 ? caught : KBAN_OK;
}

static struct kb_line_stamp stamp_of(struct kb_line_time *line_time, const struct kb_date *date,
				     kban_usec now)
{
	struct kb_line_stamp stamp = {
		.time = KBAN_TIME_NONE,
		.result = date->result,
		.format = date->format,
	};

	if (date->result == KB_DATE_FOUND) {
		line_time->last = date->time;
		stamp.from = date->from;
		stamp.to = date->to;
		stamp.time = date->time;
		stamp.is_own = true;
		stamp.has_zone = date->has_zone;
	} else if (is_remembered(line_time, now)) {
		/* Then the whole line is searched, even one with an impossible date. */
		stamp.time = line_time->last;
	} else if (date->result == KB_DATE_UNPARSABLE) {
		stamp.from = date->from;
		stamp.to = date->to;
	} else if (date->result == KB_DATE_EMPTY) {
		stamp.time = now;
	}
	return stamp;
}

static void remember(struct kb_line_time *line_time, uint64_t number,
		     const struct kb_line_stamp *stamp)
{
	line_time->number = number;
	line_time->stamp = *stamp;
	if (!stamp->is_open)
		line_time->complete = number;
}

int kb_line_time_find(struct kb_line_time *line_time, const struct kb_dated_line *line,
		      kban_usec now, struct kb_line_stamp *stamp)
{
	struct kb_date date;
	int status;

	if (line->number != 0 && line->number == line_time->number) {
		*stamp = line_time->stamp;
		return KBAN_OK;
	}
	if (unseen_before(line_time, line) > 0 &&
	    kb_date_detector_follows(line_time->detector, line->text) &&
	    catch_up_all(line_time, line, now) != KBAN_OK)
		return KBAN_E_NOMEM;
	status = kb_date_detector_find(line_time->detector, line->text, now, &date);
	/* What of an impossible date is searched depends on the time. */
	if (status == KBAN_OK && date.result == KB_DATE_UNPARSABLE)
		status = catch_up_all(line_time, line, now);
	if (status != KBAN_OK)
		return status;
	*stamp = stamp_of(line_time, &date, now);
	stamp->is_open = date.result == KB_DATE_NONE && unseen_before(line_time, line) > 0;
	remember(line_time, line->number, stamp);
	return KBAN_OK;
}

int kb_line_time_complete(struct kb_line_time *line_time, const struct kb_dated_line *line,
			  kban_usec now, struct kb_line_stamp *stamp)
{
	const struct kb_date none = { .result = KB_DATE_NONE };

	if (!stamp->is_open)
		return KBAN_OK;
	if (catch_up_all(line_time, line, now) != KBAN_OK)
		return KBAN_E_NOMEM;
	*stamp = stamp_of(line_time, &none, now);
	remember(line_time, line->number, stamp);
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
