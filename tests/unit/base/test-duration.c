/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/text.h"

#define YEAR 31557600.0

struct span {
	const char *text;
	double seconds;
};

static void parse(void **state)
{
	const struct span *row = *state;

	for (; row->text != NULL; row++) {
		double seconds = -12345;

		if (kban_duration_parse(kb_text(row->text), &seconds) != KBAN_OK)
			fail_msg("'%s' was refused", row->text);
		if (seconds != row->seconds)
			fail_msg("'%s' gave %.17g", row->text, seconds);
	}
}

static const struct span numbers[] = {
	{ "10", 10 },
	{ "0", 0 },
	{ "00", 0 },
	{ "-1", -1 },
	{ "+1", 1 },
	{ "--1", 1 },
	{ "2.5", 2.5 },
	{ ".5", 0.5 },
	{ "5.", 5 },
	{ "00.5", 0.5 },
	{ "007.5", 7.5 },
	{ "0.1", 0.1 },
	{ "1.15", 1.15 },
	{ "0.123456789012345", 0.123456789012345 },
	{ "0.50000000000000000000000000000000001", 0.5 },
	{ "9007199254740992", 9007199254740992.0 },
	{ NULL, 0 },
};

static const struct span units_have_many_spellings[] = {
	{ "7s", 7 },
	{ "7ss", 7 },
	{ "7se", 7 },
	{ "7sec", 7 },
	{ "7second", 7 },
	{ "7seconds", 7 },
	{ "7m", 420 },
	{ "7mm", 420 },
	{ "7mi", 420 },
	{ "7min", 420 },
	{ "7minute", 420 },
	{ "7minutes", 420 },
	{ "7h", 25200 },
	{ "7hh", 25200 },
	{ "7ho", 25200 },
	{ "7hou", 25200 },
	{ "7hour", 25200 },
	{ "7hours", 25200 },
	{ "7d", 604800 },
	{ "7dd", 604800 },
	{ "7da", 604800 },
	{ "7day", 604800 },
	{ "7days", 604800 },
	{ "7w", 4233600 },
	{ "7ww", 4233600 },
	{ "7we", 4233600 },
	{ "7wee", 4233600 },
	{ "7week", 4233600 },
	{ "7weeks", 4233600 },
	{ "7mo", 7 * YEAR / 12 },
	{ "7mon", 7 * YEAR / 12 },
	{ "7month", 7 * YEAR / 12 },
	{ "7months", 7 * YEAR / 12 },
	{ "7y", 7 * YEAR },
	{ "7yy", 7 * YEAR },
	{ "7ye", 7 * YEAR },
	{ "7yea", 7 * YEAR },
	{ "7year", 7 * YEAR },
	{ "7years", 7 * YEAR },
	{ NULL, 0 },
};

/* What fail2ban 1.0.2 was seen to make of them. */
static const struct span as_in_fail2ban[] = {
	{ "1h", 3600 },      { "1d12h", 129600 },     { "1d 12h", 129600 },
	{ "1h 30m", 5400 },  { "1hour+30min", 5400 }, { "6 months", 15778800 },
	{ "1mo", 2629800 },  { "1y", 31557600 },      { "1year-6mo", 15778800 },
	{ "1w", 604800 },    { "2weeks", 1209600 },   { "1W", 604800 },
	{ "1M", 60 },        { "-5m", -300 },         { "1.5h", 5400 },
	{ "1h30", 3630 },    { "5*60", 300 },         { "2d*2", 345600 },
	{ "1 2", 3 },        { "1 d", 86400 },        { "1d1h1m1s", 90061 },
	{ "1h30m15", 5415 }, { "1h 30 m", 5400 },     { "2 3 h", 10802 },
	{ "\t1h", 3600 },    { "1h\t2", 3602 },       { "1.5 m", 90 },
	{ ".5h", 1800 },     { "1 - -2", 3 },         { "1 2 - 3", 0 },
	{ "1*-2", -2 },      { "1d 12h/2", 108000 },  { "(1+2) h", 10800 },
	{ NULL, 0 },
};

static const struct span arithmetic[] = {
	{ "1+2*3", 7 },
	{ "(1+2)*3", 9 },
	{ "8/4/2", 1 },
	{ "8-4-2", 2 },
	{ "1/4", 0.25 },
	{ "-(1h+1)", -3601 },
	{ "2*(3+(4-1))m", 720 },
	{ "1d/2h", 12 },
	{ "( 1 ) * ( 2 )", 2 },
	{ " \t\n\v\f\r1\n2 ", 3 },
	{ NULL, 0 },
};

static void refuse(void **state)
{
	const struct span *row = *state;

	for (; row->text != NULL; row++) {
		double seconds = -12345;

		if (kban_duration_parse(kb_text(row->text), &seconds) != KBAN_E_SYNTAX)
			fail_msg("'%s' gave %.17g", row->text, seconds);
		assert_true(seconds == -12345);
	}
}

static const struct span no_spans[] = {
	{ "", 0 },      { " ", 0 },          { "forever", 0 },    { "1x", 0 },
	{ "h", 0 },     { "1h;2", 0 },       { "1h,2m", 0 },      { "1,5", 0 },
	{ "1sss", 0 },  { "1houra", 0 },     { "1h_", 0 },        { "1h.5", 0 },
	{ "1 h h", 0 }, { "1\xc2\xa0h", 0 }, { "1m\xc3\xbc", 0 }, { NULL, 0 },
};

static const struct span numbers_of_other_languages[] = {
	{ "007", 0 },   { "01h", 0 }, { "1e3", 0 },  { "1e-3", 0 }, { "0x10", 0 }, { "1_000", 0 },
	{ "1.5.5", 0 }, { ".", 0 },   { "1..5", 0 }, { "inf", 0 },  { "nan", 0 },  { NULL, 0 },
};

static const struct span broken_arithmetic[] = {
	{ "1+", 0 },   { "*1", 0 },   { "1*/2", 0 },  { "()", 0 },     { "(1", 0 },
	{ "1)", 0 },   { "1(2)", 0 }, { "1 (2)", 0 }, { "(1)(2)", 0 }, { "5//2", 0 },
	{ "5**2", 0 }, { "5%2", 0 },  { "1<2", 0 },   { "-", 0 },      { NULL, 0 },
};

static const struct span not_finite_or_too_large[] = {
	{ "1/0", 0 },
	{ "1h/(1-1)", 0 },
	{ "0/0", 0 },
	{ "9007199254740994", 0 },
	{ "-9007199254740994", 0 },
	{ "999999999y", 0 },
	{ "99999999999999999999999999999999999999999999999999999999999999999999999999999999"
	  "99999999999999999999999999999999999999999999999999999999999999999999999999999999"
	  "99999999999999999999999999999999999999999999999999999999999999999999999999999999"
	  "999999999999999999999999999999999999999999999999999999999999999999999999999999999",
	  0 },
	{ NULL, 0 },
};

static void nul_is_not_the_end(void **state)
{
	double seconds;

	(void)state;
	assert_int_equal(kban_duration_parse(KB_TEXT("1h\0"), &seconds), KBAN_E_SYNTAX);
	assert_int_equal(kban_duration_parse(KB_TEXT("\0"), &seconds), KBAN_E_SYNTAX);
	assert_int_equal(kban_duration_parse((struct kban_text){ NULL, 0 }, &seconds),
			 KBAN_E_SYNTAX);
}

/* @a depth signs or parentheses around a number. */
static int parse_nested(char opening, char closing, size_t depth)
{
	char text[256];
	double seconds;
	size_t len = depth + 1;

	memset(text, opening, depth);
	text[depth] = '1';
	if (closing != '\0') {
		memset(text + len, closing, depth);
		len += depth;
	}
	return kban_duration_parse((struct kban_text){ text, len }, &seconds);
}

static void depth_is_limited(void **state)
{
	(void)state;
	assert_int_equal(parse_nested('(', ')', 31), KBAN_OK);
	assert_int_equal(parse_nested('(', ')', 32), KBAN_E_SYNTAX);
	assert_int_equal(parse_nested('-', '\0', 31), KBAN_OK);
	assert_int_equal(parse_nested('-', '\0', 32), KBAN_E_SYNTAX);
}

/* Side by side is not deep. */
static void length_is_not_limited(void **state)
{
	char text[1000];
	double seconds;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(text); i++)
		text[i] = "(1)+"[i % 4];
	assert_int_equal(
		kban_duration_parse((struct kban_text){ text, sizeof(text) - 1 }, &seconds),
		KBAN_OK);
	assert_true(seconds == 250);
}

struct printed {
	kban_usec span;
	const char *text;
};

static void print(void **state)
{
	const struct printed *row = *state;

	for (; row->text != NULL; row++) {
		char buffer[KBAN_DURATION_TEXT_SIZE];

		assert_ptr_equal(kban_duration_print(row->span, buffer), buffer);
		assert_string_equal(buffer, row->text);
	}
}

#define SECONDS(number) ((number)*KBAN_SECOND)

/* What fail2ban 1.0.2 was seen to print. */
static const struct printed at_most_three_groups[] = {
	{ SECONDS(0), "0" },
	{ SECONDS(1), "1s" },
	{ SECONDS(59), "59s" },
	{ SECONDS(60), "1m" },
	{ SECONDS(61), "1m 1s" },
	{ SECONDS(3590), "59m 50s" },
	{ SECONDS(3594), "59m 54s" },
	{ SECONDS(3595), "1h" },
	{ SECONDS(3600), "1h" },
	{ SECONDS(3660), "1h 1m" },
	{ SECONDS(5400), "1h 30m" },
	{ SECONDS(86400), "1d" },
	{ SECONDS(86490), "1d 2m" },
	{ SECONDS(604800), "1w" },
	{ SECONDS(1047600), "1w 5d 3h" },
	{ SECONDS(1209600), "2w" },
	{ SECONDS(2629800), "4w 2d 10h" },
	{ SECONDS(31535999), "52w 1d" },
	{ SECONDS(31536000), "1y" },
	{ SECONDS(63072000), "2y" },
	{ SECONDS(316051200), "10y 1w 1d" },
	{ SECONDS(631152000), "20y 5d" },
	{ 0, NULL },
};

static const struct printed halves_round_to_even[] = {
	{ SECONDS(3605), "1h" },           { SECONDS(86385), "23h 59m" },
	{ SECONDS(86395), "24h" },         { SECONDS(86399), "24h" },
	{ SECONDS(86430), "1d" },          { SECONDS(86431), "1d 1m" },
	{ SECONDS(604769), "6d 23h 59m" }, { SECONDS(604770), "7d" },
	{ SECONDS(606600), "1w" },         { SECONDS(606601), "1w 1h" },
	{ SECONDS(610200), "1w 2h" },      { SECONDS(31579200), "1y 1d" },
	{ SECONDS(31579199), "1y" },       { 0, NULL },
};

static const struct printed fractions_round_to_seconds[] = {
	{ 1, "0" },        { 499999, "0" },   { 500000, "0" },    { 500001, "1s" },
	{ 1500000, "2s" }, { 2718282, "3s" }, { 59999999, "1m" }, { 0, NULL },
};

static const struct printed extremes[] = {
	{ KBAN_FOREVER, "permanent" },
	{ KBAN_FOREVER - 1, "292471y 10w 6d" },
	{ KBAN_TIME_NONE, "-292471y 10w 6d" },
	{ -SECONDS(5), "-5s" },
	{ -SECONDS(5400), "-1h 30m" },
	{ -1, "0" },
	{ 0, NULL },
};

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(parse, numbers),
		test_case(parse, units_have_many_spellings),
		test_case(parse, as_in_fail2ban),
		test_case(parse, arithmetic),
		test_case(refuse, no_spans),
		test_case(refuse, numbers_of_other_languages),
		test_case(refuse, broken_arithmetic),
		test_case(refuse, not_finite_or_too_large),
		cmocka_unit_test(nul_is_not_the_end),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(length_is_not_limited),
		test_case(print, at_most_three_groups),
		test_case(print, halves_round_to_even),
		test_case(print, fractions_round_to_seconds),
		test_case(print, extremes),
	};

	return cmocka_run_group_tests_name("duration", tests, NULL, NULL);
}
