/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/limit-watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kban/text.h>

/* The kind of a date format, which is no rule but costs as much. */
enum { DATE_FORMAT = KBAN_RULE_PREFIX + 1 };

struct rule {
	int kind; /* enum kban_rule_kind, or DATE_FORMAT */
	size_t index;
	uint64_t hits; /* when it was last looked at */
	uint64_t lines;
	uint64_t first_line;
};

struct limit_watch {
	const struct kban_filter *filter;
	const struct kban_matcher *matcher;
	uint64_t total; /* of all rules, when they were last looked at */
	struct rule *rules;
	size_t count;
};

static size_t count_of(const struct kban_filter *filter, int kind)
{
	if (kind == DATE_FORMAT)
		return kban_filter_date_format_count(filter);
	return kban_filter_rule_count(filter, (enum kban_rule_kind)kind);
}

static uint64_t hits_of(const struct kban_matcher *matcher, const struct rule *rule)
{
	if (rule->kind == DATE_FORMAT)
		return kban_matcher_date_limit_hits(matcher, rule->index);
	return kban_matcher_limit_hits(matcher, (enum kban_rule_kind)rule->kind, rule->index);
}

struct limit_watch *limit_watch_new(const struct kban_filter *filter,
				    const struct kban_matcher *matcher)
{
	struct limit_watch *watch = calloc(1, sizeof(*watch));
	size_t count = 1;

	if (watch == NULL)
		return NULL;
	for (int kind = KBAN_RULE_FAIL; kind <= DATE_FORMAT; kind++)
		count += count_of(filter, kind);
	watch->filter = filter;
	watch->matcher = matcher;
	watch->rules = calloc(count, sizeof(*watch->rules));
	if (watch->rules == NULL) {
		free(watch);
		return NULL;
	}
	for (int kind = KBAN_RULE_FAIL; kind <= DATE_FORMAT; kind++) {
		count = count_of(filter, kind);
		for (size_t i = 0; i < count; i++)
			watch->rules[watch->count++] = (struct rule){ .kind = kind, .index = i };
	}
	return watch;
}

void limit_watch_free(struct limit_watch *watch)
{
	if (watch == NULL)
		return;
	free(watch->rules);
	free(watch);
}

static void see_rule(struct limit_watch *watch, struct rule *rule, uint64_t line)
{
	uint64_t hits = hits_of(watch->matcher, rule);

	if (hits == rule->hits)
		return;
	rule->hits = hits;
	if (rule->lines++ == 0)
		rule->first_line = line;
}

void limit_watch_see(struct limit_watch *watch, uint64_t line)
{
	uint64_t total = kban_matcher_limit_total(watch->matcher);

	if (total == watch->total)
		return;
	watch->total = total;
	for (size_t i = 0; i < watch->count; i++)
		see_rule(watch, &watch->rules[i], line);
}

static char *printable(const char *text)
{
	return kban_text_printable((struct kban_text){ text, strlen(text) });
}

/* "FILE:LINE: failregex 2", or "date format 'NAME'". */
static void print_rule(const struct limit_watch *watch, const struct rule *rule)
{
	static const char *const keys[] = { "failregex", "ignoreregex", "prefregex" };
	const char *file = NULL;
	char *shown = NULL;
	unsigned at = 0;

	if (rule->kind == DATE_FORMAT) {
		shown = printable(kban_filter_date_format_name(watch->filter, rule->index));
		fprintf(stderr, "date format '%s'", shown != NULL ? shown : "");
		free(shown);
		return;
	}
	file = kban_filter_rule_file(watch->filter, (enum kban_rule_kind)rule->kind, rule->index,
				     &at);
	if (file != NULL)
		shown = printable(file);
	if (shown != NULL)
		fprintf(stderr, "%s:%u: ", shown, at);
	fprintf(stderr, "%s %zu", keys[rule->kind], rule->index + 1);
	free(shown);
}

static void warn(const struct limit_watch *watch, const struct rule *rule)
{
	fputs("kban-regex: ", stderr);
	print_rule(watch, rule);
	fprintf(stderr,
		" takes too long and was given up on %" PRIu64 " %s, first on line %" PRIu64
		"; they count as not matched by it\n",
		rule->lines, rule->lines == 1 ? "line" : "lines", rule->first_line);
}

void limit_watch_warn(const struct limit_watch *watch)
{
	for (size_t i = 0; i < watch->count; i++)
		if (watch->rules[i].lines > 0)
			warn(watch, &watch->rules[i]);
}
