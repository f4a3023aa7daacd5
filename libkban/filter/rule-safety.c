/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A failregex is asked what it makes of lines that were thought out to mislead it; what it falls
 * for is the warning. So nobody is warned of what does not happen, and sees what does. Each line is
 * also shown without the forgery: unless the rule finds the true address then, it is no line of
 * that log.
 */
#include "filter/rule-safety.h"

#include "base/text.h"
#include "filter/filter.h"
#include "filter/forgery.h"

/* Groups that say whose failure it is, the strongest first. */
static const char *const id_groups[] = { "fid", NULL };
static const char *const host_groups[] = { "ip4", "ip6", "dns", NULL };

enum { LIMITS_MAX = 3 };

struct check {
	const struct kban_filter *filter;
	const struct kb_rule *prefix; /* that leaves content to the rule, or NULL */
	const struct kb_rule *rule;
	const char *const *groups; /* that decide */
	struct kb_match *match;
	unsigned limits;          /* how often the rule ran into one */
	struct kb_buffer text;    /* what is searched */
	struct kb_buffer content; /* what prefregex left of it */
	struct kb_buffer innocent;
	struct kb_buffer forged; /* the line it fell for */
	struct kb_edge edge;     /* and the place of the forgery in the rule */
	struct kb_problem_list *problems;
	const char *subject;
};

static bool has_group(const struct kb_rule *rule, const char *const *groups)
{
	for (; rule != NULL && *groups != NULL; groups++)
		if (kb_pattern_find_group(rule->pattern, *groups) != 0)
			return true;
	return false;
}

/* Where the address is in what was matched. False: there is none. */
static bool find_address(const struct check *check, const struct kb_rule *rule, size_t *from,
			 size_t *to)
{
	for (const char *const *name = check->groups; *name != NULL; name++) {
		unsigned group = kb_pattern_find_group(rule->pattern, *name);

		if (group != 0 && kb_match_group(check->match, group, from, to))
			return true;
	}
	return false;
}

/* What prefregex leaves of the text. 1, 0 if it does not match, or KBAN_E_NOMEM. */
static int narrow(struct check *check, struct kban_text *subject, size_t *offset)
{
	unsigned group = kb_pattern_find_group(check->prefix->pattern, "content");
	size_t from, to;

	if (group == 0 || !kb_match_group(check->match, group, &from, &to) || from == to)
		return KBAN_OK;
	*offset = from;
	kb_buffer_reset(&check->content);
	kb_buffer_text(&check->content, kb_text_slice(*subject, from, to));
	if (kb_buffer_byte(&check->content, '\n') != KBAN_OK)
		return KBAN_E_NOMEM;
	*subject = kb_buffer_content(&check->content);
	return KBAN_OK;
}

/* 1: the rule matches; 0, KBAN_E_NOMEM, or KBAN_E_LIMIT: it takes too long to go on with it. */
static int match(struct check *check, const struct kb_rule *rule, struct kban_text subject)
{
	/* In the way of most lines of a log, so that little is compiled for this alone. */
	const struct kb_subject in = { .text = subject, .is_plain = kb_subject_is_plain(subject) };
	int result = kb_pattern_search_in(rule->pattern, &in, check->match);

	if (result == KB_MATCH_LIMIT)
		return ++check->limits > LIMITS_MAX ? KBAN_E_LIMIT : 0;
	return result;
}

/* Is the address that is taken of @a line at @a at? As match(). */
static int takes(struct check *check, struct kban_text line, size_t at, size_t len)
{
	struct kban_text subject;
	size_t offset = 0, from = 0, to = 0;
	bool found = false;
	int result;

	kb_buffer_reset(&check->text);
	kb_buffer_text(&check->text, line);
	if (kb_buffer_byte(&check->text, '\n') != KBAN_OK)
		return KBAN_E_NOMEM;
	subject = kb_buffer_content(&check->text);
	if (check->prefix != NULL) {
		result = match(check, check->prefix, subject);
		if (result <= 0)
			return result;
		found = find_address(check, check->prefix, &from, &to);
		if (narrow(check, &subject, &offset) != KBAN_OK)
			return KBAN_E_NOMEM;
	}
	result = match(check, check->rule, subject);
	if (result <= 0)
		return result;
	if (find_address(check, check->rule, &from, &to)) {
		from += offset;
		to += offset;
		found = true;
	}
	return found && from == at && to == at + len;
}

/* The same line with something else instead of the forgery. 1: its true address is taken. */
static int is_right_without(struct check *check, const struct kb_forgery *forgery,
			    const char *instead)
{
	size_t behind = forgery->forged_at + strlen(KB_FORGERY_FORGED);
	struct kban_text line;
	size_t at;

	kb_buffer_reset(&check->innocent);
	kb_buffer_text(&check->innocent, kb_text_slice(forgery->line, 0, forgery->forged_at));
	kb_buffer_string(&check->innocent, instead);
	if (kb_buffer_text(&check->innocent,
			   kb_text_slice(forgery->line, behind, forgery->line.len)) != KBAN_OK)
		return KBAN_E_NOMEM;
	line = kb_buffer_content(&check->innocent);
	at = kb_text_find(line, KB_TEXT(KB_FORGERY_TRUE));
	if (at == line.len)
		return 0;
	return takes(check, line, at, strlen(KB_FORGERY_TRUE));
}

static int falls_for(const struct kb_forgery *forgery, void *data)
{
	static const char *const innocent[] = { "x", " ", "-" };
	struct check *check = data;
	int result = takes(check, forgery->line, forgery->forged_at, strlen(KB_FORGERY_FORGED));

	if (result <= 0)
		return result;
	result = 0;
	for (size_t i = 0; i < kb_array_size(innocent) && result == 0; i++)
		result = is_right_without(check, forgery, innocent[i]);
	if (result <= 0)
		return result;
	kb_buffer_reset(&check->forged);
	check->edge = *forgery->edge;
	return kb_buffer_printable(&check->forged, forgery->line) == KBAN_OK ? 1 : KBAN_E_NOMEM;
}

/* A part of a rule, quoted. */
static int quote(struct kban_text part, struct kb_buffer *out)
{
	kb_buffer_byte(out, '\'');
	kb_buffer_printable(out, part);
	return kb_buffer_byte(out, '\'');
}

static int warn_of_forgery(const struct check *check)
{
	static const struct {
		const char *place, *advice;
	} texts[] = {
		[KB_EDGE_BEFORE] = { "before what it matches", "anchor it with '^'" },
		[KB_EDGE_BEHIND] = { "behind what it matches",
				     "anchor it with '$', and fix all behind the address" },
		[KB_EDGE_WILD] = { "in place of ",
				   "let that match less, or anchor all behind the address "
				   "with '$'" },
	};
	enum kb_edge_kind kind = check->edge.kind;
	kb_auto_clear(buffer) place = { 0 };

	if (kb_buffer_string(&place, texts[kind].place) != KBAN_OK ||
	    (kind == KB_EDGE_WILD && quote(check->edge.source, &place) != KBAN_OK))
		return KBAN_E_NOMEM;
	return kb_problem_list_add(check->problems, KB_PROBLEM_WARNING, check->subject,
				   &check->rule->where,
				   "failregex: who writes %s can name the address: of '%s' it "
				   "takes " KB_FORGERY_FORGED "; %s",
				   place.data, check->forged.data, texts[kind].advice);
}

static int warn_of_open_start(const struct check *check, const struct kb_automaton_facts *facts)
{
	kb_auto_clear(buffer) wild = { 0 };

	if (facts->first_wild.data != NULL && quote(facts->first_wild, &wild) != KBAN_OK)
		return KBAN_E_NOMEM;
	return kb_problem_list_add(check->problems, KB_PROBLEM_WARNING, check->subject,
				   &check->rule->where,
				   "failregex: %s stands before the address, so who has his words "
				   "at the end of a line can name it; anchor it with '^'",
				   wild.data != NULL ? wild.data : "nothing");
}

static bool has_content(const struct kb_rule *prefix)
{
	return prefix != NULL && kb_pattern_find_group(prefix->pattern, "content") != 0;
}

static int build(const struct check *check, struct kb_automaton *automaton,
		 struct kb_automaton_facts *facts)
{
	struct kban_text rule = kb_text(check->rule->regex);

	if (check->prefix == NULL)
		return kb_automaton_build(automaton, rule, NULL, check->groups, facts);
	return kb_automaton_build(automaton, kb_text(check->prefix->regex), &rule, check->groups,
				  facts);
}

static int check_failregex(struct check *check)
{
	kb_auto_clear(automaton) automaton = { 0 };
	struct kb_automaton_facts facts;
	int result;

	/* One that leaves nothing to the rule only says which lines it is for. */
	check->prefix = kb_filter_rule(check->filter, KBAN_RULE_PREFIX, 0);
	if (!has_content(check->prefix))
		check->prefix = NULL;
	check->limits = 0;
	check->groups = id_groups;
	if (!has_group(check->rule, id_groups) && !has_group(check->prefix, id_groups))
		check->groups = host_groups;
	result = build(check, &automaton, &facts);
	if (result == KBAN_E_LIMIT || (result == KBAN_OK && !facts.has_address))
		return KBAN_OK;
	if (result == KBAN_OK)
		result = kb_forgery_search(&automaton, falls_for, check);
	/* What is not found is not said. */
	if (result < 0 && result != KBAN_E_LIMIT)
		return result;
	if (result > 0)
		return warn_of_forgery(check);
	return !facts.is_anchored && facts.is_open ? warn_of_open_start(check, &facts) : KBAN_OK;
}

static int check_ignoreregex(struct check *check)
{
	static const char *const none[] = { NULL };
	kb_auto_clear(automaton) automaton = { 0 };
	kb_auto_clear(buffer) wild = { 0 };
	struct kb_automaton_facts facts;
	int status =
		kb_automaton_build(&automaton, kb_text(check->rule->regex), NULL, none, &facts);

	if (status == KBAN_E_NOMEM)
		return status;
	if (status != KBAN_OK || facts.first_wild.data == NULL ||
	    (facts.is_anchored && !facts.begins_wild))
		return KBAN_OK;
	if (quote(facts.first_wild, &wild) != KBAN_OK)
		return KBAN_E_NOMEM;
	return kb_problem_list_add(
		check->problems, KB_PROBLEM_WARNING, check->subject, &check->rule->where,
		"ignoreregex: who has his words in a line can have it ignored, as "
		"%s may be anywhere; anchor it with '^'",
		wild.data);
}

static int check_rules(struct check *check, enum kban_rule_kind kind,
		       int (*check_rule)(struct check *check))
{
	size_t count = kban_filter_rule_count(check->filter, kind);
	int status = KBAN_OK;

	for (size_t i = 0; i < count && status == KBAN_OK; i++) {
		check->rule = kb_filter_rule(check->filter, kind, i);
		status = check_rule(check);
	}
	return status;
}

int kb_rule_safety_check(const struct kban_filter *filter, const char *subject,
			 struct kb_problem_list *problems)
{
	struct check check = {
		.filter = filter,
		.match = kb_match_new(),
		.problems = problems,
		.subject = subject,
	};
	int status = check.match == NULL ? KBAN_E_NOMEM : KBAN_OK;

	if (status == KBAN_OK)
		status = check_rules(&check, KBAN_RULE_FAIL, check_failregex);
	if (status == KBAN_OK)
		status = check_rules(&check, KBAN_RULE_IGNORE, check_ignoreregex);
	kb_match_free(check.match);
	kb_buffer_clear(&check.text);
	kb_buffer_clear(&check.content);
	kb_buffer_clear(&check.innocent);
	kb_buffer_clear(&check.forged);
	return status;
}
