/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a line costs when all filters read a log together: bench-scan [-c CONFIG] [-p PASSES]
 * [-n SECONDS] LOG [FILTER…]. Without FILTER, all of CONFIG, which is fail2ban's in KBAN_FAIL2BAN,
 * an unpacked package, or /etc/fail2ban. Of so many passes the fastest counts; memory is told after
 * the first and after the last, for what grows with each pass would have no end.
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <kban/cleanup.h>
#include <kban/kban.h>
#include <kban/scanner.h>

#define PASSES 10

#define FILTERS_MAX 1000

/* As much of a log as is handed out at once, and as much of it as is read. */
#define BLOCK_BYTES ((size_t)256 << 10)
#define LOG_MAX     ((size_t)1 << 30)

struct bench {
	char config[4096];
	struct kban_context *ctx;
	struct kban_scanner *scanner;
	struct kban_filter *filters[FILTERS_MAX];
	struct kban_matcher *matchers[FILTERS_MAX];
	size_t count;
	char *log;
	size_t len;
	kban_usec now; /* of the log: dates without a year are completed by it */
};

/* Of this process alone. */
static double seconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* What is held now, in KiB. */
static long memory(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	long pages = 0;

	if (file == NULL || fscanf(file, "%*d %ld", &pages) != 1)
		pages = 0;
	if (file != NULL)
		fclose(file);
	return pages * (sysconf(_SC_PAGESIZE) >> 10);
}

static long peak_memory(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss : 0;
}

static int read_log(struct bench *bench, const char *path)
{
	FILE *file = fopen(path, "re");
	struct stat info;

	if (file == NULL || fstat(fileno(file), &info) != 0 || (size_t)info.st_size > LOG_MAX)
		goto failed;
	bench->log = malloc((size_t)info.st_size + 1);
	if (bench->log == NULL)
		goto failed;
	bench->len = fread(bench->log, 1, (size_t)info.st_size, file);
	fclose(file);
	return 0;
failed:
	fprintf(stderr, "%s: cannot be read\n", path);
	if (file != NULL)
		fclose(file);
	return -1;
}

static int add_filter(struct bench *bench, const char *name)
{
	struct kban_filter_options options = KBAN_FILTER_OPTIONS_INIT;
	kban_auto(filter) filter = NULL;
	kban_auto(error) err = NULL;
	struct kban_matcher *matcher;

	if (bench->count == FILTERS_MAX)
		return -1;
	options.config_dir = bench->config;
	if (kban_filter_load(bench->ctx, name, &options, &filter, &err) != KBAN_OK) {
		fprintf(stderr, "%s\n", kban_error_text(err));
		return -1;
	}
	if (kban_matcher_new(filter, 0, &matcher) != KBAN_OK)
		return -1;
	bench->filters[bench->count] = kban_filter_ref(filter);
	bench->matchers[bench->count++] = matcher;
	return kban_scanner_add(bench->scanner, matcher) == KBAN_OK ? 0 : -1;
}

/* NAME.conf that is a filter, and not for inclusion only. */
static int is_filter(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 5 && strcmp(entry->d_name + len - 5, ".conf") == 0 &&
	       strcmp(entry->d_name, "common.conf") != 0 &&
	       strstr(entry->d_name, "-common.conf") == NULL;
}

static int add_all_filters(struct bench *bench)
{
	char folder[sizeof(bench->config) + 16];
	struct dirent **entries;
	int status = 0;
	int count;

	snprintf(folder, sizeof(folder), "%s/filter.d", bench->config);
	count = scandir(folder, &entries, is_filter, alphasort);
	if (count < 0) {
		fprintf(stderr, "%s: %s\n", folder, strerror(errno));
		return -1;
	}
	for (int i = 0; i < count; i++) {
		char *name = entries[i]->d_name;

		name[strlen(name) - 5] = '\0';
		if (status == 0)
			status = add_filter(bench, name);
		free(entries[i]);
	}
	free(entries);
	return status;
}

/* Every filter that may match on the line at hand; returns failures. */
static uint64_t try_line(struct bench *bench)
{
	uint64_t failures = 0;

	for (size_t i = kban_scanner_awake(bench->scanner, 0); i < bench->count;
	     i = kban_scanner_awake(bench->scanner, i + 1)) {
		struct kban_match match;

		failures += kban_scanner_try(bench->scanner, i, KBAN_TIME_NONE, bench->now,
					     &match) == KBAN_FAILURE;
	}
	return failures;
}

/* Bytes up to the last line feed that a block has room for. */
static size_t block_length(const char *log, size_t len)
{
	const char *end;

	if (len <= BLOCK_BYTES)
		return len;
	end = memrchr(log, '\n', BLOCK_BYTES);
	return end != NULL ? (size_t)(end - log) + 1 : BLOCK_BYTES;
}

static int pass(struct bench *bench, uint64_t *failures)
{
	struct kban_scan_line line;
	size_t at = 0;

	*failures = 0;
	while (at < bench->len) {
		struct kban_text block = { bench->log + at,
					   block_length(bench->log + at, bench->len - at) };

		if (kban_scanner_block(bench->scanner, block, bench->now) != KBAN_OK)
			return -1;
		while (kban_scanner_next(bench->scanner, &line) > 0)
			*failures += try_line(bench);
		at += block.len;
	}
	return 0;
}

/* Rules that any line may match, as far as the scanner knows, make every line one to look at. */
static void print_always(const struct bench *bench)
{
	for (size_t i = 0; i < bench->count; i++) {
		const struct kban_filter *filter = bench->filters[i];

		for (size_t rule = 0; rule < kban_filter_rule_count(filter, KBAN_RULE_FAIL); rule++)
			if (kban_scanner_trigger(bench->scanner, i, KBAN_RULE_FAIL, rule, 0) ==
			    NULL)
				printf("always tried: failregex %zu of %s\n", rule + 1,
				       kban_filter_name(filter));
	}
}

static int measure(struct bench *bench, int passes)
{
	struct kban_scan_count count = { 0 };
	uint64_t failures = 0;
	double least = 0;
	long first = 0;

	for (int i = 0; i < passes; i++) {
		double start = seconds();
		double taken;

		if (pass(bench, &failures) != 0)
			return -1;
		taken = seconds() - start;
		if (i == 0 || taken < least)
			least = taken;
		if (i == 0)
			first = memory();
	}
	kban_scanner_count(bench->scanner, &count);
	count.lines /= (uint64_t)passes;
	printf("%zu filters: %.1f ns/line, %" PRIu64 " lines, %" PRIu64 " candidates, %" PRIu64
	       " tried, %" PRIu64 " failures\n",
	       bench->count, least * 1e9 / (double)(count.lines > 0 ? count.lines : 1), count.lines,
	       count.candidates / (uint64_t)passes, count.tried / (uint64_t)passes, failures);
	printf("rules: %zu wait for one of %zu texts, %zu are always tried; engine %s\n",
	       count.triggered, count.literals, count.always, count.engine);
	print_always(bench);
	/* The log itself is no cost of the scanner. */
	printf("memory: %ld KiB after 1 pass, %ld KiB after %d, peak %ld KiB, of which the log is "
	       "%zu KiB\n",
	       first, memory(), passes, peak_memory(), bench->len >> 10);
	return 0;
}

static void set_config(struct bench *bench, const char *given)
{
	const char *unpacked = getenv("KBAN_FAIL2BAN");

	if (given == NULL && unpacked != NULL)
		snprintf(bench->config, sizeof(bench->config), "%s/etc/fail2ban", unpacked);
	else
		snprintf(bench->config, sizeof(bench->config), "%s",
			 given != NULL ? given : "/etc/fail2ban");
}

/* Returns the status of the program. */
static int run(struct bench *bench, int passes, char **names)
{
	int status;

	bench->ctx = kban_context_new();
	if (bench->ctx == NULL || kban_scanner_new(&bench->scanner) != KBAN_OK)
		return EXIT_FAILURE;
	status = read_log(bench, names[0]);
	for (char **name = names + 1; status == 0 && *name != NULL; name++)
		status = add_filter(bench, *name);
	if (status == 0 && names[1] == NULL)
		status = add_all_filters(bench);
	if (status == 0)
		status = measure(bench, passes);
	return status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	static struct bench bench = { .now = (kban_usec)1741100000 * 1000000 };
	const char *config = NULL;
	int passes = PASSES;
	int status, option;

	while ((option = getopt(argc, argv, "c:p:n:")) != -1) {
		if (option == 'c')
			config = optarg;
		else if (option == 'p')
			passes = atoi(optarg);
		else if (option == 'n')
			bench.now = (kban_usec)atoll(optarg) * 1000000;
		else
			return 2;
	}
	if (optind >= argc || passes < 1) {
		fprintf(stderr, "bench-scan [-c CONFIG] [-p PASSES] [-n SECONDS] LOG [FILTER…]\n");
		return 2;
	}
	set_config(&bench, config);
	status = run(&bench, passes, argv + optind);
	kban_scanner_free(bench.scanner);
	for (size_t i = 0; i < bench.count; i++) {
		kban_matcher_free(bench.matchers[i]);
		kban_filter_unref(bench.filters[i]);
	}
	kban_context_unref(bench.ctx);
	free(bench.log);
	return status;
}
