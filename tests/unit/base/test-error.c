/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <errno.h>

#include "base/error.h"
#include "failing-alloc.h"

static void place_comes_first(void **state)
{
	const struct kb_where where = { "filter.d/sshd.conf", 42 };
	kban_auto(error) err = NULL;

	(void)state;
	assert_int_equal(kb_fail(&err, KBAN_E_SYNTAX, &where, "no <HOST> in '%s'", "^Failed"),
			 KBAN_E_SYNTAX);
	assert_string_equal(kban_error_text(err), "filter.d/sshd.conf:42: no <HOST> in '^Failed'");
	assert_int_equal(kban_error_status(err), KBAN_E_SYNTAX);
	assert_string_equal(kban_error_file(err), "filter.d/sshd.conf");
	assert_int_equal(kban_error_line(err), 42);
}

static void a_file_as_a_whole_has_no_line(void **state)
{
	const struct kb_where where = { "jail.conf", 0 };
	kban_auto(error) err = NULL;

	(void)state;
	assert_int_equal(kb_fail(&err, KBAN_E_NOTFOUND, &where, "no such file"), KBAN_E_NOTFOUND);
	assert_string_equal(kban_error_text(err), "jail.conf: no such file");
	assert_string_equal(kban_error_file(err), "jail.conf");
	assert_int_equal(kban_error_line(err), 0);
}

static void nowhere_in_particular_is_left_out(void **state)
{
	const struct kb_where nowhere = { NULL, 7 };
	kban_auto(error) err = NULL;
	kban_auto(error) also = NULL;

	(void)state;
	assert_int_equal(kb_fail(&err, KBAN_E_LIMIT, NULL, "too many hosts"), KBAN_E_LIMIT);
	assert_string_equal(kban_error_text(err), "too many hosts");
	assert_null(kban_error_file(err));
	assert_int_equal(kban_error_line(err), 0);
	assert_int_equal(kb_fail(&also, KBAN_E_LIMIT, &nowhere, "too many hosts"), KBAN_E_LIMIT);
	assert_string_equal(kban_error_text(also), "too many hosts");
	assert_int_equal(kban_error_line(also), 0);
}

static void text_is_one_printable_line(void **state)
{
	const struct kb_where where = { "a\nb", 1 };
	kban_auto(error) err = NULL;

	(void)state;
	kb_fail(&err, KBAN_E_SYNTAX, &where, "odd '%s'", "\x1b[2J\n\xff\xe2\x80\xae");
	assert_string_equal(kban_error_text(err), "a\\nb:1: odd '\\x1b[2J\\n\\xff\\u202e'");
	assert_string_equal(kban_error_file(err), "a\nb");
}

static void system_calls_say_why(void **state)
{
	const struct kb_where where = { "/var/log/maillog", 0 };
	kban_auto(error) err = NULL;

	(void)state;
	assert_int_equal(kb_fail_errno(&err, ENOSPC, &where, "cannot write %d bytes", 7),
			 KBAN_E_SYSTEM);
	assert_string_equal(kban_error_text(err), "/var/log/maillog: cannot write 7 bytes: "
						  "No space left on device");
	assert_int_equal(kban_error_status(err), KBAN_E_SYSTEM);
}

static void no_error_is_out_of_memory(void **state)
{
	(void)state;
	assert_string_equal(kban_error_text(NULL), "out of memory");
	assert_int_equal(kban_error_status(NULL), KBAN_E_NOMEM);
	assert_null(kban_error_file(NULL));
	assert_int_equal(kban_error_line(NULL), 0);
	kban_error_free(NULL);
}

static void nobody_has_to_listen(void **state)
{
	(void)state;
	assert_int_equal(kb_fail(NULL, KBAN_E_INVAL, NULL, "%s", "x"), KBAN_E_INVAL);
	assert_int_equal(kb_fail_errno(NULL, ENOENT, NULL, "%s", "x"), KBAN_E_SYSTEM);
	assert_int_equal(kb_fail_memory(NULL), KBAN_E_NOMEM);
}

/* The old reason may be quoted in the new one. */
static void a_new_reason_replaces_the_old(void **state)
{
	kban_auto(error) err = NULL;

	(void)state;
	kb_fail(&err, KBAN_E_SYNTAX, NULL, "old");
	kb_fail(&err, KBAN_E_LIMIT, NULL, "new after %s", kban_error_text(err));
	assert_string_equal(kban_error_text(err), "new after old");
	kb_fail_errno(&err, ENOENT, NULL, "newer");
	assert_string_equal(kban_error_text(err), "newer: No such file or directory");
	assert_int_equal(kb_fail_memory(&err), KBAN_E_NOMEM);
	assert_null(err);
}

static void without_memory_the_status_remains(void **state)
{
	const struct kb_where where = { "jail.conf", 3 };
	unsigned long nth = 0;
	bool failed;

	(void)state;
	do {
		kban_auto(error) err = NULL;

		kb_fail(&err, KBAN_E_NOTFOUND, NULL, "stale");
		failing_alloc_start(++nth);
		assert_int_equal(kb_fail(&err, KBAN_E_SYNTAX, &where, "%100d", 1), KBAN_E_SYNTAX);
		failed = failing_alloc_stop();
		assert_int_equal(err == NULL, failed);
	} while (failed);
	assert_true(nth > 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(place_comes_first),
		cmocka_unit_test(a_file_as_a_whole_has_no_line),
		cmocka_unit_test(nowhere_in_particular_is_left_out),
		cmocka_unit_test(text_is_one_printable_line),
		cmocka_unit_test(system_calls_say_why),
		cmocka_unit_test(no_error_is_out_of_memory),
		cmocka_unit_test(nobody_has_to_listen),
		cmocka_unit_test(a_new_reason_replaces_the_old),
		cmocka_unit_test(without_memory_the_status_remains),
	};

	return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
