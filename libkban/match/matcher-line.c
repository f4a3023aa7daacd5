/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A line on its way to what is searched: decoded, cut, put into the window, narrowed. */
#include "match/matcher-state.h"

/* Make the line's bytes UTF-8, and drop what ends it. */
static int decode(struct kban_matcher *matcher, struct kban_text line, struct kban_text *out)
{
	struct kb_decoded decoded;

	if (kb_decoder_decode(matcher->decoder, line, &matcher->decoded, &decoded) != KBAN_OK)
		return KBAN_E_NOMEM;
	*out = decoded.text;
	matcher->out->malformed = decoded.malformed;
	while (out->len > 0 && (out->data[out->len - 1] == '\r' || out->data[out->len - 1] == '\n'))
		out->len--;
	/* Of a window nobody knows it. */
	matcher->is_plain = decoded.is_ascii && matcher->window == NULL &&
			    kb_text_index(*out, '\n') == out->len;
	return KBAN_OK;
}

/* Find the stamp and cut it out. */
static int cut(struct kban_matcher *matcher, struct kban_text line)
{
	const struct kb_attempt *attempt = matcher->attempt;
	struct kban_match *out = matcher->out;
	const struct kb_dated_line dated = { line, attempt->number, attempt->unseen };
	struct kb_line_stamp *stamp = &matcher->stamp;

	kb_date_detector_share(matcher->line_time->detector, &matcher->effort);
	if (attempt->when != KBAN_TIME_NONE)
		kb_line_time_take(matcher->line_time, attempt->when, stamp);
	else if (kb_line_time_find(matcher->line_time, &dated, attempt->now, stamp) != KBAN_OK)
		return KBAN_E_NOMEM;
	if (matcher->follower != NULL)
		matcher->follower->dated(stamp, matcher->follower->data);
	out->time = stamp->time;
	out->time_is_own = stamp->is_own;
	out->has_zone = stamp->has_zone;
	out->stamp = kb_text_slice(line, stamp->from, stamp->to);
	matcher->line = (struct kb_cut_line){
		.whole = line,
		.before = kb_text_slice(line, 0, stamp->from),
		.after = kb_text_slice(line, stamp->to, line.len),
	};
	return KBAN_OK;
}

int kb_matcher_complete_time(struct kban_matcher *matcher)
{
	const struct kb_attempt *attempt = matcher->attempt;
	const struct kb_dated_line dated = { matcher->line.whole, attempt->number,
					     attempt->unseen };

	if (kb_line_time_complete(matcher->line_time, &dated, attempt->now, &matcher->stamp) !=
	    KBAN_OK)
		return KBAN_E_NOMEM;
	matcher->out->time = matcher->stamp.time;
	return KBAN_OK;
}

/* @a before and @a behind as one line, with a line feed. */
static int join(struct kb_buffer *out, struct kban_text before, struct kban_text behind)
{
	char *at;

	kb_buffer_reset(out);
	if (kb_buffer_reserve(out, before.len + behind.len + 1) != KBAN_OK)
		return KBAN_E_NOMEM;
	at = out->data;
	if (before.len > 0)
		at = mempcpy(at, before.data, before.len);
	if (behind.len > 0)
		at = mempcpy(at, behind.data, behind.len);
	at[0] = '\n';
	at[1] = '\0';
	out->len = before.len + behind.len + 1;
	return KBAN_OK;
}

/* Make the line, or the window it joins, what is searched. */
static int set_subject(struct kban_matcher *matcher)
{
	if (matcher->window != NULL) {
		if (kb_line_window_push(matcher->window, &matcher->line) != KBAN_OK)
			return KBAN_E_NOMEM;
		matcher->subject = kb_line_window_text(matcher->window);
		return KBAN_OK;
	}
	if (join(&matcher->cut, matcher->line.before, matcher->line.after) != KBAN_OK)
		return KBAN_E_NOMEM;
	matcher->subject = kb_buffer_content(&matcher->cut);
	return KBAN_OK;
}

int kb_matcher_read(struct kban_matcher *matcher)
{
	struct kban_text line;

	if (decode(matcher, matcher->attempt->line, &line) != KBAN_OK ||
	    cut(matcher, line) != KBAN_OK || set_subject(matcher) != KBAN_OK)
		return KBAN_E_NOMEM;
	if (matcher->follower != NULL)
		matcher->follower->began(&matcher->line, matcher->window, matcher->subject,
					 matcher->follower->data);
	return KBAN_OK;
}

static int narrow_window(struct kban_matcher *matcher, size_t from, size_t to)
{
	struct kb_buffer *text = &matcher->cut;
	struct kb_cut_line line = { .whole = matcher->line.whole };

	/* What prefregex matched is still needed when the window has changed. */
	kb_buffer_reset(text);
	if (kb_buffer_text(text, matcher->subject) != KBAN_OK)
		return KBAN_E_NOMEM;
	matcher->prefixed = kb_buffer_content(text);
	line.before = kb_text_slice(matcher->prefixed, from, to);
	kb_line_window_reset(matcher->window);
	if (kb_line_window_push(matcher->window, &line) != KBAN_OK)
		return KBAN_E_NOMEM;
	matcher->subject = kb_line_window_text(matcher->window);
	return KBAN_OK;
}

int kb_matcher_narrow(struct kban_matcher *matcher, size_t from, size_t to)
{
	struct kban_text *subject = &matcher->subject;

	if (matcher->window != NULL)
		return narrow_window(matcher, from, to);
	/* Mostly it reaches to the end of the line, and then the line feed is there already. */
	if (to + 1 == subject->len) {
		*subject = kb_text_slice(*subject, from, subject->len);
		return KBAN_OK;
	}
	kb_buffer_reset(&matcher->content);
	kb_buffer_text(&matcher->content, kb_text_slice(*subject, from, to));
	if (kb_buffer_byte(&matcher->content, '\n') != KBAN_OK)
		return KBAN_E_NOMEM;
	*subject = kb_buffer_content(&matcher->content);
	return KBAN_OK;
}
