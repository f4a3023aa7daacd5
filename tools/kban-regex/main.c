/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kban-regex: test a filter on logs. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <kban/cleanup.h>
#include <kban/kban.h>

#include "cli/options.h"
#include "kban-regex/filter-choice.h"
#include "kban-regex/limit-watch.h"
#include "kban-regex/log-choice.h"
#include "kban-regex/log-pass.h"
#include "kban-regex/resolver.h"
#include "kban-regex/sample-run.h"

enum exit_status {
	EXIT_FAILURES = 0, /* at least one */
	EXIT_NO_FAILURE = 1,
};

static kban_usec fixed_clock(void *data)
{
	return *(const kban_usec *)data;
}

static struct kban_context *make_context(struct arguments *arguments, struct resolver *resolver,
					 struct messages *messages)
{
	struct kban_context *ctx = kban_context_new();

	if (ctx == NULL)
		return NULL;
	kban_context_set_log(ctx, messages_log, messages);
	kban_context_set_level(ctx, messages->level);
	kban_context_set_resolver(ctx, resolver_resolve, resolver);
	if (arguments->now != KBAN_TIME_NONE)
		kban_context_set_clock(ctx, fixed_clock, &arguments->now);
	return ctx;
}

/* Bytes of all logs; 0: nobody knows. */
static uint64_t size_of_logs(const struct arguments *arguments)
{
	uint64_t total = 0;
	struct stat info;

	for (size_t i = 0; i < arguments->file_count; i++) {
		if (stat(arguments->files[i], &info) < 0 || !S_ISREG(info.st_mode))
			return 0;
		total += (uint64_t)info.st_size;
	}
	return total;
}

static int read_logs(struct session *session)
{
	const struct arguments *arguments = session->run.arguments;
	/* Where lines run through the terminal they are progress enough. */
	bool may_draw = (!arguments->json && arguments->out == NULL) || !isatty(STDOUT_FILENO);
	int status = 0;

	progress_start(&session->progress, size_of_logs(arguments), may_draw);
	for (size_t i = 0; status == 0 && i < arguments->file_count; i++)
		status = log_pass(session, arguments->files[i]);
	progress_stop(&session->progress);
	return status;
}

static int finish(struct session *session)
{
	int status = session->report->ops->finish != NULL
			     ? session->report->ops->finish(session->report)
			     : 0;

	if (fflush(stdout) != 0)
		status = -1;
	return session_check_output(status);
}

/* What can be known beforehand is told before there is half a report. */
static int check_log(const char *log)
{
	switch (log_choose(log)) {
	case LOG_FOLDER:
		return message_print("%s: %s", log, strerror(EISDIR));
	case LOG_FILE:
		if (strcmp(log, "-") != 0 && access(log, R_OK) < 0)
			return message_print("%s: %s", log, strerror(errno));
		return 0;
	default:
		break;
	}
	if (log[0] == '/' && strpbrk(log, " \n") == NULL)
		message_print("%s: no such file; taken as the text of a log", log);
	return 0;
}

static int check_logs(const struct arguments *arguments)
{
	int status = 0;

	for (size_t i = 0; status == 0 && i < arguments->file_count; i++)
		status = check_log(arguments->files[i]);
	return status;
}

static int run_report(struct session *session)
{
	int status = check_logs(session->run.arguments);

	if (status != 0)
		return status;
	session->report = report_open(&session->run);
	if (session->report == NULL)
		return message_print("%s", strerror(errno));
	status = read_logs(session);
	if (status == 0)
		status = finish(session);
	report_close(session->report);
	limit_watch_warn(session->run.limits);
	if (status != 0)
		return status == NO_READER ? EXIT_FAILURES : status;
	return session->run.verdicts[KBAN_FAILURE] > 0 ? EXIT_FAILURES : EXIT_NO_FAILURE;
}

static int64_t stopwatch(void *data)
{
	struct timespec now;

	(void)data;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* With what looks over the matcher's shoulder. */
static int run_matcher(struct session *session)
{
	struct run *run = &session->run;
	kban_auto(explainer) explainer = NULL;
	kban_auto(profile) profile = NULL;
	/* Where time stands still, none is measured, and a profile is the same each time. */
	bool has_clock = run->arguments->now == KBAN_TIME_NONE;
	int status = KBAN_OK;

	if (run->arguments->explains)
		status = kban_explainer_new(run->matcher, &explainer);
	if (run->arguments->profiles)
		status = kban_profile_new(run->matcher, has_clock ? stopwatch : NULL, NULL,
					  &profile);
	run->explainer = explainer;
	run->profile = profile;
	run->limits = limit_watch_new(run->choice.filter, run->matcher);
	if (status != KBAN_OK || run->limits == NULL)
		status = message_print("%s", kban_error_text(NULL));
	else if (log_scan_open(&run->scan, run->arguments, run->matcher) < 0)
		status = CLI_EXIT_TROUBLE;
	else
		status = run_report(session);
	log_scan_close(&run->scan);
	limit_watch_free(run->limits);
	return status;
}

static int run_filter(struct session *session)
{
	const struct arguments *arguments = session->run.arguments;
	kban_auto(matcher) matcher = NULL;

	if (filter_choose(session->run.ctx, arguments, &session->run.choice) != 0)
		return CLI_EXIT_TROUBLE;
	/* What the library says of the filter is always told, of lines where it is wanted. */
	if (arguments->log_level == 0)
		session->messages.level = KBAN_CRITICAL;
	if (kban_matcher_new(session->run.choice.filter, arguments->matcher_flags, &matcher) !=
	    KBAN_OK)
		return message_print("%s", kban_error_text(NULL));
	session->run.matcher = matcher;
	return run_matcher(session);
}

/* Samples say when and where they were written, in a zone that the system may not have. */
static int run_samples(struct kban_context *ctx, const struct arguments *arguments)
{
	const char *zone = getenv("TZ");

	if ((zone == NULL || zone[0] == '\0') && setenv("TZ", SAMPLE_ZONE, 1) != 0)
		return message_print("%s", kban_error_text(NULL));
	tzset();
	return sample_run(ctx, arguments);
}

static int run(struct arguments *arguments)
{
	struct session session = {
		.run = { .arguments = arguments },
		.messages = { .level = KBAN_WARNING, .form = arguments->message_form },
	};
	struct resolver *resolver = resolver_new();
	int status = CLI_EXIT_TROUBLE;

	if (arguments->log_level != 0)
		session.messages.level = arguments->log_level;
	if (resolver != NULL)
		session.run.ctx = make_context(arguments, resolver, &session.messages);
	if (session.run.ctx == NULL)
		message_print("%s", kban_error_text(NULL));
	else if (arguments->test)
		status = run_samples(session.run.ctx, arguments);
	else
		status = run_filter(&session);
	free(session.entry);
	filter_choice_clear(&session.run.choice);
	kban_context_unref(session.run.ctx);
	resolver_free(resolver);
	return status;
}

int main(int argc, char **argv)
{
	struct arguments arguments;
	int status = CLI_EXIT_TROUBLE;

	/* Who closes our output early wants no message about it; writing fails, and that is all. */
	signal(SIGPIPE, SIG_IGN);
	switch (arguments_read(&arguments, argc, argv)) {
	case ARGUMENTS_ANSWERED:
		status = 0;
		break;
	case ARGUMENTS_WRONG:
		break;
	case ARGUMENTS_RUN:
		status = run(&arguments);
		break;
	}
	arguments_clear(&arguments);
	return status;
}
