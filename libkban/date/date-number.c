/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "date/date-number.h"

#include "base/text.h"

/* Digits, at most 18 of them, as a number. */
static bool read_digits(struct kban_text text, int64_t *out)
{
	long long number;

	if (text.len > 18 || !kb_text_number(text, 0, INT64_MAX, &number))
		return false;
	*out = number;
	return true;
}

/*
 * @a text, which may have a fraction, in units of which @a per_second make a second. What is below
 * a microsecond is cut off.
 */
static bool read_decimal(struct kban_text text, int64_t per_second, kban_usec *time)
{
	size_t point = kb_text_index(text, '.');
	int64_t unit = KBAN_SECOND / per_second;
	int64_t whole;

	if (!read_digits(kb_text_slice(text, 0, point), &whole) ||
	    __builtin_mul_overflow(whole + 1, unit, time))
		return false;
	*time -= unit; /* the one too many left room for the fraction */
	for (size_t i = point + 1; i < text.len && unit >= 10; i++) {
		unit /= 10;
		*time += (text.data[i] - '0') * unit;
	}
	return true;
}

/* Seconds, milliseconds or microseconds: that is told by the length only. */
static bool read_long_epoch(struct kban_text text, kban_usec *time)
{
	if (text.len >= 16 && kb_text_index(text, '.') == text.len)
		return read_decimal(text, 1000000, time);
	return read_decimal(text, text.len >= 13 ? 1000 : 1, time);
}

static int hex_value(char digit)
{
	return digit <= '9' ? digit - '0' : digit - 'a' + 10;
}

/* "@4", 15 digits of seconds, 8 of nanoseconds, which are left out as fail2ban does. */
static bool read_tai64n(struct kban_text text, kban_usec *time)
{
	int64_t seconds = 0;

	for (size_t i = 2; i < 17; i++)
		seconds = seconds * 16 + hex_value(text.data[i]);
	return !__builtin_mul_overflow(seconds, KBAN_SECOND, time);
}

bool kb_date_number_time(enum kb_date_kind kind, struct kban_text text, kban_usec *time)
{
	switch (kind) {
	case KB_DATE_BY_EPOCH:
		return read_decimal(text, 1, time);
	case KB_DATE_BY_LONG_EPOCH:
		return read_long_epoch(text, time);
	case KB_DATE_BY_TAI64N:
		return read_tai64n(text, time);
	default:
		return false;
	}
}
