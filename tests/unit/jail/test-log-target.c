/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <syslog.h>

#include "base/buffer.h"
#include "base/text.h"
#include "failing-alloc.h"
#include "jail/log-target.h"

#define SECOND_OF_2026 1795485214

static const struct kban_log_line line = {
	.time = SECOND_OF_2026 * KBAN_SECOND + 489 * KBAN_SECOND / 1000,
	.level = KBAN_NOTICE,
	.topic = "actions",
	.message = "[t1] Ban 192.0.2.1",
	.process = 8459,
};

/* A target, and what the line becomes there; then, each behind a '|', what is odd about it. */
struct sample {
	const char *target;
	const char *expected;
};

static char *print(const char *text)
{
	kban_auto(log_target) target = NULL;
	kban_auto(error) err = NULL;
	kb_auto_clear(buffer) out = { 0 };
	char printed[200];
	size_t len;

	if (kban_log_target_new(text, &target, &err) != KBAN_OK) {
		kb_buffer_printf(&out, "error: %s", kban_error_text(err));
		return kb_buffer_take(&out);
	}
	len = kban_log_target_print(target, &line, printed, sizeof(printed));
	assert_int_equal(len, strlen(printed));
	kb_buffer_string(&out, printed);
	for (size_t i = 0; kban_log_target_problem(target, i) != NULL; i++)
		kb_buffer_printf(&out, "|%s", kban_log_target_problem(target, i));
	return kb_buffer_take(&out);
}

static void lines(void **state)
{
	for (const struct sample *row = *state; row->target != NULL; row++) {
		kb_autofree char *printed = print(row->target);

		assert_string_equal(printed, row->expected);
	}
}

#define TIME "2026-11-24 01:53:34,489 "
#define WIDE "fail2ban.actions        [8459]: NOTICE  [t1] Ban 192.0.2.1"
#define THIN "fail2ban.actions[8459]: NOTICE [t1] Ban 192.0.2.1"

static const struct sample lines_look_as_those_of_fail2ban[] = {
	{ "/x.log", TIME WIDE },
	{ "STDERR", TIME WIDE },
	{ "stdout", TIME WIDE },
	{ "SYSOUT", WIDE },
	{ "SYSLOG", THIN },
	{ "SYSTEMD-JOURNAL", THIN },
	{ "/x.log[datetime=off]", WIDE },
	{ "/x.log[padding=off]", TIME THIN },
	{ "/x.log[padding=off, datetime=off]", THIN },
	{ "SYSOUT[datetime=on]", TIME WIDE },
	{ "SYSLOG[padding=on]", WIDE },
	{ "SYSLOG[datetime=on]", TIME THIN },
	{ NULL, NULL },
};

static const struct sample a_format_says_all[] = {
	{ "/x.log[format=\"%(asctime)s|%(levelname)s|%(message)s\"]",
	  "2026-11-24 01:53:34,489|NOTICE|[t1] Ban 192.0.2.1" },
	{ "/x.log[padding=on, datetime=on, format=\"%(message)s\"]", "[t1] Ban 192.0.2.1" },
	{ "/x.log[format=\"%(levelname)-8s|%(levelname)8s|%(levelname).3s|%(levelno)03d\"]",
	  "NOTICE  |  NOTICE|NOT|025" },
	{ "/x.log[format=\"%(name)s %(process)d %(process)8d %(process)s\"]",
	  "fail2ban.actions 8459     8459 8459" },
	{ "/x.log[format=\"%(created)d %(created).3f %(created)f %(msecs)d %(msecs)03d\"]",
	  "1795485214 1795485214.489 1795485214.489000 489 489" },
	{ "/x.log[format=\"100%% %(message)s\"]", "100% [t1] Ban 192.0.2.1" },
	{ NULL, NULL },
};

static const struct sample slips_are_told_and_passed_over[] = {
	{ "SYSLOG[facilty=mail]", THIN "|'facilty' is no option of a log target; is 'facility' "
				       "meant?" },
	{ "SYSLOG[colour=red]", THIN "|'colour' is no option of a log target" },
	{ "SYSLOG[facility=mial]",
	  THIN "|'mial' is no facility of syslog(3), daemon is used; is 'mail' meant?" },
	{ "/x.log[facility=mail]", TIME WIDE "|facility is for SYSLOG alone" },
	{ "/x.log[datetime=maybe]", WIDE "|datetime must be on or off, not 'maybe', which counts "
					 "as off" },
	{ "/x.log[format=\"%(mesage)s x\"]",
	  " x|'mesage' is no field of format; is 'message' meant?" },
	{ "/x.log[format=\"%(threadName)s%(nope\"]",
	  "|'threadName' is no field of format|'nope' is no field of format" },
	{ "/x.log[format=\"%(message)x%(name)\"]",
	  "|format: behind %(message) there must be s, d or f|format: behind %(name) there must "
	  "be s, d or f" },
	{ "/x.log[format=\"5 % %s\"]",
	  "5 % %s|format: write %% for a percent sign|format: write %% for a percent sign" },
	{ NULL, NULL },
};

static const struct sample what_cannot_be_read_is_no_target[] = {
	{ "/x.log[datetime=off",
	  "error: expected ',' or ']' behind a value at column 20 of '/x.log[datetime=off'" },
	{ "[datetime=off]", "error: expected a name at column 1 of '[datetime=off]'" },
	{ "", "error: logtarget: '' names no target" },
	{ NULL, NULL },
};

static void names_and_kinds(void **state)
{
	static const struct {
		const char *text, *name;
		enum kban_log_output output;
		int facility;
	} rows[] = {
		{ "STDOUT", "STDOUT", KBAN_LOG_TO_STDOUT, LOG_DAEMON },
		{ "SysOut", "SysOut", KBAN_LOG_TO_STDOUT, LOG_DAEMON },
		{ " stderr ", "stderr", KBAN_LOG_TO_STDERR, LOG_DAEMON },
		{ "SYSTEMD-JOURNAL", "SYSTEMD-JOURNAL", KBAN_LOG_TO_SYSLOG, LOG_DAEMON },
		{ "SYSLOG[facility=LOCAL3]", "SYSLOG", KBAN_LOG_TO_SYSLOG, LOG_LOCAL3 },
		{ "SYSLOG[facility=nope]", "SYSLOG", KBAN_LOG_TO_SYSLOG, LOG_DAEMON },
		{ "/a log", "/a log", KBAN_LOG_TO_FILE, LOG_DAEMON },
		{ "SYSLOGS[padding=off]", "SYSLOGS", KBAN_LOG_TO_FILE, LOG_DAEMON },
	};

	(void)state;
	for (size_t i = 0; i < kb_array_size(rows); i++) {
		kban_auto(log_target) target = NULL;

		assert_int_equal(kban_log_target_new(rows[i].text, &target, NULL), KBAN_OK);
		assert_string_equal(kban_log_target_name(target), rows[i].name);
		assert_int_equal(kban_log_target_output(target), rows[i].output);
		assert_int_equal(kban_log_target_facility(target), rows[i].facility);
	}
	kban_log_target_free(NULL);
}

static void what_has_no_room_is_cut_off(void **state)
{
	kban_auto(log_target) target = NULL;
	char printed[6];

	(void)state;
	assert_int_equal(kban_log_target_new("SYSLOG[format=\"%(levelname)9s\"]", &target, NULL),
			 KBAN_OK);
	assert_int_equal(kban_log_target_print(target, &line, printed, sizeof(printed)), 5);
	assert_string_equal(printed, "   NO");
	assert_int_equal(kban_log_target_print(target, &line, printed, 1), 0);
	assert_string_equal(printed, "");
}

static void no_character_is_cut_in_two(void **state)
{
	kban_auto(log_target) target = NULL;
	struct kban_log_line other = line;
	char printed[20];

	(void)state;
	other.message = "a\xc3\xa4";
	assert_int_equal(kban_log_target_new("/x[format=\"%(message).2s\"]", &target, NULL),
			 KBAN_OK);
	kban_log_target_print(target, &other, printed, sizeof(printed));
	assert_string_equal(printed, "a");
}

static void levels_have_names_and_numbers(void **state)
{
	static const struct {
		const char *text;
		int level;
	} rows[] = {
		{ "CRITICAL", 50 },  { "error", 40 }, { "Warning", 30 },     { "NOTICE", 25 },
		{ "INFO", 20 },      { "MSG", 18 },   { "DEBUG", 10 },       { "TRACEDEBUG", 7 },
		{ "HEAVYDEBUG", 5 }, { "9", 9 },      { "50", 50 },          { "51", -1 },
		{ "-1", -1 },        { "", -1 },      { "INFORMATION", -1 },
	};

	(void)state;
	for (size_t i = 0; i < kb_array_size(rows); i++)
		assert_int_equal(kban_log_level_parse(rows[i].text), rows[i].level);
}

static void a_level_between_has_the_name_below(void **state)
{
	static const struct sample rows[] = {
		{ "60", "CRITICAL" }, { "50", "CRITICAL" },  { "45", "ERROR" },
		{ "20", "INFO" },     { "8", "TRACEDEBUG" }, { "0", "HEAVYDEBUG" },
	};
	kban_auto(log_target) target = NULL;

	(void)state;
	assert_int_equal(kban_log_target_new("/x[format=\"%(levelname)s\"]", &target, NULL),
			 KBAN_OK);
	for (size_t i = 0; i < kb_array_size(rows); i++) {
		struct kban_log_line other = line;
		char printed[20];

		other.level = atoi(rows[i].target);
		kban_log_target_print(target, &other, printed, sizeof(printed));
		assert_string_equal(printed, rows[i].expected);
	}
}

static int attempt(void *data)
{
	kban_auto(log_target) target = NULL;

	return kban_log_target_new(data, &target, NULL);
}

static void memory_may_run_out(void **state)
{
	char text[] = "SYSLOG[facilty=mail, format=\"%(mesage)s\", padding=x]";
	char plain[] = "STDERR";

	(void)state;
	assert_every_allocation_may_fail(attempt, text);
	assert_every_allocation_may_fail(attempt, plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(lines, lines_look_as_those_of_fail2ban),
		test_case(lines, a_format_says_all),
		test_case(lines, slips_are_told_and_passed_over),
		test_case(lines, what_cannot_be_read_is_no_target),
		cmocka_unit_test(names_and_kinds),
		cmocka_unit_test(what_has_no_room_is_cut_off),
		cmocka_unit_test(no_character_is_cut_in_two),
		cmocka_unit_test(levels_have_names_and_numbers),
		cmocka_unit_test(a_level_between_has_the_name_below),
		cmocka_unit_test(memory_may_run_out),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
