/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/text.h"
#include "failing-alloc.h"
#include "match/fields.h"

static const struct kb_rule_options options = { .key = "ignoreregex" };

/* Fields of a match of @a regex, which must match @a text. */
static int match_fields(struct kb_fields *fields, struct kb_rule *rule, const char *text)
{
	kb_auto(match) match = kb_match_new();
	int found;

	if (match == NULL)
		return KBAN_E_NOMEM;
	found = kb_pattern_search(rule->pattern, kb_text(text), 0, match);
	if (found < 0)
		return found;
	assert_int_equal(found, KB_MATCH_FOUND);
	return kb_fields_read_match(fields, rule, match, kb_text(text));
}

struct field_case {
	const char *regex;
	const char *text;
	const char *name;
	const char *value; /* NULL: unset */
};

static void has_fields(void **state)
{
	for (const struct field_case *row = *state; row->regex != NULL; row++) {
		kb_auto_clear(rule) rule = { 0 };
		kb_auto_clear(fields) fields = { 0 };
		struct kban_text value;

		assert_int_equal(kb_rule_compile(&rule, kb_text(row->regex), NULL, &options, NULL),
				 KBAN_OK);
		assert_int_equal(match_fields(&fields, &rule, row->text), KBAN_OK);
		value = kb_fields_find(&fields, row->name);
		if ((value.data == NULL) != (row->value == NULL) ||
		    (row->value != NULL && !kb_text_is(value, row->value)))
			fail_msg("'%s' on '%s': %s is %.*s", row->regex, row->text, row->name,
				 (int)value.len, value.data);
	}
}

#define A_OR_B "^(?:a=<F-ALT_USER>\\S*</F-ALT_USER>)?\\s*(?:b=<F-ALT_USER_1>\\S*</F-ALT_USER_1>)?$"
#define U_ALT  "^u=<F-USER>\\S*</F-USER> alt=<F-ALT_USER>\\S*</F-ALT_USER>$"

static const struct field_case alternatives_fill_what_is_empty[] = {
	{ A_OR_B, "a=x b=y", "user", "x" },
	{ A_OR_B, "b=y", "user", "y" },
	{ A_OR_B, "b=y", "alt_user", NULL },
	{ A_OR_B, "b=y", "alt_user_1", "y" },
	{ A_OR_B, "", "user", NULL },
	{ A_OR_B, "a= b=y", "user", "y" },
	{ U_ALT, "u= alt=c", "user", "c" },
	{ U_ALT, "u=d alt=c", "user", "d" },
	/* Only _N is cut off. */
	{ "<F-ALT_USER1>x</F-ALT_USER1>", "x", "user1", "x" },
	{ "<F-ALT_USER1>x</F-ALT_USER1>", "x", "user", NULL },
	{ "<F-ALT_ID>x</F-ALT_ID>", "x", "fid", "x" },
	{ "<F-ALT_PORT_2>x</F-ALT_PORT_2>", "x", "fport", "x" },
	{ NULL, NULL, NULL, NULL },
};

static const struct field_case parts_make_a_tuple[] = {
	{ "<F-ID>a</F-ID> <F-TUPLE_ID>b</F-TUPLE_ID> <F-TUPLE_ID_1>c</F-TUPLE_ID_1>", "a b c",
	  "fid", "('a', 'b', 'c')" },
	{ "a <F-TUPLE_ID>b</F-TUPLE_ID>", "a b", "fid", "(None, 'b')" },
	{ "<F-ID>a</F-ID>(?:<F-TUPLE_ID>b</F-TUPLE_ID>)?", "a", "fid", "('a', None)" },
	{ "<F-ID>.</F-ID><F-TUPLE_ID>.</F-TUPLE_ID>", "'\"", "fid", "(\"'\", '\"')" },
	{ "<F-ID>.</F-ID><F-TUPLE_ID>..</F-TUPLE_ID>", "\\'\"", "fid", "('\\\\', '\\'\"')" },
	{ "<F-ID>.</F-ID><F-TUPLE_ID>.</F-TUPLE_ID>", "é\t", "fid", "('é', '\\t')" },
	/* A value that looks like a tuple is none. */
	{ "<F-ID>.*</F-ID> <F-TUPLE_ID>b</F-TUPLE_ID>", "(x) b", "fid", "('(x)', 'b')" },
	{ NULL, NULL, NULL, NULL },
};

static void groups_come_in_order(void **state)
{
	kb_auto_clear(rule) rule = { 0 };
	kb_auto_clear(fields) fields = { 0 };

	(void)state;
	assert_int_equal(kb_rule_compile(&rule, kb_text("<F-Z>z</F-Z>(?:<F-B>b</F-B>)?<F-A></F-A>"),
					 NULL, &options, NULL),
			 KBAN_OK);
	assert_int_equal(match_fields(&fields, &rule, "z"), KBAN_OK);
	assert_int_equal(fields.count, 3);
	assert_string_equal(fields.items[0].name, "z");
	assert_string_equal(fields.items[1].name, "b");
	assert_null(fields.items[1].value.data);
	assert_string_equal(fields.items[2].name, "a");
	/* Empty is set. */
	assert_non_null(fields.items[2].value.data);
	assert_int_equal(fields.items[2].value.len, 0);
	assert_false(kb_fields_find(&fields, "a").len > 0);
	assert_true(kb_fields_find(&fields, "z").len > 0);
}

static void fill(struct kb_fields *fields, struct kb_fields *more)
{
	assert_int_equal(kb_fields_set(fields, "a", kb_text("1")), KBAN_OK);
	assert_int_equal(kb_fields_set(fields, "user", kb_text("2")), KBAN_OK);
	assert_int_equal(kb_fields_set(more, "b", kb_text("4")), KBAN_OK);
	assert_int_equal(kb_fields_set(more, "a", (struct kban_text){ NULL, 0 }), KBAN_OK);
	assert_int_equal(kb_fields_set(more, "user", kb_text("")), KBAN_OK);
	assert_int_equal(kb_fields_set(more, "nofail", kb_text("3")), KBAN_OK);
}

static void overlay_changes_what_is_set(void **state)
{
	static int (*const overlays[])(struct kb_fields *,
				       const struct kb_fields *) = { kb_fields_overlay,
								     kb_fields_lay_over };

	(void)state;
	for (size_t i = 0; i < kb_array_size(overlays); i++) {
		kb_auto_clear(fields) fields = { 0 };
		kb_auto_clear(fields) more = { 0 };

		fill(&fields, &more);
		assert_int_equal(overlays[i](&fields, &more), KBAN_OK);
		/* What was taken over does not change with the other fields. */
		assert_int_equal(kb_fields_set(&more, "nofail", kb_text("x")), KBAN_OK);
		assert_int_equal(fields.count, 4);
		assert_true(kb_text_is(kb_fields_find(&fields, "a"), "1"));
		assert_true(kb_text_is(kb_fields_find(&fields, "b"), "4"));
		assert_non_null(kb_fields_get(&fields, KB_FIELD_USER).data);
		assert_int_equal(kb_fields_get(&fields, KB_FIELD_USER).len, 0);
		assert_true(kb_text_is(kb_fields_get(&fields, KB_FIELD_NOFAIL), "3"));
		assert_true(kb_text_is(kb_fields_find(&fields, "nofail"), "3"));
	}
}

static void dropping_tells_what_there_was(void **state)
{
	kb_auto_clear(fields) fields = { 0 };
	kb_auto_clear(fields) more = { 0 };

	(void)state;
	fill(&fields, &more);
	assert_true(kb_fields_drop(&more, KB_FIELD_NOFAIL));
	assert_false(kb_fields_drop(&more, KB_FIELD_NOFAIL));
	assert_false(kb_fields_drop(&more, KB_FIELD_USER));
	assert_false(kb_fields_drop(&more, KB_FIELD_IP4));
	assert_null(kb_fields_get(&more, KB_FIELD_NOFAIL).data);
	assert_null(kb_fields_find(&more, "user").data);
}

static void texts_that_are_kept_last(void **state)
{
	kb_auto_clear(rule) rule = { 0 };
	kb_auto_clear(fields) fields = { 0 };
	char text[] = "abc";

	(void)state;
	assert_int_equal(kb_rule_compile(&rule, kb_text("<F-USER>a</F-USER><F-X>b</F-X>"), NULL,
					 &options, NULL),
			 KBAN_OK);
	assert_int_equal(match_fields(&fields, &rule, text), KBAN_OK);
	assert_ptr_equal(fields.items[1].value.data, text + 1);
	assert_int_equal(kb_fields_keep(&fields), KBAN_OK);
	assert_int_equal(kb_fields_repeat(&fields, KB_FIELD_NOFAIL, KB_FIELD_USER), KBAN_OK);
	memset(text, 'x', 3);
	assert_true(kb_text_is(kb_fields_get(&fields, KB_FIELD_USER), "a"));
	assert_true(kb_text_is(kb_fields_get(&fields, KB_FIELD_NOFAIL), "a"));
	assert_true(kb_text_is(kb_fields_find(&fields, "x"), "b"));
}

static int set_many(void *data)
{
	kb_auto_clear(fields) fields = { 0 };
	kb_auto_clear(fields) copy = { 0 };
	static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i",
					     "j", "k", "l", "m", "n", "o", "p", "q", "r" };

	for (size_t i = 0; i < kb_array_size(names); i++)
		if (kb_fields_set(&fields, names[i], kb_text(data)) != KBAN_OK)
			return KBAN_E_NOMEM;
	if (kb_fields_copy(&copy, &fields) != KBAN_OK || kb_fields_keep(&copy) != KBAN_OK)
		return KBAN_E_NOMEM;
	assert_int_equal(copy.count, kb_array_size(names));
	assert_true(kb_text_is(kb_fields_find(&copy, "a"), data));
	assert_true(kb_text_is(kb_fields_find(&copy, "r"), data));
	return KBAN_OK;
}

static int match_once(void *data)
{
	kb_auto_clear(fields) fields = { 0 };

	return match_fields(&fields, data, "ab");
}

static void without_memory(void **state)
{
	char text[] = "value";
	kb_auto_clear(rule) rule = { 0 };
	const char *regex = "<F-ALT_ID>a</F-ALT_ID><F-TUPLE_ID>b</F-TUPLE_ID>";

	(void)state;
	assert_int_equal(kb_rule_compile(&rule, kb_text(regex), NULL, &options, NULL), KBAN_OK);
	assert_every_allocation_may_fail(set_many, text);
	assert_every_allocation_may_fail(match_once, &rule);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(has_fields, alternatives_fill_what_is_empty),
		test_case(has_fields, parts_make_a_tuple),
		cmocka_unit_test(groups_come_in_order),
		cmocka_unit_test(overlay_changes_what_is_set),
		cmocka_unit_test(dropping_tells_what_there_was),
		cmocka_unit_test(texts_that_are_kept_last),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests_name("fields", tests, NULL, NULL);
}
