/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/text.h"
#include "date/date-pattern.h"
#include "failing-alloc.h"

#define YEAR 2026

static struct kb_date_pattern *make(const char *text)
{
	struct kb_date_pattern *pattern = NULL;
	kban_auto(error) err = NULL;

	if (kb_date_pattern_new(kb_text(text), YEAR, NULL, &pattern, &err) != KBAN_OK)
		fail_msg("%s", kban_error_text(err));
	return pattern;
}

/* What a pattern takes for the stamp of a line: group 1; NULL: it does not match. */
struct cut {
	const char *pattern;
	const char *line;
	const char *stamp;
};

static void cut(void **state)
{
	for (const struct cut *row = *state; row->pattern != NULL; row++) {
		kb_auto(date_pattern) pattern = make(row->pattern);
		kb_auto(match) match = kb_match_new();
		struct kban_text line = kb_text(row->line), stamp;
		size_t from = 0, to = 0;
		int found = kb_pattern_search(pattern->compiled, line, 0, match);

		if (found != (row->stamp != NULL))
			fail_msg("'%s' on '%s' gives %d", row->pattern, row->line, found);
		if (!found)
			continue;
		assert_true(kb_match_group(match, 1, &from, &to));
		stamp = kb_text_slice(line, from, to);
		if (!kb_text_is(stamp, row->stamp))
			fail_msg("'%s' on '%s' cuts '%.*s'", row->pattern, row->line,
				 (int)stamp.len, stamp.data);
	}
}

static const struct cut numbers[] = {
	{ "%Y", "2023", "2023" },    { "%Y", "202", NULL },       { "%y", "23", "23" },
	{ "%m", "1", "1" },          { "%m", "09", "09" },        { "%m", "12", "12" },
	{ "%m", "13", NULL },        { "%m", "0", NULL },         { "%d", "31", "31" },
	{ "%d", "x 5", " 5" },       { "%d", "05", "05" },        { "%d", "32", NULL },
	{ "%d", "0", NULL },         { "%H", "7", "7" },          { "%H", "23", "23" },
	{ "%H", "24", NULL },        { "%I", "12", "12" },        { "%I", "13", NULL },
	{ "%I", "0", NULL },         { "%M", "5", "5" },          { "%M", "60", NULL },
	{ "%S", "61", "61" },        { "%S", "62", NULL },        { "x%f", "x123456", "x123456" },
	{ "x%f", "x1234567", NULL }, { "x%k", "x 7", "x 7" },     { "x%k", "x29", "x29" },
	{ "x%k", "x30", NULL },      { "x%l", "x 7", "x 7" },     { "x%l", "x20", NULL },
	{ "%j", "366", "366" },      { "%j", "001", "001" },      { "%j", "367", NULL },
	{ "%j", "000", NULL },       { "%U:%w", "53:0", "53:0" }, { "%W:%u", "9:7", "9:7" },
	{ "%U", "54", NULL },        { "%w", "7", NULL },         { "%V %G", "05 2023", "05 2023" },
	{ "x%%y", "x%y", "x%y" },    { NULL, NULL, NULL },
};

static const struct cut exact_numbers[] = {
	{ "%Exd%Exm", "0112", "0112" },
	{ "%Exd", "1", NULL },
	{ "%Exd", "32", NULL },
	{ "%Exm", "13", NULL },
	{ "%ExH%ExM%ExS", "235961", "235961" },
	{ "%ExH", "24", NULL },
	{ "%ExM", "60", NULL },
	{ "%ExS", "62", NULL },
	{ "x%Exk", "x 9", "x 9" },
	{ "x%Exk", "x05", "x05" },
	{ "x%Exk", "x24", NULL },
	{ "x%Exl", "x12", "x12" },
	{ "x%Exl", "x13", NULL },
	{ "%Exy", "05", "05" },
	{ "%ExY", "2000", "2000" },
	{ "%ExY", "2029", "2029" },
	{ "%ExY", "2030", NULL },
	{ "%ExY", "1999", NULL },
	{ NULL, NULL, NULL },
};

static const struct cut words[] = {
	{ "%b", "dEc", "dEc" },
	{ "%b", "December", NULL },
	{ "%B", "december", "december" },
	{ "%a %A", "Mon tuesday", "Mon tuesday" },
	{ "%p", "PM", "PM" },
	{ "x%b", "Xmay", "Xmay" },
	{ "x%Y", "X2023", NULL },
	{ NULL, NULL, NULL },
};

static const struct cut zones[] = {
	{ "%z", "Z", "Z" },
	{ "%z", "GMT", "GMT" },
	{ "%z", "UTC+2", "UTC" },
	{ "%z", "-0330", "-0330" },
	{ "%z", "+01:00", "+01:00" },
	{ "%z", "+19", "+19" },
	{ "%z", "+20", NULL },
	{ "%z", "CET", NULL },
	{ "%Z", "CEST", "CEST" },
	{ "%Z", "Z", "Z" },
	{ "%Z", "AB", NULL },
	{ "%Z", "ABCDEF", NULL },
	{ "%Z %b", "host Jun", "host Jun" },
	{ "%Exz", "CET+0100", "CET+0100" },
	{ "%Exz", "+02", "+02" },
	{ "%Exz", "A", "A" },
	{ "%ExZ", "CET", "CET" },
	{ "%ExZ", "AB", NULL },
	{ NULL, NULL, NULL },
};

static const struct cut whole_dates[] = {
	{ "%c", "Tue Nov 14 10:11:12 2023", "Tue Nov 14 10:11:12 2023" },
	{ "%x", "11/14/23", "11/14/23" },
	{ "%X", "10:11:12", "10:11:12" },
	{ NULL, NULL, NULL },
};

static const struct cut bounds[] = {
	{ "%Y", "a2023b", NULL },       { "%Y", "a2023 b", NULL },
	{ "%Y", "2023b", NULL },        { "%Y", "-2023-", "2023" },
	{ "**%Y", "a2023b", NULL },     { "**%Y", "a2023 b", "2023" },
	{ "**%Y", "2023b", NULL },      { "%Y**", "a2023b", NULL },
	{ "%Y**", "a2023 b", NULL },    { "%Y**", "2023b", "2023" },
	{ "**%Y**", "a2023b", "2023" }, { "{UNB}%Y", "a2023b", "2023" },
	{ "(**%Y)", "a2023", "2023" },  { "(%Y**)", "2023a", "2023" },
	{ "^%Y", "2023 b", "2023" },    { "^%Y", " 2023", NULL },
	{ "%Y$", "b 2023", "2023" },    { "%Y$", "2023 b", NULL },
	{ "(%Y$)", "b 2023", "2023" },  { "%Y\\$", "2023$", "2023$" },
	{ "%Y\\s", "2023 a", "2023 " }, { "%Y\\b", "2023a", NULL },
	{ NULL, NULL, NULL },
};

static const struct cut line_begin[] = {
	{ "{^LN-BEG}%b %d", "Jun 11 x", "Jun 11" },
	{ "{^LN-BEG}%b %d", "  Jun 11 x", "Jun 11" },
	{ "{^LN-BEG}%b %d", "[Jun 11] x", "Jun 11" },
	{ "{^LN-BEG}%b %d", "([Jun 11", "Jun 11" },
	{ "{^LN-BEG}%b %d", "([<Jun 11", NULL },
	{ "{^LN-BEG}%b %d", "a Jun 11", NULL },
	{ "{^LN-BEG}^%b %d", " Jun 11", NULL },
	{ "{UNB}{^LN-BEG}%Y", "a2023b", "2023" },
	{ NULL, NULL, NULL },
};

static const struct cut groups[] = {
	{ "^(%b %d) %H:%M:%S", "Jun 11 10:00:00 host", "Jun 11" },
	{ "%Y-(%m)", "2023-11", "2023" },
	{ "(?:%Y)", "2023", "2023" },
	{ "(?P<foo>x)%Y", "x2023", "x2023" },
	{ "\\(%Y\\)", "(2023)", "(2023)" },
	{ "[(]%Y", "(2023", "2023" },
	{ "^\\[?(%Y)", "[2023]", "2023" },
	{ "^WARN:()**", "WARN:x", "" },
	{ "{NONE}", "anything", "" },
	{ "{none}", "", "" },
	{ "(?P<Y>\\d{4})/(?P<m>\\d+)", "2023/5", "2023/5" },
	{ "^%b %d %H:%M:%S\\s", "Jun 11 10:00:00 host", "Jun 11 10:00:00 " },
	{ NULL, NULL, NULL },
};

static const struct cut flags[] = {
	{ "(?i)foo%Y", "FOO2023", "FOO2023" },
	{ "^(?i)foo%b", "FOOjan", "FOOjan" },
	{ "(?i)^foo%Y", "FOO2023", "FOO2023" },
	{ "(?x) %Y - %m", "2023-11", "2023-11" },
	{ NULL, NULL, NULL },
};

static const struct cut epochs[] = {
	{ "EPOCH", "1138049999 x", "1138049999" },
	{ "epoch", "11380499991 x", "11380499991" },
	{ "EPOCH", "1138049999.123456", "1138049999.123456" },
	{ "EPOCH", "1138049999.12", "1138049999" },
	{ "EPOCH", "[1138049999.123] x", "1138049999.123" },
	{ "EPOCH", "x audit(1138049999.123:9)", "1138049999.123" },
	{ "EPOCH", "xaudit(1138049999.123:9)", NULL },
	{ "EPOCH", "x 1138049999", NULL },
	{ "EPOCH", "x [1138049999]", NULL },
	{ "EPOCH", "113804999", NULL },
	{ "EPOCH", "113804999123", NULL },
	{ "EPOCH", "1138049999x", NULL },
	{ "LEPOCH", "1138049999123", "1138049999123" },
	{ "LEPOCH", "1138049999123456", "1138049999123456" },
	{ "LEPOCH", "1138049999123.5", "1138049999123.5" },
	{ "LEPOCH", "113804999912", NULL },
	{ "^EPOCH", "([1138049999 x", "1138049999" },
	{ "{^LN-BEG}EPOCH", "x 1138049999", NULL },
	{ "{^LN-BEG}LEPOCH", "-1138049999123", "1138049999123" },
	{ "T={EPOCH};", "a T=1138049999; x", "T=1138049999;" },
	{ "t={epoch};", "T=1138049999;", NULL },
	{ "T=({EPOCH});", "T=1138049999; x", "1138049999" },
	{ "^x{LEPOCH}$", "x1138049999123", "x1138049999123" },
	{ "{^LN-BEG}x{EPOCH}", " x1138049999", "x1138049999" },
	{ "TAI64N", "a @4000000043006e3a2b5d6a34 x", "@4000000043006e3a2b5d6a34" },
	{ "TAI64N", "@4000000043006E3A2B5D6A34", NULL },
	{ "^TAI64N", "a @4000000043006e3a2b5d6a34", NULL },
	{ "{^LN-BEG}TAI64N", "[@4000000043006e3a2b5d6a34]", "@4000000043006e3a2b5d6a34" },
	{ "ISO8601", "ISO8601", "ISO8601" },
	{ NULL, NULL, NULL },
};

struct look {
	const char *text;
	const char *name;
	enum kb_date_kind kind;
	bool line_begin, anchored;
};

static void look(void **state)
{
	for (const struct look *row = *state; row->text != NULL; row++) {
		kb_auto(date_pattern) pattern = make(row->text);

		assert_string_equal(pattern->name, row->name);
		assert_string_equal(pattern->text, row->text);
		if (pattern->kind != row->kind || pattern->line_begin != row->line_begin ||
		    pattern->anchored != row->anchored)
			fail_msg("'%s': %d %d %d", row->text, pattern->kind, pattern->line_begin,
				 pattern->anchored);
	}
}

static const struct look names[] = {
	{ "%Y-%m-%d %H:%M:%S.%f", "Year-Month-Day 24hour:Minute:Second.Microseconds",
	  KB_DATE_BY_FIELDS, false, false },
	{ "%y %I %k %b %B %a %A %p", "Year2 12hour %k MON MONTH DAY DAYNAME AMPM",
	  KB_DATE_BY_FIELDS, false, false },
	{ "%j %U %w %u %V %G %z %Z", "Yearday Yearweek Weekday %u %V %G Zone offset Zone name",
	  KB_DATE_BY_FIELDS, false, false },
	{ "%ExY%Exm%Exd %ExH%ExM%ExS", "ExYearExMonthExDay Ex24hourExMinuteExSecond",
	  KB_DATE_BY_FIELDS, false, false },
	{ "%Exk %Exy %Exz %ExZ", "Ex%k ExYear2 ExZone offset ExZone name", KB_DATE_BY_FIELDS, false,
	  false },
	{ "%Exl %W%%", "Ex%l Yearweek%", KB_DATE_BY_FIELDS, false, false },
	{ "%c", "%c", KB_DATE_BY_FIELDS, false, false },
	{ "%l", "%l", KB_DATE_BY_FIELDS, false, false },
	{ "%x %X", "%x %X", KB_DATE_BY_FIELDS, false, false },
	{ "{UNB}%Y", "Year", KB_DATE_BY_FIELDS, false, false },
	{ "**%Y**", "**Year**", KB_DATE_BY_FIELDS, false, false },
	{ "(?i)foo%Y", "(?i)fooYear", KB_DATE_BY_FIELDS, false, false },
	{ "{^LN-BEG}%H", "{^LN-BEG}24hour", KB_DATE_BY_FIELDS, true, true },
	{ "{^LN-BEG}^%H", "^24hour", KB_DATE_BY_FIELDS, true, true },
	{ "{NONE}", "^", KB_DATE_BY_FIELDS, true, true },
	{ NULL, NULL, KB_DATE_BY_FIELDS, false, false },
};

static const struct look names_of_numbers[] = {
	{ "EPOCH", "Epoch", KB_DATE_BY_EPOCH, false, false },
	{ "lepoch", "LongEpoch", KB_DATE_BY_LONG_EPOCH, false, false },
	{ "TAI64N", "TAI64N", KB_DATE_BY_TAI64N, false, false },
	{ "^EPOCH", "{^LN-BEG}Epoch", KB_DATE_BY_EPOCH, true, true },
	{ "{^LN-BEG}LEPOCH", "{^LN-BEG}LongEpoch", KB_DATE_BY_LONG_EPOCH, true, true },
	{ "^tai64n", "{^LN-BEG}TAI64N", KB_DATE_BY_TAI64N, true, true },
	{ "T={EPOCH};", "T={EPOCH};", KB_DATE_BY_EPOCH, false, false },
	{ "^x{LEPOCH}$", "^x{LEPOCH}$", KB_DATE_BY_LONG_EPOCH, true, true },
	{ "x{EPOCH}%Y", "x{EPOCH}Year", KB_DATE_BY_FIELDS, false, false },
	{ "\\bEPOCH", "\\bEPOCH", KB_DATE_BY_FIELDS, false, false },
	{ NULL, NULL, KB_DATE_BY_FIELDS, false, false },
};

static const struct look anchors[] = {
	{ "^%Y", "^Year", KB_DATE_BY_FIELDS, true, true },
	{ "%Y$", "Year$", KB_DATE_BY_FIELDS, false, true },
	{ "(%Y$)", "(Year$)", KB_DATE_BY_FIELDS, false, true },
	{ "%Y\\$", "Year\\$", KB_DATE_BY_FIELDS, false, false },
	{ "%Y\\\\$", "Year\\\\$", KB_DATE_BY_FIELDS, false, true },
	{ "(^%Y|%m)", "(^Year|Month)", KB_DATE_BY_FIELDS, true, true },
	{ "(^|x)%Y", "(^|x)Year", KB_DATE_BY_FIELDS, false, false },
	{ "(?:^)(%Y)", "(?:^)(Year)", KB_DATE_BY_FIELDS, true, true },
	{ "(?:^|x)(%Y)", "(?:^|x)(Year)", KB_DATE_BY_FIELDS, false, false },
	{ "(?:^%Y)", "(?:^Year)", KB_DATE_BY_FIELDS, false, false },
	{ "^WARN:()**", "^WARN:()**", KB_DATE_BY_FIELDS, true, true },
	{ NULL, NULL, KB_DATE_BY_FIELDS, false, false },
};

struct edge {
	const char *text;
	enum kb_date_cut cut;
};

static void edge(void **state)
{
	for (const struct edge *row = *state; row->text != NULL; row++) {
		kb_auto(date_pattern) pattern = make(row->text);

		if (pattern->cut != row->cut)
			fail_msg("'%s': %d, not %d", row->text, pattern->cut, row->cut);
	}
}

static const struct edge what_stands_before_a_stamp[] = {
	{ "^%Y", KB_DATE_CUT_FIRST },      { "{^LN-BEG}%Y:", KB_DATE_CUT_AFTER_MARKS },
	{ "%Y:", KB_DATE_CUT_ANYWHERE },   { "%Y$", KB_DATE_CUT_ANYWHERE },
	{ "^(%Y)", KB_DATE_CUT_ANYWHERE }, { NULL, KB_DATE_CUT_FIRST },
};

/* It ends with a letter or a digit, and so none is behind it. */
static const struct edge a_word[] = {
	{ "{^LN-BEG}%Y", KB_DATE_CUT_MARKED_WORDS },
	{ "%Y", KB_DATE_CUT_WORDS },
	{ "**%Y", KB_DATE_CUT_WORDS },
	{ "x%%%Y", KB_DATE_CUT_WORDS },
	{ "%d/%b[^/]*/%Y:%H(?:x|\\.)?%z", KB_DATE_CUT_WORDS },
	{ "^EPOCH", KB_DATE_CUT_MARKED_WORDS },
	{ "EPOCH", KB_DATE_CUT_WORDS },
	{ "{^LN-BEG}TAI64N", KB_DATE_CUT_MARKED_WORDS },
	{ NULL, KB_DATE_CUT_FIRST },
};

static const struct edge perhaps_no_word[] = {
	{ "%Y%%", KB_DATE_CUT_ANYWHERE },
	{ "%Y?", KB_DATE_CUT_ANYWHERE },
	{ "%Y**", KB_DATE_CUT_ANYWHERE },
	{ "{UNB}%Y", KB_DATE_CUT_ANYWHERE },
	{ "%Y\\b", KB_DATE_CUT_ANYWHERE },
	{ "%Y|x%%", KB_DATE_CUT_ANYWHERE },
	{ "x:|%Y", KB_DATE_CUT_ANYWHERE },
	{ "(?:x:|%Y)", KB_DATE_CUT_ANYWHERE },
	/* What looks like a token is part of a set. */
	{ "(?:[^%f", KB_DATE_CUT_ANYWHERE },
	/* Flags change what the rest means. */
	{ "(?x)%Y", KB_DATE_CUT_ANYWHERE },
	{ "(?i:x)%Y", KB_DATE_CUT_ANYWHERE },
	{ NULL, KB_DATE_CUT_FIRST },
};

/* Its first group begins behind a bracket, whatever the line. */
static const struct edge after_a_bracket[] = {
	{ "\\[(%Y)\\]", KB_DATE_CUT_AFTER_BRACKET },
	{ "^\\[(%Y)\\]", KB_DATE_CUT_AFTER_BRACKET },
	{ "^x+ .*\\[(%Y)", KB_DATE_CUT_AFTER_BRACKET },
	{ "^\\S+ [^\\]]*\\[(%Y)\\]", KB_DATE_CUT_AFTER_BRACKET },
	{ "^[]x]+\\[(%Y)", KB_DATE_CUT_AFTER_BRACKET },
	{ "^\\\\\\[(%Y)", KB_DATE_CUT_AFTER_BRACKET },
	{ "\\[\\[(%Y)", KB_DATE_CUT_AFTER_BRACKET },
	/* Groups within it, or behind it, change nothing. */
	{ "\\[(%Y(?:-%m(?:-%d)?)?)\\]", KB_DATE_CUT_AFTER_BRACKET },
	{ "\\[(%Y|x%Exd)\\] (%H)?", KB_DATE_CUT_AFTER_BRACKET },
	{ "\\[(%Y[(])", KB_DATE_CUT_ANYWHERE },
	{ "\\[(%Y\\))", KB_DATE_CUT_AFTER_BRACKET },
	{ NULL, KB_DATE_CUT_FIRST },
};

static const struct edge perhaps_without_a_bracket[] = {
	/* The group may be left out, or come again. */
	{ "\\[(%Y)?x", KB_DATE_CUT_ANYWHERE },
	{ "\\[(%Y )*", KB_DATE_CUT_ANYWHERE },
	{ "\\[(\\d\\d)+", KB_DATE_CUT_ANYWHERE },
	{ "\\[(\\d){4}", KB_DATE_CUT_ANYWHERE },
	/* The bracket may, or it is none. */
	{ "\\[?(%Y)", KB_DATE_CUT_ANYWHERE },
	{ "^x|\\[(%Y)", KB_DATE_CUT_ANYWHERE },
	{ "[[](%Y)", KB_DATE_CUT_ANYWHERE },
	{ "\\\\[(x]()%Y", KB_DATE_CUT_ANYWHERE },
	{ "\\Q\\[(\\E()%Y", KB_DATE_CUT_ANYWHERE },
	/* Another group comes first, or none that is numbered. */
	{ "(x)\\[(%Y)", KB_DATE_CUT_ANYWHERE },
	{ "(?:x)?\\[(%Y)", KB_DATE_CUT_ANYWHERE },
	{ "\\[(?:%Y) (%m)", KB_DATE_CUT_ANYWHERE },
	{ "\\[(?P<x>%Y)(y)", KB_DATE_CUT_ANYWHERE },
	/* Flags change what the rest means. */
	{ "(?i)\\[(%Y)", KB_DATE_CUT_ANYWHERE },
	{ "\\[((?i)%Y)", KB_DATE_CUT_ANYWHERE },
	{ NULL, KB_DATE_CUT_FIRST },
};

static void allowed_years(void **state)
{
	static const struct {
		int now;
		const char *regex;
	} rows[] = {
		{ 1970, "(?P<Y>19[7-9][0-9]|20[0-2][0-9])" },
		{ 1999, "(?P<Y>19[9-9][0-9]|20[0-2][0-9])" },
		{ 2005, "(?P<Y>20[0-2][0-9])" },
		{ 2026, "(?P<Y>20[0-2][0-9])" },
		{ 2027, "(?P<Y>20[0-3][0-9])" },
		{ 2098, "(?P<Y>20[0-9][0-9]|21[0-0][0-9])" },
		{ 99999, "99[0-9][0-9])" },
	};

	(void)state;
	for (size_t i = 0; i < kb_array_size(rows); i++) {
		kb_auto(date_pattern) pattern = NULL;

		assert_int_equal(
			kb_date_pattern_new(KB_TEXT("%ExY"), rows[i].now, NULL, &pattern, NULL),
			KBAN_OK);
		if (strstr(pattern->regex, rows[i].regex) == NULL)
			fail_msg("%d: %s", rows[i].now, pattern->regex);
	}
}

struct refusal {
	const char *text;
	enum kban_status status;
	const char *reason;
};

#define FAILED(text)                                 \
	"f.conf:3: Failed to set datepattern '" text \
	"' (may be an invalid format or unescaped percent char): "

static void refuse(void **state)
{
	const struct kb_where where = { "f.conf", 3 };

	for (const struct refusal *row = *state; row->text != NULL; row++) {
		kb_auto(date_pattern) pattern = NULL;
		kban_auto(error) err = NULL;

		assert_int_equal(
			kb_date_pattern_new(kb_text(row->text), YEAR, &where, &pattern, &err),
			row->status);
		if (strncmp(kban_error_text(err), row->reason, strlen(row->reason)) != 0)
			fail_msg("%s", kban_error_text(err));
		assert_null(pattern);
	}
}

#define NO_TOKEN "a % is followed by nothing it could stand for"

static const struct refusal refused[] = {
	{ "%e", KBAN_E_SYNTAX, FAILED("%e") NO_TOKEN },
	{ "%T", KBAN_E_SYNTAX, FAILED("%T") NO_TOKEN },
	{ "%-d", KBAN_E_SYNTAX, FAILED("%-d") NO_TOKEN },
	{ "%Ex", KBAN_E_SYNTAX, FAILED("%Ex") NO_TOKEN },
	{ "%EY", KBAN_E_SYNTAX, FAILED("%EY") NO_TOKEN },
	{ "50%", KBAN_E_SYNTAX, FAILED("50%") NO_TOKEN },
	{ "%Y %Y", KBAN_E_SYNTAX, FAILED("%Y %Y") "Unable to compile regular expression '" },
	{ "%H %k", KBAN_E_SYNTAX, FAILED("%H %k") "Unable to compile regular expression '" },
	{ "(%Y", KBAN_E_SYNTAX, FAILED("(%Y") "Unable to compile regular expression '" },
	{ "(?:(?:x{1000}){100}){100}", KBAN_E_LIMIT,
	  FAILED("(?:(?:x{1000}){100}){100}") "regular expression is too large" },
	{ NULL, KBAN_OK, NULL },
};

static int make_quietly(void *data)
{
	kb_auto(date_pattern) pattern = NULL;

	return kb_date_pattern_new(kb_text(data), YEAR, NULL, &pattern, NULL);
}

static void may_run_out_of_memory(void **state)
{
	char pattern[] =
		"{^LN-BEG}(?:%a )?%b %d %ExY %k:%M:%S(?P<a_name_of_more_than_thirty_two_bytes>)";
	char keyword[] = "^EPOCH";
	char placeholder[] = "x{EPOCH}";

	(void)state;
	assert_every_allocation_may_fail(make_quietly, pattern);
	assert_every_allocation_may_fail(make_quietly, keyword);
	assert_every_allocation_may_fail(make_quietly, placeholder);
	kb_date_pattern_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(cut, numbers),
		test_case(cut, exact_numbers),
		test_case(cut, words),
		test_case(cut, zones),
		test_case(cut, whole_dates),
		test_case(cut, bounds),
		test_case(cut, line_begin),
		test_case(cut, groups),
		test_case(cut, flags),
		test_case(cut, epochs),
		test_case(look, names),
		test_case(look, names_of_numbers),
		test_case(look, anchors),
		cmocka_unit_test(allowed_years),
		test_case(edge, what_stands_before_a_stamp),
		test_case(edge, a_word),
		test_case(edge, perhaps_no_word),
		test_case(edge, after_a_bracket),
		test_case(edge, perhaps_without_a_bracket),
		test_case(refuse, refused),
		cmocka_unit_test(may_run_out_of_memory),
	};

	return cmocka_run_group_tests_name("date-pattern", tests, NULL, NULL);
}
