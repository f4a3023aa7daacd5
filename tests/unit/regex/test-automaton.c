/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/text.h"
#include "failing-alloc.h"
#include "regex/automaton.h"

#define STATES 4100

static const char *const groups[] = { "ip4", NULL };

/* '@' of a test's text stands for an address. */
static unsigned character_of(char byte)
{
	return byte == '@' ? KB_CHARACTER_ADDRESS : (unsigned)(unsigned char)byte;
}

/* Can the automaton take the whole text? */
static bool takes(const struct kb_automaton *automaton, const char *text)
{
	static bool here[STATES], there[STATES];
	kb_auto_clear(exits) exits = { 0 };
	bool ends = false;

	assert_int_equal(kb_exits_find(&exits, automaton), KBAN_OK);
	memset(here, 0, sizeof(here));
	here[0] = true;
	for (; *text != '\0'; text++) {
		memset(there, 0, sizeof(there));
		for (size_t i = 0; i < automaton->state_count; i++)
			for (size_t k = exits.first[i]; here[i] && k < exits.first[i + 1]; k++) {
				const struct kb_edge *edge = &automaton->edges[exits.edges[k]];

				if (kb_character_set_has(&edge->set, character_of(*text)))
					there[edge->to] = true;
			}
		memcpy(here, there, sizeof(here));
	}
	for (size_t i = 0; i < automaton->state_count; i++)
		ends |= here[i] && exits.at_end[i];
	return ends;
}

struct story {
	const char *pattern;
	const char *inner; /* NULL: none */
	const char *text;
	bool taken;
};

static void is_taken(void **state)
{
	for (const struct story *row = *state; row->pattern != NULL; row++) {
		kb_auto_clear(automaton) automaton = { 0 };
		struct kban_text inner = kb_text(row->inner);
		struct kb_automaton_facts facts;

		assert_int_equal(kb_automaton_build(&automaton, kb_text(row->pattern),
						    row->inner != NULL ? &inner : NULL, groups,
						    &facts),
				 KBAN_OK);
		if (takes(&automaton, row->text) != row->taken)
			fail_msg("'%s' and '%s'", row->pattern, row->text);
	}
}

static const struct story texts[] = {
	{ "^abc$", NULL, "abc", true },
	{ "^abc$", NULL, "abcd", false },
	{ "^abc", NULL, "abcd", false },
	{ "^abc", NULL, "abc d", true },
	{ "abc$", NULL, "x abc", true },
	{ "abc$", NULL, "xabc", false },
	{ "b", NULL, "a b c", true },
	{ "^a|b$", NULL, "a x", true },
	{ "^(?:a|bc)d$", NULL, "bcd", true },
	{ "^(?:a|bc)d$", NULL, "bd", false },
	{ "^a*b+c?$", NULL, "b", true },
	{ "^a*b+c?$", NULL, "aabbc", true },
	{ "^a*b+c?$", NULL, "aac", false },
	{ "^x*y*$", NULL, "xyx", false },
	{ "^a{2,3}$", NULL, "a", false },
	{ "^a{2,3}$", NULL, "aa", true },
	{ "^a{2,3}$", NULL, "aaa", true },
	{ "^a{2,3}$", NULL, "aaaa", false },
	{ "^a{2}$", NULL, "aa", true },
	{ "^a{2}$", NULL, "aaa", false },
	{ "^a{2,}$", NULL, "aaaaa", true },
	{ "^a{2,}$", NULL, "a", false },
	{ "^a{,2}$", NULL, "", true },
	{ "^a{,2}$", NULL, "aaa", false },
	{ "^a{0}b$", NULL, "b", true },
	{ "^a{0}b$", NULL, "ab", false },
	{ "^a{x}$", NULL, "a{x}", true },
	{ "^(?:ab){2}$", NULL, "abab", true },
	{ "^a+?b*+$", NULL, "ab", true },
	{ "^[^a]\\d\\.$", NULL, "x1.", true },
	{ "^.$", NULL, "\n", false },
	{ "^a\\Z", NULL, "a", true },
	{ "\\Aa\\b(?=x)(?!y)(?<!z)(?<=a)(?#c)$", NULL, "a", true },
	{ "^(?P<x>a)(?P=x)b$", NULL, "a..b", true },
	{ "^(a)\\1b$", NULL, "a..b", true },
	{ "^(a)?(?(1)b|c)$", NULL, "c", true },
	{ "^(?i:a)(?-i:b)$", NULL, "ab", true },
	{ "(?i)^a$", NULL, "a", true },
	{ "^(?>a)$", NULL, "a", true },
	{ "^from (?P<ip4>[(]\\d+)$", NULL, "from @", true },
	{ "^from (?P<ip4>\\d+)$", NULL, "from 1", false },
	{ "^.*$", NULL, "a @ b", true },
	{ "^\\S+$", NULL, "@", true },
	{ "^\\w+$", NULL, "@", false },
	{ "^.$", NULL, "@", false },
	{ "^p: (?P<content>.+)$", "^a$", "p: a", true },
	{ "^p: (?P<content>.+)$", "^a$", "p: b", false },
	{ "^p: (?P<content>.+)$", "a", "p: x a y", true },
	{ "^p: (?P<content>.+) q$", "^a$", "p: a q", true },
	{ "^p: (?P<content>.+) q$", "^a$", "p: a", false },
	{ "^a$\\n(?P<skiplines0>(?:.*\\n)*?)^b$", NULL, "a\nx\nb", true },
	{ "^a$\\n(?P<skiplines0>(?:.*\\n)*?)^b$", NULL, "ab", false },
	{ NULL, NULL, NULL, false },
};

struct fact {
	const char *pattern;
	const char *wild; /* the first, "" if there is none */
	bool is_anchored, begins_wild, has_address, is_open;
};

static void is_seen(void **state)
{
	for (const struct fact *row = *state; row->pattern != NULL; row++) {
		kb_auto_clear(automaton) automaton = { 0 };
		struct kb_automaton_facts facts;

		assert_int_equal(
			kb_automaton_build(&automaton, kb_text(row->pattern), NULL, groups, &facts),
			KBAN_OK);
		if (facts.is_anchored != row->is_anchored ||
		    facts.begins_wild != row->begins_wild ||
		    facts.has_address != row->has_address || facts.is_open != row->is_open ||
		    !kb_text_is(facts.first_wild, row->wild))
			fail_msg("'%s': %d %d %d %d '%.*s'", row->pattern, facts.is_anchored,
				 facts.begins_wild, facts.has_address, facts.is_open,
				 (int)facts.first_wild.len, facts.first_wild.data);
	}
}

static const struct fact facts[] = {
	{ "^a", "", true, false, false, false },
	{ "(?i)^a", "", true, false, false, false },
	{ "(?:^a|^b)c", "", true, false, false, false },
	{ "(?:^|b)c", "", false, false, false, false },
	{ "(?:x)?^c", "", true, false, false, false },
	{ "a^", "", false, false, false, false },
	{ "a .*", ".*", false, false, false, false },
	{ "^.*a", ".*", true, true, false, false },
	{ "^a [^,]+, .*", "[^,]+", true, false, false, false },
	{ "\\S+ \\d+ [^ ]+", "", false, false, false, false },
	{ "(?P<ip4>x)", "", false, false, true, true },
	{ "\\[?(?P<ip4>x)", "", false, false, true, true },
	{ "a (?P<ip4>x)", "", false, false, true, false },
	{ "a .* (?P<ip4>x)", ".*", false, false, true, true },
	{ "a (?:.* )?(?P<ip4>x)", ".*", false, false, true, true },
	{ "(?:a|b) (?P<ip4>x) .*", ".*", false, false, true, false },
	{ "(?:(?! from ).)*", "(?:(?! from ).)*", false, true, false, false },
	{ NULL, NULL, false, false, false, false },
};

/* Groups in groups. */
static const char deep[] = "((((((((((((((((((((((((((((((((((((((((((((a"
			   "))))))))))))))))))))))))))))))))))))))))))))";

static void what_is_not_foreseen_is_refused(void **state)
{
	static const char *const patterns[] = {
		"(?x) a", "(", "a)", "[a", "(?P<x>a", "(?:(?:(?:(?:.{12}){12}){12}){12}){12}", deep,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		kb_auto_clear(automaton) automaton = { 0 };
		struct kb_automaton_facts unused;

		if (kb_automaton_build(&automaton, kb_text(patterns[i]), NULL, groups, &unused) !=
		    KBAN_E_LIMIT)
			fail_msg("%s", patterns[i]);
	}
}

static int attempt(void *data)
{
	kb_auto_clear(automaton) automaton = { 0 };
	kb_auto_clear(exits) exits = { 0 };
	struct kban_text inner = KB_TEXT("(?P<ip4>x) .*");
	struct kb_automaton_facts unused;
	int status = kb_automaton_build(&automaton, KB_TEXT("^a{2} (?P<content>.*)$"), &inner,
					groups, &unused);

	(void)data;
	return status == KBAN_OK ? kb_exits_find(&exits, &automaton) : status;
}

static void without_memory(void **state)
{
	(void)state;
	assert_every_allocation_may_fail(attempt, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(is_taken, texts),
		test_case(is_seen, facts),
		cmocka_unit_test(what_is_not_foreseen_is_refused),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests_name("automaton", tests, NULL, NULL);
}
