/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Expected lines were checked against what fail2ban 1.0.2 makes of the same entries. */
#include "kban-test.h"

#include "base/text.h"
#include "source/journal-entry.h"

#define SECOND 1000000

struct row {
	const char *fields[8];
	const char *line;
	kban_usec time; /* 0: that of receipt */
};

static void fill(struct kb_journal_entry *entry, const char *const *fields)
{
	kb_auto_clear(string_list) names = { 0 };

	assert_int_equal(kb_journal_line_fields(&names), KBAN_OK);
	entry->realtime = 1700000000 * (kban_usec)SECOND;
	entry->monotonic = 12345678;
	for (; *fields != NULL; fields++)
		assert_int_equal(kb_journal_entry_add(entry, &names, kb_text(*fields)), KBAN_OK);
}

static void make_lines(void **state)
{
	for (const struct row *row = *state; row->line != NULL; row++) {
		kb_auto_clear(journal_entry) entry = { 0 };
		kb_auto_clear(buffer) line = { 0 };

		fill(&entry, row->fields);
		assert_int_equal(kb_journal_entry_line(&entry, 1000, &line), KBAN_OK);
		assert_string_equal(line.data ? line.data : "", row->line);
		assert_int_equal(kb_journal_entry_time(&entry),
				 row->time ? row->time : entry.realtime);
	}
}

static const struct row lines_are_those_of_fail2ban[] = {
	{ { "MESSAGE=Failed password", "_HOSTNAME=mx", "SYSLOG_IDENTIFIER=sshd", "_PID=7",
	    "_COMM=sshd-session", NULL },
	  "mx sshd[7]: Failed password",
	  0 },
	{ { "MESSAGE=m", "_HOSTNAME=mx", "_COMM=nginx", "_PID=7", NULL }, "mx nginx[7]: m", 0 },
	{ { "MESSAGE=m", "_HOSTNAME=mx", "SYSLOG_IDENTIFIER=cron", NULL }, "mx cron: m", 0 },
	{ { "MESSAGE=m", "_HOSTNAME=mx", "_PID=7", NULL }, "mx m", 0 },
	{ { "MESSAGE=m", "SYSLOG_IDENTIFIER=cron", NULL }, "cron: m", 0 },
	{ { "MESSAGE=m", NULL }, "m", 0 },
	{ { "_HOSTNAME=mx", "SYSLOG_IDENTIFIER=cron", NULL }, "mx cron: ", 0 },
	{ { NULL }, "", 0 },
	{ { "MESSAGE=m", "SYSLOG_IDENTIFIER=", "_COMM=real", NULL }, "real: m", 0 },
	{ { NULL }, NULL, 0 },
};

static const struct row numbers_of_processes[] = {
	{ { "SYSLOG_IDENTIFIER=a", "SYSLOG_PID=12", "_PID=7", NULL }, "a[12]: ", 0 },
	{ { "SYSLOG_IDENTIFIER=a", "SYSLOG_PID=", "_PID=7", NULL }, "a[7]: ", 0 },
	{ { "SYSLOG_IDENTIFIER=a", "SYSLOG_PID=0", "_PID=7", NULL }, "a[7]: ", 0 },
	{ { "SYSLOG_IDENTIFIER=a", "_PID=0", NULL }, "a: ", 0 },
	{ { "SYSLOG_IDENTIFIER=a", "SYSLOG_PID=012", NULL }, "a[12]: ", 0 },
	{ { "SYSLOG_IDENTIFIER=a", "SYSLOG_PID= 12 ", NULL }, "a[12]: ", 0 },
	{ { "SYSLOG_IDENTIFIER=a", "SYSLOG_PID=0x10", NULL }, "a[16]: ", 0 },
	{ { "SYSLOG_IDENTIFIER=a", "SYSLOG_PID=worker-1", NULL }, "a[worker-1]: ", 0 },
	{ { "SYSLOG_IDENTIFIER=a", "SYSLOG_PID=99999999999999999999999999999999999999", NULL },
	  "a[99999999999999999999999999999999999999]: ",
	  0 },
	{ { NULL }, NULL, 0 },
};

static const struct row the_kernel_tells_its_own_time[] = {
	{ { "SYSLOG_IDENTIFIER=kernel", "MESSAGE=IN=eth0 SRC=192.0.2.1", "_HOSTNAME=mx", NULL },
	  "mx kernel: [   12.345678] IN=eth0 SRC=192.0.2.1",
	  0 },
	{ { "SYSLOG_IDENTIFIER=kernel", "_SOURCE_MONOTONIC_TIMESTAMP=98765432100000", "MESSAGE=m",
	    NULL },
	  "kernel: [98765432.100000] m",
	  0 },
	{ { "SYSLOG_IDENTIFIER=kernel", "_SOURCE_MONOTONIC_TIMESTAMP=-1", "MESSAGE=m", NULL },
	  "kernel: [   12.345678] m",
	  0 },
	{ { "SYSLOG_IDENTIFIER=kernel", "_PID=7", "MESSAGE=m", NULL }, "kernel[7]: m", 0 },
	{ { NULL }, NULL, 0 },
};

static const struct row the_time_is_that_of_the_source[] = {
	{ { "MESSAGE=m", "_SOURCE_REALTIME_TIMESTAMP=1600000000000001", NULL },
	  "m",
	  1600000000000001 },
	{ { "MESSAGE=m", "_SOURCE_REALTIME_TIMESTAMP=yesterday", NULL }, "m", 0 },
	{ { "MESSAGE=m", "_SOURCE_REALTIME_TIMESTAMP=0", NULL }, "m", 0 },
	{ { "MESSAGE=m", "_SOURCE_REALTIME_TIMESTAMP=99999999999999999999999", NULL }, "m", 0 },
	{ { NULL }, NULL, 0 },
};

static const struct row nobody_writes_a_line_of_his_own[] = {
	{ { "MESSAGE=one\ntwo\n", "SYSLOG_IDENTIFIER=a", NULL }, "a: one\\ntwo\\n", 0 },
	{ { "MESSAGE=m", "SYSLOG_IDENTIFIER=a\nb", "SYSLOG_PID=1\n2", "_HOSTNAME=h\n", NULL },
	  "h\\n a\\nb[1\\n2]: m",
	  0 },
	{ { "MESSAGE=one", "MESSAGE=two\nthree", NULL }, "one two\\nthree", 0 },
	{ { "MESSAGE", "OTHER=x", "MESSAG=x", "MESSAGES=x", "=", "", NULL }, "", 0 },
	{ { NULL }, NULL, 0 },
};

static void cuts_at_the_limit(void **state)
{
	static const char *const fields[] = { "MESSAGE=12345\n789", NULL };
	static const char *const expected[] = { "", "1", "12", "123", "1234", "12345", "12345\\" };
	kb_auto_clear(journal_entry) entry = { 0 };
	kb_auto_clear(buffer) line = { 0 };

	(void)state;
	fill(&entry, fields);
	for (size_t max = 1; max < kb_array_size(expected); max++) {
		assert_int_equal(kb_journal_entry_line(&entry, max, &line), KBAN_OK);
		assert_string_equal(line.data, expected[max]);
		assert_int_equal(line.len, max);
	}
}

static void keeps_bytes(void **state)
{
	static const char field[] = "MESSAGE=a\0b\xff";
	kb_auto_clear(string_list) names = { 0 };
	kb_auto_clear(journal_entry) entry = { 0 };
	kb_auto_clear(buffer) line = { 0 };

	(void)state;
	assert_int_equal(kb_journal_line_fields(&names), KBAN_OK);
	assert_int_equal(kb_journal_entry_add(&entry, &names,
					      (struct kban_text){ field, sizeof(field) - 1 }),
			 KBAN_OK);
	assert_int_equal(kb_journal_entry_line(&entry, 100, &line), KBAN_OK);
	assert_int_equal(line.len, 4);
	assert_memory_equal(line.data, "a\0b\xff", 4);
}

static void has_limits(void **state)
{
	kb_auto_clear(string_list) names = { 0 };
	kb_auto_clear(journal_entry) entry = { 0 };
	kb_autofree char *huge = malloc(KB_JOURNAL_BYTES_MAX);

	(void)state;
	assert_non_null(huge);
	memset(huge, 'x', KB_JOURNAL_BYTES_MAX);
	memcpy(huge, "MESSAGE=", 8);
	assert_int_equal(kb_journal_line_fields(&names), KBAN_OK);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(
			kb_journal_entry_add(&entry, &names,
					     (struct kban_text){ huge, KB_JOURNAL_BYTES_MAX }),
			KBAN_OK);
	assert_int_equal(entry.count, 1);
	kb_journal_entry_reset(&entry);
	for (size_t i = 0; i < KB_JOURNAL_FIELDS_MAX + 10; i++)
		assert_int_equal(kb_journal_entry_add(&entry, &names, KB_TEXT("MESSAGE=x")),
				 KBAN_OK);
	assert_int_equal(entry.count, KB_JOURNAL_FIELDS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(make_lines, lines_are_those_of_fail2ban),
		test_case(make_lines, numbers_of_processes),
		test_case(make_lines, the_kernel_tells_its_own_time),
		test_case(make_lines, the_time_is_that_of_the_source),
		test_case(make_lines, nobody_writes_a_line_of_his_own),
		cmocka_unit_test(cuts_at_the_limit),
		cmocka_unit_test(keeps_bytes),
		cmocka_unit_test(has_limits),
	};

	return cmocka_run_group_tests_name("journal-entry", tests, NULL, NULL);
}
