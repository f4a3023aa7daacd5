/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a failregex took: its groups, and the lines it spans. */
#include "match/matcher-state.h"

#include <stdio.h>

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
	if (matcher->follower != NULL)
		matcher->follower->taking(matcher->window, matcher->follower->data);
	kb_buffer_reset(&matcher->ignorable);
	if (kb_line_window_marked_text(matcher->window, &matcher->ignorable) != KBAN_OK)
		return KBAN_E_NOMEM;
	*text = kb_buffer_content(&matcher->ignorable);
	return kb_line_window_marked_lines(matcher->window, &matcher->taken);
}

int kb_matcher_take(struct kban_matcher *matcher, const struct kb_rule *rule,
		    struct kban_text *text)
{
	kb_fields_reset(&matcher->groups);
	kb_text_list_reset(&matcher->taken);
	if (kb_fields_read_match(&matcher->groups, rule, matcher->match, matcher->subject) !=
	    KBAN_OK)
		return KBAN_E_NOMEM;
	if (matcher->window != NULL)
		return kb_fields_keep(&matcher->groups) == KBAN_OK
			       ? take_from_window(matcher, rule, text)
			       : KBAN_E_NOMEM;
	*text = matcher->subject;
	return kb_text_list_append(&matcher->taken, matcher->line.whole);
}

void kb_matcher_forget_taken(struct kban_matcher *matcher)
{
	if (matcher->window == NULL)
		return;
	if (matcher->follower != NULL)
		matcher->follower->forgetting(matcher->window, matcher->follower->data);
	kb_line_window_drop_marked(matcher->window);
	matcher->took_lines = true;
	matcher->subject = kb_line_window_text(matcher->window);
}
