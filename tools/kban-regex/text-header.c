/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* "Running tests": which filter is used on which logs, and how they are read. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kban-regex/log-choice.h"
#include "kban-regex/python-text.h"
#include "kban-regex/report-text.h"

/* Characters of a text that is shown in part. */
#define SHORT_TEXT  53
/* Lines of a text that are shown. */
#define SHORT_LINES 5

/* Bytes of the first @a max characters. */
static size_t prefix_of(const char *text, size_t len, size_t max)
{
	size_t i = 0;

	while (i < len && (max > 0 || ((unsigned char)text[i] & 0xc0) == 0x80))
		max -= ((unsigned char)text[i++] & 0xc0) != 0x80;
	return i;
}

/* The text, or its beginning. */
static void print_short(const char *text, size_t len)
{
	bool fits = prefix_of(text, len, SHORT_TEXT) == len;
	char *shown = strndup(text, fits ? len : prefix_of(text, len, SHORT_TEXT - 3));

	if (shown != NULL)
		text_print(shown);
	free(shown);
	puts(fits ? "" : "...");
}

static void print_use(const char *label, const char *text)
{
	printf("Use %16s : ", label);
	text_print(text);
	putchar('\n');
}

static void print_max_lines(const struct kban_filter *filter)
{
	if (kban_filter_has_max_lines(filter))
		printf("Use %16s : %u\n", "maxlines", kban_filter_max_lines(filter));
}

/* The pattern, and what its formats are called. */
static void print_date_pattern(const struct kban_filter *filter)
{
	const char *pattern = kban_filter_date_pattern(filter);
	const char *name = "Default Detectors";

	if (pattern == NULL)
		return;
	if (kban_filter_date_format_count(filter) <= 2)
		name = kban_filter_date_format_name(filter, 0);
	printf("Use %16s : ", "datepattern");
	text_print(pattern);
	fputs(" : ", stdout);
	text_print(name);
	putchar('\n');
}

/* Which options: those that were given, or all that decided how the filter was read. */
enum options_shown { OPTIONS_GIVEN, OPTIONS_ALL };

static void print_options(const char *label, const struct kban_filter *filter,
			  enum options_shown which)
{
	size_t count = kban_filter_option_count(filter);
	size_t shown = 0;

	for (size_t i = 0; i < count; i++) {
		const char *value = kban_filter_option_value(filter, i);

		if (which == OPTIONS_GIVEN && !kban_filter_option_is_given(filter, i))
			continue;
		if (shown++ == 0)
			printf("%s : {", label);
		else
			fputs(", ", stdout);
		printf("'%s': ", kban_filter_option_name(filter, i));
		python_print_text((struct kban_text){ value, strlen(value) }, stdout);
	}
	if (shown > 0)
		puts("}");
}

/* The directory above filter.d, where the filter came from. */
static char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *folder = "/filter.d";
	size_t len = slash != NULL ? (size_t)(slash - path) : 0;

	if (len < strlen(folder) ||
	    strncmp(path + len - strlen(folder), folder, strlen(folder)) != 0)
		return NULL;
	return strndup(path, len - strlen(folder));
}

static void print_filter_file(const struct kban_filter *filter)
{
	const char *path = kban_filter_path(filter);
	char *base = base_of(path);

	if (base == NULL) {
		print_use("filter file", path);
		return;
	}
	printf("Use %16s : ", "filter file");
	text_print(kban_filter_name(filter));
	fputs(", basedir: ", stdout);
	text_print(base);
	putchar('\n');
	free(base);
}

static void print_filter(const struct run *run)
{
	const struct kban_filter *filter = run->choice.filter;
	const char *label = "Use   filter options";

	switch (run->choice.kind) {
	case FILTER_PATTERN:
		printf("Use %16s : ", "failregex line");
		print_short(run->arguments->filter, strlen(run->arguments->filter));
		break;
	case FILTER_OF_JAIL:
		print_use("jail", run->choice.name);
		label = "Use jail/flt options";
		break;
	default:
		print_filter_file(filter);
		break;
	}
	print_options(label, filter, OPTIONS_GIVEN);
	if (run->arguments->verbosity > 1)
		print_options("Real  filter options", filter, OPTIONS_ALL);
}

static void print_ignore(const struct run *run)
{
	const char *ignore = run->arguments->ignore;

	if (ignore == NULL)
		return;
	if (run->choice.ignore_is_file) {
		print_use("ignoreregex file", ignore);
		return;
	}
	printf("Use %16s : ", "ignoreregex line");
	print_short(ignore, strlen(ignore));
}

static void print_lines(const char *text)
{
	size_t count = 1;

	for (const char *c = text; *c != '\0'; c++)
		count += *c == '\n';
	printf("Use      multi line : %zu line(s)\n", count);
	for (size_t i = 0; i < count; i++) {
		size_t len = strcspn(text, "\n");

		if (i == SHORT_LINES) {
			puts("| ...");
			break;
		}
		printf("| %2zu: ", i + 1);
		print_short(text, len);
		text += len + 1;
	}
	puts("`-");
}

/* What the filter was told; "auto" is the locale's in fail2ban. */
static const char *encoding_of(const struct run *run)
{
	const char *name = kban_filter_encoding(run->choice.filter);

	return name != NULL && strcmp(name, "auto") != 0 ? name : run->arguments->locale_encoding;
}

static void print_matches(const struct kban_filter *filter)
{
	for (size_t i = 0; i < kban_filter_journal_match_count(filter); i++) {
		const char *const *words = kban_filter_journal_match(filter, i);

		fputs("Use    journal match :", stdout);
		for (; *words != NULL; words++) {
			putchar(' ');
			text_print(*words);
		}
		putchar('\n');
	}
}

static void print_log(const struct run *run, const char *log)
{
	switch (log_choose(log)) {
	case LOG_FILE:
		print_use("log file", log);
		print_use("encoding", encoding_of(run));
		break;
	case LOG_JOURNAL:
		puts("Use         systemd journal");
		print_use("encoding", encoding_of(run));
		print_matches(run->choice.filter);
		break;
	default:
		if (strchr(log, '\n') != NULL || kban_filter_max_lines(run->choice.filter) > 1) {
			print_lines(log);
			break;
		}
		printf("Use %16s : ", "single line");
		print_short(log, strlen(log));
		break;
	}
}

void text_header(const struct text_report *report)
{
	const struct run *run = report->base.run;
	const struct kban_filter *filter = run->choice.filter;
	bool wanted_lines = run->arguments->options.max_lines > 0;
	bool wanted_dates = run->arguments->options.date_pattern != NULL;

	printf("\nRunning tests\n=============\n\n");
	/* What was asked for comes first, what the filter says behind it. */
	if (wanted_lines)
		print_max_lines(filter);
	if (wanted_dates)
		print_date_pattern(filter);
	print_filter(run);
	if (!wanted_lines)
		print_max_lines(filter);
	if (!wanted_dates)
		print_date_pattern(filter);
	print_ignore(run);
	for (size_t i = 0; i < run->arguments->file_count; i++)
		print_log(run, run->arguments->files[i]);
	putchar('\n');
}
