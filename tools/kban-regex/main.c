/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kban-regex: test a filter on a log. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <kban/cleanup.h>
#include <kban/kban.h>

#include "cli/options.h"
#include "kban-regex/arguments.h"
#include "kban-regex/filter-choice.h"
#include "kban-regex/log-reader.h"
#include "kban-regex/report.h"
#include "kban-regex/resolver.h"

enum exit_status {
	EXIT_FAILURES = 0, /* at least one */
	EXIT_NO_FAILURE = 1,
};

static int trouble(const char *text)
{
	fprintf(stderr, "kban-regex: %s\n", text);
	return CLI_EXIT_TROUBLE;
}

static int trouble_with(const char *what, int error_number)
{
	fprintf(stderr, "kban-regex: %s: %s\n", what, strerror(error_number));
	return CLI_EXIT_TROUBLE;
}

static kban_usec fixed_clock(void *data)
{
	return *(const kban_usec *)data;
}

/* What the library has to say about the filter; about lines only with -v. */
struct messages {
	bool wanted;
};

static void print_message(int level, const char *topic, const char *line, void *data)
{
	const struct messages *messages = data;

	(void)level;
	(void)topic;
	if (messages->wanted)
		fprintf(stderr, "kban-regex: %s\n", line);
}

static struct kban_context *make_context(struct arguments *arguments, struct resolver *resolver,
					 struct messages *messages)
{
	struct kban_context *ctx = kban_context_new();

	if (ctx == NULL)
		return NULL;
	kban_context_set_log(ctx, print_message, messages);
	kban_context_set_level(ctx, KBAN_WARNING);
	kban_context_set_resolver(ctx, resolver_resolve, resolver);
	if (arguments->now != KBAN_TIME_NONE)
		kban_context_set_clock(ctx, fixed_clock, &arguments->now);
	return ctx;
}

/* A file, a pipe or a device; anything else is the text of a log itself. */
static bool is_readable_path(const char *path)
{
	struct stat info;

	return strcmp(path, "-") == 0 || (stat(path, &info) == 0 && !S_ISDIR(info.st_mode));
}

static int open_log(struct log_reader *reader, const char *log)
{
	struct stat info;

	if (strncmp(log, "systemd-journal", strlen("systemd-journal")) == 0)
		return trouble(
			"the systemd journal cannot be read; try: journalctl | kban-regex -");
	if (stat(log, &info) == 0 && S_ISDIR(info.st_mode))
		return trouble_with(log, EISDIR);
	if (is_readable_path(log))
		return log_reader_open(reader, log) < 0 ? trouble_with(log, errno) : 0;
	if (log[0] == '/' && strchr(log, ' ') == NULL)
		fprintf(stderr, "kban-regex: %s: no such file; taken as the text of a log\n", log);
	return log_reader_open_text(reader, log) < 0 ? trouble(kban_error_text(NULL)) : 0;
}

/* Empty lines and comments are no lines of a log. */
static bool is_skipped(struct kban_text line)
{
	while (line.len > 0 && line.data[line.len - 1] == '\r')
		line.len--;
	return line.len == 0 || line.data[0] == '#';
}

static int judge(struct run *run, const struct kban_context *ctx, struct judged *judged,
		 struct kban_match *match)
{
	int verdict = kban_matcher_try(run->matcher, judged->line, kban_context_now(ctx), match);

	if (verdict < 0)
		return trouble(kban_error_text(NULL));
	judged->match = match;
	run->lines++;
	run->verdicts[verdict]++;
	return 0;
}

static int read_log(struct run *run, struct kban_context *ctx, struct log_reader *reader,
		    const struct report_ops *ops, struct report *report)
{
	struct judged judged = { 0 };
	struct kban_match match;
	int got;

	while ((got = log_reader_next(reader, &judged.line)) > 0) {
		judged.number++;
		if (is_skipped(judged.line))
			continue;
		if (judge(run, ctx, &judged, &match) != 0)
			return CLI_EXIT_TROUBLE;
		if (ops->line(report, &judged) < 0)
			return trouble_with("cannot write", errno);
	}
	return got < 0 ? trouble_with(run->arguments->log, errno) : 0;
}

/* A rule that costs too much is a mistake in the filter that nothing else shows. */
static void warn_of_limits(const struct run *run)
{
	static const char *const keys[] = { "failregex", "ignoreregex", "prefregex" };

	for (int kind = KBAN_RULE_FAIL; kind <= KBAN_RULE_PREFIX; kind++) {
		size_t count =
			kban_filter_rule_count(run->choice.filter, (enum kban_rule_kind)kind);

		for (size_t i = 0; i < count; i++) {
			uint64_t hits =
				kban_matcher_limit_hits(run->matcher, (enum kban_rule_kind)kind, i);

			if (hits > 0)
				fprintf(stderr,
					"kban-regex: %s %zu takes too long and was given up on "
					"%" PRIu64 " lines\n",
					keys[kind], i + 1, hits);
		}
	}
}

static int run_report(struct run *run, struct kban_context *ctx, struct log_reader *reader)
{
	const struct report_ops *ops = &report_text;
	struct report *report;
	int status;

	if (run->arguments->json)
		ops = &report_json;
	else if (run->arguments->field != NULL)
		ops = &report_field;
	report = ops->start(run);
	if (report == NULL)
		return trouble(kban_error_text(NULL));
	status = read_log(run, ctx, reader, ops, report);
	if (status == 0 && (ops->finish(report) < 0 || fflush(stdout) != 0))
		status = trouble_with("cannot write", errno);
	ops->close(report);
	warn_of_limits(run);
	if (status != 0)
		return status;
	return run->verdicts[KBAN_FAILURE] > 0 ? EXIT_FAILURES : EXIT_NO_FAILURE;
}

static int run_filter(struct kban_context *ctx, const struct arguments *arguments,
		      struct messages *messages)
{
	struct run run = { .arguments = arguments };
	struct log_reader reader = { .fd = -1 };
	kban_auto(filter) filter = NULL;
	kban_auto(matcher) matcher = NULL;
	kban_auto(error) err = NULL;
	int status;

	if (filter_choose(ctx, arguments, &run.choice, &err) != KBAN_OK)
		return trouble(kban_error_text(err));
	filter = run.choice.filter;
	messages->wanted = arguments->verbose;
	if (kban_filter_rule_count(filter, KBAN_RULE_FAIL) == 0) {
		fprintf(stderr, "kban-regex: %s: there is no failregex\n",
			kban_filter_path(filter));
		return CLI_EXIT_TROUBLE;
	}
	if (kban_matcher_new(filter, arguments->matcher_flags, &matcher) != KBAN_OK)
		return trouble(kban_error_text(NULL));
	run.matcher = matcher;
	status = open_log(&reader, arguments->log);
	if (status == 0)
		status = run_report(&run, ctx, &reader);
	log_reader_close(&reader);
	return status;
}

int main(int argc, char **argv)
{
	struct arguments arguments;
	struct resolver *resolver;
	struct kban_context *ctx;
	struct messages messages = { .wanted = true };
	int status = CLI_EXIT_TROUBLE;

	/* Who closes our output early wants no message about it. */
	signal(SIGPIPE, SIG_DFL);
	switch (arguments_read(&arguments, argc, argv)) {
	case ARGUMENTS_ANSWERED:
		return 0;
	case ARGUMENTS_WRONG:
		return CLI_EXIT_TROUBLE;
	case ARGUMENTS_RUN:
		break;
	}
	resolver = resolver_new();
	ctx = resolver != NULL ? make_context(&arguments, resolver, &messages) : NULL;
	if (ctx == NULL)
		trouble(kban_error_text(NULL));
	else
		status = run_filter(ctx, &arguments, &messages);
	kban_context_unref(ctx);
	resolver_free(resolver);
	return status;
}
