/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/text.h"
#include "date/date-zone.h"

struct zone {
	const char *text;
	int minutes;
};

static void parse(void **state)
{
	for (const struct zone *row = *state; row->text != NULL; row++) {
		int minutes = 9999;

		if (!kb_date_zone_parse(kb_text(row->text), &minutes) || minutes != row->minutes)
			fail_msg("'%s' is %d", row->text, minutes);
	}
}

static const struct zone zones[] = {
	{ "", 0 },        { "Z", 0 },          { "UTC", 0 },        { "GMT", 0 },
	{ "CET", 60 },    { "EST", -300 },     { "IRST", 210 },     { "NPT", 345 },
	{ "Y", -720 },    { "NZDT", 780 },     { "PETST", 720 },    { "WST", 480 },
	{ "+02", 120 },   { "-0330", -210 },   { "+05:30", 330 },   { "+1959", 1199 },
	{ "+0260", 180 }, { "UTC+0200", 120 }, { "CET+0100", 120 }, { "EST-05:00", -600 },
	{ NULL, 0 },
};

static void refuse(void **state)
{
	for (const char *const *text = *state; *text != NULL; text++) {
		int minutes;

		if (kb_date_zone_parse(kb_text(*text), &minutes))
			fail_msg("'%s' is a zone", *text);
	}
}

static const char *const unknown_zones[] = {
	"cet",    "+2",      "UTC+2",   "Europe/Berlin", "BST",       "IST",  "QQQ",
	"AB",     "CETABC",  "+2000",   "+020",          "+02:0",     "+02:", "+02-00",
	"+0200 ", " UTC",    "UTC UTC", "0200",          "+a0",       "+0a",  "-",
	"+02000", "+02:000", "+02:a0",  "ChST",          "UTC+0200x", NULL,
};

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(parse, zones),
		test_case(refuse, unknown_zones),
	};

	return cmocka_run_group_tests_name("date-zone", tests, NULL, NULL);
}
