/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One line against one filter, in the order fail2ban keeps: the stamp is cut out, an ignoreregex
 * may end it early, prefregex narrows the text, the failregex are tried one after another, an
 * ignoreregex may take back a hit, sessions merge it, and its fields say whose failure it is.
 *
 * With KBAN_MATCH_ALL_RULES no hit ends the search; of several results the gravest counts, and of
 * several failures the first.
 */
#include <kban/matcher.h>

#include <stdio.h>

#include "base/text.h"
#include "filter/filter.h"
#include "match/identity.h"
#include "match/line-time.h"
#include "match/line-window.h"
#include "match/record.h"
#include "match/sessions.h"

struct rule_count {
	uint64_t hits;
	uint64_t limits;
};

/* What a rule's match comes to. */
struct finding {
	struct kb_record record;
	struct kb_identity identity;
};

struct kban_matcher {
	struct kban_filter *filter;
	unsigned flags;
	struct rule_count *counts[KBAN_RULE_PREFIX + 1]; /* by enum kban_rule_kind */
	struct kb_line_time line_time;
	struct kb_line_window *window; /* NULL where lines are judged one by one */
	struct kb_sessions *sessions;
	kban_usec now; /* of the last line */

	/* The line at work. */
	struct kb_match *match;
	struct kb_match *prefix_match; /* of prefregex; NULL where there is none */
	unsigned content_group;        /* of prefregex */
	struct kb_buffer decoded;      /* the line, if its bytes were not UTF-8 */
	struct kb_cut_line line;
	struct kb_buffer cut;       /* the line without its stamp, and a line feed */
	struct kb_buffer content;   /* the same for what prefregex left of it */
	struct kb_buffer ignorable; /* the lines a rule took, for an ignoreregex */
	struct kban_text subject;   /* what rules search: one of these, or the window */
	struct kban_text prefixed;  /* what prefregex matched */
	struct kb_text_list taken;  /* lines of the log that the rule took */
	struct kb_fields groups;    /* of the rule */
	struct finding found;       /* by the rule */
	struct finding result;      /* what the caller sees */
	struct kban_match *out;
};

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
	matcher->content_group = kb_pattern_find_group(prefix->pattern, "content");
	matcher->prefix_match = kb_match_new();
	return matcher->prefix_match != NULL ? KBAN_OK : KBAN_E_NOMEM;
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
	matcher->match = kb_match_new();
	matcher->sessions = kb_sessions_new();
	if (matcher->match == NULL || matcher->sessions == NULL ||
	    make_counts(matcher) != KBAN_OK || make_prefix(matcher) != KBAN_OK ||
	    make_window(matcher) != KBAN_OK ||
	    kb_line_time_init(&matcher->line_time, kb_filter_date_formats(filter),
			      kb_filter_zone(filter)) != KBAN_OK)
		return KBAN_E_NOMEM;
	*out = kb_steal(matcher);
	return KBAN_OK;
}

static void clear_finding(struct finding *finding)
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
	kb_line_time_clear(&matcher->line_time);
	kb_line_window_free(matcher->window);
	kb_sessions_free(matcher->sessions);
	kb_match_free(matcher->match);
	kb_match_free(matcher->prefix_match);
	kb_buffer_clear(&matcher->decoded);
	kb_buffer_clear(&matcher->cut);
	kb_buffer_clear(&matcher->content);
	kb_buffer_clear(&matcher->ignorable);
	kb_fields_clear(&matcher->groups);
	kb_text_list_clear(&matcher->taken);
	clear_finding(&matcher->found);
	clear_finding(&matcher->result);
	kban_filter_unref(matcher->filter);
	free(matcher);
}

static bool tries_all(const struct kban_matcher *matcher)
{
	return (matcher->flags & KBAN_MATCH_ALL_RULES) != 0;
}

/* 1: the rule matches, 0: it does not, or KBAN_E_NOMEM. */
static int search(struct kban_matcher *matcher, enum kban_rule_kind kind, size_t index,
		  struct kban_text subject)
{
	const struct kb_rule *rule = kb_filter_rule(matcher->filter, kind, index);
	struct kb_match *match = kind == KBAN_RULE_PREFIX ? matcher->prefix_match : matcher->match;
	int result = kb_pattern_search(rule->pattern, subject, 0, match);

	if (result < 0)
		return result;
	if (result == KB_MATCH_LIMIT)
		matcher->counts[kind][index].limits++;
	return result == KB_MATCH_FOUND;
}

static void count_hit(struct kban_matcher *matcher, enum kban_rule_kind kind, size_t index)
{
	matcher->counts[kind][index].hits++;
}

/* Note what the line is, unless something graver is known. */
static bool conclude(struct kban_matcher *matcher, enum kban_verdict verdict, int rule)
{
	static const int gravity[] = {
		[KBAN_MISSED] = 0,
		[KBAN_NOFAIL] = 1,
		[KBAN_FAILURE] = 2,
		[KBAN_IGNORED] = 3,
	};
	struct kban_match *out = matcher->out;

	if (gravity[verdict] <= gravity[out->verdict])
		return false;
	out->verdict = verdict;
	out->rule = rule;
	return true;
}

/* Drop what ends a line, and make its bytes UTF-8 if they are not. */
static int decode(struct kban_matcher *matcher, struct kban_text line, struct kban_text *out)
{
	while (line.len > 0 && (line.data[line.len - 1] == '\r' || line.data[line.len - 1] == '\n'))
		line.len--;
	*out = line;
	if (kb_text_is_ascii(line) || kb_text_is_utf8(line))
		return KBAN_OK;
	kb_buffer_reset(&matcher->decoded);
	if (kb_buffer_utf8(&matcher->decoded, line) != KBAN_OK)
		return KBAN_E_NOMEM;
	*out = kb_buffer_content(&matcher->decoded);
	return KBAN_OK;
}

/* Find the stamp and cut it out. */
static int cut(struct kban_matcher *matcher, struct kban_text line, kban_usec now)
{
	struct kban_match *out = matcher->out;
	struct kb_line_stamp stamp;

	if (kb_line_time_find(&matcher->line_time, line, now, &stamp) != KBAN_OK)
		return KBAN_E_NOMEM;
	out->time = stamp.time;
	out->time_is_own = stamp.is_own;
	out->has_zone = stamp.has_zone;
	out->stamp = kb_text_slice(line, stamp.from, stamp.to);
	matcher->line = (struct kb_cut_line){
		.whole = line,
		.before = kb_text_slice(line, 0, stamp.from),
		.after = kb_text_slice(line, stamp.to, line.len),
	};
	return KBAN_OK;
}

/* Make the line, or the window it joins, what is searched. */
static int set_subject(struct kban_matcher *matcher)
{
	struct kb_buffer *text = &matcher->cut;

	if (matcher->window != NULL) {
		if (kb_line_window_push(matcher->window, &matcher->line) != KBAN_OK)
			return KBAN_E_NOMEM;
		matcher->subject = kb_line_window_text(matcher->window);
		return KBAN_OK;
	}
	kb_buffer_reset(text);
	kb_buffer_text(text, matcher->line.before);
	kb_buffer_text(text, matcher->line.after);
	if (kb_buffer_byte(text, '\n') != KBAN_OK)
		return KBAN_E_NOMEM;
	matcher->subject = kb_buffer_content(text);
	return KBAN_OK;
}

/*
 * Does an ignoreregex match @a text? 1 and the verdict is given, 0, or KBAN_E_NOMEM. All of them
 * are asked where every rule is tried, so that each counts its hits.
 */
static int is_ignored(struct kban_matcher *matcher, struct kban_text text, int rule)
{
	size_t count = kban_filter_rule_count(matcher->filter, KBAN_RULE_IGNORE);
	int ignored = 0;

	for (size_t i = 0; i < count; i++) {
		int found = search(matcher, KBAN_RULE_IGNORE, i, text);

		if (found < 0)
			return found;
		if (!found)
			continue;
		count_hit(matcher, KBAN_RULE_IGNORE, i);
		if (conclude(matcher, KBAN_IGNORED, rule))
			matcher->out->ignore_rule = (int)i;
		ignored = 1;
		if (!tries_all(matcher))
			break;
	}
	return ignored;
}

/* With clearly fewer ignoreregex than failregex they are asked first, on the whole text. */
static int is_ignored_early(struct kban_matcher *matcher)
{
	size_t ignore = kban_filter_rule_count(matcher->filter, KBAN_RULE_IGNORE);
	size_t fail = kban_filter_rule_count(matcher->filter, KBAN_RULE_FAIL);

	if (ignore == 0 || ignore + 2 >= fail)
		return 0;
	return is_ignored(matcher, matcher->subject, -1);
}

static int narrow_window(struct kban_matcher *matcher, size_t from, size_t to)
{
	struct kb_buffer *text = &matcher->cut;
	struct kb_cut_line line = { .whole = matcher->line.whole };

	/* What prefregex matched is still needed when the window has changed. */
	kb_buffer_reset(text);
	if (kb_buffer_text(text, matcher->subject) != KBAN_OK)
		return KBAN_E_NOMEM;
	matcher->prefixed = kb_buffer_content(text);
	line.before = kb_text_slice(matcher->prefixed, from, to);
	kb_line_window_reset(matcher->window);
	if (kb_line_window_push(matcher->window, &line) != KBAN_OK)
		return KBAN_E_NOMEM;
	matcher->subject = kb_line_window_text(matcher->window);
	return KBAN_OK;
}

/* Make what prefregex left of the line, [from, to), what is searched. */
static int narrow(struct kban_matcher *matcher, size_t from, size_t to)
{
	struct kban_text *subject = &matcher->subject;

	if (matcher->window != NULL)
		return narrow_window(matcher, from, to);
	/* Mostly it reaches to the end of the line, and then the line feed is there already. */
	if (to + 1 == subject->len) {
		*subject = kb_text_slice(*subject, from, subject->len);
		return KBAN_OK;
	}
	kb_buffer_reset(&matcher->content);
	kb_buffer_text(&matcher->content, kb_text_slice(*subject, from, to));
	if (kb_buffer_byte(&matcher->content, '\n') != KBAN_OK)
		return KBAN_E_NOMEM;
	*subject = kb_buffer_content(&matcher->content);
	return KBAN_OK;
}

/* 1: the failregex may be tried, 0: prefregex does not match, or KBAN_E_NOMEM. */
static int pass_prefix(struct kban_matcher *matcher)
{
	size_t from;
	size_t to;
	int found;

	if (matcher->prefix_match == NULL)
		return 1;
	matcher->prefixed = matcher->subject;
	found = search(matcher, KBAN_RULE_PREFIX, 0, matcher->subject);
	if (found <= 0)
		return found;
	count_hit(matcher, KBAN_RULE_PREFIX, 0);
	if (matcher->content_group == 0 ||
	    !kb_match_group(matcher->prefix_match, matcher->content_group, &from, &to) ||
	    from == to)
		return 1;
	return narrow(matcher, from, to) == KBAN_OK ? 1 : KBAN_E_NOMEM;
}

/* Append what the rule's <SKIPLINES> jumped over. */
static int collect_skipped(struct kban_matcher *matcher, const struct kb_rule *rule,
			   struct kb_buffer *out)
{
	char name[32];
	unsigned group;
	size_t from;
	size_t to;

	for (unsigned i = 0;; i++) {
		snprintf(name, sizeof(name), "skiplines%u", i);
		group = kb_pattern_find_group(rule->pattern, name);
		if (group == 0)
			break;
		if (kb_match_group(matcher->match, group, &from, &to))
			kb_buffer_text(out, kb_text_slice(matcher->subject, from, to));
	}
	return out->failed ? KBAN_E_NOMEM : KBAN_OK;
}

/* Which lines of the window the rule took; @a text receives what an ignoreregex is asked about. */
static int take_from_window(struct kban_matcher *matcher, const struct kb_rule *rule,
			    struct kban_text *text)
{
	kb_auto_clear(buffer) skipped = { 0 };
	size_t from = 0;
	size_t to = 0;

	kb_match_group(matcher->match, 0, &from, &to);
	if (collect_skipped(matcher, rule, &skipped) != KBAN_OK)
		return KBAN_E_NOMEM;
	kb_line_window_mark(matcher->window, from, to, kb_buffer_content(&skipped));
	kb_buffer_reset(&matcher->ignorable);
	if (kb_line_window_marked_text(matcher->window, &matcher->ignorable) != KBAN_OK)
		return KBAN_E_NOMEM;
	*text = kb_buffer_content(&matcher->ignorable);
	return kb_line_window_marked_lines(matcher->window, &matcher->taken);
}

/* Note what the rule took: its groups and its lines. */
static int take(struct kban_matcher *matcher, const struct kb_rule *rule, struct kban_text *text)
{
	kb_fields_reset(&matcher->groups);
	kb_text_list_reset(&matcher->taken);
	if (kb_fields_read_match(&matcher->groups, rule, matcher->match, matcher->subject) !=
	    KBAN_OK)
		return KBAN_E_NOMEM;
	if (matcher->window != NULL)
		return take_from_window(matcher, rule, text);
	*text = matcher->subject;
	return kb_text_list_append(&matcher->taken, matcher->line.whole);
}

/* Lines that a rule took, or that are ignored, are not searched again. */
static void forget_taken(struct kban_matcher *matcher)
{
	if (matcher->window == NULL)
		return;
	kb_line_window_drop_marked(matcher->window);
	matcher->subject = kb_line_window_text(matcher->window);
}

static void swap_fields(struct kb_fields *left, struct kb_fields *right)
{
	struct kb_fields kept = *left;

	*left = *right;
	*right = kept;
}

/* Fields of prefregex, overlaid with those that the rule set; without prefregex all of the rule. */
static int merge_fields(struct kban_matcher *matcher)
{
	const struct kb_rule *prefix = kb_filter_rule(matcher->filter, KBAN_RULE_PREFIX, 0);
	struct kb_fields *fields = &matcher->found.record.fields;

	kb_record_reset(&matcher->found.record);
	if (prefix == NULL) {
		swap_fields(fields, &matcher->groups);
		return KBAN_OK;
	}
	if (kb_fields_read_match(fields, prefix, matcher->prefix_match, matcher->prefixed) !=
	    KBAN_OK)
		return KBAN_E_NOMEM;
	kb_fields_drop(fields, "content");
	return kb_fields_overlay(fields, &matcher->groups);
}

/* Put the match into its session, if it has one. */
static int merge_session(struct kban_matcher *matcher, struct kb_record **record)
{
	struct kb_record *found = &matcher->found.record;

	*record = found;
	if (kb_fields_find(&found->fields, "mlfid").data != NULL)
		return kb_sessions_merge(matcher->sessions, found, &matcher->taken, matcher->now,
					 record);
	return kb_text_list_append_all(&found->lines, &matcher->taken);
}

/* Keep what was found for the caller. A session keeps its own. */
static int keep(struct kban_matcher *matcher, struct kb_record *record)
{
	struct kb_identity identity = matcher->result.identity;

	if (record == &matcher->found.record)
		kb_record_swap(&matcher->result.record, record);
	else if (kb_record_copy(&matcher->result.record, record) != KBAN_OK)
		return KBAN_E_NOMEM;
	matcher->result.identity = matcher->found.identity;
	matcher->found.identity = identity;
	return KBAN_OK;
}

/* A rule's verdict. 1, or KBAN_E_NOMEM. */
static int give(struct kban_matcher *matcher, enum kban_verdict verdict, size_t rule,
		struct kb_record *record)
{
	count_hit(matcher, KBAN_RULE_FAIL, rule);
	if (conclude(matcher, verdict, (int)rule) && keep(matcher, record) != KBAN_OK)
		return KBAN_E_NOMEM;
	return 1;
}

/* Say what a match that no ignoreregex took back comes to. 1: the line is judged, 0: go on. */
static int judge(struct kban_matcher *matcher, size_t rule, struct kb_record *record)
{
	struct kb_identity *identity = &matcher->found.identity;
	bool has_session = kb_fields_find(&record->fields, "mlfid").data != NULL;
	/* Without a session the mark means something only to those who test the rule. */
	bool is_quiet =
		kb_fields_has(&record->fields, "nofail") && (has_session || tries_all(matcher));

	if (is_quiet && !tries_all(matcher))
		return give(matcher, KBAN_NOFAIL, rule, record);
	if (kb_identity_tell(identity, &record->fields, matcher->filter) != KBAN_OK)
		return KBAN_E_NOMEM;
	if (identity->result == KB_IDENTITY_NO_HOST)
		return 1;
	if (identity->result == KB_IDENTITY_NONE) {
		if (!has_session)
			return 0;
		record->pending = true;
		is_quiet = true;
	}
	return give(matcher, is_quiet ? KBAN_NOFAIL : KBAN_FAILURE, rule, record);
}

/* 1: the line is judged, 0: the next rule may try, or KBAN_E_NOMEM. */
static int try_rule(struct kban_matcher *matcher, size_t index)
{
	const struct kb_rule *rule = kb_filter_rule(matcher->filter, KBAN_RULE_FAIL, index);
	int found = search(matcher, KBAN_RULE_FAIL, index, matcher->subject);
	struct kb_record *record;
	struct kban_text text;

	if (found <= 0)
		return found;
	if (take(matcher, rule, &text) != KBAN_OK)
		return KBAN_E_NOMEM;
	found = is_ignored(matcher, text, (int)index);
	forget_taken(matcher);
	if (found != 0)
		return found;
	if (merge_fields(matcher) != KBAN_OK || merge_session(matcher, &record) != KBAN_OK)
		return KBAN_E_NOMEM;
	return judge(matcher, index, record);
}

static int try_rules(struct kban_matcher *matcher)
{
	size_t count = kban_filter_rule_count(matcher->filter, KBAN_RULE_FAIL);

	for (size_t i = 0; i < count && matcher->subject.len > 0; i++) {
		int judged = try_rule(matcher, i);

		if (judged < 0)
			return judged;
		if (judged > 0 && !tries_all(matcher))
			break;
	}
	return KBAN_OK;
}

/* Point the caller at what was kept. */
static void publish(struct kban_matcher *matcher)
{
	const struct finding *result = &matcher->result;
	struct kban_match *out = matcher->out;

	if (out->verdict != KBAN_FAILURE)
		return;
	out->id = kb_buffer_content(&result->identity.id);
	out->host = kb_buffer_content(&result->identity.host);
	out->user = kb_fields_find(&result->record.fields, "user");
	out->attempts = kb_text_list_total(&result->record.lines);
	out->addresses = result->identity.addresses;
	out->address_count = result->identity.address_count;
	out->lookup_pending = result->identity.lookup_pending;
}

static int judge_line(struct kban_matcher *matcher)
{
	int go_on = is_ignored_early(matcher);

	if (go_on != 0)
		return go_on < 0 ? go_on : KBAN_OK;
	go_on = pass_prefix(matcher);
	if (go_on <= 0)
		return go_on;
	return try_rules(matcher);
}

int kban_matcher_try(struct kban_matcher *matcher, struct kban_text line, kban_usec now,
		     struct kban_match *match)
{
	int status;

	*match = (struct kban_match){ .rule = -1, .ignore_rule = -1, .time = KBAN_TIME_NONE };
	matcher->out = match;
	matcher->now = now;
	kb_record_reset(&matcher->result.record);
	if (decode(matcher, line, &line) != KBAN_OK || cut(matcher, line, now) != KBAN_OK ||
	    set_subject(matcher) != KBAN_OK)
		return KBAN_E_NOMEM;
	status = judge_line(matcher);
	if (status != KBAN_OK)
		return status;
	publish(matcher);
	return (int)match->verdict;
}

const struct kban_field *kban_matcher_field(const struct kban_matcher *matcher, size_t index)
{
	const struct kb_fields *fields = &matcher->result.record.fields;

	return index < fields->count ? &fields->items[index] : NULL;
}

struct kban_text kban_matcher_user(const struct kban_matcher *matcher, size_t index)
{
	const struct kb_record *record = &matcher->result.record;
	struct kban_text user = kb_fields_find(&record->fields, "user");

	if (record->users.count > 0)
		return kb_text_list_at(&record->users, index);
	return index == 0 && user.len > 0 ? user : nothing;
}

struct kban_text kban_matcher_line(const struct kban_matcher *matcher, size_t index)
{
	return kb_text_list_at(&matcher->result.record.lines, index);
}

uint64_t kban_matcher_date_hits(const struct kban_matcher *matcher, size_t format)
{
	if (format >= kban_filter_date_format_count(matcher->filter))
		return 0;
	return kb_date_detector_hits(matcher->line_time.detector, format);
}

uint64_t kban_matcher_rule_hits(const struct kban_matcher *matcher, enum kban_rule_kind kind,
				size_t index)
{
	if (index >= kban_filter_rule_count(matcher->filter, kind))
		return 0;
	return matcher->counts[kind][index].hits;
}

uint64_t kban_matcher_limit_hits(const struct kban_matcher *matcher, enum kban_rule_kind kind,
				 size_t index)
{
	if (index >= kban_filter_rule_count(matcher->filter, kind))
		return 0;
	return matcher->counts[kind][index].limits;
}

int kban_matcher_has_memory(const struct kban_matcher *matcher)
{
	if (matcher->window != NULL && kb_line_window_count(matcher->window) > 0)
		return 1;
	return kb_sessions_any(matcher->sessions, matcher->now);
}
