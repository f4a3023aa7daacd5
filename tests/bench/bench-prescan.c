/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How fast a log is searched for the words of all rules: bench-prescan CONFIG LOG [FILTER…]. The
 * words are those of the best factor of each failregex of CONFIG's filters.
 */
#include <dirent.h>
#include <stdio.h>
#include <time.h>

#include <kban/filter.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/text.h"
#include "filter/filter.h"
#include "regex/literal.h"
#include "regex/prescan.h"

/* The least of so many counts: others use the machine, too. */
#define TRIES 9

/* As much of a log as is searched at once, and as much of it as is read. */
#define BLOCK_BYTES ((size_t)64 << 10)
#define LOG_MAX     ((size_t)1 << 28)

struct words {
	struct kb_literals *literals; /* of each rule */
	size_t rules, rule_capacity;
	struct kb_literal *items;
	size_t count, capacity;
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool is_known(const struct words *words, const struct kb_literal *literal)
{
	for (size_t i = 0; i < words->count; i++) {
		if (words->items[i].caseless == literal->caseless &&
		    kb_text_equal(words->items[i].text, literal->text))
			return true;
	}
	return false;
}

static int add_factor(struct words *words, const struct kb_literal_factor *factor)
{
	for (size_t i = 0; i < factor->count; i++) {
		if (is_known(words, &factor->items[i]))
			continue;
		if (kb_array_room(&words->items, &words->capacity, words->count,
				  sizeof(*words->items)) < 0)
			return -1;
		words->items[words->count++] = factor->items[i];
	}
	return 0;
}

static int add_rule(struct words *words, const struct kb_rule *rule)
{
	struct kb_literals *literals;

	if (kb_array_room(&words->literals, &words->rule_capacity, words->rules,
			  sizeof(*words->literals)) < 0)
		return -1;
	literals = &words->literals[words->rules];
	if (kb_literals_find(kb_pattern_text(rule->pattern), 0, KB_LITERAL_CUT_AT_WORD_END,
			     literals) != KBAN_OK)
		return -1;
	words->rules++;
	return literals->count > 0 ? add_factor(words, &literals->factors[0]) : 0;
}

static int add_filter(struct words *words, struct kban_context *ctx, const char *config,
		      const char *name)
{
	struct kban_filter_options options = KBAN_FILTER_OPTIONS_INIT;
	kban_auto(filter) filter = NULL;
	kban_auto(error) err = NULL;

	options.config_dir = config;
	if (kban_filter_load(ctx, name, &options, &filter, &err) != KBAN_OK) {
		fprintf(stderr, "%s\n", kban_error_text(err));
		return 0;
	}
	for (size_t i = 0; i < kban_filter_rule_count(filter, KBAN_RULE_FAIL); i++) {
		if (add_rule(words, kb_filter_rule(filter, KBAN_RULE_FAIL, i)) != 0)
			return -1;
	}
	return 0;
}

static int add_filters(struct words *words, struct kban_context *ctx, const char *config)
{
	char path[4096];
	struct dirent *entry;
	DIR *folder;
	int status = 0;

	snprintf(path, sizeof(path), "%s/filter.d", config);
	folder = opendir(path);
	while (folder != NULL && status == 0 && (entry = readdir(folder)) != NULL) {
		struct kban_text name = kb_text(entry->d_name);

		if (!kb_text_ends_with(name, ".conf") || kb_text_ends_with(name, "common.conf"))
			continue;
		snprintf(path, sizeof(path), "%.*s", (int)name.len - 5, name.data);
		status = add_filter(words, ctx, config, path);
	}
	if (folder != NULL)
		closedir(folder);
	return status;
}

static int count_hit(size_t id, size_t end, void *data)
{
	(void)id;
	(void)end;
	++*(size_t *)data;
	return 0;
}

/* In blocks that end with a line. */
static size_t search(struct kb_prescan *prescan, struct kban_text log)
{
	size_t hits = 0;

	while (log.len > 0) {
		size_t len = log.len < BLOCK_BYTES ? log.len : BLOCK_BYTES;

		while (len < log.len && len > 0 && log.data[len - 1] != '\n')
			len--;
		if (len == 0 || kb_prescan_block(prescan, kb_text_slice(log, 0, len), count_hit,
						 &hits) != KBAN_OK)
			break;
		log = kb_text_slice(log, len, log.len);
	}
	return hits;
}

static void measure(const struct words *words, struct kban_text log, enum kb_prescan_engine engine)
{
	kb_auto(prescan) prescan = NULL;
	double start = now();
	double compiled, least = 0;
	size_t hits = 0;

	if (kb_prescan_new(words->items, words->count, engine, &prescan) != KBAN_OK)
		return;
	compiled = now() - start;
	for (int i = 0; i < TRIES; i++) {
		double taken;

		start = now();
		hits = search(prescan, log);
		taken = now() - start;
		if (i == 0 || taken < least)
			least = taken;
	}
	printf("%-9s %5.2f GB/s, %zu words made ready in %.2f ms, %zu found in %zu bytes\n",
	       kb_prescan_engine_name(prescan), (double)log.len / least / 1e9, words->count,
	       compiled * 1e3, hits, log.len);
}

static void clear_words(struct words *words)
{
	for (size_t i = 0; i < words->rules; i++)
		kb_literals_clear(&words->literals[i]);
	free(words->literals);
	free(words->items);
}

int main(int argc, char **argv)
{
	struct kban_context *ctx = kban_context_new();
	kb_auto_clear(buffer) log = { 0 };
	struct words words = { 0 };
	kban_auto(error) err = NULL;
	int status = ctx != NULL && argc > 2 ? 0 : -1;

	for (int i = 3; i < argc && status == 0; i++)
		status = add_filter(&words, ctx, argv[1], argv[i]);
	if (status == 0 && argc == 3)
		status = add_filters(&words, ctx, argv[1]);
	if (status == 0 && kb_file_read(argv[2], LOG_MAX, &log, &err) != KBAN_OK) {
		fprintf(stderr, "%s\n", kban_error_text(err));
		status = -1;
	}
	if (status == 0) {
		measure(&words, kb_buffer_content(&log), KB_PRESCAN_BUILTIN);
		measure(&words, kb_buffer_content(&log), KB_PRESCAN_PORTABLE);
		measure(&words, kb_buffer_content(&log), KB_PRESCAN_HYPERSCAN);
	}
	clear_words(&words);
	kban_context_unref(ctx);
	return status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
