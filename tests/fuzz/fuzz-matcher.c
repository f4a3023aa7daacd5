/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The first line is a failregex, the rest a log that it judges: line by line and over windows of
 * lines, with one rule and with all. Where the first line is none, rules with sessions do it.
 */
#include "fuzz.h"

#include "base/text.h"
#include "match/text-list.h"

#define NOW (1700000000 * KBAN_SECOND)

#define SESSION "^ ?<F-MLFID>\\w+</F-MLFID>: "

static const char *const session_rules[] = {
	SESSION "<F-NOFAIL>conn</F-NOFAIL> <ADDR>",
	SESSION "fail(?: <F-USER>\\S+</F-USER>)?(?: <F-ALT_USER>\\S+</F-ALT_USER>)?$",
	SESSION "<F-MLFFORGET><F-MLFGAINED>ok</F-MLFGAINED></F-MLFFORGET> <F-USER>.*</F-USER>$",
	"^ ?<F-ID>\\S*</F-ID> <F-TUPLE_ID>.*</F-TUPLE_ID>\\n<SKIPLINES>end <SUBNET>$",
	NULL,
};

static struct kban_filter *compile(struct kban_context *ctx, const char *rule, unsigned max_lines)
{
	const char *const rules[] = { rule, NULL };
	struct kban_filter_options options = KBAN_FILTER_OPTIONS_INIT;
	struct kban_filter *filter = NULL;
	kban_auto(error) err = NULL;

	options.max_lines = max_lines;
	/* Dates have a target of their own; one format is quick to make. */
	options.date_pattern = "^%Y-%m-%d %H:%M:%S";
	if (kban_filter_new(ctx, rules, &options, &filter, &err) != KBAN_OK)
		fuzz_check(kban_filter_new(ctx, session_rules, &options, &filter, NULL) == KBAN_OK);
	return filter;
}

static void check_texts(const struct kban_matcher *matcher)
{
	const struct kban_field *field;
	struct kban_text text;

	for (size_t i = 0; (field = kban_matcher_field(matcher, i)) != NULL; i++)
		fuzz_check(kb_text_is_utf8(field->value));
	for (size_t i = 0; (text = kban_matcher_user(matcher, i)).data != NULL; i++)
		fuzz_check(kb_text_is_utf8(text) && i < KB_TEXT_LIST_MAX);
	for (size_t i = 0; (text = kban_matcher_line(matcher, i)).data != NULL; i++)
		fuzz_check(kb_text_is_utf8(text) && i < KB_TEXT_LIST_MAX);
}

static void check(const struct kban_matcher *matcher, const struct kban_match *match, int verdict)
{
	fuzz_check(verdict >= 0 && verdict == (int)match->verdict);
	fuzz_check((verdict == KBAN_MISSED) == (match->rule == -1 && match->ignore_rule == -1));
	check_texts(matcher);
	if (verdict != KBAN_FAILURE)
		return;
	fuzz_check(match->id.data != NULL && match->host.data != NULL && match->attempts > 0);
	fuzz_check(kb_text_is_utf8(match->id) && kb_text_is_utf8(match->host));
}

static void judge(struct kban_filter *filter, unsigned flags, struct kban_text log)
{
	kban_auto(matcher) matcher = NULL;
	struct kban_text line;
	struct kban_match match;

	fuzz_check(kban_matcher_new(filter, flags, &matcher) == KBAN_OK);
	while (kb_text_next_line(&log, &line))
		check(matcher, &match, kban_matcher_try(matcher, line, NOW, &match));
}

static void check_span(struct kban_text text, struct kban_span span)
{
	fuzz_check(span.from <= span.to && span.to <= text.len);
}

static void check_attempt(const struct kban_explainer *explainer, const struct kban_filter *filter,
			  const struct kban_attempt *attempt)
{
	struct kban_text text = kban_explainer_text(explainer);
	const struct kban_progress *progress = attempt->progress;

	check_span(text, attempt->span);
	for (size_t i = 0; i < attempt->capture_count; i++)
		check_span(text, attempt->captures[i].span);
	if (progress == NULL)
		return;
	check_span(text, progress->place);
	fuzz_check(progress->start <= text.len);
	check_span(kb_text(kban_filter_rule_text(filter, attempt->kind, attempt->rule)),
		   progress->wanted);
}

/* An explained line is judged as any other. */
static void explain(struct kban_filter *filter, unsigned flags, struct kban_text log)
{
	kban_auto(matcher) plain = NULL;
	kban_auto(matcher) matcher = NULL;
	kban_auto(explainer) explainer = NULL;
	const struct kban_attempt *attempt;
	struct kban_text line;
	struct kban_match match;

	fuzz_check(kban_matcher_new(filter, flags, &plain) == KBAN_OK);
	fuzz_check(kban_matcher_new(filter, flags, &matcher) == KBAN_OK);
	fuzz_check(kban_explainer_new(matcher, &explainer) == KBAN_OK);
	while (kb_text_next_line(&log, &line)) {
		int verdict = kban_matcher_try(plain, line, NOW, &match);

		fuzz_check(kban_explainer_try(explainer, line, NOW, &match) == verdict);
		check_span(kban_explainer_text(explainer), kban_explainer_date(explainer)->stamp);
		for (size_t i = 0; (attempt = kban_explainer_attempt(explainer, i)) != NULL; i++)
			check_attempt(explainer, filter, attempt);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	kban_auto(context) ctx = kban_context_new();
	struct kban_text log = fuzz_text(data, size);
	struct kban_text line = { NULL, 0 };
	kb_autofree char *rule = NULL;

	if (!kb_text_next_line(&log, &line) || memchr(line.data, '\0', line.len) != NULL)
		return 0;
	rule = kb_text_copy(line);
	for (unsigned max_lines = 1; max_lines <= 4; max_lines += 3) {
		kban_auto(filter) filter = compile(ctx, rule, max_lines);

		judge(filter, 0, log);
		judge(filter, KBAN_MATCH_ALL_RULES, log);
		explain(filter, 0, log);
		explain(filter, KBAN_MATCH_ALL_RULES, log);
	}
	return 0;
}
