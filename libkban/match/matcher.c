/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One line against one filter, in the order fail2ban keeps: the stamp is cut out, an ignoreregex
 * may end it early, prefregex narrows the text, the failregex are tried one after another, an
 * ignoreregex may take back a hit, sessions merge it, and its fields say whose failure it is.
 *
 * With KBAN_MATCH_ALL_RULES no hit ends the search; of several results the gravest counts, and of
 * several failures the first.
 */
#include "match/matcher-state.h"

#include "base/text.h"

static const struct kban_text nothing = { NULL, 0 };

static int make_counts(struct kban_matcher *matcher)
{
	for (size_t kind = 0; kind < kb_array_size(matcher->counts); kind++) {
		size_t count = kban_filter_rule_count(matcher->filter, (enum kban_rule_kind)kind);

		matcher->counts[kind] = calloc(count + 1, sizeof(*matcher->counts[kind]));
		if (matcher->counts[kind] == NULL)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

/* A filter with prefregex keeps the match of that while it tries the rules. */
static int make_prefix(struct kban_matcher *matcher)
{
	const struct kb_rule *prefix = kb_filter_rule(matcher->filter, KBAN_RULE_PREFIX, 0);

	if (prefix == NULL)
		return KBAN_OK;
	matcher->content_group =
		kb_pattern_find_group(prefix->pattern, kb_field_kind_name(KB_FIELD_CONTENT));
	matcher->prefix_match = kb_match_new();
	return matcher->prefix_match != NULL ? KBAN_OK : KBAN_E_NOMEM;
}

/* One line has one effort for all that is searched in it. */
static void share_effort(struct kban_matcher *matcher)
{
	kb_match_share(matcher->match, &matcher->effort);
	if (matcher->prefix_match != NULL)
		kb_match_share(matcher->prefix_match, &matcher->effort);
}

static int make_window(struct kban_matcher *matcher)
{
	unsigned lines = kban_filter_max_lines(matcher->filter);

	if (lines == 1)
		return KBAN_OK;
	matcher->window = kb_line_window_new(lines);
	return matcher->window != NULL ? KBAN_OK : KBAN_E_NOMEM;
}

int kban_matcher_new(struct kban_filter *filter, unsigned flags, struct kban_matcher **out)
{
	kban_auto(matcher) matcher = calloc(1, sizeof(*matcher));

	if (matcher == NULL)
		return KBAN_E_NOMEM;
	matcher->filter = kban_filter_ref(filter);
	matcher->flags = flags;
	matcher->found = &matcher->findings[0];
	matcher->result = &matcher->findings[1];
	matcher->known = &matcher->result->record;
	matcher->match = kb_match_new();
	matcher->sessions = kb_sessions_new();
	if (matcher->match == NULL || matcher->sessions == NULL ||
	    kb_decoder_new(kban_filter_encoding(filter), &matcher->decoder) != KBAN_OK ||
	    make_counts(matcher) != KBAN_OK || make_prefix(matcher) != KBAN_OK ||
	    make_window(matcher) != KBAN_OK ||
	    kb_line_time_init(&matcher->own_time, kb_filter_date_formats(filter),
			      kb_filter_zone(filter)) != KBAN_OK)
		return KBAN_E_NOMEM;
	matcher->line_time = &matcher->own_time;
	share_effort(matcher);
	*out = kb_steal(matcher);
	return KBAN_OK;
}

static void clear_finding(struct kb_finding *finding)
{
	kb_record_clear(&finding->record);
	kb_identity_clear(&finding->identity);
}

void kban_matcher_free(struct kban_matcher *matcher)
{
	if (matcher == NULL)
		return;
	for (size_t kind = 0; kind < kb_array_size(matcher->counts); kind++)
		free(matcher->counts[kind]);
	kb_line_time_clear(&matcher->own_time);
	kb_line_window_free(matcher->window);
	kb_sessions_free(matcher->sessions);
	kb_match_free(matcher->match);
	kb_match_free(matcher->prefix_match);
	kb_decoder_free(matcher->decoder);
	kb_buffer_clear(&matcher->decoded);
	kb_buffer_clear(&matcher->cut);
	kb_buffer_clear(&matcher->content);
	kb_buffer_clear(&matcher->ignorable);
	kb_fields_clear(&matcher->groups);
	kb_text_list_clear(&matcher->taken);
	for (size_t i = 0; i < kb_array_size(matcher->findings); i++)
		clear_finding(&matcher->findings[i]);
	kban_filter_unref(matcher->filter);
	free(matcher);
}

struct kban_filter *kb_matcher_filter(const struct kban_matcher *matcher)
{
	return matcher->filter;
}

void kb_matcher_follow(struct kban_matcher *matcher, const struct kb_follower *follower)
{
	matcher->follower = follower;
}

void kb_matcher_watch(struct kban_matcher *matcher, const struct kb_search_watch *watch)
{
	kb_match_watch(matcher->match, watch);
	if (matcher->prefix_match != NULL)
		kb_match_watch(matcher->prefix_match, watch);
	kb_date_detector_watch(matcher->line_time->detector, watch);
}

/* 1: the line is judged, 0: the next rule may try, or KBAN_E_NOMEM. */
static int try_rule(struct kban_matcher *matcher, size_t index)
{
	const struct kb_rule *rule = kb_filter_rule(matcher->filter, KBAN_RULE_FAIL, index);
	int found = kb_matcher_search(matcher, KBAN_RULE_FAIL, index, matcher->subject);
	struct kban_text text;

	if (found <= 0)
		return found;
	if ((matcher->stamp.is_open && kb_matcher_complete_time(matcher) != KBAN_OK) ||
	    kb_matcher_take(matcher, rule, &text) != KBAN_OK)
		return KBAN_E_NOMEM;
	found = kb_matcher_is_ignored(matcher, text, (int)index);
	kb_matcher_forget_taken(matcher);
	if (found > 0)
		kb_matcher_tell_outcome(matcher, KBAN_OUTCOME_IGNORED);
	if (found != 0)
		return found;
	return kb_matcher_judge(matcher, index);
}

/* The first failregex from @a index on that may match, or @a count. */
static size_t next_rule(const struct kban_matcher *matcher, size_t index, size_t count)
{
	const uint64_t *rules = matcher->attempt->rules;

	while (rules != NULL && index < count) {
		uint64_t rest = rules[index / 64] >> index % 64;

		if (rest != 0)
			return index + (size_t)__builtin_ctzll(rest);
		index += 64 - index % 64;
	}
	return index;
}

static int try_rules(struct kban_matcher *matcher)
{
	size_t count = kban_filter_rule_count(matcher->filter, KBAN_RULE_FAIL);
	size_t i = next_rule(matcher, 0, count);

	for (; i < count && matcher->subject.len > 0; i = next_rule(matcher, i + 1, count)) {
		int judged = try_rule(matcher, i);

		if (judged < 0)
			return judged;
		if (judged > 0 && !kb_matcher_tries_all(matcher))
			break;
	}
	return KBAN_OK;
}

static int judge_line(struct kban_matcher *matcher)
{
	int go_on = matcher->attempt->may_be_ignored ? kb_matcher_is_ignored_early(matcher) : 0;

	if (go_on != 0)
		return go_on < 0 ? go_on : KBAN_OK;
	go_on = kb_matcher_pass_prefix(matcher);
	if (go_on <= 0)
		return go_on;
	return try_rules(matcher);
}

static void begin(struct kban_matcher *matcher, const struct kb_attempt *attempt,
		  struct kban_match *match)
{
	*match = (struct kban_match){ .rule = -1, .ignore_rule = -1, .time = KBAN_TIME_NONE };
	matcher->out = match;
	matcher->attempt = attempt;
	matcher->now = attempt->now;
	matcher->effort.spent = 0;
	matcher->took_lines = false;
}

int kb_matcher_pass(struct kban_matcher *matcher, const struct kb_attempt *attempt)
{
	struct kban_match match;

	begin(matcher, attempt, &match);
	return kb_matcher_read(matcher);
}

bool kb_matcher_is_settled(const struct kban_matcher *matcher)
{
	return kb_date_detector_is_settled(matcher->line_time->detector);
}

/* Whether both make the same text of the bytes of a line. */
static bool decodes_like(const struct kban_matcher *matcher, const struct kban_matcher *other)
{
	const char *left = kban_filter_encoding(matcher->filter);
	const char *right = kban_filter_encoding(other->filter);

	return left == right || (left != NULL && right != NULL && strcmp(left, right) == 0);
}

bool kb_matcher_share_times(struct kban_matcher *matcher, struct kban_matcher *other)
{
	if (matcher->window != NULL || other->window != NULL || !decodes_like(matcher, other) ||
	    !kb_line_time_is_like(matcher->line_time, other->line_time))
		return false;
	matcher->line_time = other->line_time;
	kb_date_detector_serve_many(matcher->line_time->detector);
	return true;
}

void kb_matcher_own_times(struct kban_matcher *matcher)
{
	if (matcher->line_time != &matcher->own_time)
		kb_line_time_copy(&matcher->own_time, matcher->line_time);
	matcher->line_time = &matcher->own_time;
	matcher->line_time->number = 0;
}

uint64_t kb_matcher_dated(const struct kban_matcher *matcher)
{
	return matcher->line_time->number;
}

bool kb_matcher_took_lines(const struct kban_matcher *matcher)
{
	return matcher->took_lines;
}

int kb_matcher_attempt(struct kban_matcher *matcher, const struct kb_attempt *attempt,
		       struct kban_match *match)
{
	int status;

	begin(matcher, attempt, match);
	matcher->known = &matcher->result->record;
	kb_record_reset(matcher->known);
	if (kb_matcher_read(matcher) != KBAN_OK)
		return KBAN_E_NOMEM;
	status = judge_line(matcher);
	if (status != KBAN_OK)
		return status;
	kb_matcher_publish(matcher);
	return (int)match->verdict;
}

int kban_matcher_try_at(struct kban_matcher *matcher, struct kban_text line, kban_usec when,
			kban_usec now, struct kban_match *match)
{
	const struct kb_attempt attempt = {
		.line = line,
		.when = when,
		.now = now,
		.may_be_ignored = true,
	};

	return kb_matcher_attempt(matcher, &attempt, match);
}

int kban_matcher_try(struct kban_matcher *matcher, struct kban_text line, kban_usec now,
		     struct kban_match *match)
{
	return kban_matcher_try_at(matcher, line, KBAN_TIME_NONE, now, match);
}

struct kban_text kban_matcher_text(const struct kban_matcher *matcher)
{
	return matcher->line.whole;
}

const struct kban_field *kban_matcher_field(const struct kban_matcher *matcher, size_t index)
{
	const struct kb_fields *fields = &matcher->known->fields;

	return index < fields->count ? &fields->items[index] : NULL;
}

struct kban_text kban_matcher_user(const struct kban_matcher *matcher, size_t index)
{
	const struct kb_record *record = matcher->known;
	struct kban_text user = kb_fields_get(&record->fields, KB_FIELD_USER);

	if (record->users.count > 0)
		return kb_text_list_at(&record->users, index);
	return index == 0 && user.len > 0 ? user : nothing;
}

struct kban_text kban_matcher_line(const struct kban_matcher *matcher, size_t index)
{
	return kb_text_list_at(&matcher->known->lines, index);
}

void kban_matcher_observe(struct kban_matcher *matcher, kban_hit_fn *observe, void *data)
{
	matcher->observe = observe;
	matcher->observe_data = data;
}

int kban_matcher_has_memory(const struct kban_matcher *matcher)
{
	if (matcher->window != NULL && kb_line_window_count(matcher->window) > 0)
		return 1;
	return kb_sessions_any(matcher->sessions, matcher->now);
}
