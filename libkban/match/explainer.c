/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Follows a matcher through one line and writes down what it does. What rules search is mapped back
 * to the log step by step as the matcher changes it. How far a rule came is found out at the end,
 * and only where the line was missed: that needs the rule's trace, which is made when it is first
 * needed and kept.
 */
#include <kban/explainer.h>

#include "base/buffer.h"
#include "base/text.h"
#include "filter/filter.h"
#include "match/position-map.h"
#include "match/trace.h"
#include "regex/pattern-trace.h"

struct attempt {
	struct kban_attempt shown;
	struct kban_progress progress;
	size_t first_capture; /* in the explainer's list, which moves while it grows */
	bool whole;           /* it searched the line as it came, not what prefregex left */
};

struct kban_explainer {
	struct kban_matcher *matcher;
	const struct kban_filter *filter;
	struct kb_follower follower;
	struct kb_trace **traces[KBAN_RULE_PREFIX + 1]; /* by enum kban_rule_kind and index */
	struct kb_match *match;                         /* of traces */

	/* The last line. */
	struct kb_buffer text;
	struct kb_buffer searched; /* with the line feed at its end, as content has it, too */
	struct kb_buffer content;
	bool is_narrowed;
	struct kb_position_map map;   /* from what is searched to text */
	struct kb_position_map taken; /* the same of what a failregex took of a window */
	bool has_taken;
	struct kban_date_explanation date;
	struct attempt *attempts;
	size_t attempt_count, attempt_capacity;
	struct kban_capture *captures; /* of all attempts */
	size_t capture_count, capture_capacity;
	size_t fail; /* attempt of the failregex at work */
	size_t nearest;
	struct kb_buffer session_key;
	struct kban_session_explanation session;
	bool has_session;
	bool failed; /* memory ran out on the way */
};

#define NO_ATTEMPT SIZE_MAX

static void check(struct kban_explainer *explainer, int status)
{
	if (status != KBAN_OK)
		explainer->failed = true;
}

static void see_date(const struct kb_line_stamp *stamp, void *data)
{
	struct kban_explainer *explainer = data;
	struct kban_date_explanation *date = &explainer->date;

	date->stamp = (struct kban_span){ stamp->from, stamp->to };
	date->format = stamp->result == KB_DATE_NONE ? -1 : (int)stamp->format;
	if (stamp->is_own)
		date->finding = KBAN_DATE_FOUND;
	else if (stamp->result == KB_DATE_EMPTY && stamp->time != KBAN_TIME_NONE)
		date->finding = KBAN_DATE_UNWANTED;
	else if (stamp->time != KBAN_TIME_NONE)
		date->finding = KBAN_DATE_REMEMBERED;
	else if (stamp->result == KB_DATE_UNPARSABLE)
		date->finding = KBAN_DATE_IMPOSSIBLE;
	else
		date->finding = KBAN_DATE_MISSING;
}

/* Append a line of the log, which is searched without its stamp. */
static int add_line(struct kban_explainer *explainer, struct kban_text whole, size_t before,
		    size_t after)
{
	size_t start;

	if (explainer->text.len > 0)
		kb_buffer_byte(&explainer->text, '\n');
	start = explainer->text.len;
	if (kb_buffer_text(&explainer->text, whole) != KBAN_OK ||
	    kb_position_map_add(&explainer->map, before, start) != KBAN_OK ||
	    kb_position_map_add(&explainer->map, after, start + whole.len - after) != KBAN_OK)
		return KBAN_E_NOMEM;
	return kb_position_map_add(&explainer->map, 1, start + whole.len);
}

/*
 * What is left of a line after prefregex narrowed a window is no longer the line without a stamp;
 * then only its length is known.
 */
static int add_window_line(struct kban_explainer *explainer, const struct kb_window_line *line)
{
	size_t len = line->text_len - 1;

	if (len > line->whole.len || line->before > len)
		return add_line(explainer, line->whole, len, 0);
	return add_line(explainer, line->whole, line->before, len - line->before);
}

static int add_window(struct kban_explainer *explainer, const struct kb_line_window *window)
{
	struct kb_window_line line;

	for (size_t i = 0; kb_line_window_line(window, i, &line); i++)
		if (add_window_line(explainer, &line) != KBAN_OK)
			return KBAN_E_NOMEM;
	return KBAN_OK;
}

static void see_line(const struct kb_cut_line *line, const struct kb_line_window *window,
		     struct kban_text subject, void *data)
{
	struct kban_explainer *explainer = data;
	size_t start;

	check(explainer, kb_buffer_text(&explainer->searched, subject));
	if (window != NULL)
		check(explainer, add_window(explainer, window));
	else
		check(explainer,
		      add_line(explainer, line->whole, line->before.len, line->after.len));
	/* The line is the last one. */
	start = explainer->text.len - line->whole.len;
	explainer->date.stamp.from += start;
	explainer->date.stamp.to += start;
}

static void see_narrowing(size_t from, size_t to, struct kban_text subject, void *data)
{
	struct kban_explainer *explainer = data;
	size_t end = kb_position_map_span(&explainer->map, from, to).to;

	explainer->is_narrowed = true;
	check(explainer, kb_buffer_text(&explainer->content, subject));
	check(explainer, kb_position_map_keep(&explainer->map, from, to));
	check(explainer, kb_position_map_add(&explainer->map, 1, end));
}

static void add_capture(struct kban_explainer *explainer, const char *name, struct kban_span span)
{
	if (kb_array_room(&explainer->captures, &explainer->capture_capacity,
			  explainer->capture_count, sizeof(*explainer->captures)) < 0) {
		explainer->failed = true;
		return;
	}
	explainer->captures[explainer->capture_count++] = (struct kban_capture){ name, span };
}

/* A final line feed that a rule matched is none of the log. */
static struct kban_span span_of(const struct kban_explainer *explainer, size_t from, size_t to)
{
	const struct kb_position_map *map =
		explainer->has_taken ? &explainer->taken : &explainer->map;
	struct kban_span span = kb_position_map_span(map, from, to);
	size_t end = explainer->text.len;

	return (struct kban_span){ span.from < end ? span.from : end,
				   span.to < end ? span.to : end };
}

static void add_captures(struct kban_explainer *explainer, const struct kb_rule_search *search)
{
	const struct kb_rule *rule = kb_filter_rule(explainer->filter, search->kind, search->index);
	const struct kb_pattern *pattern = rule->pattern;
	size_t from;
	size_t to;

	for (size_t i = 0; i < kb_pattern_name_count(pattern); i++)
		if (kb_match_group(search->match, kb_pattern_name_group(pattern, i), &from, &to))
			add_capture(explainer, kb_pattern_name(pattern, i),
				    span_of(explainer, from, to));
}

static enum kban_outcome outcome_of(int result)
{
	if (result == KB_MATCH_FOUND)
		return KBAN_OUTCOME_MATCH;
	return result == KB_MATCH_LIMIT ? KBAN_OUTCOME_GIVEN_UP : KBAN_OUTCOME_NO_MATCH;
}

static void see_search(const struct kb_rule_search *search, void *data)
{
	struct kban_explainer *explainer = data;
	struct attempt *attempt;
	size_t from = 0;
	size_t to = 0;

	if (kb_array_room(&explainer->attempts, &explainer->attempt_capacity,
			  explainer->attempt_count, sizeof(*explainer->attempts)) < 0) {
		explainer->failed = true;
		return;
	}
	if (search->kind == KBAN_RULE_FAIL)
		explainer->fail = explainer->attempt_count;
	attempt = &explainer->attempts[explainer->attempt_count++];
	*attempt = (struct attempt){
		.shown = { .kind = search->kind,
			   .rule = search->index,
			   .outcome = outcome_of(search->result) },
		.first_capture = explainer->capture_count,
		.whole = !explainer->is_narrowed,
	};
	if (search->result != KB_MATCH_FOUND)
		return;
	kb_match_group(search->match, 0, &from, &to);
	attempt->shown.span = span_of(explainer, from, to);
	add_captures(explainer, search);
	attempt->shown.capture_count = explainer->capture_count - attempt->first_capture;
}

/* Where the marked lines stand. */
static int map_marked(struct kban_explainer *explainer, const struct kb_line_window *window,
		      struct kb_position_map *marked, struct kb_position_map *others)
{
	struct kb_window_line line;
	size_t start = 0;

	kb_position_map_reset(marked);
	for (size_t i = 0; kb_line_window_line(window, i, &line); i++) {
		struct kb_position_map *out = line.is_marked ? marked : others;
		size_t end = start + line.text_len;

		if (out != NULL &&
		    kb_position_map_add_part(out, &explainer->map, start, end) != KBAN_OK)
			return KBAN_E_NOMEM;
		start = end;
	}
	return KBAN_OK;
}

static void see_taking(const struct kb_line_window *window, void *data)
{
	struct kban_explainer *explainer = data;

	check(explainer, map_marked(explainer, window, &explainer->taken, NULL));
	explainer->has_taken = true;
}

static void see_forgetting(const struct kb_line_window *window, void *data)
{
	struct kban_explainer *explainer = data;
	struct kb_position_map others = { 0 };

	check(explainer, map_marked(explainer, window, &explainer->taken, &others));
	kb_position_map_clear(&explainer->map);
	explainer->map = others;
	explainer->has_taken = false;
}

static void see_session(const struct kb_record *record, const struct kb_session_turn *turn,
			void *data)
{
	const struct {
		bool is_set;
		unsigned flag;
	} flags[] = {
		{ turn->opened, KBAN_SESSION_OPENED },
		{ turn->forget, KBAN_SESSION_CLOSED },
		{ turn->no_failure, KBAN_SESSION_FACTS },
		{ turn->gained, KBAN_SESSION_GAINED },
		{ turn->was_pending, KBAN_SESSION_WAS_PENDING },
		{ turn->several_users, KBAN_SESSION_SEVERAL_USERS },
	};
	struct kban_explainer *explainer = data;
	struct kban_session_explanation *session = &explainer->session;

	kb_buffer_reset(&explainer->session_key);
	check(explainer, kb_buffer_text(&explainer->session_key,
					kb_fields_get(&record->fields, KB_FIELD_SESSION)));
	*session = (struct kban_session_explanation){ .users = (unsigned)record->users.count };
	for (size_t i = 0; i < kb_array_size(flags); i++)
		session->flags |= flags[i].is_set ? flags[i].flag : 0;
	explainer->has_session = true;
}

static void see_outcome(enum kban_outcome outcome, void *data)
{
	struct kban_explainer *explainer = data;

	if (explainer->fail != NO_ATTEMPT)
		explainer->attempts[explainer->fail].shown.outcome = outcome;
}

static int make_traces(struct kban_explainer *explainer)
{
	for (size_t kind = 0; kind < kb_array_size(explainer->traces); kind++) {
		size_t count = kban_filter_rule_count(explainer->filter, (enum kban_rule_kind)kind);

		explainer->traces[kind] = calloc(count + 1, sizeof(*explainer->traces[kind]));
		if (explainer->traces[kind] == NULL)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

int kban_explainer_new(struct kban_matcher *matcher, struct kban_explainer **out)
{
	kban_auto(explainer) explainer = calloc(1, sizeof(*explainer));

	if (explainer == NULL)
		return KBAN_E_NOMEM;
	explainer->matcher = matcher;
	explainer->filter = kb_matcher_filter(matcher);
	explainer->follower = (struct kb_follower){
		.dated = see_date,
		.began = see_line,
		.narrowed = see_narrowing,
		.searched = see_search,
		.taking = see_taking,
		.forgetting = see_forgetting,
		.joined = see_session,
		.judged = see_outcome,
		.data = explainer,
	};
	explainer->match = kb_match_new();
	if (explainer->match == NULL || make_traces(explainer) != KBAN_OK)
		return KBAN_E_NOMEM;
	*out = kb_steal(explainer);
	return KBAN_OK;
}

static void free_traces(struct kban_explainer *explainer, enum kban_rule_kind kind)
{
	size_t count = kban_filter_rule_count(explainer->filter, kind);

	for (size_t i = 0; explainer->traces[kind] != NULL && i < count; i++)
		kb_trace_free(explainer->traces[kind][i]);
	free(explainer->traces[kind]);
}

void kban_explainer_free(struct kban_explainer *explainer)
{
	if (explainer == NULL)
		return;
	for (size_t kind = 0; kind < kb_array_size(explainer->traces); kind++)
		free_traces(explainer, (enum kban_rule_kind)kind);
	kb_match_free(explainer->match);
	kb_buffer_clear(&explainer->text);
	kb_buffer_clear(&explainer->searched);
	kb_buffer_clear(&explainer->content);
	kb_buffer_clear(&explainer->session_key);
	kb_position_map_clear(&explainer->map);
	kb_position_map_clear(&explainer->taken);
	free(explainer->attempts);
	free(explainer->captures);
	free(explainer);
}

/* The rule's trace; NULL if it cannot be traced. */
static int find_trace(struct kban_explainer *explainer, const struct kban_attempt *attempt,
		      struct kb_trace **out)
{
	struct kb_trace **slot = &explainer->traces[attempt->kind][attempt->rule];
	const struct kb_rule *rule =
		kb_filter_rule(explainer->filter, attempt->kind, attempt->rule);
	int status = KBAN_OK;

	if (*slot == NULL)
		status = kb_trace_new(rule->pattern, KB_TRACE_PROGRESS, slot);
	*out = *slot;
	return status == KBAN_E_LIMIT ? KBAN_OK : status;
}

static int note_progress(struct kban_explainer *explainer, struct attempt *attempt,
			 const struct kb_trace_result *result)
{
	const struct kb_rule *rule =
		kb_filter_rule(explainer->filter, attempt->shown.kind, attempt->shown.rule);
	struct kban_progress *progress = &attempt->progress;

	progress->passed = result->passed;
	progress->start = span_of(explainer, result->start, result->start).from;
	progress->place.from = span_of(explainer, result->first_place, result->first_place).from;
	progress->place.to = span_of(explainer, result->place, result->place).from;
	attempt->shown.progress = progress;
	return kb_rule_origin(rule, result->item_from, result->item_to, &progress->wanted.from,
			      &progress->wanted.to);
}

static int measure(struct kban_explainer *explainer, struct attempt *attempt)
{
	const struct kb_buffer *subject =
		attempt->whole ? &explainer->searched : &explainer->content;
	struct kb_trace_result result;
	struct kb_trace *trace;
	int found;

	if (find_trace(explainer, &attempt->shown, &trace) != KBAN_OK)
		return KBAN_E_NOMEM;
	if (trace == NULL)
		return KBAN_OK;
	found = kb_trace_search(trace, kb_buffer_content(subject), 0, explainer->match, &result);
	if (found < 0)
		return found;
	return note_progress(explainer, attempt, &result);
}

/* How much of the line a rule matched for certain. */
static size_t reach_of(const struct attempt *attempt)
{
	const struct kban_progress *progress = &attempt->progress;

	return progress->place.from > progress->start ? progress->place.from - progress->start : 0;
}

/*
 * How sure it is that the rule is about such a line. Neither measure does alone: a rule may swallow
 * half a line with ".* ", and it may jump over many pieces that are optional.
 */
static size_t likeness_of(const struct attempt *attempt)
{
	size_t reach = reach_of(attempt);

	return reach < attempt->progress.passed ? reach : attempt->progress.passed;
}

static bool is_nearer(const struct attempt *attempt, const struct attempt *other)
{
	if (likeness_of(attempt) != likeness_of(other))
		return likeness_of(attempt) > likeness_of(other);
	return reach_of(attempt) > reach_of(other);
}

static bool is_miss(const struct kban_attempt *attempt)
{
	return attempt->outcome == KBAN_OUTCOME_NO_MATCH ||
	       attempt->outcome == KBAN_OUTCOME_GIVEN_UP;
}

/*
 * Say of each rule how far it came. Nothing left the text that they searched, or a rule would have
 * matched.
 */
static int measure_all(struct kban_explainer *explainer)
{
	for (size_t i = 0; i < explainer->attempt_count; i++) {
		struct attempt *attempt = &explainer->attempts[i];

		if (attempt->shown.kind == KBAN_RULE_IGNORE || !is_miss(&attempt->shown))
			continue;
		if (measure(explainer, attempt) != KBAN_OK)
			return KBAN_E_NOMEM;
		if (attempt->shown.progress != NULL &&
		    (explainer->nearest == NO_ATTEMPT ||
		     is_nearer(attempt, &explainer->attempts[explainer->nearest])))
			explainer->nearest = i;
	}
	return KBAN_OK;
}

static void reset(struct kban_explainer *explainer)
{
	kb_buffer_reset(&explainer->text);
	kb_buffer_reset(&explainer->searched);
	kb_buffer_reset(&explainer->content);
	kb_position_map_reset(&explainer->map);
	explainer->is_narrowed = false;
	explainer->has_taken = false;
	explainer->has_session = false;
	explainer->attempt_count = 0;
	explainer->capture_count = 0;
	explainer->fail = NO_ATTEMPT;
	explainer->nearest = NO_ATTEMPT;
	explainer->failed = false;
	explainer->date = (struct kban_date_explanation){ .format = -1 };
}

static bool has_match(const struct kban_explainer *explainer)
{
	for (size_t i = 0; i < explainer->attempt_count; i++) {
		const struct kban_attempt *attempt = &explainer->attempts[i].shown;

		if (attempt->kind == KBAN_RULE_FAIL && !is_miss(attempt))
			return true;
	}
	return false;
}

/* The lists have stopped moving. */
static void settle(struct kban_explainer *explainer)
{
	for (size_t i = 0; i < explainer->attempt_count; i++) {
		struct attempt *attempt = &explainer->attempts[i];

		if (attempt->shown.capture_count > 0)
			attempt->shown.captures = explainer->captures + attempt->first_capture;
	}
	explainer->session.key = kb_buffer_content(&explainer->session_key);
}

int kban_explainer_try(struct kban_explainer *explainer, struct kban_text line, kban_usec now,
		       struct kban_match *match)
{
	int verdict;

	reset(explainer);
	kb_matcher_follow(explainer->matcher, &explainer->follower);
	verdict = kban_matcher_try(explainer->matcher, line, now, match);
	kb_matcher_follow(explainer->matcher, NULL);
	if (verdict < 0)
		return verdict;
	if (explainer->failed)
		return KBAN_E_NOMEM;
	settle(explainer);
	if (verdict == KBAN_MISSED && !has_match(explainer) && measure_all(explainer) != KBAN_OK)
		return KBAN_E_NOMEM;
	return verdict;
}

struct kban_text kban_explainer_text(const struct kban_explainer *explainer)
{
	return kb_buffer_content(&explainer->text);
}

/* Without the line feed at the end. */
static struct kban_text shown(const struct kb_buffer *buffer)
{
	struct kban_text text = kb_buffer_content(buffer);

	return kb_text_slice(text, 0, text.len > 0 ? text.len - 1 : 0);
}

struct kban_text kban_explainer_searched(const struct kban_explainer *explainer)
{
	return shown(&explainer->searched);
}

struct kban_text kban_explainer_content(const struct kban_explainer *explainer)
{
	const struct kban_text none = { NULL, 0 };

	return explainer->is_narrowed ? shown(&explainer->content) : none;
}

const struct kban_date_explanation *kban_explainer_date(const struct kban_explainer *explainer)
{
	return &explainer->date;
}

const struct kban_attempt *kban_explainer_attempt(const struct kban_explainer *explainer,
						  size_t index)
{
	return index < explainer->attempt_count ? &explainer->attempts[index].shown : NULL;
}

const struct kban_attempt *kban_explainer_nearest(const struct kban_explainer *explainer)
{
	return kban_explainer_attempt(explainer, explainer->nearest);
}

const struct kban_session_explanation *kban_explainer_session(
	const struct kban_explainer *explainer)
{
	if (!explainer->has_session)
		return NULL;
	return &explainer->session;
}
