/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/text.h"
#include "regex/python-syntax.h"

#define NAME33  "n23456789_123456789_123456789_123"
#define OTHER33 "o23456789_123456789_123456789_123"

struct translation {
	const char *python;
	const char *pcre2;
};

static void translate(void **state)
{
	for (const struct translation *row = *state; row->python != NULL; row++) {
		kb_auto_clear(buffer) out = { 0 };
		kb_auto_clear(python_syntax) syntax = { 0 };
		const char *message = NULL;
		size_t offset = 0;

		assert_int_equal(kb_python_syntax_translate(kb_text(row->python), &out, &syntax,
							    &message, &offset),
				 KBAN_OK);
		assert_string_equal(out.data ? out.data : "", row->pcre2);
	}
}

static const struct translation same_in_both[] = {
	{ "", "" },
	{ "(?P<n>a)(?P=n)", "(?P<n>a)(?P=n)" },
	{ "a{2}b{2,}c{2,3}", "a{2}b{2,}c{2,3}" },
	{ "a*+b++c?+d{1,2}+(?>e)", "a*+b++c?+d{1,2}+(?>e)" },
	{ "^a$\\A\\b\\B", "^a$\\A\\b\\B" },
	{ "\\d\\w\\D\\W\\a\\f\\n\\r\\t", "\\d\\w\\D\\W\\a\\f\\n\\r\\t" },
	{ "\\s\\S[\\s\\S](?a)", "\\s\\S[\\s\\S]" },
	{ "\\_\\/\\-\\ \\<\\\\\\{", "\\_\\/\\-\\ \\<\\\\\\{" },
	{ "(?=a)(?!b)(?<=c)(?<!d)(?:e)", "(?=a)(?!b)(?<=c)(?<!d)(?:e)" },
	{ "(?#{,3}\\Z)a", "(?#{,3}\\Z)a" },
	{ "a|b.c", "a|b.c" },
	{ "été\\é", "été\\é" },
	{ "a)b", "a)b" },
	{ "a\\", "a\\" },
	{ NULL, NULL },
};

static const struct translation quantifiers[] = {
	{ "a{,3}b", "a{0,3}b" },  { "a{,}b", "a{0,}b" },  { "a{,3}?b", "a{0,3}?b" },
	{ "{", "\\{" },           { "a{x}", "a\\{x}" },   { "a{1, 2}", "a\\{1, 2}" },
	{ "a{}", "a\\{}" },       { "a{1", "a\\{1" },     { "a{1,2", "a\\{1,2" },
	{ "a\\{,3}", "a\\{,3}" }, { "[{,3}]", "[{,3}]" }, { NULL, NULL },
};

static const struct translation escapes[] = {
	{ "a\\Z", "a\\z" },
	{ "a\\z", "a\\z" },
	{ "\\v", "\\x0b" },
	{ "\\\\v", "\\\\v" },
	{ "\\x41b", "\\x{41}b" },
	{ "\\x{41}", "\\x{41}" },
	{ "\\u20ac", "\\x{20ac}" },
	{ "\\U0001F600!", "\\x{0001F600}!" },
	{ "\\0", "\\x{00}" },
	{ "\\012", "\\x{0a}" },
	{ "\\08", "\\x{00}8" },
	{ "\\1011", "\\x{41}1" },
	{ "\\377", "\\x{ff}" },
	{ "(a)\\1", "(a)\\g{1}" },
	{ "(a)\\10", "(a)\\g{10}" },
	{ "(a)\\18", "(a)\\g{18}" },
	{ "(a)\\180", "(a)\\g{18}0" },
	{ "(a)\\1b", "(a)\\g{1}b" },
	{ NULL, NULL },
};

static const struct translation only_pcre2_has_them[] = {
	{ "\\h\\R\\K\\G\\X\\N\\e\\cX\\H\\V", "\\h\\R\\K\\G\\X\\N\\e\\cX\\H\\V" },
	{ "\\c[a]", "\\c[a]" },
	{ "\\p{Lu}\\P{Lu}\\pL\\o{12}", "\\p{Lu}\\P{Lu}\\pL\\o{12}" },
	{ "(?<n>a)\\k<n>\\k{n}\\g{n}\\g{-1}", "(?<n>a)\\k<n>\\k{n}\\g{n}\\g{-1}" },
	{ "(?'n'a)(?P>n)(?&n)", "(?'n'a)(?P>n)(?&n)" },
	{ "(?R)(?1)(?-1)(?+1)(?|a|b)", "(?R)(?1)(?-1)(?+1)(?|a|b)" },
	{ "\\Q[{,3}(*\\E[a]", "\\Q[{,3}(*\\E[a]" },
	{ "\\Q[", "\\Q[" },
	{ "(?^i:a)(?^)b", "(?^i:a)(?^)b" },
	{ "a(?i-s)b(?-i)c", "a(?i-s)b(?-i)c" },
	{ NULL, NULL },
};

static const struct translation sets[] = {
	{ "[[:alpha:]]", "[\\[:alpha:]]" },
	{ "[a[.b.]", "[a\\[.b.]" },
	{ "[a[=b=]", "[a\\[=b=]" },
	{ "[:alpha:][.a.][=a=]", "[\\:alpha:][\\.a.][\\=a=]" },
	{ "[^:alpha:]", "[^:alpha:]" },
	{ "[[a]", "[[a]" },
	{ "[]a]", "[]a]" },
	{ "[^]a]b", "[^]a]b" },
	{ "[a-][a&&b][a||b]", "[a-][a&&b][a||b]" },
	{ "[\\v\\b\\]\\d-]", "[\\x0b\\b\\]\\d-]" },
	{ "[\\1\\012\\x41\\u00e9]", "[\\x{01}\\x{0a}\\x{41}\\x{00e9}]" },
	{ "[(*]", "[(*]" },
	{ "[#]", "[#]" },
	{ NULL, NULL },
};

static const struct translation conditions[] = {
	{ "(a)?(?(1)b|c)", "(a)?(?(1)b|c)" },
	{ "(?P<n>a)?(?(n)b|c)", "(?P<n>a)?(?(<n>)b|c)" },
	{ "(?P<DEFINE>a)?(?(DEFINE)b)", "(?P<DEFINE>a)?(?(<DEFINE>)b)" },
	{ "(?P<R1>a)?(?(R1)b)", "(?P<R1>a)?(?(<R1>)b)" },
	{ "(?(<n>)a)(?('n')b)", "(?(<n>)a)(?('n')b)" },
	{ "(?(?=a)b|c)", "(?(?=a)b|c)" },
	{ "(?(1", "(?(1" },
	{ NULL, NULL },
};

static const struct translation long_names[] = {
	{ "(?P<" NAME33 ">a)(?P=" NAME33 ")", "(?P<_g1>a)(?P=_g1)" },
	{ "(?P<" NAME33 ">a)(?<" OTHER33 ">b)", "(?P<_g1>a)(?<_g2>b)" },
	{ "(?P<" NAME33 ">a)?(?(" NAME33 ")b)", "(?P<_g1>a)?(?(<_g1>)b)" },
	{ "(?P<n23456789_123456789_123456789_12>a)", "(?P<n23456789_123456789_123456789_12>a)" },
	{ NULL, NULL },
};

static const struct translation local_flags[] = {
	{ "(?i:a)(?-i:b)(?i-s:c)", "(?i:a)(?-i:b)(?i-s:c)" },
	{ "(?iu:a)(?u:b)", "(?i:a)(?:b)" },
	{ "(?xx:a)", "(?x:a)" },
	{ "(?x:a#(\n)b#(c)", "(?x:a#(\n)b#(c)" },
	{ "(?x:a(?-x:#[b]){,2})#{,2}", "(?x:a(?-x:#[b]){0,2})#{0,2}" },
	{ NULL, NULL },
};

struct hoisted {
	const char *python;
	const char *pcre2;
	const char *flags;
};

static void hoist(void **state)
{
	for (const struct hoisted *row = *state; row->python != NULL; row++) {
		kb_auto_clear(buffer) out = { 0 };
		kb_auto_clear(python_syntax) syntax = { 0 };
		const char *message = NULL;
		size_t offset = 0;

		assert_int_equal(kb_python_syntax_translate(kb_text(row->python), &out, &syntax,
							    &message, &offset),
				 KBAN_OK);
		assert_string_equal(out.data ? out.data : "", row->pcre2);
		assert_int_equal(syntax.caseless, strchr(row->flags, 'i') != NULL);
		assert_int_equal(syntax.dotall, strchr(row->flags, 's') != NULL);
		assert_int_equal(syntax.multiline, strchr(row->flags, 'm') != NULL);
		assert_int_equal(syntax.extended, strchr(row->flags, 'x') != NULL);
		assert_int_equal(syntax.ascii, strchr(row->flags, 'a') != NULL);
	}
}

static const struct hoisted global_flags[] = {
	{ "(?i)a", "a", "i" },
	{ "(?ims)a", "a", "ims" },
	{ "(?iu)a", "a", "i" },
	{ "(?u)", "", "" },
	{ "(?a)\\d", "\\d", "a" },
	{ "^(?i)a", "^a", "i" },
	{ "a(?s)*", "a*", "s" },
	{ "(a(?i)b)c", "(ab)c", "i" },
	{ "(?x)a # [\n{,2}", "a # [\n{0,2}", "x" },
	{ "a # {,2}\n{,2}(?x)", "a # {,2}\n{0,2}", "x" },
	{ NULL, NULL, NULL },
};

struct refusal {
	const char *python;
	const char *message;
	size_t offset;
};

static void refuse(void **state)
{
	for (const struct refusal *row = *state; row->python != NULL; row++) {
		kb_auto_clear(buffer) out = { 0 };
		kb_auto_clear(python_syntax) syntax = { 0 };
		const char *message = "";
		size_t offset = 99;

		assert_int_equal(kb_python_syntax_translate(kb_text(row->python), &out, &syntax,
							    &message, &offset),
				 KBAN_E_SYNTAX);
		assert_string_equal(message, row->message);
		assert_int_equal(offset, row->offset);
		assert_int_equal(out.len, 0);
	}
}

static const struct refusal refused[] = {
	{ "a(*UTF)", "nothing to repeat after (", 1 },
	{ "(*LIMIT_MATCH=1)", "nothing to repeat after (", 0 },
	{ "a\\N{BULLET}", "characters cannot be given by their name", 1 },
	{ "\\x4", "incomplete escape of a character code", 0 },
	{ "\\u20a", "incomplete escape of a character code", 0 },
	{ "\\U0001F60", "incomplete escape of a character code", 0 },
	{ "a\\400", "octal escape outside of range 0-0377", 1 },
	{ "[\\8]", "no such escape in a set", 1 },
	{ "[\\777]", "octal escape outside of range 0-0377", 1 },
	{ "a[b", "unterminated character set", 1 },
	{ "[]", "unterminated character set", 0 },
	{ "a(?L)", "flag L is for bytes", 1 },
	{ "(?a:b)", "flags a, L and u cannot change within a pattern", 0 },
	{ "(?-u:b)", "flags a, L and u cannot change within a pattern", 0 },
	{ "(?au)", "flags a and u do not go together", 0 },
	{ "(?J)a", "unknown extension or flag after (?", 0 },
	{ "(?C1)", "unknown extension or flag after (?", 0 },
	{ "(?", "unknown extension or flag after (?", 0 },
	{ "(?Px)", "unknown extension after (?P", 0 },
	{ "(?P<n", "missing terminator of a group name", 4 },
	{ "(?P=" NAME33 ")", "unknown group name", 4 },
	{ "(?P<" NAME33 ">a)(?P<" NAME33 ">a)", "two groups have the same name", 44 },
	{ NULL, NULL, 0 },
};

static void tells_what_is_beyond_ascii(void **state)
{
	static const struct {
		const char *python;
		bool beyond;
	} rows[] = {
		{ "^a\\s+(\\S[\\w-])\\b\\1$", false },
		{ "\\x7f\\177\\u007f\\U0000007f", false },
		{ "(?i)[^\\s\\]]\\v\\Z", false },
		{ "\\x80", true },
		{ "[\\200]", true },
		{ "\\u0080", true },
		{ "\\u0100", true },
		{ "\\U00010041", true },
		{ "\\x{41}", true },
		{ "\\p{L}", true },
		{ "[\\P{L}]", true },
		{ "\\X", true },
		{ "é", true },
	};

	(void)state;
	for (size_t i = 0; i < kb_array_size(rows); i++) {
		kb_auto_clear(buffer) out = { 0 };
		kb_auto_clear(python_syntax) syntax = { 0 };
		const char *message;
		size_t offset;

		assert_int_equal(kb_python_syntax_translate(kb_text(rows[i].python), &out, &syntax,
							    &message, &offset),
				 KBAN_OK);
		if (syntax.beyond_ascii != rows[i].beyond)
			fail_msg("'%s'", rows[i].python);
	}
}

static void translates_for_ascii(void **state)
{
	static const struct translation rows[] = {
		{ "\\s+x{,3}", "[\\x09-\\x0d\\x1c-\\x20]+x{0,3}" },
		{ "[^\\s:]", "[^\\x09-\\x0d\\x1c-\\x20:]" },
		{ "[\\S]", "[\\x00-\\x08\\x0e-\\x1b\\x21-\\x7f]" },
		{ "\\s(?a)", "\\s" },
	};

	(void)state;
	for (size_t i = 0; i < kb_array_size(rows); i++) {
		kb_auto_clear(buffer) out = { 0 };

		assert_int_equal(
			kb_python_syntax_translate_for_ascii(kb_text(rows[i].python), &out),
			KBAN_OK);
		assert_string_equal(out.data, rows[i].pcre2);
	}
}

static void parentheses_have_a_limit(void **state)
{
	kb_auto_clear(buffer) out = { 0 };
	kb_auto_clear(python_syntax) syntax = { 0 };
	const char *message = NULL;
	size_t offset = 0;
	char text[300];

	(void)state;
	memset(text, '(', sizeof(text));
	assert_int_equal(kb_python_syntax_translate((struct kban_text){ text, sizeof(text) }, &out,
						    &syntax, &message, &offset),
			 KBAN_E_SYNTAX);
	assert_string_equal(message, "parentheses are too deeply nested");
	assert_int_equal(offset, 250);
}

struct origin {
	const char *python;
	size_t translated;
	size_t original;
};

static void find_origin(void **state)
{
	for (const struct origin *row = *state; row->python != NULL; row++)
		assert_int_equal(kb_python_syntax_origin(kb_text(row->python), row->translated),
				 row->original);
}

static const struct origin origins[] = {
	{ "abc", 1, 1 },      /* abc */
	{ "abc", 3, 3 },      /* the end */
	{ "a{,3}b)", 7, 6 },  /* a{0,3}b) */
	{ "(?i)ab", 1, 5 },   /* ab */
	{ "\\Z[z-a]", 4, 4 }, /* \z[z-a] */
	{ "[\\v]x\\", 7, 5 }, /* [\x0b]x\ */
	{ "a # {,2}\n*(?x)*", 10, 14 },
	{ NULL, 0, 0 },
};

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(translate, same_in_both),
		test_case(translate, quantifiers),
		test_case(translate, escapes),
		test_case(translate, only_pcre2_has_them),
		test_case(translate, sets),
		test_case(translate, conditions),
		test_case(translate, long_names),
		test_case(translate, local_flags),
		test_case(hoist, global_flags),
		test_case(refuse, refused),
		cmocka_unit_test(tells_what_is_beyond_ascii),
		cmocka_unit_test(translates_for_ascii),
		cmocka_unit_test(parentheses_have_a_limit),
		test_case(find_origin, origins),
	};

	return cmocka_run_group_tests_name("python-syntax", tests, NULL, NULL);
}
