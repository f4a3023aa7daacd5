/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Searching rules in the text at work, those that may end it early included. */
#include "match/matcher-state.h"

static void tell_search(const struct kban_matcher *matcher, enum kban_rule_kind kind, size_t index,
			struct kban_text subject, int result)
{
	const struct kb_rule_search search = {
		.kind = kind,
		.index = index,
		.subject = subject,
		.result = result,
		.match = kind == KBAN_RULE_PREFIX ? matcher->prefix_match : matcher->match,
	};

	matcher->follower->searched(&search, matcher->follower->data);
}

int kb_matcher_search(struct kban_matcher *matcher, enum kban_rule_kind kind, size_t index,
		      struct kban_text subject)
{
	const struct kb_rule *rule = kb_filter_rule(matcher->filter, kind, index);
	struct kb_match *match = kind == KBAN_RULE_PREFIX ? matcher->prefix_match : matcher->match;
	const struct kb_subject in = { .text = subject, .is_plain = matcher->is_plain };
	int result = kb_pattern_search_in(rule->pattern, &in, match);

	if (result < 0)
		return result;
	if (matcher->follower != NULL)
		tell_search(matcher, kind, index, subject, result);
	if (result == KB_MATCH_LIMIT) {
		matcher->counts[kind][index].limits++;
		matcher->limits++;
	}
	return result == KB_MATCH_FOUND;
}

void kb_matcher_count_hit(struct kban_matcher *matcher, enum kban_rule_kind kind, size_t index)
{
	matcher->counts[kind][index].hits++;
}

/* Show what prefregex matched. */
static int show_prefix(struct kban_matcher *matcher)
{
	const struct kb_rule *prefix = kb_filter_rule(matcher->filter, KBAN_RULE_PREFIX, 0);
	struct kban_hit hit = { .kind = KBAN_RULE_PREFIX };

	kb_fields_reset(&matcher->groups);
	if (kb_matcher_complete_time(matcher) != KBAN_OK ||
	    kb_fields_read_match(&matcher->groups, prefix, matcher->prefix_match,
				 matcher->subject) != KBAN_OK)
		return KBAN_E_NOMEM;
	hit.time = matcher->out->time;
	hit.fields = matcher->groups.items;
	hit.field_count = matcher->groups.count;
	matcher->observe(&hit, matcher->observe_data);
	return KBAN_OK;
}

/* All of them are asked where every rule is tried, so that each counts its hits. */
int kb_matcher_is_ignored(struct kban_matcher *matcher, struct kban_text text, int rule)
{
	size_t count = kban_filter_rule_count(matcher->filter, KBAN_RULE_IGNORE);
	int ignored = 0;

	for (size_t i = 0; i < count; i++) {
		int found = kb_matcher_search(matcher, KBAN_RULE_IGNORE, i, text);

		if (found < 0)
			return found;
		if (!found)
			continue;
		if (kb_matcher_complete_time(matcher) != KBAN_OK)
			return KBAN_E_NOMEM;
		kb_matcher_count_hit(matcher, KBAN_RULE_IGNORE, i);
		if (kb_matcher_conclude(matcher, KBAN_IGNORED, rule))
			matcher->out->ignore_rule = (int)i;
		ignored = 1;
		if (!kb_matcher_tries_all(matcher))
			break;
	}
	return ignored;
}

bool kb_matcher_ignores_early(const struct kban_matcher *matcher)
{
	size_t ignore = kban_filter_rule_count(matcher->filter, KBAN_RULE_IGNORE);
	size_t fail = kban_filter_rule_count(matcher->filter, KBAN_RULE_FAIL);

	return ignore > 0 && ignore + 2 < fail;
}

int kb_matcher_is_ignored_early(struct kban_matcher *matcher)
{
	if (!kb_matcher_ignores_early(matcher))
		return 0;
	return kb_matcher_is_ignored(matcher, matcher->subject, -1);
}

int kb_matcher_pass_prefix(struct kban_matcher *matcher)
{
	size_t from;
	size_t to;
	int found;

	if (matcher->prefix_match == NULL)
		return 1;
	matcher->prefixed = matcher->subject;
	found = kb_matcher_search(matcher, KBAN_RULE_PREFIX, 0, matcher->subject);
	if (found <= 0)
		return found;
	kb_matcher_count_hit(matcher, KBAN_RULE_PREFIX, 0);
	if (matcher->observe != NULL && show_prefix(matcher) != KBAN_OK)
		return KBAN_E_NOMEM;
	if (matcher->content_group == 0 ||
	    !kb_match_group(matcher->prefix_match, matcher->content_group, &from, &to) ||
	    from == to)
		return 1;
	if (kb_matcher_narrow(matcher, from, to) != KBAN_OK)
		return KBAN_E_NOMEM;
	if (matcher->follower != NULL)
		matcher->follower->narrowed(from, to, matcher->subject, matcher->follower->data);
	return 1;
}
