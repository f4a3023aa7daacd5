/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "failing-alloc.h"

#include "base/buffer.h"
#include "base/text.h"
#include "regex/literal.h"
#include "regex/pattern.h"

/* Factors are written {one|other}, strings that match in any case with a ~ before them, and a # for
 * each digit that must stand before them. */
struct finding {
	const char *pattern;
	const char *factors;
};

static void write_factors(const struct kb_literals *literals, struct kb_buffer *out)
{
	for (size_t i = 0; i < literals->count; i++) {
		const struct kb_literal_factor *factor = &literals->factors[i];

		for (size_t j = 0; j < factor->count; j++) {
			kb_buffer_string(out, j == 0 ? "{" : "|");
			kb_buffer_string(out, factor->items[j].caseless ? "~" : "");
			for (size_t k = 0; k < factor->items[j].digits; k++)
				kb_buffer_byte(out, '#');
			kb_buffer_text(out, factor->items[j].text);
		}
		kb_buffer_string(out, factor->or_beyond_ascii ? "|…}" : "}");
	}
}

static void check_factors(const char *pattern, unsigned cut, const char *expected)
{
	kb_auto_clear(literals) literals = { 0 };
	kb_auto_clear(buffer) out = { 0 };

	assert_int_equal(kb_literals_find(kb_text(pattern), 0, cut, &literals), KBAN_OK);
	write_factors(&literals, &out);
	assert_string_equal(out.data ? out.data : "", expected);
}

static void find(void **state)
{
	for (const struct finding *row = *state; row->pattern != NULL; row++)
		check_factors(row->pattern, KB_LITERAL_UNCUT, row->factors);
}

static const struct finding runs_of_letters[] = {
	{ "Failed password", "{Failed password}" },
	{ "^Failed password for .* from", "{Failed password for }{ from}" },
	{ "Failed \\S+ for", "{Failed }{ for}" },
	{ "Failed\\s+password", "{password}{Failed}" },
	{ "foo.#\".#\".#\".#\".#\".#\".#\".#\".#\".", "{foo}" },
	{ "foo\\.bar\\[1\\]", "{foo.bar[1]}" },
	{ "foo\\x41\\x{42}bar", "{fooABbar}" },
	{ "foo\\bbar$baz\\Kend", "{foobarbazend}" },
	{ "\\Qa.b*c\\Ed", "{a.b*cd}" },
	{ "foo\\tbar\\nbaz", "{foo\tbar}{baz}" },
	{ "foo(?#remark)bar", "{foobar}" },
	{ "na\xc3\xafve user", "{ve user}" },
	{ "0123456789012345678901234567890123456789012345678901234567890123Invalid",
	  "{0123456789012345678901234567890123456789012345678901234567890123}{Invalid}" },
	{ NULL, NULL },
};

static const struct finding nothing_to_tell[] = {
	{ "", "" },
	{ ".*", "" },
	{ "ab", "" },
	{ "foo|ba", "" },
	{ "foo|", "" },
	{ "(?:foo)?", "" },
	{ "(?:foo)*", "" },
	{ "(?:foo){0,2}", "" },
	{ "[^f]\\d\\w\\p{L}", "" },
	{ "(?!foo)", "" },
	{ "(?<=foo)a", "" },
	{ "(?=foo)", "" },
	{ "(x)\\1", "" },
	{ "(?(?=foo)bar|baz)", "" },
	{ "(x)(?(1)bar|baz)", "" },
	{ "(x)?(?(1)bar)", "" },
	{ NULL, NULL },
};

static const struct finding choices[] = {
	{ "Failed|Invalid", "{Failed|Invalid}" },
	{ "(?:Failed|Invalid) user", "{Failed user|Invalid user}" },
	{ "(a|b)(?:c|d)foo", "{acfoo|adfoo|bcfoo|bdfoo}" },
	{ "users? foo", "{user foo|users foo}" },
	{ "foo(?: bar)?", "{foo}" },
	{ "foo.*|bar.*|bazz", "{foo|bar|bazz}" },
	{ "(?:foo.*quux|bar) end", "{quux end|bar end}{foo|bar}" },
	{ "(?:.*quux.*|bar) end", "{ end}{quux|bar}" },
	{ "[Ff]ailed", "{Failed|failed}" },
	{ "foo[^a]bar[0-9]", "{bar}{foo}" },
	{ "foo[]x]bar", "{foo]bar|fooxbar}" },
	{ "foo[a-c]", "{fooa|foob|fooc}" },
	{ "[a-z]foo", "{foo}" },
	{ NULL, NULL },
};

static const struct finding repetitions[] = {
	{ "(?:foo)+", "{foo}" },
	{ "(?:foo){2}", "{foofoo}" },
	{ "x(?:foo){2}y", "{xfoofooy}" },
	{ "x(?:foo){2,}y", "{xfoofoo}{foofooy}" },
	{ "foo+bar", "{obar}{foo}" },
	{ "foo?bar", "{fobar|foobar}" },
	{ "foo*bar", "{bar}" },
	{ "fooo*+bar", "{foo}{bar}" },
	{ "foob{0}ar", "{fooar}" },
	{ "(?:foo.bar){3}", "{foo}{bar}" },
	{ NULL, NULL },
};

static const struct finding groups[] = {
	{ "(foo)(?P<n>bar)(?<m>baz)(?'l'x)(?>y)", "{foobarbazxy}" },
	{ "foo(?=bar)bazz", "{foobazz}" },
	{ "foo(?!b(a|r))(?<!x)bar", "{foobar}" },
	{ "(?P<n>a)foo(?P=n)bar", "{afoo}{bar}" },
	{ "(foo)(?1)bar", "{foo}{bar}" },
	{ "(((((foo)))))", "{foo}" },
	{ NULL, NULL },
};

static const struct finding flags[] = {
	{ "(?i)Foo Bar", "{~foo bar}" },
	{ "Foo(?i:BAR)", "{~foobar}" },
	{ "foo(?i:123)bar", "{foo123bar}" },
	{ "(?i)foo(?-i:BAR)", "{~foobar}" },
	{ "(?x) foo bar # remark\n baz", "{foobarbaz}" },
	{ "(?x)foo\\ [ ]bar", "{foo  bar}" },
	{ "foo +(?x: b a r )", "{foo }{ bar}" },
	{ "(?x) foo bar ? baz", "{foobabaz|foobarbaz}" },
	{ NULL, NULL },
};

/* Where nothing else is known, sets of up to ten are spelled out. Digits may be others, too. */
static const struct finding sets[] = {
	{ "^\\S 0[1-9] \\S", "{ 01 | 02 | 03 | 04 | 05 | 06 | 07 | 08 | 09 }" },
	{ "\\S\\d: ", "{0: |1: |2: |3: |4: |5: |6: |7: |8: |9: |…}" },
	{ "\\d\\d\\d[xy];",
	  "{0x;|0y;|1x;|1y;|2x;|2y;|3x;|3y;|4x;|4y;|5x;|5y;|6x;|6y;|7x;|7y;|8x;|8y;|9x;|9y;|…}" },
	{ "\\S\\d{3}[xy];",
	  "{##0x;|##0y;|##1x;|##1y;|##2x;|##2y;|##3x;|##3y;|##4x;|##4y;|##5x;|##5y;|##6x;|##6y;"
	  "|##7x;|##7y;|##8x;|##8y;|##9x;|##9y;|…}" },
	{ "x[0-9a]", "" },
	{ "\\dfoo", "{foo}" },
	{ NULL, NULL },
};

/* K is also U+212A, S is also U+017F. */
static const struct finding other_characters_of_a_case[] = {
	{ "(?i)Mask", "{~mask|\xe2\x84\xaa|\xc5\xbf}" },
	{ "(?i)user", "{~user|\xc5\xbf}" },
	{ "us(?i:er)", "{~user}" },
	{ "(?i)kelvin\xc5\xbf", "{~kelvin|\xe2\x84\xaa}" },
	{ NULL, NULL },
};

struct cut {
	unsigned cut;
	const char *pattern;
	const char *factors;
};

static void survive(void **state)
{
	for (const struct cut *row = *state; row->pattern != NULL; row++)
		check_factors(row->pattern, row->cut, row->factors);
}

static const struct cut cuts[] = {
	{ KB_LITERAL_UNCUT, "Failed password", "{Failed password}" },
	{ KB_LITERAL_CUT_AT_BEGIN, "Failed password", "{Failed password}" },
	{ KB_LITERAL_CUT_AT_BEGIN, "\\[ Failed", "{Failed}" },
	{ KB_LITERAL_CUT_AT_BEGIN, "\\]Failed", "{Failed}" },
	{ KB_LITERAL_CUT_AT_WORD_END, "Failedpassword", "{Failedpassword}" },
	{ KB_LITERAL_CUT_AT_WORD_END, "Failed password", "{ password}" },
	{ KB_LITERAL_CUT_AT_WORD_END, "Failed password for", "{Failed password| password for}" },
	{ KB_LITERAL_CUT_AT_BEGIN_AND_WORD_END, "Failed password", "{Failed password}" },
	{ KB_LITERAL_CUT_AT_BEGIN_AND_WORD_END, "=http://", "{=http://}" },
	{ KB_LITERAL_CUT_AT_BEGIN_AND_WORD_END, "\\[ Failed", "{ Failed}" },
	{ KB_LITERAL_CUT_AFTER_BRACKET, "Failed password", "{Failed password}" },
	{ KB_LITERAL_CUT_AFTER_BRACKET, "Failed \\[ pass", "{Failed [}" },
	{ KB_LITERAL_CUT_AFTER_BRACKET | KB_LITERAL_CUT_AT_BEGIN, "\"Failed\\[password",
	  "{\"Failed[|Failed[password}" },
	{ KB_LITERAL_CUT_ANYWHERE, "Failed password", "{Failed p|password}" },
	{ KB_LITERAL_CUT_ANYWHERE, "abcdef", "{abc|cdef}" },
	{ KB_LITERAL_CUT_ANYWHERE, "abcd", "" },
	{ KB_LITERAL_CUT_AT_WORD_END, "\\S\\d{3}[xy]z",
	  "{##0xz|##0yz|##1xz|##1yz|##2xz|##2yz|##3xz|##3yz|##4xz|##4yz|##5xz|##5yz|##6xz|##6yz|##"
	  "7xz|##7yz|##8xz|##8yz|##9xz|##9yz|…}" },
	{ KB_LITERAL_CUT_ANYWHERE, "\\S\\d{3}[xy]z", "" },
	{ KB_LITERAL_CUT_ANYWHERE, "(?i)assess", "{~ass|~sess|\xc5\xbf}" },
	{ KB_LITERAL_UNCUT, NULL, NULL },
};

/*
 * Random patterns, each with a text that it was made to match. What PCRE2 says is what counts:
 * where it matches, every factor must be in the text, also when a stamp has been put into it.
 */
struct maker {
	uint32_t seed;
	struct kb_buffer pattern, text;
};

static unsigned dice(struct maker *maker, unsigned sides)
{
	maker->seed = maker->seed * 1664525 + 1013904223;
	return (maker->seed >> 12) % sides;
}

static void make_alternatives(struct maker *maker, unsigned depth);

static void make_letters(struct maker *maker)
{
	static const char letters[] = "abkS e[\"-_1s";

	for (unsigned i = dice(maker, 5); i > 0; i--) {
		char c = letters[dice(maker, sizeof(letters) - 1)];

		if (strchr("[-\"_", c) != NULL && c != '_')
			kb_buffer_byte(&maker->pattern, '\\');
		kb_buffer_byte(&maker->pattern, c);
		kb_buffer_byte(&maker->text, c);
	}
}

/* A part of a pattern, and what it matches. */
static void make_word(struct maker *maker)
{
	static const char *const words[][2] = {
		{ "\\s", " " },
		{ "\\d", "7" },
		{ ".", "x" },
		{ ".*", "any thing" },
		{ "[ab]", "b" },
		{ "[^ab]", "k" },
		{ "[^]-a]", "k" },
		{ "[\\w.]", "." },
		{ "\\b", "" },
		{ "^", "" },
		{ "$", "" },
		{ "\\K", "" },
		{ "\\x41", "A" },
		{ "\\Q.(*\\E", ".(*" },
		{ "(?#)(|)", "" },
		{ "(?=a)", "" },
		{ "(?!foo)", "" },
		{ "(?<!foo)", "" },
		{ "(?-i:Ks)", "Ks" },
		{ "(?i:Ks)", "\xe2\x84\xaaS" },
		{ "(?i:sad)", "\xc5\xbf"
			      "Ad" },
		{ "\xc3\xa9", "\xc3\xa9" },
		{ "(?x: a b#c\n)", "ab" },
		{ "(x)?(?(1)foo|bar)", "bar" },
		{ "(?i)", "" },
	};
	size_t at = dice(maker, kb_array_size(words));

	kb_buffer_string(&maker->pattern, words[at][0]);
	kb_buffer_string(&maker->text, words[at][1]);
}

static void make_quantifier(struct maker *maker, size_t text_from)
{
	static const struct {
		const char *text;
		unsigned times;
	} quantifiers[] = { { "?", 1 },      { "?", 0 },    { "*", 0 },   { "*", 2 },
			    { "+", 1 },      { "+?", 2 },   { "{2}", 2 }, { "{0,2}", 0 },
			    { "{1,2}+", 1 }, { "{2,}", 3 }, { "{0}", 0 } };
	size_t at = dice(maker, 3 * kb_array_size(quantifiers));
	kb_auto_clear(buffer) once = { 0 };

	if (at >= kb_array_size(quantifiers))
		return;
	kb_buffer_string(&maker->pattern, quantifiers[at].text);
	kb_buffer_append(&once, maker->text.data + text_from, maker->text.len - text_from);
	maker->text.len = text_from;
	for (unsigned i = 0; i < quantifiers[at].times; i++)
		kb_buffer_text(&maker->text, kb_buffer_content(&once));
}

static void make_group(struct maker *maker, unsigned depth)
{
	static const char *const opens[] = { "(", "(?:", "(?>", "(?i:", "(?|", "(?-i:" };
	size_t text_from = maker->text.len;

	kb_buffer_string(&maker->pattern, opens[dice(maker, kb_array_size(opens))]);
	make_alternatives(maker, depth + 1);
	kb_buffer_byte(&maker->pattern, ')');
	make_quantifier(maker, text_from);
}

static void make_branch(struct maker *maker, unsigned depth)
{
	for (unsigned i = 1 + dice(maker, 4); i > 0; i--) {
		make_letters(maker);
		if (dice(maker, 3) == 0)
			make_word(maker);
		else if (depth < 4)
			make_group(maker, depth);
	}
}

/* The text goes the way of one of them. */
static void make_alternatives(struct maker *maker, unsigned depth)
{
	unsigned chosen = dice(maker, 2);

	make_branch(maker, depth);
	while (dice(maker, 3) == 0) {
		size_t len = maker->text.len;

		kb_buffer_byte(&maker->pattern, '|');
		make_branch(maker, depth);
		if (chosen != 0)
			maker->text.len = len;
	}
}

/* A stamp behind byte @a at, where one may be as @a cut says. */
static bool may_be_cut(struct kban_text text, size_t at, unsigned where)
{
	static const char word_ends[] = " []().,:-\"";
	char before = text.data[at - 1];
	bool at_word_end = strchr(word_ends, text.data[at]) != NULL;
	bool at_begin = at <= 2 && strchr(word_ends, text.data[0]) != NULL &&
			strchr(word_ends, before) != NULL;

	if (((unsigned char)text.data[at] & 0xc0) == 0x80)
		return false;
	if ((where & KB_LITERAL_CUT_AT_WORD_END) && at_word_end)
		return true;
	if ((where & KB_LITERAL_CUT_AT_BEGIN) && at_begin)
		return true;
	if ((where & KB_LITERAL_CUT_AT_BEGIN_AND_WORD_END) && at_begin && at_word_end)
		return true;
	if ((where & KB_LITERAL_CUT_AFTER_BRACKET) && before == '[')
		return true;
	return (where & KB_LITERAL_CUT_ANYWHERE) != 0;
}

static bool put_stamp(struct kban_text text, size_t at, unsigned where, struct kb_buffer *out)
{
	if (!may_be_cut(text, at, where))
		return false;
	kb_buffer_text(out, kb_text_slice(text, 0, at));
	kb_buffer_string(out, "Nov 24 13:41:57");
	kb_buffer_text(out, kb_text_slice(text, at, text.len));
	return true;
}

static void check_text(struct kban_text pattern, struct kban_text text)
{
	for (unsigned cut = KB_LITERAL_UNCUT; cut <= KB_LITERAL_CUT_ANYWHERE; cut++) {
		kb_auto_clear(literals) literals = { 0 };

		assert_int_equal(kb_literals_find(pattern, 0, cut, &literals), KBAN_OK);
		if (!kb_literals_in(&literals, text))
			fail_msg("'%.*s' in '%.*s'", (int)pattern.len, pattern.data, (int)text.len,
				 text.data);
		for (size_t at = 1; at < text.len; at++) {
			kb_auto_clear(buffer) line = { 0 };

			if (put_stamp(text, at, cut, &line) &&
			    !kb_literals_in(&literals, kb_buffer_content(&line)))
				fail_msg("'%.*s' in '%s', cut %u", (int)pattern.len, pattern.data,
					 line.data, cut);
		}
	}
}

/* True if the text was matched, and so checked. */
static bool try_random(struct maker *maker, struct kb_match *match)
{
	kb_auto(pattern) pattern = NULL;
	struct kban_text text;

	kb_buffer_reset(&maker->pattern);
	kb_buffer_reset(&maker->text);
	make_alternatives(maker, 0);
	text = kb_buffer_content(&maker->text);
	if (kb_pattern_compile(kb_buffer_content(&maker->pattern), KB_PATTERN_INTERPRETED, NULL,
			       &pattern, NULL) != KBAN_OK ||
	    kb_pattern_search(pattern, text, 0, match) != KB_MATCH_FOUND)
		return false;
	check_text(kb_pattern_text(pattern), text);
	return true;
}

static void is_in_all_that_matches(void **state)
{
	struct maker maker = { .seed = 1 };
	kb_auto(match) match = kb_match_new();
	unsigned checked = 0;

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		checked += try_random(&maker, match);
	kb_buffer_clear(&maker.pattern);
	kb_buffer_clear(&maker.text);
	assert_true(checked > 300);
}

static void case_may_be_asked_for(void **state)
{
	kb_auto_clear(literals) literals = { 0 };

	(void)state;
	assert_int_equal(kb_literals_find(KB_TEXT("FooBar"), KB_PATTERN_CASELESS, KB_LITERAL_UNCUT,
					  &literals),
			 KBAN_OK);
	assert_int_equal(literals.count, 1);
	assert_true(literals.factors[0].items[0].caseless);
	assert_true(kb_literals_in(&literals, KB_TEXT("a fOObAR")));
	assert_false(kb_literals_in(&literals, KB_TEXT("a foo bar")));
}

static void lines_are_counted(void **state)
{
	kb_auto_clear(literals) literals = { 0 };

	(void)state;
	assert_int_equal(kb_literals_find(KB_TEXT("foo|bar"), 0, KB_LITERAL_UNCUT, &literals),
			 KBAN_OK);
	assert_int_equal(literals.count, 1);
	assert_int_equal(kb_literal_factor_measure(&literals.factors[0],
						   KB_TEXT("foo\nfobar bar\nba\n\nxfoo")),
			 3);
}

static void what_is_too_much_says_nothing(void **state)
{
	kb_auto_clear(buffer) pattern = { 0 };
	kb_auto_clear(literals) literals = { 0 };

	(void)state;
	for (unsigned i = 0; i < 3000; i++)
		kb_buffer_string(&pattern, "(a|b)?(c|d|ee)");
	assert_int_equal(
		kb_literals_find(kb_buffer_content(&pattern), 0, KB_LITERAL_UNCUT, &literals),
		KBAN_OK);
	assert_int_equal(literals.count, 0);
}

static int find_once(void *data)
{
	kb_auto_clear(literals) literals = { 0 };

	return kb_literals_find(kb_text(data), 0, KB_LITERAL_CUT_ANYWHERE, &literals);
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	assert_every_allocation_may_fail(
		find_once, (char[]){ "(?i)(foo|bar|user )name .*(?:password|login)+" });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(find, runs_of_letters),
		test_case(find, nothing_to_tell),
		test_case(find, choices),
		test_case(find, repetitions),
		test_case(find, groups),
		test_case(find, flags),
		test_case(find, sets),
		test_case(find, other_characters_of_a_case),
		test_case(survive, cuts),
		cmocka_unit_test(is_in_all_that_matches),
		cmocka_unit_test(case_may_be_asked_for),
		cmocka_unit_test(lines_are_counted),
		cmocka_unit_test(what_is_too_much_says_nothing),
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("literal", tests, NULL, NULL);
}
