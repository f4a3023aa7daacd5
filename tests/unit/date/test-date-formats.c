/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <stdio.h>

#include "base/text.h"
#include "date/date-formats.h"
#include "date/date-pattern.h"
#include "failing-alloc.h"

#define NOW (1790000000 * KBAN_SECOND) /* in 2026 */

#define LINES_MAX 4

static int make(const char *const *texts, struct kb_date_formats **out, struct kban_error **err)
{
	struct kb_date_line lines[LINES_MAX] = { { { 0 }, { "f.conf", 0 } } };
	size_t count = 0;

	for (; count < LINES_MAX && texts[count] != NULL; count++)
		lines[count] = (struct kb_date_line){ kb_text(texts[count]),
						      { "f.conf", (unsigned)count + 1 } };
	return kb_date_formats_new(lines, count, NOW, out, err);
}

#define SYSLOG "(?:DAY )?MON Day %k:Minute:Second(?:\\.Microseconds)?(?: ExYear)?"

static const char *const default_names[] = {
	"ExYear(?P<_sep>[-/.])Month(?P=_sep)Day(?:T|  ?)24hour:Minute:Second(?:[.,]Microseconds)?"
	"(?:\\s*Zone offset)?",
	SYSLOG,
	"(?:DAY )?MON Day ExYear %k:Minute:Second(?:\\.Microseconds)?",
	"Day(?P<_sep>[-/])Month(?P=_sep)(?:ExYear|ExYear2) %k:Minute:Second",
	"Day(?P<_sep>[-/])MON(?P=_sep)ExYear[ :]?24hour:Minute:Second(?:\\.Microseconds)?"
	"(?: Zone offset)?",
	"Month/Day/ExYear:24hour:Minute:Second",
	"Month-Day-ExYear %k:Minute:Second(?:\\.Microseconds)?",
	"Epoch",
	"{^LN-BEG}24hour:Minute:Second",
	"^<Month/Day/ExYear2@24hour:Minute:Second>",
	"ExYear2ExMonthExDay  ?24hour:Minute:Second",
	"MON Day, ExYear 12hour:Minute:Second AMPM",
	"^MON-Day-ExYear2 %k:Minute:Second",
	"ExYearExMonthExDay(?:-|T|  ?)Ex24hour:?ExMinute:?ExSecond(?:[.,]Microseconds)?"
	"(?:\\s*Zone offset)?",
	"(?:Zone name )?" SYSLOG,
	"(?:Zone offset )?" SYSLOG,
	"TAI64N",
};

#define DEFAULTS kb_array_size(default_names)

static bool is_anchored(size_t i)
{
	return i == 8 || i == 9 || i == 12;
}

static void assert_is_line_begin_variants(const struct kb_date_formats *formats)
{
	size_t at = 0;

	for (size_t i = 0; i < DEFAULTS; i++) {
		if (is_anchored(i))
			continue;
		assert_memory_equal(kb_date_formats_name(formats, at), "{^LN-BEG}", 9);
		assert_string_equal(kb_date_formats_name(formats, at) + 9, default_names[i]);
		at++;
	}
}

static void nothing_gives_the_defaults(void **state)
{
	for (const char *const *texts = *state; *texts != NULL; texts++) {
		const char *const lines[] = { texts[0], NULL };
		kb_auto(date_formats) formats = NULL;

		assert_int_equal(make(lines, &formats, NULL), KBAN_OK);
		assert_int_equal(kb_date_formats_count(formats), 14 + DEFAULTS);
		assert_is_line_begin_variants(formats);
		for (size_t i = 0; i < DEFAULTS; i++)
			assert_string_equal(kb_date_formats_name(formats, 14 + i),
					    default_names[i]);
	}
}

static const char *const nothing[] = { "", "  \t", "{DEFAULT}", "{default}", NULL };

static void no_lines_give_the_defaults(void **state)
{
	kb_auto(date_formats) formats = NULL;

	(void)state;
	assert_int_equal(kb_date_formats_new(NULL, 0, NOW, &formats, NULL), KBAN_OK);
	assert_int_equal(kb_date_formats_count(formats), 14 + DEFAULTS);
}

static void line_begin_gives_what_can_stand_there(void **state)
{
	static const char *const lines[] = { " {^ln-beg} ", NULL };
	kb_auto(date_formats) formats = NULL;

	(void)state;
	assert_int_equal(make(lines, &formats, NULL), KBAN_OK);
	assert_int_equal(kb_date_formats_count(formats), 17);
	assert_is_line_begin_variants(formats);
	assert_string_equal(kb_date_formats_name(formats, 14), default_names[8]);
	assert_string_equal(kb_date_formats_name(formats, 15), default_names[9]);
	assert_string_equal(kb_date_formats_name(formats, 16), default_names[12]);
}

static void any_date_gives_each_default_in_place(void **state)
{
	static const char *const lines[] = { "^x {DATE}y", NULL };
	kb_auto(date_formats) formats = NULL;

	(void)state;
	assert_int_equal(make(lines, &formats, NULL), KBAN_OK);
	assert_int_equal(kb_date_formats_count(formats), DEFAULTS);
	for (size_t i = 0; i < DEFAULTS; i++) {
		char expected[256];
		const char *name = default_names[i] + (i == 8 ? 9 : 0);

		snprintf(expected, sizeof(expected), "^x %sy", name);
		assert_string_equal(kb_date_formats_name(formats, i), expected);
	}
}

struct listing {
	const char *lines[LINES_MAX + 1];
	size_t count;
	size_t index; /* of a format to look at */
	const char *name, *pattern;
};

static void list(void **state)
{
	for (const struct listing *row = *state; row->count != 0; row++) {
		kb_auto(date_formats) formats = NULL;

		assert_int_equal(make(row->lines, &formats, NULL), KBAN_OK);
		assert_int_equal(kb_date_formats_count(formats), row->count);
		assert_string_equal(kb_date_formats_name(formats, row->index), row->name);
		assert_string_equal(kb_date_formats_pattern(formats, row->index), row->pattern);
	}
}

static const struct listing lines_add_up[] = {
	{ { " %Y ", "", "%m", NULL }, 2, 0, "Year", "%Y" },
	{ { "%Y", "{DEFAULT}", NULL }, 1, 0, "Year", "%Y" },
	{ { "%Y", "{^LN-BEG}", NULL },
	  18,
	  17,
	  "^MON-Day-ExYear2 %k:Minute:Second",
	  "^%b-%d-%Exy %k:%M:%S" },
	{ { "{DATE}", NULL }, 17, 7, "Epoch", "Epoch" },
	{ { "^{DATE}", NULL }, 17, 7, "{^LN-BEG}Epoch", "^Epoch" },
	{ { "{^LN-BEG}{DATE}", NULL }, 17, 16, "{^LN-BEG}TAI64N", "{^LN-BEG}TAI64N" },
	{ { "x{date}", NULL }, 17, 7, "xEpoch", "xEpoch" },
	{ { "({DATE}|{EPOCH})", NULL }, 17, 7, "(Epoch|{EPOCH})", "(Epoch|{EPOCH})" },
	{ { "{NONE}", NULL }, 1, 0, "^", "{NONE}" },
	{ { NULL }, 0, 0, NULL, NULL },
};

/* What the defaults would repeat is left out. */
static const struct listing defaults_add_what_is_missing[] = {
	{ { "{^LN-BEG}%H:%M:%S", "{^LN-BEG}", NULL },
	  17,
	  0,
	  "{^LN-BEG}24hour:Minute:Second",
	  "{^LN-BEG}%H:%M:%S" },
	{ { "EPOCH", "{DATE}", NULL }, 17, 0, "Epoch", "EPOCH" },
	{ { "{^LN-BEG}", "{^LN-BEG}", NULL },
	  17,
	  14,
	  "{^LN-BEG}24hour:Minute:Second",
	  "{^LN-BEG}%H:%M:%S" },
	{ { "{DATE}", "{DATE}", NULL }, 17, 16, "TAI64N", "TAI64N" },
	{ { NULL }, 0, 0, NULL, NULL },
};

static void regex_can_be_shown(void **state)
{
	static const char *const lines[] = { "^%y", NULL };
	kb_auto(date_formats) formats = NULL;

	(void)state;
	assert_int_equal(make(lines, &formats, NULL), KBAN_OK);
	assert_string_equal(kb_date_formats_regex(formats, 0), "^((?P<y>[0-9]{2}))(?!(?<=\\w)\\w)");
}

struct refusal {
	const char *lines[LINES_MAX + 1];
	const char *reason;
};

static void refuse(void **state)
{
	for (const struct refusal *row = *state; row->reason != NULL; row++) {
		kb_auto(date_formats) formats = NULL;
		kban_auto(error) err = NULL;

		assert_int_equal(make(row->lines, &formats, &err), KBAN_E_SYNTAX);
		assert_string_equal(kban_error_text(err), row->reason);
		assert_null(formats);
	}
}

static const struct refusal refused[] = {
	{ { "EPOCH", "epoch", NULL }, "f.conf:2: There is already a template with name Epoch" },
	{ { "%Y", "", "{UNB}%Y", NULL }, "f.conf:3: There is already a template with name Year" },
	{ { "{DATE}", "EPOCH", NULL }, "f.conf:2: There is already a template with name Epoch" },
	{ { "{NONE}", "{NONE}", NULL }, "f.conf:2: There is already a template with name ^" },
	{ { "%Y", "%e", NULL },
	  "f.conf:2: Failed to set datepattern '%e' (may be an invalid format or unescaped percent "
	  "char): a % is followed by nothing it could stand for" },
	{ { NULL }, NULL },
};

static void list_has_a_limit(void **state)
{
	static struct kb_date_line lines[KB_DATE_FORMATS_MAX + 1];
	static char texts[KB_DATE_FORMATS_MAX + 1][8];
	kb_auto(date_formats) formats = NULL;
	kban_auto(error) err = NULL;

	(void)state;
	for (unsigned i = 0; i <= KB_DATE_FORMATS_MAX; i++) {
		snprintf(texts[i], sizeof(texts[i]), "%u", i);
		lines[i] = (struct kb_date_line){ kb_text(texts[i]), { "f.conf", i + 1 } };
	}
	assert_int_equal(kb_date_formats_new(lines, KB_DATE_FORMATS_MAX, NOW, &formats, NULL),
			 KBAN_OK);
	assert_int_equal(kb_date_formats_new(lines, KB_DATE_FORMATS_MAX + 1, NOW, &formats, &err),
			 KBAN_E_LIMIT);
	assert_string_equal(kban_error_text(err),
			    "f.conf:201: datepattern has more than 200 formats");
}

static int make_quietly(void *data)
{
	kb_auto(date_formats) formats = NULL;

	return make(data, &formats, NULL);
}

static void may_run_out_of_memory(void **state)
{
	const char *lines[] = { "%H", "EPOCH", NULL };

	(void)state;
	assert_every_allocation_may_fail(make_quietly, lines);
	kb_date_formats_free(NULL);
}

/* All allocations of many formats would take long; their first ones tell. */
static void defaults_may_run_out_of_memory(void **state)
{
	for (const char *const *texts = *state; *texts != NULL; texts++) {
		const char *lines[] = { texts[0], NULL };

		for (unsigned long nth = 1; nth <= 60; nth++) {
			failing_alloc_start(nth);
			assert_int_equal(make_quietly(lines), KBAN_E_NOMEM);
			assert_true(failing_alloc_stop());
		}
	}
}

static const char *const many_formats[] = { "{DEFAULT}", "{^LN-BEG}", "x{DATE}", NULL };

/* A default that was given before the defaults counts as much as among them. */
static void weight_of_a_default_is_kept(void **state)
{
	const char *const texts[] = { "{^LN-BEG}Epoch", "%H:%M", "{^LN-BEG}", NULL };
	struct kb_date_formats *formats = NULL;

	(void)state;
	assert_int_equal(make(texts, &formats, NULL), KBAN_OK);
	assert_string_equal(kb_date_formats_name(formats, 0), "{^LN-BEG}Epoch");
	assert_int_equal(kb_date_formats_item(formats, 0)->weight, 100);
	assert_int_equal(kb_date_formats_item(formats, 1)->weight, 1);
	kb_date_formats_free(formats);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(nothing_gives_the_defaults, nothing),
		cmocka_unit_test(no_lines_give_the_defaults),
		cmocka_unit_test(line_begin_gives_what_can_stand_there),
		cmocka_unit_test(any_date_gives_each_default_in_place),
		test_case(list, lines_add_up),
		test_case(list, defaults_add_what_is_missing),
		cmocka_unit_test(weight_of_a_default_is_kept),
		cmocka_unit_test(regex_can_be_shown),
		test_case(refuse, refused),
		cmocka_unit_test(list_has_a_limit),
		cmocka_unit_test(may_run_out_of_memory),
		test_case(defaults_may_run_out_of_memory, many_formats),
	};

	return cmocka_run_group_tests_name("date-formats", tests, NULL, NULL);
}
