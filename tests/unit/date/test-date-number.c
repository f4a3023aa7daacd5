/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/text.h"
#include "date/date-number.h"

struct number {
	enum kb_date_kind kind;
	const char *text;
	kban_usec time;
};

static void read(void **state)
{
	for (const struct number *row = *state; row->text != NULL; row++) {
		kban_usec time = 0;

		if (!kb_date_number_time(row->kind, kb_text(row->text), &time) || time != row->time)
			fail_msg("'%s' is %lld", row->text, (long long)time);
	}
}

static const struct number seconds_with_a_fraction[] = {
	{ KB_DATE_BY_EPOCH, "1686478800", 1686478800 * KBAN_SECOND },
	{ KB_DATE_BY_EPOCH, "1686478800.123", 1686478800123000 },
	{ KB_DATE_BY_EPOCH, "1686478800.123456", 1686478800123456 },
	{ KB_DATE_BY_EPOCH, "16864788001", 16864788001 * KBAN_SECOND },
	{ KB_DATE_BY_EPOCH, "0", 0 },
	{ KB_DATE_BY_EPOCH, NULL, 0 },
};

static const struct number unit_by_length[] = {
	{ KB_DATE_BY_LONG_EPOCH, "1686478800", 1686478800 * KBAN_SECOND },
	{ KB_DATE_BY_LONG_EPOCH, "1686478800123", 1686478800123000 },
	{ KB_DATE_BY_LONG_EPOCH, "16864788001234", 16864788001234000 },
	{ KB_DATE_BY_LONG_EPOCH, "1686478800123456", 1686478800123456 },
	{ KB_DATE_BY_LONG_EPOCH, "16864788001234567", 16864788001234567 },
	{ KB_DATE_BY_LONG_EPOCH, "1686478800123.12", 1686478800123120 },
	{ KB_DATE_BY_LONG_EPOCH, "1686478800123.123456", 1686478800123123 },
	{ KB_DATE_BY_LONG_EPOCH, NULL, 0 },
};

static const struct number whole_seconds_of_tai64n[] = {
	{ KB_DATE_BY_TAI64N, "@4000000043006e3a2b5d6a34", 1124101690 * KBAN_SECOND },
	{ KB_DATE_BY_TAI64N, "@400000000000000000000000", 0 },
	{ KB_DATE_BY_TAI64N, NULL, 0 },
};

static void refuse(void **state)
{
	for (const struct number *row = *state; row->text != NULL; row++) {
		kban_usec time;

		if (kb_date_number_time(row->kind, kb_text(row->text), &time))
			fail_msg("'%s' is %lld", row->text, (long long)time);
	}
}

static const struct number too_large[] = {
	{ KB_DATE_BY_EPOCH, "9223372036854", 0 },
	{ KB_DATE_BY_EPOCH, "99999999999999999999", 0 },
	{ KB_DATE_BY_TAI64N, "@4fffffffffffffff00000000", 0 },
	{ KB_DATE_BY_EPOCH, "", 0 },
	{ KB_DATE_BY_FIELDS, "1686478800", 0 },
	{ KB_DATE_BY_EPOCH, NULL, 0 },
};

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(read, seconds_with_a_fraction),
		test_case(read, unit_by_length),
		test_case(read, whole_seconds_of_tai64n),
		test_case(refuse, too_large),
	};

	return cmocka_run_group_tests_name("date-number", tests, NULL, NULL);
}
