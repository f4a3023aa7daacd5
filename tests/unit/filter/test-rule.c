/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/text.h"
#include "failing-alloc.h"
#include "filter/rule.h"

static const struct kb_where somewhere = { "filter.d/x.conf", 7 };

static const struct kb_rule_options failregex = { .key = "failregex", .needs_id = true };
static const struct kb_rule_options ignoreregex = { .key = "ignoreregex" };

struct mistake {
	const char *text;
	const struct kb_rule_options *options;
	const char *error; /* or how it begins */
};

static void is_refused(void **state)
{
	for (const struct mistake *row = *state; row->text != NULL; row++) {
		kb_auto_clear(rule) rule = { 0 };
		kban_auto(error) err = NULL;
		int status =
			kb_rule_compile(&rule, kb_text(row->text), &somewhere, row->options, &err);

		assert_int_equal(status, KBAN_E_SYNTAX);
		if (strncmp(kban_error_text(err), row->error, strlen(row->error)) != 0)
			fail_msg("'%s': %s", row->text, kban_error_text(err));
		assert_string_equal(kban_error_file(err), "filter.d/x.conf");
		assert_int_equal(kban_error_line(err), 7);
		assert_null(rule.text);
	}
}

static const struct mistake mistakes[] = {
	{ "", &failregex, "filter.d/x.conf:7: failregex: Cannot add empty regex" },
	{ " \t", &ignoreregex, "filter.d/x.conf:7: ignoreregex: Cannot add empty regex" },
	{ "^x$", &failregex, "filter.d/x.conf:7: failregex: No failure-id group in '^x$'" },
	{ "(?P<host>\\S+)", &failregex,
	  "filter.d/x.conf:7: failregex: No failure-id group in '(?P<host>\\S+)'" },
	{ "<F-ALT_ID>x</F-ALT_ID>", &failregex,
	  "filter.d/x.conf:7: failregex: No failure-id group in '(?P<alt_id>x)'" },
	{ "<mdre-zz>", &failregex,
	  "filter.d/x.conf:7: failregex: No failure-id group in '<mdre-zz>'" },
	{ "^<HOST>(", &failregex,
	  "filter.d/x.conf:7: failregex: Unable to compile regular expression '" },
	{ "<HOST> <HOST>", &failregex,
	  "filter.d/x.conf:7: failregex: Unable to compile regular expression '" },
	{ "<ADDR> <IP4>", &failregex,
	  "filter.d/x.conf:7: failregex: Unable to compile regular expression '" },
	{ "<F-A-B>x</F-A-B>", &ignoreregex,
	  "filter.d/x.conf:7: ignoreregex: Unable to compile regular expression '" },
	{ NULL, NULL, NULL },
};

/* A text that, as a rule, finds the whole of what it should find. */
struct search {
	const char *rule;
	const char *text;
	bool found;
};

static void finds(void **state)
{
	for (const struct search *row = *state; row->rule != NULL; row++) {
		kb_auto_clear(rule) rule = { 0 };
		kb_auto(match) match = kb_match_new();

		assert_int_equal(
			kb_rule_compile(&rule, kb_text(row->rule), &somewhere, &ignoreregex, NULL),
			KBAN_OK);
		assert_string_equal(rule.text, row->rule);
		if ((kb_pattern_search(rule.pattern, kb_text(row->text), 0, match) ==
		     KB_MATCH_FOUND) != row->found)
			fail_msg("'%s' on '%s'", row->rule, row->text);
	}
}

static const struct search flags_inside_are_local[] = {
	{ "^((?i)a|b)c$", "Bc", true },     { "^((?i)a|b)c$", "bC", false },
	{ "^(?:(?i)a|b)c$", "Ac", true },   { "^(?:(?i)a|b)c$", "aC", false },
	{ "^((?i)a)(b)\\1$", "Abb", true }, /* the group with flags has lost its number */
	{ "^(?i)a$", "A", true },           { "^\\((?i:a)$", "(A", true },
	{ "^(?:(?s)a.)b$", "a\nb", true },  { NULL, NULL, false },
};

/* The prefix tells the id. */
static void id_of_the_prefix_is_enough(void **state)
{
	kb_auto_clear(rule) prefix = { 0 };
	kb_auto_clear(rule) rule = { 0 };
	struct kb_rule_options options = failregex;

	(void)state;
	assert_int_equal(
		kb_rule_compile(&prefix,
				kb_text("^<F-MLFID>\\S+</F-MLFID> <F-CONTENT>.*</F-CONTENT>"), NULL,
				&ignoreregex, NULL),
		KBAN_OK);
	options.prefix = &prefix;
	assert_int_equal(kb_rule_compile(&rule, kb_text("^x$"), NULL, &options, NULL), KBAN_OK);
}

static void assert_redirects(const struct kb_redirects *list, const char *const *expected)
{
	size_t i;

	for (i = 0; expected[i] != NULL; i += 2) {
		assert_true(i / 2 < list->count);
		assert_string_equal(list->items[i / 2].from, expected[i]);
		assert_string_equal(list->items[i / 2].to, expected[i + 1]);
	}
	assert_int_equal(list->count, i / 2);
}

static void groups_that_fill_others(void **state)
{
	kb_auto_clear(rule) rule = { 0 };
	static const char *const alternatives[] = {
		"alt_id", "fid",        "alt_user", "user", "alt_user1",
		"user1",  "alt_user_1", "user",     NULL,
	};
	static const char *const parts[] = { "tuple_port_12", "fport", NULL };

	(void)state;
	assert_int_equal(
		kb_rule_compile(&rule,
				kb_text("<F-ALT_USER_1>a</F-ALT_USER_1><F-ALT_USER1>b</F-ALT_USER1>"
					"<F-ALT_USER>c</F-ALT_USER><F-ALT_ID>d</F-ALT_ID>"
					"<F-TUPLE_PORT_12>e</F-TUPLE_PORT_12><F-ALT>f</F-ALT>"),
				NULL, &ignoreregex, NULL),
		KBAN_OK);
	assert_redirects(&rule.alternatives, alternatives);
	assert_redirects(&rule.parts, parts);
}

static int compile_once(void *data)
{
	kb_auto_clear(rule) rule = { 0 };

	return kb_rule_compile(&rule, kb_text(data), &somewhere, &failregex, NULL);
}

static void without_memory(void **state)
{
	char text[] = "<F-ALT_USER>a</F-ALT_USER> <HOST>";
	(void)state;
	assert_every_allocation_may_fail(compile_once, text);
}

struct origin {
	const char *text;
	const char *part; /* of the pattern */
	const char *origin;
};

static void comes_from(void **state)
{
	for (const struct origin *row = *state; row->text != NULL; row++) {
		kb_auto_clear(rule) rule = { 0 };
		struct kban_text pattern;
		size_t at, from, to;

		assert_int_equal(
			kb_rule_compile(&rule, kb_text(row->text), NULL, &ignoreregex, NULL),
			KBAN_OK);
		pattern = kb_pattern_text(rule.pattern);
		at = kb_text_find(pattern, kb_text(row->part));
		assert_int_equal(kb_rule_origin(&rule, at, at + strlen(row->part), &from, &to),
				 KBAN_OK);
		if (!kb_text_is(kb_text_slice(kb_text(row->text), from, to), row->origin))
			fail_msg("'%s' of '%s' comes from [%zu, %zu)", row->part, row->text, from,
				 to);
	}
}

static const struct origin parts_of_a_pattern[] = {
	{ "^a <HOST>$", "a", "a" },
	{ "^a <HOST>$", "$", "$" },
	{ "^a <HOST>$", "[\\w.^-]*", "<HOST>" },
	{ "^a <HOST>$", "\\w)", "<HOST>" },
	{ "^a <HOST>$", "^a (?:", "^a <HOST>" },
	{ "<F-USER>x+</F-USER> </F-X>", "x+", "x+" },
	{ "<F-USER>x+</F-USER> </F-X>", ")", "</F-USER>" },
	{ "<F-USER>x+</F-USER> </F-X>", "</F-X>", "</F-X>" },
	{ "((?i)a|b)c<d", "(?i:", "((?i)" },
	{ "((?i)a|b)c<d", "|b", "|b" },
	{ "((?i)a|b)c<d", "<d", "<d" },
	{ "((?i)a|b)c<IP4>d", "d", "<IP4>" }, /* the d of \d */
	{ "((?i)a|b)c<IP4>x", "x", "x" },
	{ "a<SKIPLINES>b", ".*", "<SKIPLINES>" },
	{ NULL, NULL, NULL },
};

static void end_of_a_pattern_is_the_end_of_the_rule(void **state)
{
	kb_auto_clear(rule) rule = { 0 };
	size_t end, from, to;

	(void)state;
	assert_int_equal(kb_rule_compile(&rule, KB_TEXT("a <ADDR>b"), NULL, &ignoreregex, NULL),
			 KBAN_OK);
	end = kb_pattern_text(rule.pattern).len;
	assert_int_equal(kb_rule_origin(&rule, end, end, &from, &to), KBAN_OK);
	assert_int_equal(from, 9);
	assert_int_equal(to, 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(is_refused, mistakes),
		test_case(finds, flags_inside_are_local),
		test_case(comes_from, parts_of_a_pattern),
		cmocka_unit_test(end_of_a_pattern_is_the_end_of_the_rule),
		cmocka_unit_test(id_of_the_prefix_is_enough),
		cmocka_unit_test(groups_that_fill_others),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests_name("rule", tests, NULL, NULL);
}
