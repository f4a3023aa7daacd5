/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-filter.h"

#include "base/buffer.h"
#include "failing-alloc.h"

/* A line and what it must be. */
struct step {
	const char *line;
	enum kban_verdict verdict;
	const char *id; /* of a failure */
	int rule;
	int ignore_rule;
};

static void check(const struct step *step, const struct kban_match *match)
{
	if (match->verdict != step->verdict)
		fail_msg("'%s': verdict %d", step->line, (int)match->verdict);
	if (match->rule != step->rule || match->ignore_rule != step->ignore_rule)
		fail_msg("'%s': rule %d, ignoreregex %d", step->line, match->rule,
			 match->ignore_rule);
	if (step->id != NULL && !kb_text_is(match->id, step->id))
		fail_msg("'%s': id '%.*s'", step->line, (int)match->id.len, match->id.data);
}

static void run(const struct test_filter *filter, const struct step *steps)
{
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, filter);
	struct kban_match match;

	for (; steps->line != NULL; steps++) {
		assert_int_equal(kban_matcher_try(matcher, kb_text(steps->line), TEST_NOW, &match),
				 steps->verdict);
		check(steps, &match);
	}
}

struct story {
	struct test_filter filter;
	struct step steps[8];
};

static void goes(void **state)
{
	const struct story *story = *state;

	run(&story->filter, story->steps);
}

#define END                                   \
	{                                     \
		NULL, KBAN_MISSED, NULL, 0, 0 \
	}

/* The whole searched text becomes the id. */
struct cut_case {
	const char *date_pattern;
	const char *line;
	const char *searched;
};

static void is_searched_as(void **state)
{
	for (const struct cut_case *row = *state; row->line != NULL; row++) {
		const struct test_filter filter = {
			.fail = { "^<F-ID>(?s:.*)</F-ID>$" },
			.usedns = KBAN_USEDNS_RAW,
			.date_pattern = row->date_pattern,
		};
		kban_auto(context) ctx = kban_context_new();
		kban_auto(matcher) matcher = test_matcher(ctx, &filter);
		struct kban_match match;

		assert_int_equal(kban_matcher_try(matcher, kb_text(row->line), TEST_NOW, &match),
				 KBAN_FAILURE);
		if (!kb_text_is(match.id, row->searched))
			fail_msg("'%s' searched as '%.*s'", row->line, (int)match.id.len,
				 match.id.data);
	}
}

static const struct cut_case stamp_is_cut_out[] = {
	{ "", "Jun 11 10:00:00 host sshd[1]: msg", " host sshd[1]: msg\n" },
	{ "", "  Jun 11 10:00:00 host msg", "   host msg\n" },
	{ "", "[Jun 11 10:00:00] host msg", "[] host msg\n" },
	{ "", "<34>Jun 11 10:00:00 host msg", "<34> host msg\n" },
	{ "", "2023-06-11T10:00:00.123+02:00 msg", " msg\n" },
	{ "", "[Sun Jun 11 10:00:00.123456 2023] [core:error] x", "[] [core:error] x\n" },
	{ "", "[1686478800] msg", "[] msg\n" },
	{ "", "type=X msg=audit(1686478800.123:99): x", "type=X msg=audit(:99): x\n" },
	{ "", "host Jun 11 10:00:00 msg", " msg\n" },
	{ "", "x 10:00:00 msg", "x 10:00:00 msg\n" },
	{ "", "no date", "no date\n" },
	{ "^%b %d %H:%M:%S\\s", "Jun 11 10:00:00 host", "host\n" },
	{ "^(%b %d) %H:%M:%S", "Jun 11 10:00:00 host", " 10:00:00 host\n" },
	{ "^[^\\[]*\\[({DATE})", "1.2.3.4 - - [11/Jun/2023:10:00:00 +0200] \"GET",
	  "1.2.3.4 - - [] \"GET\n" },
	{ "T={EPOCH};", "T=1686478800; x", " x\n" },
	{ "{NONE}", "Jun 11 10:00:00 host", "Jun 11 10:00:00 host\n" },
	{ NULL, NULL, NULL },
};

static const struct cut_case bytes_become_text[] = {
	{ "{NONE}", "a\r", "a\n" },
	{ "{NONE}", "a\r\r\n", "a\n" },
	{ "{NONE}", "a\rb", "a\rb\n" },
	{ "{NONE}", "b\xe9\xff", "b\xef\xbf\xbd\xef\xbf\xbd\n" },
	{ "{NONE}", "\xe2\x82 x", "\xef\xbf\xbd x\n" },
	{ "{NONE}",
	  "\xef\xbb\xbf"
	  "a",
	  "\xef\xbb\xbf"
	  "a\n" },
	{ "{NONE}", "\xc2\x85\xe2\x80\xa8", "\xc2\x85\xe2\x80\xa8\n" },
	{ "{NONE}", "", "\n" },
	{ NULL, NULL, NULL },
};

/* A line in an encoding, and what rules search. */
struct encoded {
	const char *encoding;
	struct kban_text line;
	const char *searched;
	int malformed;
};

static void is_read_as(void **state)
{
	for (const struct encoded *row = *state; row->searched != NULL; row++) {
		const struct test_filter filter = {
			.fail = { "^<F-ID>(?s:.*)</F-ID>$" },
			.usedns = KBAN_USEDNS_RAW,
			.date_pattern = "T={EPOCH}",
			.encoding = row->encoding,
		};
		kban_auto(context) ctx = kban_context_new();
		kban_auto(matcher) matcher = test_matcher(ctx, &filter);
		struct kban_match match;

		assert_int_equal(kban_matcher_try(matcher, row->line, TEST_NOW, &match),
				 KBAN_FAILURE);
		assert_int_equal(match.malformed, row->malformed);
		if (!kb_text_is(match.id, row->searched))
			fail_msg("'%s' searched as '%.*s'", row->encoding, (int)match.id.len,
				 match.id.data);
	}
}

static const struct encoded encodings_of_logs[] = {
	{ NULL, KB_TEXT("\xc3\xa9\r\n"), "\xc3\xa9\n", 0 },
	{ NULL, KB_TEXT("\xe9"), "\xef\xbf\xbd\n", 1 },
	{ "auto", KB_TEXT("\xe9"), "\xef\xbf\xbd\n", 1 },
	{ "latin1", KB_TEXT("\xe9\r\n"), "\xc3\xa9\n", 0 },
	{ "ascii", KB_TEXT("\xc3"), "\xef\xbf\xbd\n", 1 },
	{ "cp1252", KB_TEXT("\x80 T=1686478800"), "\xe2\x82\xac \n", 0 },
	{ "utf-16le", KB_TEXT("a\0\r\0\n\0"), "a\n", 0 },
	{ NULL, KB_TEXT(""), NULL, 0 },
};

static const struct story first_rule_ends_the_search = {
	{ .fail = { "^a <HOST>$", "<HOST>$", "^b <HOST>\\Z", "^b <HOST>\\n\\Z" } },
	{
		{ "a 192.0.2.1", KBAN_FAILURE, "192.0.2.1", 0, -1 },
		{ "b 192.0.2.2", KBAN_FAILURE, "192.0.2.2", 1, -1 },
		{ "c", KBAN_MISSED, NULL, -1, -1 },
		END,
	},
};

/* A rule that tells nobody has not matched; one whose name has no address has. */
static const struct story rule_without_anybody = {
	{ .fail = { "^a(?: <ADDR>)?", "^a x <F-ID>y</F-ID>" } },
	{
		{ "a 192.0.2.1", KBAN_FAILURE, "192.0.2.1", 0, -1 },
		{ "a x y", KBAN_FAILURE, "y", 1, -1 },
		{ "a", KBAN_MISSED, NULL, -1, -1 },
		END,
	},
};

static const struct story name_without_address = {
	{ .fail = { "^a <DNS>$", "^a <F-ID>.*</F-ID>$" }, .usedns = KBAN_USEDNS_NO },
	{
		{ "a name.example", KBAN_MISSED, NULL, -1, -1 },
		{ "a -", KBAN_FAILURE, "-", 1, -1 },
		END,
	},
};

/* With all rules the search goes on, and the first failure counts. */
static const struct story all_rules_are_tried = {
	{ .fail = { "^a <DNS>$", "^a <F-ID>.*</F-ID>$", "^a n<F-ID>.*</F-ID>$" },
	  .usedns = KBAN_USEDNS_NO,
	  .flags = KBAN_MATCH_ALL_RULES },
	{
		{ "a name.example", KBAN_FAILURE, "name.example", 1, -1 },
		END,
	},
};

static const struct story ignored_after_a_hit = {
	{ .fail = { "^pre: (?:foo) <HOST>" }, .ignore = { "never", "^pre:", "foo" } },
	{
		{ "pre: foo 192.0.2.1", KBAN_IGNORED, NULL, 0, 1 },
		{ "pre: bar", KBAN_MISSED, NULL, -1, -1 },
		END,
	},
};

#define PRE "^pre: <F-CONTENT>.*</F-CONTENT>$"

/* With few failregex an ignoreregex sees the content only … */
static const struct story ignore_sees_the_content = {
	{ .prefix = PRE,
	  .fail = { "^foo <HOST>", "^b <HOST>", "^c <HOST>" },
	  .ignore = { "^pre:" } },
	{
		{ "pre: foo 192.0.2.1", KBAN_FAILURE, "192.0.2.1", 0, -1 },
		{ "foo 192.0.2.1", KBAN_MISSED, NULL, -1, -1 },
		END,
	},
};

static const struct story ignore_matches_the_content = {
	{ .prefix = PRE, .fail = { "^foo <HOST>" }, .ignore = { "^foo" } },
	{
		{ "pre: foo 192.0.2.1", KBAN_IGNORED, NULL, 0, 0 },
		END,
	},
};

/* … with more it is asked first, about the whole text. */
static const struct story ignore_comes_first = {
	{ .prefix = PRE,
	  .fail = { "^foo <HOST>", "^b <HOST>", "^c <HOST>", "^d <HOST>" },
	  .ignore = { "^pre: foo" } },
	{
		{ "pre: foo 192.0.2.1", KBAN_IGNORED, NULL, -1, 0 },
		{ "pre: b 192.0.2.1", KBAN_FAILURE, "192.0.2.1", 1, -1 },
		END,
	},
};

/* Groups of prefregex stay unless the rule sets them. */
static const struct story prefix_tells_the_host = {
	{ .prefix = "^<HOST>: <F-CONTENT>.*</F-CONTENT>$",
	  .fail = { "^a$", "^b(?: <ADDR>)?$", "^c <F-ID>.*</F-ID>" } },
	{
		{ "192.0.2.1: a", KBAN_FAILURE, "192.0.2.1", 0, -1 },
		{ "192.0.2.1: b", KBAN_FAILURE, "192.0.2.1", 1, -1 },
		{ "192.0.2.1: b 192.0.2.2", KBAN_FAILURE, "192.0.2.2", 1, -1 },
		/* IPv4 of the prefix beats IPv6 of the rule. */
		{ "192.0.2.1: b 2001:db8::1", KBAN_FAILURE, "192.0.2.1", 1, -1 },
		{ "192.0.2.1: c x", KBAN_FAILURE, "x", 2, -1 },
		END,
	},
};

static const struct story prefix_without_content_is_a_guard = {
	{ .prefix = "^pre(?: <F-CONTENT>x?</F-CONTENT>)?:", .fail = { "^pre ?: <HOST>" } },
	{
		{ "pre: 192.0.2.1", KBAN_FAILURE, "192.0.2.1", 0, -1 },
		{ "pre : 192.0.2.1", KBAN_FAILURE, "192.0.2.1", 0, -1 },
		{ "pre x: 192.0.2.1", KBAN_MISSED, NULL, -1, -1 },
		{ "192.0.2.1", KBAN_MISSED, NULL, -1, -1 },
		END,
	},
};

/* Without a session the mark means nothing … */
static const struct story nofail_without_session = {
	{ .fail = { "^<F-NOFAIL>a</F-NOFAIL> <HOST>$" } },
	{
		{ "a 192.0.2.1", KBAN_FAILURE, "192.0.2.1", 0, -1 },
		END,
	},
};

/* … but to those who test the rule. */
static const struct story nofail_where_all_rules_are_tried = {
	{ .fail = { "^<F-NOFAIL>a</F-NOFAIL> <HOST>$", "b <HOST>$" },
	  .flags = KBAN_MATCH_ALL_RULES },
	{
		{ "a 192.0.2.1", KBAN_NOFAIL, NULL, 0, -1 },
		END,
	},
};

static const struct story rule_spans_lines = {
	{ .fail = { "^A <HOST>$<SKIPLINES>^B$" }, .max_lines = 5 },
	{
		{ "A 192.0.2.1", KBAN_MISSED, NULL, -1, -1 },
		{ "x", KBAN_MISSED, NULL, -1, -1 },
		{ "y", KBAN_MISSED, NULL, -1, -1 },
		{ "B", KBAN_FAILURE, "192.0.2.1", 0, -1 },
		{ "B", KBAN_MISSED, NULL, -1, -1 },
		END,
	},
};

static const struct story two_are_open = {
	{ .fail = { "^A <HOST>$<SKIPLINES>^B$" }, .max_lines = 5 },
	{
		{ "A 192.0.2.1", KBAN_MISSED, NULL, -1, -1 },
		{ "A 192.0.2.2", KBAN_MISSED, NULL, -1, -1 },
		{ "B", KBAN_FAILURE, "192.0.2.1", 0, -1 },
		{ "B", KBAN_FAILURE, "192.0.2.2", 0, -1 },
		END,
	},
};

static const struct story first_line_fell_out = {
	{ .fail = { "^A <HOST>$<SKIPLINES>^B$" }, .max_lines = 3 },
	{
		{ "A 192.0.2.1", KBAN_MISSED, NULL, -1, -1 },
		{ "x", KBAN_MISSED, NULL, -1, -1 },
		{ "y", KBAN_MISSED, NULL, -1, -1 },
		{ "B", KBAN_MISSED, NULL, -1, -1 },
		END,
	},
};

static const struct story lines_are_told_apart = {
	{ .fail = { "^(?P<id>\\d+) A <HOST>$<SKIPLINES>^(?P=id) B$" }, .max_lines = 5 },
	{
		{ "1 A 192.0.2.1", KBAN_MISSED, NULL, -1, -1 },
		{ "2 A 192.0.2.2", KBAN_MISSED, NULL, -1, -1 },
		{ "2 B", KBAN_FAILURE, "192.0.2.2", 0, -1 },
		{ "1 B", KBAN_FAILURE, "192.0.2.1", 0, -1 },
		END,
	},
};

static const struct story line_feeds_of_ones_own = {
	{ .fail = { "^A <HOST>\\n^B$", "^C <HOST>$" }, .max_lines = 5 },
	{
		{ "A 192.0.2.1", KBAN_MISSED, NULL, -1, -1 },
		{ "C 192.0.2.2", KBAN_FAILURE, "192.0.2.2", 1, -1 },
		{ "B", KBAN_FAILURE, "192.0.2.1", 0, -1 },
		{ "A 192.0.2.1", KBAN_MISSED, NULL, -1, -1 },
		{ "x", KBAN_MISSED, NULL, -1, -1 },
		{ "B", KBAN_MISSED, NULL, -1, -1 },
		END,
	},
};

/* An ignoreregex sees the lines that were taken, as one text. */
static const struct story ignored_lines_leave_the_window = {
	{ .fail = { "^A <HOST>$<SKIPLINES>^B" }, .ignore = { "^x", "B!\\n$" }, .max_lines = 5 },
	{
		{ "x", KBAN_MISSED, NULL, -1, -1 },
		{ "A 192.0.2.1", KBAN_MISSED, NULL, -1, -1 },
		{ "B!", KBAN_IGNORED, NULL, 0, 1 },
		{ "B", KBAN_MISSED, NULL, -1, -1 },
		END,
	},
};

static const struct story prefix_narrows_a_window = {
	{ .prefix = PRE, .fail = { "^foo <HOST>$" }, .max_lines = 2 },
	{
		{ "pre: foo 192.0.2.1", KBAN_FAILURE, "192.0.2.1", 0, -1 },
		{ "pre: foo 192.0.2.2", KBAN_FAILURE, "192.0.2.2", 0, -1 },
		END,
	},
};

/* Taken lines, as they stand in the log. */
static void lines_of_a_match(void **state)
{
	const struct test_filter filter = {
		.fail = { "^ A <HOST>$<SKIPLINES>^ B$" },
		.max_lines = 5,
		.date_pattern = "",
	};
	static const char *const lines[] = { "Jun 11 10:00:00 A 192.0.2.1", "Jun 11 10:00:01 x",
					     "Jun 11 10:00:02 B" };
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &filter);
	struct kban_match match;

	(void)state;
	for (size_t i = 0; i < kb_array_size(lines); i++)
		assert_true(kban_matcher_try(matcher, kb_text(lines[i]), TEST_NOW, &match) >= 0);
	assert_int_equal(match.verdict, KBAN_FAILURE);
	assert_int_equal(match.attempts, 2);
	assert_true(kb_text_is(kban_matcher_line(matcher, 0), lines[0]));
	assert_true(kb_text_is(kban_matcher_line(matcher, 1), lines[2]));
	assert_null(kban_matcher_line(matcher, 2).data);
	assert_true(kb_text_is(match.stamp, "Jun 11 10:00:02"));
	assert_true(kban_matcher_has_memory(matcher));
}

static void fields_of_a_match(void **state)
{
	const struct test_filter filter = {
		.prefix = "^<F-A>a</F-A> <F-CONTENT>.*</F-CONTENT>$",
		.fail = { "^<F-USER>\\S+</F-USER> <HOST>(?:<F-B>b</F-B>)?" },
	};
	static const char *const expected[] = { "a", "a", "user", "joe", "ip4", "192.0.2.1", NULL };
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &filter);
	const struct kban_field *field;
	struct kban_match match;
	size_t set = 0;

	(void)state;
	assert_int_equal(kban_matcher_try(matcher, kb_text("a joe 192.0.2.1"), TEST_NOW, &match),
			 KBAN_FAILURE);
	for (size_t i = 0; (field = kban_matcher_field(matcher, i)) != NULL; i++) {
		if (field->value.data == NULL)
			continue;
		assert_non_null(expected[set]);
		assert_string_equal(field->name, expected[set]);
		assert_true(kb_text_is(field->value, expected[set + 1]));
		set += 2;
	}
	assert_null(expected[set]);
	assert_true(kb_text_is(match.user, "joe"));
	assert_true(kb_text_is(match.host, "192.0.2.1"));
	assert_int_equal(match.address_count, 1);
	assert_true(kb_text_is(kban_matcher_user(matcher, 0), "joe"));
	assert_null(kban_matcher_user(matcher, 1).data);
	/* The next line forgets them. */
	assert_int_equal(kban_matcher_try(matcher, kb_text("x"), TEST_NOW, &match), KBAN_MISSED);
	assert_null(kban_matcher_field(matcher, 0));
	assert_null(kban_matcher_user(matcher, 0).data);
	assert_null(kban_matcher_line(matcher, 0).data);
}

static void hits_are_counted(void **state)
{
	const struct test_filter filter = {
		.prefix = "^p",
		.fail = { "^p <HOST>$", "^p .*<HOST>$" },
		.ignore = { "x", "y" },
		.usedns = KBAN_USEDNS_NO,
		.flags = KBAN_MATCH_ALL_RULES,
		.date_pattern = "",
	};
	static const char *const lines[] = { "p 192.0.2.1", "p 192.0.2.1", "p xy 192.0.2.1", "q" };
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &filter);
	struct kban_match match;

	(void)state;
	for (size_t i = 0; i < kb_array_size(lines); i++)
		assert_true(kban_matcher_try(matcher, kb_text(lines[i]), TEST_NOW, &match) >= 0);
	assert_int_equal(kban_matcher_rule_hits(matcher, KBAN_RULE_PREFIX, 0), 3);
	assert_int_equal(kban_matcher_rule_hits(matcher, KBAN_RULE_FAIL, 0), 2);
	assert_int_equal(kban_matcher_rule_hits(matcher, KBAN_RULE_FAIL, 1), 2);
	assert_int_equal(kban_matcher_rule_hits(matcher, KBAN_RULE_FAIL, 2), 0);
	assert_int_equal(kban_matcher_rule_hits(matcher, KBAN_RULE_IGNORE, 0), 1);
	assert_int_equal(kban_matcher_rule_hits(matcher, KBAN_RULE_IGNORE, 1), 1);
	assert_int_equal(kban_matcher_limit_hits(matcher, KBAN_RULE_FAIL, 0), 0);
	assert_int_equal(kban_matcher_limit_hits(matcher, KBAN_RULE_FAIL, 9), 0);
	assert_int_equal(kban_matcher_date_hits(matcher, 1000), 0);
	assert_true(kban_matcher_try(matcher, kb_text("2023-11-14 10:00:00 x"), TEST_NOW, &match) >=
		    0);
	assert_int_equal(kban_matcher_date_hits(matcher, 0), 1);
}

/* A rule that costs too much has not matched, and the next line is judged. */
/* What an observer saw, as text. */
static void note_hit(const struct kban_hit *hit, void *data)
{
	struct kb_buffer *out = data;

	kb_buffer_printf(out, "%s%zu", hit->kind == KBAN_RULE_PREFIX ? "P" : "F", hit->rule);
	if (hit->kind == KBAN_RULE_FAIL)
		kb_buffer_printf(out, "%c", hit->verdict == KBAN_FAILURE ? '!' : '-');
	if (hit->id.data != NULL)
		kb_buffer_text(out, hit->id);
	for (size_t i = 0; i < hit->field_count; i++)
		if (hit->fields[i].value.data != NULL)
			kb_buffer_printf(out, " %s=%.*s", hit->fields[i].name,
					 (int)hit->fields[i].value.len, hit->fields[i].value.data);
	kb_buffer_byte(out, ';');
}

static void hits_are_shown(void **state)
{
	static const struct test_filter filter = {
		.prefix = "^<F-MLFID>c\\d</F-MLFID> <F-CONTENT>.+</F-CONTENT>$",
		.fail = { "^of <ADDR>", "^<F-NOFAIL>of</F-NOFAIL>", "^bad" },
		.ignore = { "9$" },
		.flags = KBAN_MATCH_ALL_RULES,
	};
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &filter);
	kb_auto_clear(buffer) seen = { 0 };
	struct kban_match match;

	(void)state;
	kban_matcher_observe(matcher, note_hit, &seen);
	assert_int_equal(kban_matcher_try(matcher, kb_text("c1 bad"), TEST_NOW, &match),
			 KBAN_NOFAIL);
	assert_int_equal(kban_matcher_try(matcher, kb_text("c2 of 192.0.2.1"), TEST_NOW, &match),
			 KBAN_FAILURE);
	assert_int_equal(kban_matcher_try(matcher, kb_text("c3 of 192.0.2.9"), TEST_NOW, &match),
			 KBAN_IGNORED);
	kban_matcher_observe(matcher, NULL, NULL);
	assert_int_equal(kban_matcher_try(matcher, kb_text("c4 bad"), TEST_NOW, &match),
			 KBAN_NOFAIL);
	assert_string_equal(seen.data, "P0 mlfid=c1 content=bad;F2- mlfid=c1;"
				       "P0 mlfid=c2 content=of 192.0.2.1;"
				       "F0!192.0.2.1 mlfid=c2 ip4=192.0.2.1;"
				       "F1-192.0.2.1 mlfid=c2 ip4=192.0.2.1 nofail=of;"
				       "P0 mlfid=c3 content=of 192.0.2.9;");
}

static void formats_in_use_move_up(void **state)
{
	static const struct test_filter filter = { .fail = { "<ADDR>" },
						   .date_pattern = "%Y\n%H:%M" };
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &filter);
	struct kban_match match;

	(void)state;
	assert_int_equal(kban_matcher_date_at(matcher, 0), 0);
	assert_true(kban_matcher_date_weight(matcher, 1) == 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(
			kban_matcher_try(matcher, kb_text("a 10:00 192.0.2.1"), TEST_NOW, &match),
			KBAN_FAILURE);
	assert_int_equal(kban_matcher_date_at(matcher, 0), 1);
	assert_int_equal(kban_matcher_date_at(matcher, 1), 0);
	assert_int_equal(kban_matcher_date_at(matcher, 7), 7);
	assert_true(kban_matcher_date_weight(matcher, 1) == 1.5); /* 3 hits in column 2 */
	assert_true(kban_matcher_date_weight(matcher, 7) == 0);
}

static void limits_are_counted(void **state)
{
	const struct test_filter filter = { .fail = { "^(?:a+)+[bd] <HOST>", "^c <HOST>" } };
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &filter);
	struct kban_match match;
	char line[64];

	(void)state;
	memset(line, 'a', sizeof(line));
	/* All that the rule's literals want, so that it is not done without trying. */
	strcpy(line + sizeof(line) - 5, "! 1.");
	assert_int_equal(kban_matcher_try(matcher, kb_text(line), TEST_NOW, &match), KBAN_MISSED);
	assert_int_equal(kban_matcher_limit_hits(matcher, KBAN_RULE_FAIL, 0), 1);
	assert_int_equal(kban_matcher_rule_hits(matcher, KBAN_RULE_FAIL, 0), 0);
	assert_int_equal(kban_matcher_try(matcher, kb_text("c 192.0.2.1"), TEST_NOW, &match),
			 KBAN_FAILURE);
}

static void costly_date_is_given_up(void **state)
{
	static const struct test_filter filter = { .fail = { "^c <HOST>$" },
						   .date_pattern = "(?:a+)+! {EPOCH}" };
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &filter);
	struct kban_match match;
	char line[64];

	(void)state;
	memset(line, 'a', sizeof(line));
	strcpy(line + sizeof(line) - 5, " 1!.");
	assert_int_equal(kban_matcher_try(matcher, kb_text(line), TEST_NOW, &match), KBAN_MISSED);
	assert_int_equal(match.time, KBAN_TIME_NONE);
	assert_int_equal(kban_matcher_date_limit_hits(matcher, 0), 1);
	assert_int_equal(kban_matcher_date_limit_hits(matcher, 99), 0);
	assert_int_equal(kban_matcher_limit_total(matcher), 1);
	assert_int_equal(kban_matcher_try(matcher, kb_text("c 192.0.2.1"), TEST_NOW, &match),
			 KBAN_FAILURE);
}

/* Once warm, a line that does not match costs no memory. */
static void missed_lines_allocate_nothing(void **state)
{
	const struct test_filter filter = {
		.prefix = "^ host sshd: <F-CONTENT>.*</F-CONTENT>$",
		.fail = { "^Failed for <F-USER>\\S+</F-USER> from <HOST>$", "^bad <HOST>$" },
		.ignore = { "x" },
		.date_pattern = "",
	};
	static const char *const lines[] = {
		"Jun 11 10:00:00 host sshd: Accepted for joe from 192.0.2.1 port 4711",
		"Jun 11 10:00:00 host cron: nothing to see",
		"Jun 11 10:00:00 host sshd: caf\xe9",
		"no date at all",
	};
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &filter);
	struct kban_match match;

	(void)state;
	for (size_t i = 0; i < 3 * kb_array_size(lines); i++) {
		/* The first two rounds warm up. */
		if (i == 2 * kb_array_size(lines))
			failing_alloc_start(1);
		assert_int_equal(kban_matcher_try(matcher, kb_text(lines[i % kb_array_size(lines)]),
						  TEST_NOW, &match),
				 KBAN_MISSED);
	}
	assert_false(failing_alloc_stop());
}

static const struct test_filter hungry = {
	.prefix = "^ <F-MLFID>c1</F-MLFID> <F-CONTENT>.*</F-CONTENT>$",
	.fail = { "^<F-USER>joe</F-USER> <HOST>" },
	.ignore = { "x" },
	.date_pattern = "",
};

static int try_once(void *data)
{
	kban_auto(matcher) matcher = NULL;
	struct kban_match match;
	int status = kban_matcher_new(data, 0, &matcher);

	if (status != KBAN_OK)
		return status;
	status = kban_matcher_try(matcher, kb_text("2023-11-14 10:00:00 c1 joe 192.0.2.1\xe9"),
				  TEST_NOW, &match);
	return status < 0 ? status : KBAN_OK;
}

static void without_memory(void **state)
{
	kban_auto(context) ctx = kban_context_new();
	kban_auto(filter) filter = test_compile(ctx, &hungry);

	(void)state;
	assert_every_allocation_may_fail(try_once, filter);
}

/* A time that is known already: the line's own stamp is neither looked for nor cut out. */
static void time_is_known_already(void **state)
{
	const struct test_filter filter = {
		.fail = { "^<F-ID>(?s:.*)</F-ID>$" },
		.usedns = KBAN_USEDNS_RAW,
		.date_pattern = "",
	};
	const kban_usec when = TEST_NOW - 5 * KBAN_SECOND;
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &filter);
	struct kban_match match;

	(void)state;
	assert_int_equal(kban_matcher_try_at(matcher, kb_text("2023-11-14 10:00:00 x"), when,
					     TEST_NOW, &match),
			 KBAN_FAILURE);
	assert_true(kb_text_is(match.id, "2023-11-14 10:00:00 x\n"));
	assert_int_equal(match.time, when);
	assert_true(match.time_is_own);
	assert_true(match.has_zone);
	assert_int_equal(match.stamp.len, 0);
	assert_int_equal(kban_matcher_try_at(matcher, kb_text("2023-11-14 10:00:00 x"),
					     KBAN_TIME_NONE, TEST_NOW, &match),
			 KBAN_FAILURE);
	assert_int_equal(match.stamp.len, strlen("2023-11-14 10:00:00"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(is_searched_as, stamp_is_cut_out),
		test_case(is_searched_as, bytes_become_text),
		test_case(is_read_as, encodings_of_logs),
		test_case(goes, &first_rule_ends_the_search),
		test_case(goes, &rule_without_anybody),
		test_case(goes, &name_without_address),
		test_case(goes, &all_rules_are_tried),
		test_case(goes, &ignored_after_a_hit),
		test_case(goes, &ignore_sees_the_content),
		test_case(goes, &ignore_matches_the_content),
		test_case(goes, &ignore_comes_first),
		test_case(goes, &prefix_tells_the_host),
		test_case(goes, &prefix_without_content_is_a_guard),
		test_case(goes, &nofail_without_session),
		test_case(goes, &nofail_where_all_rules_are_tried),
		test_case(goes, &rule_spans_lines),
		test_case(goes, &two_are_open),
		test_case(goes, &first_line_fell_out),
		test_case(goes, &lines_are_told_apart),
		test_case(goes, &line_feeds_of_ones_own),
		test_case(goes, &ignored_lines_leave_the_window),
		test_case(goes, &prefix_narrows_a_window),
		cmocka_unit_test(lines_of_a_match),
		cmocka_unit_test(fields_of_a_match),
		cmocka_unit_test(time_is_known_already),
		cmocka_unit_test(hits_are_counted),
		cmocka_unit_test(hits_are_shown),
		cmocka_unit_test(formats_in_use_move_up),
		cmocka_unit_test(limits_are_counted),
		cmocka_unit_test(costly_date_is_given_up),
		cmocka_unit_test(missed_lines_allocate_nothing),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests_name("matcher", tests, NULL, NULL);
}
