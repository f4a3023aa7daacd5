/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/text.h"
#include "regex/pattern.h"
#include "regex/plain-form.h"

/* A pattern and its forms; NULL: it is the pattern itself. */
struct row {
	const char *pattern;
	const char *form;
	const char *wanted;
	const char *without; /* the form for texts without that */
};

static void check_form(const struct row *row, const struct kb_plain_form *form, bool has_wanted,
		       const char *expected)
{
	kb_auto_clear(buffer) out = { 0 };

	assert_int_equal(kb_plain_form_write(kb_text(row->pattern), form, has_wanted, &out),
			 KBAN_OK);
	assert_string_equal(out.data, expected != NULL ? expected : row->pattern);
}

static void is_found(void **state)
{
	for (const struct row *row = *state; row->pattern != NULL; row++) {
		kb_auto_clear(python_syntax) syntax = { 0 };
		kb_auto_clear(buffer) translated = { 0 };
		struct kb_plain_form form;
		const char *message;
		size_t offset;

		assert_int_equal(kb_python_syntax_translate(kb_text(row->pattern), &translated,
							    &syntax, &message, &offset),
				 KBAN_OK);
		kb_plain_form_find(kb_text(row->pattern), &syntax, syntax.caseless, &form);
		if (!kb_text_is(form.wanted, row->wanted != NULL ? row->wanted : ""))
			fail_msg("'%s' wants '%.*s'", row->pattern, (int)form.wanted.len,
				 form.wanted.data);
		check_form(row, &form, true, row->form);
		if (row->wanted != NULL)
			check_form(row, &form, false, row->without);
	}
}

static const struct row rests[] = {
	{ "^a (?P<c>.+)$", "^a (?P<c>.)", NULL, NULL },
	{ "^a (?P<c>.*)$", "^a (?P<c>)", NULL, NULL },
	{ "^(?:a|b)[)(|]\\( (?P<c>.+)$", "^(?:a|b)[)(|]\\( (?P<c>.)", NULL, NULL },
	{ "a(?P<c>.+)$", "a(?P<c>.)", NULL, NULL },
	{ "[]()|](?P<c>.+)$", "[]()|](?P<c>.)", NULL, NULL },
	{ "[^]()|](?P<c>.+)$", "[^]()|](?P<c>.)", NULL, NULL },
	{ "\\\\(?P<c>.+)$", "\\\\(?P<c>.)", NULL, NULL },
	/* Something else. */
	{ "a(?P<c>.+)", NULL, NULL, NULL },
	{ "a(?P<c>.+?)$", NULL, NULL, NULL },
	{ "a(?P<c>\\.+)$", NULL, NULL, NULL },
	{ "a(?P<c>.+)\\$", NULL, NULL, NULL },
	{ "a(?P<c>b.+)$", NULL, NULL, NULL },
	{ "a(?P<c>.+)?$", NULL, NULL, NULL },
	{ "a(.+)$", NULL, NULL, NULL },
	{ "a(?:.+)$", NULL, NULL, NULL },
	{ "a[(?P<c>.+)$]", NULL, NULL, NULL },
	{ "(?:a(?P<c>.+)$)", NULL, NULL, NULL },
	{ "a(?P<b>(?P<c>.+)$)", NULL, NULL, NULL },
	/* There are other ways. */
	{ "b|a(?P<c>.+)$", NULL, NULL, NULL },
	{ "(?s)a(?P<c>.+)$", NULL, NULL, NULL },
	{ "(?x)a (?P<c>.+)$", NULL, NULL, NULL },
	{ "a\\K(?P<c>.+)$", NULL, NULL, NULL },
	{ "(?P<b>a)\\g<c>(?P<c>.+)$", NULL, NULL, NULL },
	{ "(?>a)(?P<c>.+)$", NULL, NULL, NULL },
	{ NULL, NULL, NULL, NULL },
};

static const struct row conditions[] = {
	{ "(?P<u>\\S+)|b", NULL, NULL, NULL },
	{ "(?P<v>(?P<u>\\S+)|[^:]+) from(?(u): |x$)", NULL, ": ",
	  "(?P<v>(?P<u>(?!)\\S+)|[^:]+) from(?(u): |x$)" },
	{ "(?P<u>a)?b(?(u)cd)", NULL, "cd", "(?P<u>(?!)a)?b(?(u)cd)" },
	{ "(?P<u>a)?b(?(u)cd|)(?P<c>.+)$", "(?P<u>a)?b(?(u)cd|)(?P<c>.)", "cd",
	  "(?P<u>(?!)a)?b(?(u)cd|)(?P<c>.)" },
	/* Not always asked, or for what is not known. */
	{ "(?P<u>a)?b(?(u)cd|x)?", NULL, NULL, NULL },
	{ "(?P<u>a)?b(?(u)cd|x){0}", NULL, NULL, NULL },
	{ "(?P<u>a)?b(?:(?(u)cd|x)|y)", NULL, NULL, NULL },
	{ "(?P<u>a)?b(?:(?(u)cd|x))", NULL, NULL, NULL },
	{ "(?P<u>a)?b(?(u)cd|x)|y", NULL, NULL, NULL },
	{ "(?P<u>a)?b(?(u)c.|x)", NULL, NULL, NULL },
	{ "(?P<u>a)?b(?(u)cd?|x)", NULL, NULL, NULL },
	{ "(?P<u>a)?b(?(u)(c)|x)", NULL, NULL, NULL },
	{ "(?P<u>a)?b(?(u)\\n|x)", NULL, NULL, NULL },
	{ "(?P<u>a)?b(?(u)|x)", NULL, NULL, NULL },
	{ "(a)?b(?(1)cd|x)", NULL, NULL, NULL },
	{ "(?i)(?P<u>a)?b(?(u)cd|x)", NULL, NULL, NULL },
	{ "(?x)(?P<u>a)?b(?(u)c d|x)", NULL, NULL, NULL },
	{ NULL, NULL, NULL, NULL },
};

/* Groups, and how they lie in texts with and without what is wanted. */
static const char *const patterns[] = {
	"^(?P<a>\\S+ )?(?P<c>.+)$",
	"^(?P<a>\\S+ )?\\s*(?P<c>.*)$",
	"(?P<a>b|\\s)(?P<c>.+)$",
	"(?P<a>\\s*)(?P<c>.*)$",
	"^\\S+\\s+(?P<c>.*)$",
	"^x*\\s+$",
	"^(?P<v>(?P<u>\\S+)|[^:]+) b(?(u): |x*$)",
	"^(?P<u>a)?\\s*(?(u)b b|(?P<c>.+)$)",
	"^(?P<u>a )?(?(u)b:|b)(?P<c>.+)$",
	"^.*b\\n",
	"^",
	"^$",
	"(?:^|b)\\s",
	"[^a]+$",
};

static const char *const texts[] = {
	"",       "\n",       "a",        "a\n",      "a b",       "a b\n",      "b\n",
	"b b: c", "b b: c\n", "a b: c\n", "a  b\n",   "a a b x\n", "a a bxx\n",  "a:a b: x\n",
	" b \n",  "  \n",     "a \n",     "a b:  \n", "x b\r\n",   "ab bab: \n",
};

static void check_groups(const struct kb_pattern *pattern, struct kban_text text)
{
	kb_auto(match) match = kb_match_new();
	kb_auto(match) other = kb_match_new();
	const struct kb_subject in = { .text = text, .is_plain = true };
	int found = kb_pattern_search(pattern, text, 0, other);

	if (kb_pattern_search_in(pattern, &in, match) != found)
		fail_msg("'%s' in '%s'", kb_pattern_text(pattern).data, text.data);
	for (unsigned i = 0; i <= kb_pattern_group_count(pattern); i++) {
		size_t from = 0, to = 0, other_from = 0, other_to = 0;

		assert_int_equal(kb_match_group(match, i, &from, &to),
				 kb_match_group(other, i, &other_from, &other_to));
		if (from != other_from || to != other_to)
			fail_msg("'%s' in '%s': group %u is from %zu to %zu, not to %zu",
				 kb_pattern_text(pattern).data, text.data, i, from, to, other_to);
	}
}

static void finds_what_the_pattern_finds(void **state)
{
	static const unsigned flags[] = {
		KB_PATTERN_AT_ONCE,
		KB_PATTERN_AT_ONCE | KB_PATTERN_MULTILINE,
		KB_PATTERN_AT_ONCE | KB_PATTERN_CASELESS,
		KB_PATTERN_INTERPRETED | KB_PATTERN_MULTILINE,
	};

	(void)state;
	for (size_t i = 0; i < kb_array_size(patterns) * kb_array_size(flags); i++) {
		kb_auto(pattern) pattern = NULL;

		assert_int_equal(kb_pattern_compile(kb_text(patterns[i / kb_array_size(flags)]),
						    flags[i % kb_array_size(flags)], NULL, &pattern,
						    NULL),
				 KBAN_OK);
		for (size_t j = 0; j < kb_array_size(texts); j++)
			check_groups(pattern, kb_text(texts[j]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(is_found, rests),
		test_case(is_found, conditions),
		cmocka_unit_test(finds_what_the_pattern_finds),
	};

	return cmocka_run_group_tests_name("plain-form", tests, NULL, NULL);
}
