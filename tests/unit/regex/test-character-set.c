/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/text.h"
#include "regex/character-set.h"

/* A set as a pattern has it, and which characters are in it. */
struct row {
	const char *pattern;
	size_t end;
	const char *has;
	const char *has_not;
	bool beyond; /* what is not ASCII is in it */
};

static void is_read(void **state)
{
	for (const struct row *row = *state; row->pattern != NULL; row++) {
		struct kb_character_set set;
		size_t at = 0;

		if (!kb_character_set_parse(kb_text(row->pattern), &at, &set))
			fail_msg("%s has no end", row->pattern);
		if (at != row->end)
			fail_msg("%s ends at %zu", row->pattern, at);
		for (const char *c = row->has; *c != '\0'; c++)
			if (!kb_character_set_has(&set, (unsigned)*c))
				fail_msg("%s has no '%c'", row->pattern, *c);
		for (const char *c = row->has_not; *c != '\0'; c++)
			if (kb_character_set_has(&set, (unsigned)*c))
				fail_msg("%s has '%c'", row->pattern, *c);
		assert_int_equal(kb_character_set_has(&set, KB_CHARACTER_BEYOND), row->beyond);
		assert_false(kb_character_set_has(&set, KB_CHARACTER_ADDRESS));
	}
}

static const struct row sets[] = {
	{ "[abc]d", 5, "abc", "d]", false },
	{ "[^abc]d", 6, "d]\n ", "abc", true },
	{ "[]x]y", 4, "]x", "y", false },
	{ "[^]x]y", 5, "y", "]x", true },
	{ "[a-e-]", 6, "ae-c", "f", false },
	{ "[a\\]b]", 6, "a]b", "\\", false },
	{ "[\\w.]", 5, "aZ0_.", "- ", true },
	{ "[^\\s]", 5, "a.", " \t\n\r\f\v", true },
	{ "[\\S]", 4, "a.", " \t", true },
	{ "[\\D]", 4, "a ", "0123456789", true },
	{ "[\\x41\\u0042\\t\\0]", 16, "AB\t", "x4u", false },
	{ "[\\--/]", 6, "-./", "0", false },
	{ "[a\xc3\xa9]", 5, "a", "b", true },
	{ "[(?:[]", 6, "(?:[", ")", false },
	{ NULL, 0, NULL, NULL, false },
};

static void set_without_end_is_refused(void **state)
{
	static const char *const patterns[] = { "[", "[^", "[]", "[^]", "[abc", "[a\\", "[a-" };

	(void)state;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		struct kb_character_set set;
		size_t at = 0;

		assert_false(kb_character_set_parse(kb_text(patterns[i]), &at, &set));
	}
}

static void what_two_sets_have(void **state)
{
	struct kb_character_set digits, words, both, opposite;

	(void)state;
	assert_true(kb_character_set_class('d', &digits));
	assert_true(kb_character_set_class('w', &words));
	assert_false(kb_character_set_class('x', &both));
	assert_true(kb_character_set_intersect(&digits, &words, &both));
	assert_int_equal(kb_character_set_count(&both), 10);
	opposite = kb_character_set_invert(&words);
	assert_false(kb_character_set_intersect(&digits, &opposite, &both));
	kb_character_set_unite(&opposite, &words);
	assert_int_equal(kb_character_set_count(&opposite), 129);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(is_read, sets),
		cmocka_unit_test(set_without_end_is_refused),
		cmocka_unit_test(what_two_sets_have),
	};

	return cmocka_run_group_tests_name("character-set", tests, NULL, NULL);
}
