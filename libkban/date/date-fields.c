/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "date/date-fields.h"

#include "base/text.h"
#include "date/date-zone.h"

static const char letters[] = "YymdHIMSpjUWwaAbBzZ";

size_t kb_date_fields_captures(const struct kb_pattern *pattern,
			       struct kb_date_capture captures[KB_DATE_CAPTURES_MAX])
{
	size_t count = 0;

	_Static_assert(sizeof(letters) - 1 <= KB_DATE_CAPTURES_MAX, "a pattern has each name once");
	for (size_t i = 0; i < kb_pattern_name_count(pattern); i++) {
		const char *name = kb_pattern_name(pattern, i);

		if (strlen(name) != 1 || strchr(letters, name[0]) == NULL)
			continue;
		captures[count].letter = name[0];
		captures[count].group = kb_pattern_name_group(pattern, i);
		count++;
	}
	return count;
}

/* The first three letters, whatever their case, as one number. */
static uint32_t letters_of(const char *word)
{
	uint32_t first = (unsigned char)word[0], second = (unsigned char)word[1];

	return ((first << 16 | second << 8) | (unsigned char)word[2]) | 0x202020;
}

/* Position from 1 of a word that begins with one of @a names, three letters each; 0: none. */
static int find_name(struct kban_text text, const char *names)
{
	uint32_t wanted = text.len >= 3 ? letters_of(text.data) : 0;

	for (size_t i = 0; names[3 * i] != '\0'; i++) {
		if (letters_of(names + 3 * i) == wanted)
			return (int)i + 1;
	}
	return 0;
}

/* Mostly it is nothing but two digits, or four. */
static bool read_digits(struct kban_text text, int *out)
{
	*out = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		*out = *out * 10 + text.data[i] - '0';
	}
	return text.len > 0;
}

static bool read_number(struct kban_text text, int least, int *out)
{
	long long number;

	if (text.len <= 4 && read_digits(text, out))
		return *out >= least;
	if (!kb_text_number(kb_text_trim(text), least, 9999, &number))
		return false;
	*out = (int)number;
	return true;
}

static bool read_short_year(struct kban_text text, int *year)
{
	if (!read_number(text, 0, year))
		return false;
	if (*year <= 2000)
		*year += 2000;
	return true;
}

static bool read_weekday_name(struct kban_text text, int *weekday)
{
	*weekday = find_name(text, "montuewedthufrisatsun");
	return *weekday != 0;
}

static bool read_month_name(struct kban_text text, int *month)
{
	*month = find_name(text, "janfebmaraprmayjunjulaugsepoctnovdec");
	return *month != 0;
}

/* 0 is Sunday, which here is 7. */
static bool read_weekday_number(struct kban_text text, int *weekday)
{
	if (!read_number(text, 0, weekday) || *weekday > 6)
		return false;
	if (*weekday == 0)
		*weekday = 7;
	return true;
}

static bool read_week(struct kban_text text, enum kb_date_week kind, struct kb_date_fields *out)
{
	out->week_kind = kind;
	return read_number(text, 0, &out->week);
}

static bool read_zone(struct kban_text text, struct kb_date_fields *out)
{
	out->has_zone = 1;
	return kb_date_zone_parse(text, &out->zone);
}

static bool read_field(char letter, struct kban_text text, struct kb_date_fields *out)
{
	switch (letter) {
	case 'Y':
		return read_number(text, 1, &out->year);
	case 'y':
		return read_short_year(text, &out->year);
	case 'm':
		return read_number(text, 1, &out->month);
	case 'b':
	case 'B':
		return read_month_name(text, &out->month);
	case 'd':
		return read_number(text, 1, &out->day);
	case 'H':
	case 'I':
		return read_number(text, 0, &out->hour);
	case 'M':
		return read_number(text, 0, &out->minute);
	case 'S':
		return read_number(text, 0, &out->second);
	case 'j':
		return read_number(text, 1, &out->year_day);
	case 'U':
		return read_week(text, KB_DATE_WEEK_FROM_SUNDAY, out);
	case 'W':
		return read_week(text, KB_DATE_WEEK_FROM_MONDAY, out);
	case 'w':
		return read_weekday_number(text, &out->weekday);
	case 'a':
	case 'A':
		return read_weekday_name(text, &out->weekday);
	case 'z':
	case 'Z':
		return read_zone(text, out);
	default:
		return true;
	}
}

/* 12 o'clock comes before 1. */
static void apply_half_of_day(bool is_afternoon, int *hour)
{
	if (*hour == 12)
		*hour = 0;
	if (is_afternoon)
		*hour += 12;
}

bool kb_date_fields_read(const struct kb_date_capture *captures, size_t count,
			 struct kban_text line, const struct kb_match *match,
			 struct kb_date_fields *out)
{
	bool by_twelve = false, is_afternoon = false;

	*out = (struct kb_date_fields){ 0 };
	for (size_t i = 0; i < count; i++) {
		struct kban_text text;
		size_t from, to;

		if (!kb_match_group(match, captures[i].group, &from, &to))
			continue;
		text = kb_text_slice(line, from, to);
		/* Of two hours the last one counts. */
		if (captures[i].letter == 'I' || captures[i].letter == 'H')
			by_twelve = captures[i].letter == 'I';
		if (captures[i].letter == 'p')
			is_afternoon = kb_text_is_nocase(text, "pm");
		if (!read_field(captures[i].letter, text, out))
			return false;
	}
	if (by_twelve)
		apply_half_of_day(is_afternoon, &out->hour);
	return true;
}
