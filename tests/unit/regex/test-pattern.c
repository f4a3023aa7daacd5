/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/buffer.h"
#include "base/text.h"
#include "failing-alloc.h"
#include "regex/pattern-engine.h"
#include "regex/pattern.h"

static struct kb_pattern *compile(const char *text, unsigned flags)
{
	struct kb_pattern *pattern = NULL;
	struct kban_error *err = NULL;
	int status = kb_pattern_compile(kb_text(text), flags, NULL, &pattern, &err);

	if (status != KBAN_OK)
		fail_msg("%s", kban_error_text(err));
	return pattern;
}

struct search {
	const char *pattern;
	unsigned flags;
	const char *subject;
	int found; /* enum kb_match_result */
	size_t from, to;
};

static void search_with(const struct search *row, unsigned more_flags, bool tells_plain)
{
	kb_auto(pattern) pattern = compile(row->pattern, row->flags | more_flags);
	kb_auto(match) match = kb_match_new();
	struct kb_subject in = { .text = kb_text(row->subject) };
	size_t from = 0, to = 0;

	assert_non_null(match);
	in.is_plain = tells_plain && kb_subject_is_plain(in.text);
	if (kb_pattern_search_in(pattern, &in, match) != row->found)
		fail_msg("'%s' on '%s'", row->pattern, row->subject);
	assert_int_equal(kb_match_group(match, 0, &from, &to), row->found == KB_MATCH_FOUND);
	assert_int_equal(from, row->from);
	assert_int_equal(to, row->to);
}

static void search(void **state)
{
	for (const struct search *row = *state; row->pattern != NULL; row++) {
		search_with(row, 0, false);
		search_with(row, 0, true);
		search_with(row, KB_PATTERN_AT_ONCE, false);
		search_with(row, KB_PATTERN_AT_ONCE, true);
		search_with(row, KB_PATTERN_INTERPRETED, false);
		search_with(row, KB_PATTERN_INTERPRETED, true);
	}
}

static const struct search behaves_like_python[] = {
	{ "b", 0, "abc", KB_MATCH_FOUND, 1, 2 },
	{ "x", 0, "abc", KB_MATCH_NONE, 0, 0 },
	{ "a{,3}b", 0, "aab", KB_MATCH_FOUND, 0, 3 },
	{ "^a{,}b", 0, "b", KB_MATCH_FOUND, 0, 1 },
	{ "a{,3}b", 0, "a{,3}b", KB_MATCH_FOUND, 5, 6 },
	{ "a{1, 2}", 0, "a{1, 2}", KB_MATCH_FOUND, 0, 7 },
	{ "a$", 0, "a\n", KB_MATCH_FOUND, 0, 1 },
	{ "a\\Z", 0, "a\n", KB_MATCH_NONE, 0, 0 },
	{ "a\\Z", 0, "ba", KB_MATCH_FOUND, 1, 2 },
	{ "a.b", 0, "a\nb", KB_MATCH_NONE, 0, 0 },
	{ "a.b", 0, "a\rb", KB_MATCH_FOUND, 0, 3 },
	{ "(?s)a.b", 0, "a\nb", KB_MATCH_FOUND, 0, 3 },
	{ "\\v", 0, "a\nb\v", KB_MATCH_FOUND, 3, 4 },
	{ "^b", 0, "a\nb", KB_MATCH_NONE, 0, 0 },
	{ "^b$", KB_PATTERN_MULTILINE, "a\nb\nc", KB_MATCH_FOUND, 2, 3 },
	{ "\\n^", KB_PATTERN_MULTILINE, "a\n", KB_MATCH_FOUND, 1, 2 },
	{ "(?m)\\n^", 0, "a\n", KB_MATCH_FOUND, 1, 2 },
	{ "[[:alpha:]]", 0, "a]", KB_MATCH_FOUND, 0, 2 },
	{ "[:alpha:]", 0, "b:", KB_MATCH_FOUND, 1, 2 },
	{ "[[:alpha:]]", 0, "b]", KB_MATCH_NONE, 0, 0 },
	{ "\\w+", 0, " été ", KB_MATCH_FOUND, 1, 6 },
	{ "(?a)\\w+", 0, "été", KB_MATCH_FOUND, 2, 3 },
	{ "\\s+", 0, "a\x1c\x1d\x1e\x1f\x20\t\n\v\f\rb", KB_MATCH_FOUND, 1, 11 },
	{ "\\s+", 0, "\xc2\x85\u00a0\u1680\u2000\u200a\u2028\u2029", KB_MATCH_FOUND, 0, 19 },
	{ "[x\\s]+", 0, "\u202f\u205f\u3000\x1c-", KB_MATCH_FOUND, 0, 10 },
	{ "\\s", 0, "a\x1b\u180e\u200b\ufeff", KB_MATCH_NONE, 0, 0 },
	{ "\\S+", 0, "\x1f\u180eb\u3000", KB_MATCH_FOUND, 1, 5 },
	{ "[^\\S]+", 0, "a\x1f b", KB_MATCH_FOUND, 1, 3 },
	{ "[\\S\\d]+", 0,
	  "\x1f"
	  "a1\u00a0",
	  KB_MATCH_FOUND, 1, 3 },
	{ "(?a)\\s", 0, "\x1c\u00a0", KB_MATCH_NONE, 0, 0 },
	{ "\\s\\w(?a)", 0, "\x1c\u00e9 e", KB_MATCH_FOUND, 3, 5 },
	{ "(?x)[\\s] \\s", 0, "\x1c\u00a0", KB_MATCH_FOUND, 0, 3 },
	{ "\\d", 0, "\u0663", KB_MATCH_FOUND, 0, 2 },
	{ "(?a)\\d", 0, "\u0663", KB_MATCH_NONE, 0, 0 },
	{ "\\u00e9", 0, "é", KB_MATCH_FOUND, 0, 2 },
	{ "É", KB_PATTERN_CASELESS, "é", KB_MATCH_FOUND, 0, 2 },
	{ "(?iu)ABC", 0, "xabc", KB_MATCH_FOUND, 1, 4 },
	{ "^(?i)ABC", 0, "abc", KB_MATCH_FOUND, 0, 3 },
	{ "a(?i:B)", 0, "aB Ab", KB_MATCH_FOUND, 0, 2 },
	{ "(?x) a b # comment", 0, "ab", KB_MATCH_FOUND, 0, 2 },
	{ "(.)\\1", 0, "abba", KB_MATCH_FOUND, 1, 3 },
	{ "(a)?b\\1", 0, "b", KB_MATCH_NONE, 0, 0 },
	{ "\\101\\x42\\0103", 0, "AB\b3", KB_MATCH_FOUND, 0, 4 },
	{ "(?P<R1>a)?b(?(R1)c|d)", 0, "bc bd", KB_MATCH_FOUND, 3, 5 },
	{ "(?P<x>a)(?P=x)", 0, "baa", KB_MATCH_FOUND, 1, 3 },
	{ "a(?#b{,3})c", 0, "ac", KB_MATCH_FOUND, 0, 2 },
	{ "(?>a+)ab", 0, "aab", KB_MATCH_NONE, 0, 0 },
	{ "a++b", 0, "aab", KB_MATCH_FOUND, 0, 3 },
	{ "", 0, "", KB_MATCH_FOUND, 0, 0 },
	{ NULL, 0, NULL, 0, 0, 0 },
};

static void makes_machine_code_for_many_searches(void **state)
{
	kb_auto(pattern) pattern = compile("^b|c", 0);
	kb_auto(match) match = kb_match_new();
	const _Atomic(pcre2_code *) *code = &pattern->late->codes[KB_PROGRAM_PLAIN];
	const struct kb_subject in = { .text = KB_TEXT("abc"), .is_plain = true };
	unsigned early = 0;
	size_t from, to;

	(void)state;
	assert_non_null(match);
	for (unsigned i = 0; i < 1000; i++) {
		assert_int_equal(kb_pattern_search_in(pattern, &in, match), KB_MATCH_FOUND);
		assert_true(kb_match_group(match, 0, &from, &to));
		assert_int_equal(from, 2);
		early += atomic_load(code) == NULL;
	}
	assert_in_range(early, 1, 100);
}

#define LETTERS48 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* Patterns that would run for years. */
static const struct search gives_up_at_a_limit[] = {
	{ "^\\s*\\S+ web: (?:\\w+\\s?)+ from \\d+$", 0, "h web: " LETTERS48 "!", KB_MATCH_LIMIT, 0,
	  0 },
	{ "^(a+)+$", 0, LETTERS48 "!", KB_MATCH_LIMIT, 0, 0 },
	{ "^(?:a|aa)+$", 0, LETTERS48 "!", KB_MATCH_LIMIT, 0, 0 },
	{ "(?R)?+a(?R)*b|(?:a?){48}a{48}c", 0, LETTERS48, KB_MATCH_LIMIT, 0, 0 },
	{ NULL, 0, NULL, 0, 0, 0 },
};

struct failure {
	const char *pattern;
	enum kban_status status;
	const char *text;
};

#define UNABLE "f.conf:7: Unable to compile regular expression "

static void fail_to_compile(void **state)
{
	const struct kb_where where = { "f.conf", 7 };

	for (const struct failure *row = *state; row->pattern != NULL; row++) {
		kb_auto(pattern) pattern = NULL;
		kban_auto(error) err = NULL;

		assert_int_equal(
			kb_pattern_compile(kb_text(row->pattern), 0, &where, &pattern, &err),
			row->status);
		assert_string_equal(kban_error_text(err), row->text);
		assert_null(pattern);
	}
}

static const struct failure failures[] = {
	{ "a(b", KBAN_E_SYNTAX, UNABLE "'a(b': missing closing parenthesis at offset 3" },
	{ "(?i)ab)", KBAN_E_SYNTAX, UNABLE "'(?i)ab)': unmatched closing parenthesis at offset 6" },
	{ "(*UTF)a", KBAN_E_SYNTAX, UNABLE "'(*UTF)a': nothing to repeat after ( at offset 0" },
	{ "(?P<a>b)(?P<a>c)", KBAN_E_SYNTAX,
	  UNABLE "'(?P<a>b)(?P<a>c)': two named subpatterns have the same name "
		 "(PCRE2_DUPNAMES not set) at offset 14" },
	{ "a{,2}\\C", KBAN_E_SYNTAX,
	  UNABLE "'a{,2}\\C': using \\C is disabled by the application at offset 7" },
	{ "a\n[z-a]", KBAN_E_SYNTAX,
	  UNABLE "'a\\n[z-a]': range out of order in character class at offset 5" },
	{ "(a)\\2", KBAN_E_SYNTAX,
	  UNABLE "'(a)\\2': reference to non-existent subpattern at offset 5" },
	{ "a**", KBAN_E_SYNTAX,
	  UNABLE "'a**': quantifier does not follow a repeatable item at offset 2" },
	{ "((((a{1000}){100}){100}){100})", KBAN_E_LIMIT,
	  "f.conf:7: regular expression is too large" },
	{ NULL, KBAN_OK, NULL },
};

/* A message shows the beginning of a long pattern, whole characters of it. */
static void long_pattern_is_cut_in_message(void **state)
{
	kb_auto_clear(buffer) text = { 0 };
	kb_auto_clear(buffer) expected = { 0 };
	kb_auto(pattern) pattern = NULL;
	kban_auto(error) err = NULL;

	(void)state;
	kb_buffer_printf(&text, "%0199d", 0);
	kb_buffer_printf(&expected,
			 "Unable to compile regular expression '%s...': missing closing "
			 "parenthesis at offset 202",
			 text.data);
	kb_buffer_string(&text, "é(");
	assert_int_equal(kb_pattern_compile(kb_buffer_content(&text), 0, NULL, &pattern, &err),
			 KBAN_E_SYNTAX);
	assert_string_equal(kban_error_text(err), expected.data);
}

static void longest_pattern(void **state)
{
	kb_autofree char *text = malloc(KB_PATTERN_LENGTH_MAX + 1);
	kb_auto(pattern) pattern = NULL;
	kban_auto(error) err = NULL;

	(void)state;
	assert_non_null(text);
	memset(text, '#', KB_PATTERN_LENGTH_MAX + 1);
	for (size_t i = 0; i < 4; i++)
		text[i] = "(?x)"[i];
	assert_int_equal(kb_pattern_compile((struct kban_text){ text, KB_PATTERN_LENGTH_MAX }, 0,
					    NULL, &pattern, &err),
			 KBAN_OK);
	assert_int_equal(kb_pattern_compile((struct kban_text){ text, KB_PATTERN_LENGTH_MAX + 1 },
					    0, NULL, &pattern, &err),
			 KBAN_E_LIMIT);
	assert_string_equal(kban_error_text(err), "regular expression is longer than 65536 bytes");
}

static void names_are_in_order_of_groups(void **state)
{
	static const char long_name[] = "zz_a_name_of_more_than_thirty_two_bytes";
	kb_auto(pattern) pattern = compile(
		"(?P<z>a)(b)(?P<zz_a_name_of_more_than_thirty_two_bytes>c)(?P<_g9>d)(?P<a>e)", 0);

	(void)state;
	assert_int_equal(kb_pattern_group_count(pattern), 5);
	assert_int_equal(kb_pattern_name_count(pattern), 4);
	assert_string_equal(kb_pattern_name(pattern, 0), "z");
	assert_string_equal(kb_pattern_name(pattern, 1), long_name);
	assert_string_equal(kb_pattern_name(pattern, 2), "_g9");
	assert_string_equal(kb_pattern_name(pattern, 3), "a");
	assert_int_equal(kb_pattern_name_group(pattern, 1), 3);
	assert_int_equal(kb_pattern_find_group(pattern, long_name), 3);
	assert_int_equal(kb_pattern_find_group(pattern, "a"), 5);
	assert_int_equal(kb_pattern_find_group(pattern, "b"), 0);
}

static void groups_that_took_no_part_are_unset(void **state)
{
	kb_auto(pattern) pattern = compile("(a)?(b)(c)?", 0);
	kb_auto(match) match = kb_match_new();
	size_t from = 0, to = 0;

	(void)state;
	assert_int_equal(kb_pattern_search(pattern, KB_TEXT("ab"), 1, match), KB_MATCH_FOUND);
	assert_false(kb_match_group(match, 1, &from, &to));
	assert_true(kb_match_group(match, 2, &from, &to));
	assert_int_equal(from, 1);
	assert_int_equal(to, 2);
	assert_false(kb_match_group(match, 3, &from, &to));
	assert_false(kb_match_group(match, 1000, &from, &to));
	assert_int_equal(kb_pattern_search(pattern, KB_TEXT("x"), 0, match), KB_MATCH_NONE);
	assert_false(kb_match_group(match, 0, &from, &to));
}

static void match_grows_with_the_pattern(void **state)
{
	kb_auto_clear(buffer) text = { 0 };
	kb_auto(pattern) many = NULL;
	kb_auto(pattern) few = compile("(b)", 0);
	kb_auto(match) match = kb_match_new();
	size_t from = 0, to = 0;

	(void)state;
	for (int i = 0; i < 200; i++)
		kb_buffer_string(&text, "()");
	kb_buffer_string(&text, "(a)");
	many = compile(text.data, 0);
	assert_int_equal(kb_pattern_search(many, KB_TEXT("ba"), 0, match), KB_MATCH_FOUND);
	assert_true(kb_match_group(match, 201, &from, &to));
	assert_int_equal(from, 1);
	assert_int_equal(kb_pattern_search(few, KB_TEXT("ba"), 0, match), KB_MATCH_FOUND);
	assert_true(kb_match_group(match, 1, &from, &to));
	assert_int_equal(from, 0);
	assert_false(kb_match_group(match, 2, &from, &to));
}

static void null_may_be_freed(void **state)
{
	(void)state;
	kb_pattern_free(NULL);
	kb_match_free(NULL);
}

/* Deep enough for more than the largest JIT stack: the interpreter takes over. */
static void full_jit_stack_is_no_miss(void **state)
{
	size_t len = 60000;
	kb_autofree char *text = malloc(len);
	kb_auto(pattern) pattern = compile("^(a|b(c)|d(e)(f))*?$", KB_PATTERN_AT_ONCE);
	kb_auto(match) match = kb_match_new();

	(void)state;
	assert_non_null(text);
	memset(text, 'a', len);
	assert_int_equal(kb_pattern_search(pattern, (struct kban_text){ text, len }, 0, match),
			 KB_MATCH_FOUND);
}

static void nul_is_a_byte_like_others(void **state)
{
	kb_auto(pattern) pattern = NULL;
	kb_auto(match) match = kb_match_new();
	size_t from = 0, to = 0;

	(void)state;
	assert_int_equal(
		kb_pattern_compile((struct kban_text){ "a\0b", 3 }, 0, NULL, &pattern, NULL),
		KBAN_OK);
	assert_int_equal(kb_pattern_search(pattern, (struct kban_text){ "\0a\0b", 4 }, 0, match),
			 KB_MATCH_FOUND);
	assert_true(kb_match_group(match, 0, &from, &to));
	assert_int_equal(from, 1);
}

/* All that a pattern can say about a character, and for each what it can say about ASCII. */
static const char *const one_character[] = {
	"\\s",
	"\\S",
	"\\d",
	"\\D",
	"\\w",
	"\\W",
	"[\\s]",
	"[^\\s]",
	"[\\S]",
	"[^\\S]",
	"[\\w-]",
	"[^\\d]",
	".",
	"[^a]",
	"(?s).",
	"(?i)k",
	"(?i)[^k-s]",
	"(?i)s",
	"(?i)[k]",
	"\\b.",
	".\\b",
	"\\B.",
	"\\x20",
	"\\x7f",
	"[\\0-\\x1f]",
	"\\177",
	"\\u0041",
	"[\\U00000041-Z]",
	"(?a)\\s",
	"(?a)\\w",
	"$",
	"^",
	"(?m)$",
	"a|\\s\\Z",
	"[^:\\s]+",
	"\\h|\\R",
	"[\\v\\f]",
	"(.)\\1",
	"(?i)(.)\\1",
	"(?<=\\W)\\w",
	"[[:alpha:]]",
	"[\\]\\-]",
	/* Beyond ASCII, and not asked about it. */
	"é?.",
	"[^é]",
	"\\xe9|.",
	"[\\x00-\\xff]",
	"\\u017f|s",
	"[!-\\u2000]",
	"\\p{L}",
	"[^\\p{N}]",
	"\\X",
	"\\N",
	"\\x{e9}|b",
	"\\351|c",
};

static void same_if_plain(const struct kb_pattern *pattern, struct kban_text text)
{
	kb_auto(match) match = kb_match_new();
	kb_auto(match) other = kb_match_new();
	const struct kb_subject in = { .text = text, .is_plain = kb_subject_is_plain(text) };
	int found = kb_pattern_search(pattern, text, 0, match);
	size_t from = 0, to = 0, other_from = 0, other_to = 0;

	if (kb_pattern_search_in(pattern, &in, other) != found)
		fail_msg("'%s' on %d", kb_pattern_text(pattern).data, text.data[1]);
	kb_match_group(match, 0, &from, &to);
	kb_match_group(other, 0, &other_from, &other_to);
	assert_int_equal(from, other_from);
	assert_int_equal(to, other_to);
}

/* Told that a text is plain, a search finds what it would find without. */
static void plain_text_is_searched_alike(void **state)
{
	(void)state;
	for (size_t i = 0; i < kb_array_size(one_character); i++) {
		kb_auto(pattern) pattern = compile(one_character[i], KB_PATTERN_AT_ONCE);
		char text[] = "a?\n";

		for (int c = 0; c < 0x80; c++) {
			text[1] = (char)c;
			same_if_plain(pattern, (struct kban_text){ text, 3 });
			same_if_plain(pattern, (struct kban_text){ text, 2 });
			text[0] = (char)c;
			same_if_plain(pattern, (struct kban_text){ text, 2 });
			text[0] = 'a';
		}
	}
}

static int compile_quietly(void *data)
{
	kb_auto(pattern) pattern = NULL;

	return kb_pattern_compile(kb_text(data), 0, NULL, &pattern, NULL);
}

static int make_match(void *data)
{
	kb_auto(match) match = kb_match_new();

	(void)data;
	return match != NULL ? KBAN_OK : KBAN_E_NOMEM;
}

/* Copies, and the one that counts steps, are made by the search that needs them. */
static int search_with_guard(void *data)
{
	const struct kb_subject in = { .text = kb_text(LETTERS48 "!"), .is_plain = true };
	kb_auto(pattern) pattern = NULL;
	kb_auto(match) match = kb_match_new();
	int status = kb_pattern_compile(kb_text(data), 0, NULL, &pattern, NULL);

	if (match == NULL || status != KBAN_OK)
		return KBAN_E_NOMEM;
	status = kb_pattern_search_in(pattern, &in, match);
	if (status >= 0)
		assert_int_equal(status, KB_MATCH_LIMIT);
	return status < 0 ? status : KBAN_OK;
}

static void may_run_out_of_memory(void **state)
{
	char names[] = "(?P<a>b)(?P<a_name_of_more_than_thirty_two_bytes>c)";
	char slow[] = "^(a+)+$";

	(void)state;
	assert_every_allocation_may_fail(compile_quietly, names);
	assert_every_allocation_may_fail(make_match, NULL);
	assert_every_allocation_may_fail(search_with_guard, slow);
}

static void running_out_of_memory_leaves_an_error(void **state)
{
	kb_auto(pattern) pattern = NULL;
	kban_auto(error) err = NULL;

	(void)state;
	failing_alloc_start(1);
	assert_int_equal(kb_pattern_compile(KB_TEXT("a"), 0, NULL, &pattern, &err), KBAN_E_NOMEM);
	assert_true(failing_alloc_stop());
	assert_string_equal(kban_error_text(err), "out of memory");
}

/* Text that is @a unit again and again, with something before and behind it. */
struct long_text {
	const char *pattern;
	const char *before, *unit, *behind;
	size_t units;
	int result;
};

static const struct long_text long_texts[] = {
	/* Through all of it, and back, from each blank. */
	{ "^\\s*.*x\\s*$", "", " ", "xy", 64000, KB_MATCH_LIMIT },
	{ "^a.*b.*c.*d$", "", "abc", "d!", 20000, KB_MATCH_LIMIT },
	{ "\\d+\\.\\d+ .*from .*by .*x\\d", "", "1.2 from by ", "x", 110, KB_MATCH_LIMIT },
	{ "(?:\\w+\\s?)+x$", "", "a", "x!", 1000, KB_MATCH_LIMIT },
	{ "[^:]+:[^:]+:[^:]+;", "", "a:", "", 500, KB_MATCH_NONE },
	/* As long, and no harder than it looks. */
	{ "^(?:(?! from ).)* from \\d+$", "", "ab", " from 1", 10000, KB_MATCH_FOUND },
	{ "^\\w+ .* from \\d+$", "a ", "x ", "from 1", 32000, KB_MATCH_FOUND },
	{ "from \\d+$", "", "from ", "1", 12000, KB_MATCH_FOUND },
	{ "\\d+$", "", "from ", "1", 12000, KB_MATCH_FOUND },
	{ NULL, NULL, NULL, NULL, 0, 0 },
};

static void make_long_text(const struct long_text *row, struct kb_buffer *out)
{
	kb_buffer_string(out, row->before);
	for (size_t i = 0; i < row->units; i++)
		kb_buffer_string(out, row->unit);
	assert_int_equal(kb_buffer_string(out, row->behind), KBAN_OK);
}

/* The last step may be a long way. */
#define ONE_STEP 40000

static void effort_has_a_bound(void **state)
{
	static const unsigned ways[] = { 0, KB_PATTERN_AT_ONCE, KB_PATTERN_INTERPRETED,
					 KB_PATTERN_MULTILINE | KB_PATTERN_AT_ONCE };

	(void)state;
	for (const struct long_text *row = long_texts; row->pattern != NULL; row++) {
		kb_auto_clear(buffer) text = { 0 };

		make_long_text(row, &text);
		for (size_t i = 0; i < kb_array_size(ways); i++) {
			kb_auto(pattern) pattern = compile(row->pattern, ways[i]);
			kb_auto(match) match = kb_match_new();
			int found = kb_pattern_search(pattern, kb_buffer_content(&text), 0, match);

			if (found != row->result)
				fail_msg("%s, %u: %d", row->pattern, ways[i], found);
			assert_true(kb_match_effort(match) <= KB_SEARCH_EFFORT_MAX + ONE_STEP);
		}
	}
}

static void effort_is_shared(void **state)
{
	kb_auto(pattern) pattern = compile("^(a+)+$", 0);
	kb_auto(match) match = kb_match_new();
	struct kban_text text = kb_text(LETTERS48 "!");
	struct kb_effort effort = { 0 };

	(void)state;
	kb_match_share(match, &effort);
	for (int i = 0; i < 20; i++)
		assert_int_equal(kb_pattern_search(pattern, text, 0, match), KB_MATCH_LIMIT);
	assert_in_range(effort.spent, KB_SHARED_EFFORT_MAX, KB_SHARED_EFFORT_MAX + ONE_STEP);
	/* It is all spent. */
	assert_int_equal(kb_pattern_search(pattern, kb_text("a"), 0, match), KB_MATCH_LIMIT);
	assert_int_equal(kb_match_effort(match), 0);
	effort.spent = 0;
	assert_int_equal(kb_pattern_search(pattern, kb_text("a"), 0, match), KB_MATCH_FOUND);
	assert_int_equal(effort.spent, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(search, behaves_like_python),
		test_case(search, gives_up_at_a_limit),
		cmocka_unit_test(makes_machine_code_for_many_searches),
		cmocka_unit_test(plain_text_is_searched_alike),
		cmocka_unit_test(effort_has_a_bound),
		cmocka_unit_test(effort_is_shared),
		test_case(fail_to_compile, failures),
		cmocka_unit_test(long_pattern_is_cut_in_message),
		cmocka_unit_test(longest_pattern),
		cmocka_unit_test(names_are_in_order_of_groups),
		cmocka_unit_test(groups_that_took_no_part_are_unset),
		cmocka_unit_test(match_grows_with_the_pattern),
		cmocka_unit_test(full_jit_stack_is_no_miss),
		cmocka_unit_test(nul_is_a_byte_like_others),
		cmocka_unit_test(null_may_be_freed),
		cmocka_unit_test(may_run_out_of_memory),
		cmocka_unit_test(running_out_of_memory_leaves_an_error),
	};

	return cmocka_run_group_tests_name("pattern", tests, NULL, NULL);
}
