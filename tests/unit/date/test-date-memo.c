/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A detector that remembers where the last stamp was says the same as one that searches each line:
 * one that is watched does.
 */
#include "kban-test.h"

#include <time.h>

#include "base/text.h"
#include "date/date-detector.h"

/* 2023-11-14 22:13:20 UTC */
#define NOW (1700000000 * KBAN_SECOND)

static unsigned searches;

static void count_search(const struct kb_search *search, void *data)
{
	(void)search;
	(void)data;
	searches++;
}

static void before_search(void *data)
{
	(void)data;
}

static const struct kb_search_watch watch = { before_search, count_search, NULL };

struct pair {
	struct kb_date_formats *formats;
	struct kb_date_detector *with;
	struct kb_date_detector *without;
};

static void open_pair(struct pair *pair, const char *format)
{
	struct kb_date_line line = { .text = kb_text(format) };

	assert_int_equal(kb_date_formats_new(&line, format != NULL, NOW, &pair->formats, NULL),
			 KBAN_OK);
	assert_int_equal(kb_date_detector_new(pair->formats, NULL, &pair->with), KBAN_OK);
	assert_int_equal(kb_date_detector_new(pair->formats, NULL, &pair->without), KBAN_OK);
	kb_date_detector_watch(pair->without, &watch);
}

static void close_pair(struct pair *pair)
{
	kb_date_detector_free(pair->with);
	kb_date_detector_free(pair->without);
	kb_date_formats_free(pair->formats);
}

static void check_line(struct pair *pair, struct kban_text line, kban_usec now)
{
	struct kb_date with, without;

	assert_int_equal(kb_date_detector_find(pair->with, line, now, &with), KBAN_OK);
	assert_int_equal(kb_date_detector_find(pair->without, line, now, &without), KBAN_OK);
	if (with.result != without.result || with.from != without.from || with.to != without.to ||
	    with.time != without.time || with.has_zone != without.has_zone ||
	    with.format != without.format)
		fail_msg("'%.*s': %d %zu-%zu %lld, searched %d %zu-%zu %lld", (int)line.len,
			 line.data, with.result, with.from, with.to, (long long)with.time,
			 without.result, without.from, without.to, (long long)without.time);
	for (size_t i = 0; i < kb_date_formats_count(pair->formats); i++)
		assert_int_equal(kb_date_detector_hits(pair->with, i),
				 kb_date_detector_hits(pair->without, i));
}

/* Each is varied digit by digit, and byte by byte around the stamp. */
static const char *const lines[] = {
	"Nov 14 22:13:19 mail sshd[1]: x",
	"Tue Nov 14 22:13:19 mail sshd[1]: x",
	"Nov 14 22:13:19 2023 mail sshd[1]: x",
	"Nov 14 22:13:19 1mail sshd[1]: x",
	"Nov 14 22:13:19 zmail sshd[1]: x",
	"Nov 14 22:13:19.123 mail sshd[1]: x",
	"2023-11-14T22:13:19.123456+01:00 mail sshd[1]: x",
	"2023-11-14 22:13:19,123 +01:00 x y z and more",
	"2023-11-14 22:13:19    +01:00 x y z and more",
	"2023-11-14 22:13:19 UTC x y z and more",
	"2023/11/14 22:13:19 [error] 5#5: *1 x",
	"[14/Nov/2023:22:13:19 +0100] \"GET / HTTP/1.1\"",
	"192.0.2.1 - - [14/Nov/2023:22:13:19 +0100] \"GET / HTTP/1.1\"",
	"Nov 14, 2023 10:13:19 PM org.example.Thing x",
	"14-Nov-2023 22:13:19.123 client 192.0.2.1 x",
	"1699999999.123 x y z and more and more",
	"22:13:19 x y z and more and more",
};

static void vary(struct pair *pair, const char *text)
{
	static const char bytes[] = "0123456789 :.,+-Zzu[x";
	char line[128];
	size_t len = strlen(text);

	for (size_t at = 0; at < len; at++) {
		for (size_t i = 0; i < sizeof(bytes) - 1; i++) {
			memcpy(line, text, len);
			/* Twice as it is, so that it is remembered. */
			check_line(pair, (struct kban_text){ line, len }, NOW);
			check_line(pair, (struct kban_text){ line, len }, NOW);
			line[at] = bytes[i];
			check_line(pair, (struct kban_text){ line, len }, NOW);
			check_line(pair, (struct kban_text){ line, at }, NOW);
		}
	}
}

static void memory_changes_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < kb_array_size(lines); i++) {
		struct pair pair;

		open_pair(&pair, NULL);
		vary(&pair, lines[i]);
		close_pair(&pair);
	}
}

static void nor_where_formats_are_at_the_line_begin(void **state)
{
	(void)state;
	for (size_t i = 0; i < kb_array_size(lines); i++) {
		struct pair pair;

		open_pair(&pair, "{^LN-BEG}");
		vary(&pair, lines[i]);
		close_pair(&pair);
	}
}

/* A year or day that a stamp does not say depends on the time that it is. */
static void nor_as_time_goes_by(void **state)
{
	struct pair pair;

	(void)state;
	open_pair(&pair, NULL);
	for (kban_usec now = NOW - 3 * 86400 * KBAN_SECOND; now < NOW; now += 600 * KBAN_SECOND) {
		check_line(&pair, kb_text("Nov 13 22:13:19 mail x y z"), now);
		check_line(&pair, kb_text("Nov 13 22:13:19 mail x y z"), now);
		check_line(&pair, kb_text("Nov 13 22:59:59 mail x y z"), now);
	}
	close_pair(&pair);
}

/* The hour that a day in autumn has twice, and the one that a day in spring has not. */
static void nor_as_clocks_change(void **state)
{
	struct pair pair;
	char line[64];

	(void)state;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	open_pair(&pair, NULL);
	for (int second = 0; second < 7 * 3600; second += 7) {
		snprintf(line, sizeof(line), "2023-10-29 %02d:%02d:%02d x y z and more",
			 second / 3600, second / 60 % 60, second % 60);
		check_line(&pair, kb_text(line), NOW);
		snprintf(line, sizeof(line), "2023-03-26 %02d:%02d:%02d x y z and more",
			 second / 3600, second / 60 % 60, second % 60);
		check_line(&pair, kb_text(line), NOW);
	}
	close_pair(&pair);
}

static void known_lines_are_not_searched(void **state)
{
	struct pair pair;
	struct kb_date date;

	(void)state;
	open_pair(&pair, NULL);
	for (int i = 0; i < 3; i++)
		check_line(&pair, kb_text("Nov 14 22:13:19 mail sshd[1]: x"), NOW);
	/* Whoever begins to watch now sees a search again. */
	kb_date_detector_watch(pair.with, &watch);
	searches = 0;
	assert_int_equal(
		kb_date_detector_find(pair.with, kb_text("Nov 14 22:14:00 mail x"), NOW, &date),
		KBAN_OK);
	assert_int_equal(searches, 1);
	close_pair(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_changes_nothing),
		cmocka_unit_test(nor_where_formats_are_at_the_line_begin),
		cmocka_unit_test(nor_as_time_goes_by),
		cmocka_unit_test(nor_as_clocks_change),
		cmocka_unit_test(known_lines_are_not_searched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
