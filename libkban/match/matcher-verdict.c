/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From a match to a verdict: fields are merged, a session may join, and it is told whose failure it
 * is. What is found may be better than what is known; the caller sees the best.
 */
#include "match/matcher-state.h"

/* Show what a failregex made of the line. */
static void show_hit(const struct kban_matcher *matcher, enum kban_verdict verdict, size_t rule,
		     const struct kb_record *record)
{
	const struct kb_identity *identity = &matcher->found->identity;
	struct kban_hit hit = {
		.kind = KBAN_RULE_FAIL,
		.rule = rule,
		.fields = record->fields.items,
		.field_count = record->fields.count,
		.time = matcher->out->time,
		.verdict = verdict,
	};

	if (identity->result == KB_IDENTITY_KNOWN) {
		hit.id = kb_buffer_content(&identity->id);
		hit.addresses = identity->addresses;
		hit.address_count = identity->address_count;
	}
	matcher->observe(&hit, matcher->observe_data);
}

bool kb_matcher_conclude(struct kban_matcher *matcher, enum kban_verdict verdict, int rule)
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
	struct kb_fields *fields = &matcher->found->record.fields;

	kb_record_reset(&matcher->found->record);
	if (prefix == NULL) {
		swap_fields(fields, &matcher->groups);
		return KBAN_OK;
	}
	if (kb_fields_read_match(fields, prefix, matcher->prefix_match, matcher->prefixed) !=
	    KBAN_OK)
		return KBAN_E_NOMEM;
	/* A window changes while rules take lines from it. */
	if (matcher->window != NULL && kb_fields_keep(fields) != KBAN_OK)
		return KBAN_E_NOMEM;
	kb_fields_drop(fields, KB_FIELD_CONTENT);
	return kb_fields_lay_over(fields, &matcher->groups);
}

/* The result may be what a session knows, which is about to change. */
static int detach_result(struct kban_matcher *matcher)
{
	struct kb_record *own = &matcher->result->record;
	const struct kb_record *known = matcher->known;

	if (known == own)
		return KBAN_OK;
	matcher->known = own;
	return kb_record_copy(own, known);
}

/* Put the match into its session, if it has one. */
static int merge_session(struct kban_matcher *matcher, struct kb_record **record)
{
	struct kb_record *found = &matcher->found->record;

	*record = found;
	if (kb_fields_get(&found->fields, KB_FIELD_SESSION).data == NULL) {
		kb_text_list_swap(&found->lines, &matcher->taken);
		return KBAN_OK;
	}
	if (detach_result(matcher) != KBAN_OK ||
	    kb_sessions_merge(matcher->sessions, found, &matcher->taken, matcher->now, record) !=
		    KBAN_OK)
		return KBAN_E_NOMEM;
	if (matcher->follower != NULL)
		matcher->follower->joined(*record, kb_sessions_turn(matcher->sessions),
					  matcher->follower->data);
	return KBAN_OK;
}

/* Keep what was found for the caller. */
static void keep(struct kban_matcher *matcher, struct kb_record *record)
{
	struct kb_finding *found = matcher->found;

	matcher->found = matcher->result;
	matcher->result = found;
	matcher->known = record;
}

void kb_matcher_tell_outcome(const struct kban_matcher *matcher, enum kban_outcome outcome)
{
	if (matcher->follower != NULL)
		matcher->follower->judged(outcome, matcher->follower->data);
}

/* A rule's verdict. 1. */
static int give(struct kban_matcher *matcher, enum kban_verdict verdict, size_t rule,
		struct kb_record *record)
{
	kb_matcher_count_hit(matcher, KBAN_RULE_FAIL, rule);
	if (matcher->observe != NULL)
		show_hit(matcher, verdict, rule, record);
	if (kb_matcher_conclude(matcher, verdict, (int)rule))
		keep(matcher, record);
	return 1;
}

/* What a match that no ignoreregex took back comes to. */
static int weigh(struct kban_matcher *matcher, struct kb_record *record, enum kban_outcome *out)
{
	struct kb_identity *identity = &matcher->found->identity;
	bool has_session = kb_fields_get(&record->fields, KB_FIELD_SESSION).data != NULL;
	/* Without a session the mark means something only to those who test the rule. */
	bool is_quiet = kb_fields_has(&record->fields, KB_FIELD_NOFAIL) &&
			(has_session || kb_matcher_tries_all(matcher));

	*out = KBAN_OUTCOME_NOFAIL;
	identity->result = KB_IDENTITY_NONE; /* as long as nobody asked */
	if (is_quiet && !kb_matcher_tries_all(matcher))
		return KBAN_OK;
	if (kb_identity_tell(identity, &record->fields, matcher->filter) != KBAN_OK)
		return KBAN_E_NOMEM;
	if (identity->result == KB_IDENTITY_NO_HOST) {
		*out = KBAN_OUTCOME_NO_ADDRESS;
	} else if (identity->result == KB_IDENTITY_NONE && !has_session) {
		*out = KBAN_OUTCOME_NOBODY;
	} else {
		record->pending = identity->result == KB_IDENTITY_NONE;
		if (!is_quiet)
			*out = record->pending ? KBAN_OUTCOME_PENDING : KBAN_OUTCOME_FAILURE;
	}
	return KBAN_OK;
}

int kb_matcher_judge(struct kban_matcher *matcher, size_t rule)
{
	enum kban_outcome outcome;
	struct kb_record *record;

	if (merge_fields(matcher) != KBAN_OK || merge_session(matcher, &record) != KBAN_OK ||
	    weigh(matcher, record, &outcome) != KBAN_OK)
		return KBAN_E_NOMEM;
	kb_matcher_tell_outcome(matcher, outcome);
	switch (outcome) {
	case KBAN_OUTCOME_NO_ADDRESS:
		return 1;
	case KBAN_OUTCOME_NOBODY:
		return 0;
	case KBAN_OUTCOME_FAILURE:
		return give(matcher, KBAN_FAILURE, rule, record);
	default:
		return give(matcher, KBAN_NOFAIL, rule, record);
	}
}

void kb_matcher_publish(struct kban_matcher *matcher)
{
	const struct kb_identity *identity = &matcher->result->identity;
	struct kban_match *out = matcher->out;

	if (out->verdict != KBAN_FAILURE)
		return;
	out->id = kb_buffer_content(&identity->id);
	out->host = kb_buffer_content(&identity->host);
	out->user = kb_fields_get(&matcher->known->fields, KB_FIELD_USER);
	out->attempts = kb_text_list_total(&matcher->known->lines);
	out->addresses = identity->addresses;
	out->address_count = identity->address_count;
	out->lookup_pending = identity->lookup_pending;
}
