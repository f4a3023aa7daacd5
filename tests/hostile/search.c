/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What each rule of a filter makes of lines that were made against it, one search at a time.
 *
 *   search rules CONFIG FILTER          KIND INDEX LENGTH and the rule's pattern, for each
 *   search lines CONFIG FILTER <LINES   for each "KIND INDEX LENGTH" and a line of that length:
 *                                       KIND INDEX RESULT EFFORT NANOSECONDS
 *                                       where RESULT is none, found, limit or, of memory, memory
 *   search bound                        what EFFORT may be, and by how much more the last step of
 * it
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kban/cleanup.h>
#include <kban/kban.h>

#include "base/text.h"
#include "filter/filter.h"

#define LONGEST ((size_t)64 * 1024)

/* Of this thread alone. */
static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (long long)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int print_rules(const struct kban_filter *filter)
{
	for (int kind = KBAN_RULE_FAIL; kind <= KBAN_RULE_PREFIX; kind++) {
		size_t count = kban_filter_rule_count(filter, (enum kban_rule_kind)kind);

		for (size_t i = 0; i < count; i++) {
			const char *regex = kban_filter_rule_regex(filter, kind, i);

			printf("%d %zu %zu\n%s\n", kind, i, strlen(regex), regex);
		}
	}
	return 0;
}

/* A search, and how long it took. */
struct measured {
	long long started, lasted;
	enum kb_limit limit;
};

static void start(void *data)
{
	((struct measured *)data)->started = now();
}

static void end(const struct kb_search *search, void *data)
{
	struct measured *measured = data;

	measured->lasted = now() - measured->started;
	measured->limit = search->limit;
}

/* A line as a rule sees it: with its line feed. */
static int search(const struct kb_rule *rule, struct kban_text line, struct kb_match *match)
{
	struct measured measured = { 0 };
	const struct kb_search_watch watch = { start, end, &measured };
	const char *name = "none";
	int result;

	kb_match_watch(match, &watch);
	result = kb_pattern_search(rule->pattern, line, 0, match);
	kb_match_watch(match, NULL);
	if (result < 0)
		return -1;
	if (result == KB_MATCH_FOUND)
		name = "found";
	if (result == KB_MATCH_LIMIT)
		name = measured.limit == KB_LIMIT_EFFORT ? "limit" : "memory";
	printf("%s %llu %lld\n", name, (unsigned long long)kb_match_effort(match), measured.lasted);
	return 0;
}

static int search_lines(const struct kban_filter *filter)
{
	kb_autofree char *line = malloc(LONGEST + 1);
	kb_auto(match) match = kb_match_new();
	size_t index, len;
	int kind;

	if (line == NULL || match == NULL)
		return -1;
	while (scanf("%d %zu %zu", &kind, &index, &len) == 3 && getchar() == '\n') {
		const struct kb_rule *rule =
			kb_filter_rule(filter, (enum kban_rule_kind)kind, index);

		if (rule == NULL || len > LONGEST || fread(line, 1, len, stdin) != len)
			return -1;
		line[len] = '\n';
		printf("%d %zu ", kind, index);
		if (search(rule, (struct kban_text){ line, len + 1 }, match) != 0)
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct kban_filter_options options = KBAN_FILTER_OPTIONS_INIT;
	kban_auto(context) ctx = kban_context_new();
	kban_auto(filter) filter = NULL;
	kban_auto(error) err = NULL;
	int status;

	if (argc == 2 && strcmp(argv[1], "bound") == 0) {
		printf("%d %zu\n", KB_SEARCH_EFFORT_MAX, LONGEST);
		return 0;
	}
	if (argc != 4) {
		fprintf(stderr, "usage: search rules|lines CONFIG FILTER, or search bound\n");
		return 2;
	}
	options.config_dir = argv[2];
	if (kban_filter_load(ctx, argv[3], &options, &filter, &err) != KBAN_OK) {
		fprintf(stderr, "search: %s\n", kban_error_text(err));
		return 2;
	}
	status = strcmp(argv[1], "rules") == 0 ? print_rules(filter) : search_lines(filter);
	return status == 0 ? 0 : 1;
}
