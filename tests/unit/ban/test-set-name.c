/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "ban/backend.h"

struct row {
	const char *prefix, *jail;
	const char *name4, *name6; /* a '*' stands for six digits of the hash */
};

static void check(const char *name, const char *pattern)
{
	const char *star = strchr(pattern, '*');
	size_t stem;

	assert_true(strlen(name) <= KB_SET_NAME_MAX);
	if (star == NULL) {
		assert_string_equal(name, pattern);
		return;
	}
	stem = (size_t)(star - pattern);
	assert_memory_equal(name, pattern, stem);
	assert_true(strspn(name + stem, "0123456789abcdef") >= 6);
	assert_string_equal(name + stem + 6, star + 1);
}

static void named(void **state)
{
	for (const struct row *row = *state; row->jail != NULL; row++) {
		char name[KB_SET_NAME_MAX + 1], again[KB_SET_NAME_MAX + 1];

		kb_set_name(row->prefix, row->jail, KBAN_IPV4, name);
		check(name, row->name4);
		kb_set_name(row->prefix, row->jail, KBAN_IPV4, again);
		assert_string_equal(name, again);
		kb_set_name(row->prefix, row->jail, KBAN_IPV6, name);
		check(name, row->name6);
	}
}

static const struct row prefix_jail_and_digit[] = {
	{ "kban", "sshd", "kban-sshd", "kban-sshd6" },
	{ NULL, "my_set.1", "my_set.1", "my_set.16" },
	{ NULL, "ips-p6", "ips-p6", "ips-p66" },
	{ NULL, NULL, NULL, NULL },
};

static const struct row the_digit_of_a_jail_is_told_from_it[] = {
	{ "kban", "mail6", "kban-mail6*", "kban-mail6*6" },
	{ "kban", "6", "kban-6*", "kban-6*6" },
	{ "kban", "mail66", "kban-mail66*", "kban-mail66*6" },
	{ NULL, NULL, NULL, NULL },
};

static const struct row longer_ones_end_in_a_hash[] = {
	/* 30, 31 and 32 bytes with the prefix */
	{ "kban", "1234567890123456789012345", "kban-1234567890123456789012345",
	  "kban-12345678901234567890123456" },
	{ "kban", "12345678901234567890123457", "kban-12345678901234567890123457",
	  "kban-1234567890123456789*6" },
	{ "kban", "123456789012345678901234567", "kban-1234567890123456789*",
	  "kban-1234567890123456789*6" },
	{ NULL, NULL, NULL, NULL },
};

static const struct row what_a_script_could_misread_is_mended[] = {
	{ "kban", "a b", "kban-a_b*", "kban-a_b*6" },
	{ "kban", "a\"'$(x)\n", "kban-a____x__*", "kban-a____x__*6" },
	{ NULL, "-j", "_j*", "_j*6" },
	{ NULL, "", "*", "6" },
	{ NULL, NULL, NULL, NULL },
};

static void different_jails_have_different_sets(void **state)
{
	char one[KB_SET_NAME_MAX + 1], other[KB_SET_NAME_MAX + 1];

	(void)state;
	kb_set_name("kban", "a-very-long-name-of-a-jail-1", KBAN_IPV4, one);
	kb_set_name("kban", "a-very-long-name-of-a-jail-2", KBAN_IPV4, other);
	assert_string_not_equal(one, other);
	kb_set_name("kban", "a b", KBAN_IPV4, one);
	kb_set_name("kban", "a:b", KBAN_IPV4, other);
	assert_string_not_equal(one, other);
	kb_set_name("kban", "mail", KBAN_IPV6, one);
	kb_set_name("kban", "mail6", KBAN_IPV4, other);
	assert_string_not_equal(one, other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(named, prefix_jail_and_digit),
		test_case(named, the_digit_of_a_jail_is_told_from_it),
		test_case(named, longer_ones_end_in_a_hash),
		test_case(named, what_a_script_could_misread_is_mended),
		cmocka_unit_test(different_jails_have_different_sets),
	};

	return cmocka_run_group_tests_name("set-name", tests, NULL, NULL);
}
