/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-filter.h"

#include "base/buffer.h"
#include "failing-alloc.h"

/*
 * An explanation as one text, a fact a line:
 *
 *     date FINDING [STAMP]
 *     searched [TEXT]
 *     content [TEXT]
 *     fail 0 OUTCOME [MATCH] name=[GROUP]…
 *     fail 1 missed behind [MATCHED] before [PIECE OF THE RULE]
 *     session [KEY] FLAGS
 *     nearest fail 1
 */
static struct kban_text part(const struct kban_explainer *explainer, struct kban_span span)
{
	struct kban_text text = kban_explainer_text(explainer);

	if (span.from > span.to || span.to > text.len)
		fail_msg("[%zu, %zu) of %zu bytes", span.from, span.to, text.len);
	return kb_text_slice(text, span.from, span.to);
}

static void put_text(struct kb_buffer *out, struct kban_text text)
{
	kb_buffer_byte(out, '[');
	kb_buffer_printable(out, text);
	kb_buffer_byte(out, ']');
}

static const char *name_of(enum kban_rule_kind kind)
{
	static const char *const names[] = { "fail", "ignore", "prefix" };

	return names[kind];
}

static void put_date(struct kb_buffer *out, const struct kban_explainer *explainer)
{
	static const char *const findings[] = { "missing", "found", "impossible", "unwanted",
						"remembered" };
	const struct kban_date_explanation *date = kban_explainer_date(explainer);

	kb_buffer_printf(out, "date %s ", findings[date->finding]);
	put_text(out, part(explainer, date->stamp));
	kb_buffer_byte(out, '\n');
}

static void put_progress(struct kb_buffer *out, const struct kban_explainer *explainer,
			 const struct kban_filter *filter, const struct kban_attempt *attempt)
{
	const struct kban_progress *progress = attempt->progress;
	struct kban_text rule =
		kb_text(kban_filter_rule_text(filter, attempt->kind, attempt->rule));
	struct kban_span matched = { progress->start, progress->place.to };

	kb_buffer_string(out, " behind ");
	put_text(out, part(explainer, matched));
	kb_buffer_string(out, " before ");
	put_text(out, kb_text_slice(rule, progress->wanted.from, progress->wanted.to));
	if (progress->place.from != progress->place.to)
		kb_buffer_printf(out, " from %zu", progress->place.from);
}

static void put_attempt(struct kb_buffer *out, const struct kban_explainer *explainer,
			const struct kban_filter *filter, const struct kban_attempt *attempt)
{
	static const char *const outcomes[] = { "missed",  "given-up", "matched",
						"ignored", "failure",  "nofail",
						"pending", "nobody",   "no-address" };

	kb_buffer_printf(out, "%s %zu %s", name_of(attempt->kind), attempt->rule,
			 outcomes[attempt->outcome]);
	if (attempt->outcome >= KBAN_OUTCOME_MATCH) {
		kb_buffer_byte(out, ' ');
		put_text(out, part(explainer, attempt->span));
	}
	for (size_t i = 0; i < attempt->capture_count; i++) {
		kb_buffer_printf(out, " %s=", attempt->captures[i].name);
		put_text(out, part(explainer, attempt->captures[i].span));
	}
	if (attempt->progress != NULL)
		put_progress(out, explainer, filter, attempt);
	kb_buffer_byte(out, '\n');
}

static void put_session(struct kb_buffer *out, const struct kban_explainer *explainer)
{
	static const char *const flags[] = { "opened", "closed",      "facts",
					     "gained", "was-pending", "several-users" };
	const struct kban_session_explanation *session = kban_explainer_session(explainer);

	if (session == NULL)
		return;
	kb_buffer_string(out, "session ");
	put_text(out, session->key);
	for (size_t i = 0; i < kb_array_size(flags); i++)
		if (session->flags & (1u << i))
			kb_buffer_printf(out, " %s", flags[i]);
	kb_buffer_byte(out, '\n');
}

static void put_all(struct kb_buffer *out, const struct kban_explainer *explainer,
		    const struct kban_filter *filter)
{
	const struct kban_attempt *attempt;

	put_date(out, explainer);
	kb_buffer_string(out, "searched ");
	put_text(out, kban_explainer_searched(explainer));
	if (kban_explainer_content(explainer).data != NULL) {
		kb_buffer_string(out, "\ncontent ");
		put_text(out, kban_explainer_content(explainer));
	}
	kb_buffer_byte(out, '\n');
	for (size_t i = 0; (attempt = kban_explainer_attempt(explainer, i)) != NULL; i++)
		put_attempt(out, explainer, filter, attempt);
	put_session(out, explainer);
	attempt = kban_explainer_nearest(explainer);
	if (attempt != NULL)
		kb_buffer_printf(out, "nearest %s %zu\n", name_of(attempt->kind), attempt->rule);
}

struct line {
	const char *text;
	const char *explanation; /* NULL: the line only comes before the one that counts */
};

struct story {
	struct test_filter filter;
	struct line lines[6];
};

static void explain(struct kban_explainer *explainer, const struct kban_filter *filter,
		    const struct line *line)
{
	kb_auto_clear(buffer) got = { 0 };
	struct kban_match match;

	assert_true(kban_explainer_try(explainer, kb_text(line->text), TEST_NOW, &match) >= 0);
	if (line->explanation == NULL)
		return;
	put_all(&got, explainer, filter);
	assert_string_equal(got.data, line->explanation);
}

static void is_explained(void **state)
{
	const struct story *story = *state;
	kban_auto(context) ctx = kban_context_new();
	kban_auto(filter) filter = test_compile(ctx, &story->filter);
	kban_auto(matcher) matcher = NULL;
	kban_auto(explainer) explainer = NULL;

	assert_int_equal(kban_matcher_new(filter, story->filter.flags, &matcher), KBAN_OK);
	assert_int_equal(kban_explainer_new(matcher, &explainer), KBAN_OK);
	for (const struct line *line = story->lines; line->text != NULL; line++)
		explain(explainer, filter, line);
}

static const struct story failure = {
	{ .fail = { "^\\s*\\S+ x: no <HOST>$",
		    "^ \\S+ sshd: Failed for <F-USER>.*</F-USER> from <HOST>" },
	  .date_pattern = "" },
	{ { "Nov 14 22:13:00 mail sshd: Failed for root from 192.0.2.7 port 22",
	    "date found [Nov 14 22:13:00]\n"
	    "searched [ mail sshd: Failed for root from 192.0.2.7 port 22]\n"
	    "fail 0 missed\n"
	    "fail 1 failure [ mail sshd: Failed for root from 192.0.2.7] user=[root] "
	    "ip4=[192.0.2.7]\n" } },
};

static const struct story stamp_in_the_middle = {
	{ .fail = { "^a <F-X>b \\[\\]</F-X> <HOST>$" }, .date_pattern = "" },
	{ { "a b [2023-11-14 22:13:00] 192.0.2.7",
	    "date found [2023-11-14 22:13:00]\n"
	    "searched [a b [] 192.0.2.7]\n"
	    "fail 0 failure [a b [2023-11-14 22:13:00] 192.0.2.7] x=[b [2023-11-14 22:13:00]] "
	    "ip4=[192.0.2.7]\n" } },
};

static const struct story nearest_rule = {
	{ .fail = { "^Accepted for <HOST>", "^Failed for \\S+ from <ADDR> port \\d+$",
		    "^Failed .* by <HOST>$", "^Failed for root at <HOST>" } },
	{ { "Failed for root from 192.0.2.7 prt 22",
	    "date unwanted []\n"
	    "searched [Failed for root from 192.0.2.7 prt 22]\n"
	    "fail 0 missed behind [] before [A]\n"
	    "fail 1 missed behind [Failed for root from 192.0.2.7 p] before [o]\n"
	    "fail 2 missed behind [Failed for root from 192.0.2.7 prt ] before [b]\n"
	    "fail 3 missed behind [Failed for root ] before [a]\n"
	    "nearest fail 1\n" },
	  { "Failed for root from nobody",
	    "date unwanted []\n"
	    "searched [Failed for root from nobody]\n"
	    "fail 0 missed behind [] before [A]\n"
	    "fail 1 missed behind [Failed for root from ] before [<ADDR>]\n"
	    "fail 2 missed behind [Failed for root from ] before [b]\n"
	    "fail 3 missed behind [Failed for root ] before [a]\n"
	    "nearest fail 1\n" },
	  { "Failed: x", "date unwanted []\n"
			 "searched [Failed: x]\n"
			 "fail 0 missed behind [] before [A]\n"
			 "fail 1 missed behind [Failed] before [ ]\n"
			 "fail 2 missed behind [Failed] before [ ]\n"
			 "fail 3 missed behind [Failed] before [ ]\n"
			 "nearest fail 1\n" } },
};

static const struct story wildcard_takes_all = {
	{ .fail = { "^Failed .*: <HOST>", "^Failed x <HOST>$" } },
	{ { "Failed x for 192.0.2.7",
	    "date unwanted []\n"
	    "searched [Failed x for 192.0.2.7]\n"
	    "fail 0 missed behind [Failed x for 192.0.2.7] before [:] from 7\n"
	    "fail 1 missed behind [Failed x for] before [$]\n"
	    "nearest fail 1\n" } },
};

static const struct story prefix_narrows = {
	{ .prefix = "^\\s*<F-PID>\\S+</F-PID> sshd: <F-CONTENT>.+</F-CONTENT>!$",
	  .fail = { "^no <HOST>$", "^yes <HOST>$" },
	  .date_pattern = "" },
	{ { "Nov 14 22:13:00 mail sshd: no 192.0.2.7!",
	    "date found [Nov 14 22:13:00]\n"
	    "searched [ mail sshd: no 192.0.2.7!]\n"
	    "content [no 192.0.2.7]\n"
	    "prefix 0 matched [ mail sshd: no 192.0.2.7!] pid=[mail] content=[no 192.0.2.7]\n"
	    "fail 0 failure [no 192.0.2.7] ip4=[192.0.2.7]\n" },
	  { "Nov 14 22:13:00 mail sshd: yes no!",
	    "date found [Nov 14 22:13:00]\n"
	    "searched [ mail sshd: yes no!]\n"
	    "content [yes no]\n"
	    "prefix 0 matched [ mail sshd: yes no!] pid=[mail] content=[yes no]\n"
	    "fail 0 missed\n"
	    "fail 1 no-address [yes no] dns=[no]\n" },
	  { "Nov 14 22:13:00 mail sshd: yes :!",
	    "date found [Nov 14 22:13:00]\n"
	    "searched [ mail sshd: yes :!]\n"
	    "content [yes :]\n"
	    "prefix 0 matched [ mail sshd: yes :!] pid=[mail] content=[yes :]\n"
	    "fail 0 missed behind [] before [n]\n"
	    "fail 1 missed behind [yes :] before [<HOST>]\n"
	    "nearest fail 1\n" },
	  { "Nov 14 22:13:00 mail cron: yes", "date found [Nov 14 22:13:00]\n"
					      "searched [ mail cron: yes]\n"
					      "prefix 0 missed behind [ mail ] before [s]\n"
					      "nearest prefix 0\n" } },
};

static const struct story ignored = {
	{ .fail = { "^no <HOST>$" }, .ignore = { "^ye", "192\\.0" } },
	{ { "no 192.0.2.7", "date unwanted []\n"
			    "searched [no 192.0.2.7]\n"
			    "fail 0 ignored [no 192.0.2.7] ip4=[192.0.2.7]\n"
			    "ignore 0 missed\n"
			    "ignore 1 matched [192.0]\n" } },
};

static const struct story ignored_before_any_rule = {
	{ .fail = { "^a <HOST>$", "^b <HOST>$", "^c <HOST>$", "^d <HOST>$" }, .ignore = { "^d" } },
	{ { "d 192.0.2.7", "date unwanted []\n"
			   "searched [d 192.0.2.7]\n"
			   "ignore 0 matched [d]\n" } },
};

#define SESSION "^<F-MLFID>\\w+</F-MLFID>: "

static const struct story sessions = {
	{ .fail = { SESSION "<F-NOFAIL>from</F-NOFAIL> <HOST>$", SESSION "fail$",
		    SESSION "<F-MLFFORGET><F-MLFGAINED>ok</F-MLFGAINED></F-MLFFORGET>$" } },
	{ { "a: fail", "date unwanted []\n"
		       "searched [a: fail]\n"
		       "fail 0 missed\n"
		       "fail 1 pending [a: fail] mlfid=[a]\n"
		       "session [a] opened\n" },
	  { "a: from 192.0.2.7",
	    "date unwanted []\n"
	    "searched [a: from 192.0.2.7]\n"
	    "fail 0 failure [a: from 192.0.2.7] mlfid=[a] nofail=[from] ip4=[192.0.2.7]\n"
	    "session [a] was-pending\n" },
	  { "a: from 192.0.2.7",
	    "date unwanted []\n"
	    "searched [a: from 192.0.2.7]\n"
	    "fail 0 nofail [a: from 192.0.2.7] mlfid=[a] nofail=[from] ip4=[192.0.2.7]\n"
	    "session [a] facts\n" },
	  { "a: ok", "date unwanted []\n"
		     "searched [a: ok]\n"
		     "fail 0 missed\n"
		     "fail 1 missed\n"
		     "fail 2 nofail [a: ok] mlfid=[a] mlfforget=[ok] mlfgained=[ok]\n"
		     "session [a] closed facts gained\n" } },
};

static const struct story window = {
	{ .fail = { "^\\[\\] A <HOST>$<SKIPLINES>^\\[\\] B$", "^\\[\\] C <HOST>$" },
	  .ignore = { "A.*\\nB" },
	  .max_lines = 4,
	  .date_pattern = "" },
	{ { "[2023-11-14 22:13:00] A 192.0.2.7", NULL },
	  { "[2023-11-14 22:13:01] A x",
	    "date found [2023-11-14 22:13:01]\n"
	    "searched [[] A 192.0.2.7\\n[] A x]\n"
	    "fail 0 missed behind [[2023-11-14 22:13:00] A 192.0.2.7\\n[2023-11-14 22:13:01] "
	    "] before [B]\n"
	    "fail 1 missed behind [[2023-11-14 22:13:01] ] before [C]\n"
	    "nearest fail 0\n" },
	  { "[2023-11-14 22:13:02] C 192.0.2.8",
	    "date found [2023-11-14 22:13:02]\n"
	    "searched [[] A 192.0.2.7\\n[] A x\\n[] C 192.0.2.8]\n"
	    "fail 0 missed\n"
	    "fail 1 failure [[2023-11-14 22:13:02] C 192.0.2.8] ip4=[192.0.2.8]\n"
	    "ignore 0 missed\n" } },
};

static const struct story lines_that_belong_together = {
	{ .fail = { "^A <HOST>$<SKIPLINES>^B$" }, .ignore = { "7\\nB" }, .max_lines = 4 },
	{ { "A 192.0.2.7", NULL },
	  { "x", NULL },
	  { "B", "date unwanted []\n"
		 "searched [A 192.0.2.7\\nx\\nB]\n"
		 "fail 0 ignored [A 192.0.2.7\\nx\\nB] ip4=[192.0.2.7] skiplines0=[x\\n]\n"
		 "ignore 0 matched [7\\nx\\nB]\n" } },
};

/* What is left of the window is searched by the rules that come. */
static const struct story rules_after_a_match = {
	{ .fail = { "^A <HOST>$", "^<F-ID>x+</F-ID>$" },
	  .max_lines = 3,
	  .flags = KBAN_MATCH_ALL_RULES },
	{ { "y", NULL },
	  { "A 192.0.2.7", "date unwanted []\n"
			   "searched [y\\nA 192.0.2.7]\n"
			   "fail 0 failure [A 192.0.2.7] ip4=[192.0.2.7]\n"
			   "fail 1 missed\n" } },
};

static const struct story dates = {
	{ .fail = { "^x <HOST>" }, .date_pattern = "^%Y-%m-%d" },
	{ { "y", "date missing []\n"
		 "searched [y]\n"
		 "fail 0 missed behind [] before [x]\n"
		 "nearest fail 0\n" },
	  { "2023-02-30y", "date missing []\n"
			   "searched [2023-02-30y]\n"
			   "fail 0 missed behind [] before [x]\n"
			   "nearest fail 0\n" },
	  { "2023-02-30 y", "date impossible [2023-02-30]\n"
			    "searched [ y]\n"
			    "fail 0 missed behind [] before [x]\n"
			    "nearest fail 0\n" } },
};

static const struct story time_of_the_line_before = {
	{ .fail = { "^ x <HOST>" }, .date_pattern = "^{EPOCH}" },
	{ { "1699999990 y", NULL },
	  { "y", "date remembered []\n"
		 "searched [y]\n"
		 "fail 0 missed behind [] before [ ]\n"
		 "nearest fail 0\n" } },
};

/* Places are those of the line as it was decoded. */
static const struct story bytes_that_are_no_text = {
	{ .fail = { "^\\S+ é\\t<F-ID>\\S+</F-ID>\\x1b$" } },
	{ { "\xff\xfe é\tx\x1b", "date unwanted []\n"
				 "searched [\uFFFD\uFFFD é\\tx\\x1b]\n"
				 "fail 0 failure [\uFFFD\uFFFD é\\tx\\x1b] fid=[x]\n" } },
};

static const struct story costly_rule = {
	{ .fail = { "^(?:\\w+\\s?)+:<F-ID>\\S*</F-ID>$" } },
	{ { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-:",
	    "date unwanted []\n"
	    "searched [aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-:]\n"
	    "fail 0 given-up behind [aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa] before [:]\n"
	    "nearest fail 0\n" } },
};

/* One matcher for all attempts: it has its memory from a line before. */
struct work {
	struct kban_matcher *matcher;
	const struct line *line;
};

static int attempt(void *data)
{
	const struct work *work = data;
	kban_auto(explainer) explainer = NULL;
	struct kban_match match;
	int verdict;

	if (kban_explainer_new(work->matcher, &explainer) != KBAN_OK)
		return KBAN_E_NOMEM;
	verdict = kban_explainer_try(explainer, kb_text(work->line->text), TEST_NOW, &match);
	return verdict < 0 ? verdict : KBAN_OK;
}

static void memory_may_run_out(void **state)
{
	const struct story *story = *state;
	kban_auto(context) ctx = kban_context_new();
	kban_auto(matcher) matcher = test_matcher(ctx, &story->filter);
	struct work work = { .matcher = matcher };

	for (work.line = story->lines; work.line->text != NULL; work.line++)
		assert_every_allocation_may_fail(attempt, &work);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(is_explained, &failure),
		test_case(is_explained, &stamp_in_the_middle),
		test_case(is_explained, &nearest_rule),
		test_case(is_explained, &wildcard_takes_all),
		test_case(is_explained, &prefix_narrows),
		test_case(is_explained, &ignored),
		test_case(is_explained, &ignored_before_any_rule),
		test_case(is_explained, &sessions),
		test_case(is_explained, &window),
		test_case(is_explained, &lines_that_belong_together),
		test_case(is_explained, &rules_after_a_match),
		test_case(is_explained, &dates),
		test_case(is_explained, &time_of_the_line_before),
		test_case(is_explained, &bytes_that_are_no_text),
		test_case(is_explained, &costly_rule),
		test_case(memory_may_run_out, &nearest_rule),
		test_case(memory_may_run_out, &prefix_narrows),
		test_case(memory_may_run_out, &sessions),
		test_case(memory_may_run_out, &lines_that_belong_together),
	};

	return cmocka_run_group_tests_name("explainer", tests, NULL, NULL);
}
