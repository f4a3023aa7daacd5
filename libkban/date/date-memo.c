/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "date/date-memo.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

/*
 * What follows a stamp could have belonged to it: " +01:00", " 2005", ".123". At most so many bytes
 * decide about that, with the one that bounds it; and only the first two, where the second cannot
 * begin such a thing.
 */
#define TAIL_BYTES 8
#define TAIL_BEGIN 2

/* Where the two digits of @a letter are. False: there are not two of them. */
static bool find_pair(const struct kb_date_finding *finding, char letter, size_t *at)
{
	size_t to;

	for (size_t i = 0; i < finding->capture_count; i++) {
		const struct kb_date_capture *capture = &finding->captures[i];

		if (capture->letter == letter)
			return kb_match_group(finding->match, capture->group, at, &to) &&
			       to - *at == 2;
	}
	return false;
}

static void find_fraction(struct kb_date_memo *memo, struct kban_text line)
{
	size_t at = memo->second + 2;

	memo->fraction_from = memo->fraction_to = at;
	if (at >= memo->to || (line.data[at] != '.' && line.data[at] != ','))
		return;
	memo->fraction_from = ++at;
	while (at < memo->to && kb_is_digit(line.data[at]))
		at++;
	memo->fraction_to = at;
}

static bool is_blank(char byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* A number, a sign, a fraction, or one of Z, UTC and GMT, may begin so. */
static bool may_continue(char byte)
{
	return kb_is_digit(byte) || strchr("+-.,ZzUuGg", byte) != NULL;
}

/*
 * How many bytes behind the stamp have to be the same; 0: nobody knows, as a zone may stand behind
 * any number of blanks.
 */
static size_t tail_length(struct kban_text line, size_t to)
{
	const char *tail = line.data + to;

	if (to + TAIL_BYTES > line.len || (is_blank(tail[0]) && is_blank(tail[1])))
		return 0;
	if (is_blank(tail[0]) && !may_continue(tail[1]))
		return TAIL_BEGIN;
	return TAIL_BYTES;
}

static void set_same(struct kb_date_memo *memo)
{
	memset(memo->same, 0xff, memo->len);
	memset(memo->same + memo->minute, 0, 2);
	memset(memo->same + memo->second, 0, 2);
	memset(memo->same + memo->fraction_from, 0, memo->fraction_to - memo->fraction_from);
}

void kb_date_memo_set(struct kb_date_memo *memo, const struct kb_date_finding *finding)
{
	struct kban_text line = finding->line;
	size_t tail = tail_length(line, finding->to);

	memo->is_set = false;
	if (tail == 0 || finding->to + tail > sizeof(memo->text) ||
	    finding->to + tail < sizeof(uint64_t))
		return;
	if (!find_pair(finding, 'M', &memo->minute) || !find_pair(finding, 'S', &memo->second) ||
	    memo->second < memo->minute)
		return;
	memo->from = finding->from;
	memo->to = finding->to;
	memo->format = finding->format;
	memo->has_zone = finding->has_zone;
	memo->fields = finding->fields;
	memo->len = finding->to + tail;
	memcpy(memo->text, line.data, memo->len);
	find_fraction(memo, line);
	set_same(memo);
	memo->is_set = true;
}

static uint64_t eight_bytes(const char *at)
{
	uint64_t bytes;

	memcpy(&bytes, at, sizeof(bytes));
	return bytes;
}

/* Eight bytes at a time; the last ones may be compared twice. */
static bool is_same(const struct kb_date_memo *memo, const char *data)
{
	size_t last = memo->len - sizeof(uint64_t);
	uint64_t other = 0;

	for (size_t at = 0; at < memo->len; at += sizeof(uint64_t)) {
		size_t from = at < last ? at : last;

		other |= (eight_bytes(memo->text + from) ^ eight_bytes(data + from)) &
			 eight_bytes(memo->same + from);
	}
	return other == 0;
}

/* A number from 0 to 59 at @a at. */
static bool read_sixty(const char *at, int *out)
{
	*out = (at[0] - '0') * 10 + at[1] - '0';
	return at[0] >= '0' && at[0] <= '5' && kb_is_digit(at[1]);
}

static bool has_fraction(const struct kb_date_memo *memo, const char *data)
{
	for (size_t i = memo->fraction_from; i < memo->fraction_to; i++)
		if (!kb_is_digit(data[i]))
			return false;
	return true;
}

bool kb_date_memo_read(const struct kb_date_memo *memo, struct kban_text line,
		       struct kb_date_fields *fields)
{
	int minute, second;

	if (!memo->is_set || line.len < memo->len || !is_same(memo, line.data))
		return false;
	if (!read_sixty(line.data + memo->minute, &minute) ||
	    !read_sixty(line.data + memo->second, &second) || !has_fraction(memo, line.data))
		return false;
	*fields = memo->fields;
	fields->minute = minute;
	fields->second = second;
	return true;
}
