/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How long it takes to read and compile each filter of a configuration: fail2ban's in
 * KBAN_FAIL2BAN, an unpacked package, or in /etc/fail2ban, else in the directory that is given.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <kban/cleanup.h>
#include <kban/kban.h>

/* The least of so many counts: others use the machine, too. */
#define TRIES 5

#define FILTERS_MAX 1000

struct result {
	char name[64];
	double milliseconds;
};

/* Of this process alone. */
static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static int load(struct kban_context *ctx, const char *config, const char *name, double *out)
{
	struct kban_filter_options options = KBAN_FILTER_OPTIONS_INIT;
	kban_auto(filter) filter = NULL;
	kban_auto(error) err = NULL;
	double start = now();

	options.config_dir = config;
	if (kban_filter_load(ctx, name, &options, &filter, &err) != KBAN_OK) {
		fprintf(stderr, "%s\n", kban_error_text(err));
		return -1;
	}
	*out = now() - start;
	return 0;
}

static int measure(struct kban_context *ctx, const char *config, struct result *result)
{
	for (int i = 0; i < TRIES; i++) {
		double taken;

		if (load(ctx, config, result->name, &taken) != 0)
			return -1;
		if (i == 0 || taken < result->milliseconds)
			result->milliseconds = taken;
	}
	return 0;
}

/* NAME.conf that is a filter, and not for inclusion only. */
static bool is_filter(const char *file)
{
	size_t len = strlen(file);

	if (len <= 5 || len >= sizeof(((struct result *)NULL)->name) ||
	    strcmp(file + len - 5, ".conf") != 0)
		return false;
	return strcmp(file, "common.conf") != 0 && strstr(file, "-common.conf") == NULL;
}

static size_t list_filters(const char *config, struct result *results)
{
	char path[4096];
	struct dirent *entry;
	size_t count = 0;
	DIR *folder;

	if (snprintf(path, sizeof(path), "%s/filter.d", config) >= (int)sizeof(path))
		return 0;
	folder = opendir(path);
	while (folder != NULL && (entry = readdir(folder)) != NULL && count < FILTERS_MAX)
		if (is_filter(entry->d_name))
			snprintf(results[count++].name, sizeof(results->name), "%.*s",
				 (int)(strlen(entry->d_name) - 5), entry->d_name);
	if (folder != NULL)
		closedir(folder);
	return count;
}

static int compare_results(const void *left, const void *right)
{
	double difference = ((const struct result *)left)->milliseconds -
			    ((const struct result *)right)->milliseconds;

	return (difference > 0) - (difference < 0);
}

static int bench(struct kban_context *ctx, const char *config)
{
	static struct result results[FILTERS_MAX];
	size_t count = list_filters(config, results);

	if (count == 0) {
		fprintf(stderr, "there are no filters in '%s'\n", config);
		return -1;
	}
	for (size_t i = 0; i < count; i++)
		if (measure(ctx, config, &results[i]) != 0)
			return -1;
	qsort(results, count, sizeof(*results), compare_results);
	for (size_t i = 0; i < count; i++)
		printf("%-24s %6.2f ms\n", results[i].name, results[i].milliseconds);
	printf("%zu filters of %s: %.2f ms (median), %.2f ms (most: %s)\n", count, config,
	       results[count / 2].milliseconds, results[count - 1].milliseconds,
	       results[count - 1].name);
	return 0;
}

int main(int argc, char **argv)
{
	const char *unpacked = getenv("KBAN_FAIL2BAN");
	const char *config = "/etc/fail2ban";
	struct kban_context *ctx = kban_context_new();
	char path[4096];
	int status = -1;

	if (unpacked != NULL) {
		snprintf(path, sizeof(path), "%s/etc/fail2ban", unpacked);
		config = path;
	} else if (access(config, R_OK) != 0 && argc > 1) {
		config = argv[1];
	}
	if (ctx != NULL)
		status = bench(ctx, config);
	kban_context_unref(ctx);
	return status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
