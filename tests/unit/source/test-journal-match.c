/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/text.h"
#include "source/journal-match.h"

struct row {
	const char *words[8]; /* of one match */
	const char *more[4];  /* of another, for the same reader */
	const char *fields[4];
	bool accepted;
};

static void fill(struct kb_journal_entry *entry, const struct kb_journal_match *match,
		 const char *const *fields)
{
	kb_auto_clear(string_list) names = { 0 };

	assert_int_equal(kb_journal_match_fields(match, &names), KBAN_OK);
	for (; *fields != NULL; fields++)
		assert_int_equal(kb_journal_entry_add(entry, &names, kb_text(*fields)), KBAN_OK);
}

static void decide(void **state)
{
	for (const struct row *row = *state; row->words[0] != NULL || row->accepted; row++) {
		kb_auto_clear(journal_match) match = { 0 };
		kb_auto_clear(journal_entry) entry = { 0 };

		assert_int_equal(kb_journal_match_add(&match, row->words, NULL), KBAN_OK);
		if (row->more[0] != NULL)
			assert_int_equal(kb_journal_match_add(&match, row->more, NULL), KBAN_OK);
		fill(&entry, &match, row->fields);
		assert_int_equal(kb_journal_match_accepts(&match, &entry), row->accepted);
	}
}

#define END                                         \
	{                                           \
		{ NULL }, { NULL }, { NULL }, false \
	}

static const struct row different_fields_must_all_match[] = {
	{ { "_COMM=sshd", NULL }, { NULL }, { "_COMM=sshd", NULL }, true },
	{ { "_COMM=sshd", NULL }, { NULL }, { "_COMM=sshd2", NULL }, false },
	{ { "_COMM=sshd", NULL }, { NULL }, { "_COMM=ssh", NULL }, false },
	{ { "_COMM=sshd", NULL }, { NULL }, { "_COMM=SSHD", NULL }, false },
	{ { "_COMM=sshd", NULL }, { NULL }, { NULL }, false },
	{ { "_COMM=a", "_UID=0", NULL }, { NULL }, { "_COMM=a", "_UID=0", NULL }, true },
	{ { "_COMM=a", "_UID=0", NULL }, { NULL }, { "_COMM=a", "_UID=1", NULL }, false },
	{ { "_COMM=a", "_UID=0", NULL }, { NULL }, { "_COMM=a", NULL }, false },
	END,
};

static const struct row of_the_same_field_one[] = {
	{ { "_COMM=a", "_COMM=b", NULL }, { NULL }, { "_COMM=b", NULL }, true },
	{ { "_COMM=a", "_COMM=b", NULL }, { NULL }, { "_COMM=c", NULL }, false },
	{ { "_COMM=a", "_UID=0", "_COMM=b", NULL }, { NULL }, { "_COMM=b", "_UID=0", NULL }, true },
	{ { "_COMM=a", "_UID=0", "_COMM=b", NULL }, { NULL }, { "_COMM=b", NULL }, false },
	{ { "MESSAGE=b", NULL }, { NULL }, { "MESSAGE=a", "MESSAGE=b", NULL }, true },
	END,
};

static const struct row a_plus_stands_between_alternatives[] = {
	{ { "_COMM=a", "+", "_UID=0", NULL }, { NULL }, { "_UID=0", NULL }, true },
	{ { "_COMM=a", "+", "_UID=0", NULL }, { NULL }, { "_COMM=a", "_UID=1", NULL }, true },
	{ { "_COMM=a", "+", "_UID=0", NULL }, { NULL }, { "_COMM=b", "_UID=1", NULL }, false },
	{ { "_COMM=a", "_UID=0", "+", "_COMM=b", NULL }, { NULL }, { "_COMM=a", NULL }, false },
	{ { "+", "_COMM=a", "+", "+", "_COMM=b", "+", NULL }, { NULL }, { "_COMM=b", NULL }, true },
	{ { "+", "_COMM=a", "+", "+", "_COMM=b", "+", NULL },
	  { NULL },
	  { "_COMM=c", NULL },
	  false },
	{ { "_COMM=a=b c", NULL }, { NULL }, { "_COMM=a=b c", NULL }, true },
	END,
};

static const struct row several_matches_are_alternatives[] = {
	{ { "_COMM=a", NULL }, { "_UID=0", NULL }, { "_UID=0", NULL }, true },
	{ { "_COMM=a", NULL }, { "_UID=0", NULL }, { "_COMM=a", NULL }, true },
	{ { "_COMM=a", NULL }, { "_UID=0", NULL }, { "_COMM=b", NULL }, false },
	END,
};

static void no_words_want_everything(void **state)
{
	static const char *const nothing[] = { NULL };
	static const char *const plus[] = { "+", NULL };
	static const char *const *const lists[] = { NULL, nothing, plus };
	kb_auto_clear(journal_entry) entry = { 0 };

	(void)state;
	for (size_t i = 0; i < kb_array_size(lists); i++) {
		kb_auto_clear(journal_match) match = { 0 };

		assert_false(kb_journal_match_accepts(&match, &entry));
		assert_int_equal(kb_journal_match_add(&match, lists[i], NULL), KBAN_OK);
		assert_true(kb_journal_match_accepts(&match, &entry));
	}
}

static void refuses_what_is_no_match(void **state)
{
	static const char *const bad[] = {
		"sshd", "", "=x", "_comm=x", "A B=x", "__CURSOR=x", "9=x"
	};
	static const char *const good[] = { "_COMM=a", NULL };

	(void)state;
	for (size_t i = 0; i < kb_array_size(bad); i++) {
		const char *const words[] = { "_UID=0", bad[i], NULL };
		kb_auto_clear(journal_match) match = { 0 };
		kban_auto(error) error = NULL;

		assert_int_equal(kb_journal_match_add(&match, good, NULL), KBAN_OK);
		assert_int_equal(kb_journal_match_add(&match, words, &error), KBAN_E_SYNTAX);
		assert_non_null(strstr(kban_error_text(error), "write FIELD=value"));
		assert_int_equal(match.count, 1);
		assert_int_equal(match.group_count, 1);
		assert_false(match.everything);
	}
}

static void has_a_limit(void **state)
{
	static const char *const words[] = { "_COMM=a", "_COMM=b", "_COMM=c", "_COMM=d", NULL };
	kb_auto_clear(journal_match) match = { 0 };

	(void)state;
	for (size_t i = 0; i < KB_JOURNAL_WORDS_MAX / 4; i++)
		assert_int_equal(kb_journal_match_add(&match, words, NULL), KBAN_OK);
	assert_int_equal(kb_journal_match_add(&match, words, NULL), KBAN_E_LIMIT);
	assert_int_equal(match.count, KB_JOURNAL_WORDS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(decide, different_fields_must_all_match),
		test_case(decide, of_the_same_field_one),
		test_case(decide, a_plus_stands_between_alternatives),
		test_case(decide, several_matches_are_alternatives),
		cmocka_unit_test(no_words_want_everything),
		cmocka_unit_test(refuses_what_is_no_match),
		cmocka_unit_test(has_a_limit),
	};

	return cmocka_run_group_tests_name("journal-match", tests, NULL, NULL);
}
