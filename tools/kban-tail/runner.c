/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"

/* Commands at once, and how many of them may be of actions: questions hold up bans. */
#define RUNNING_MAX 16
#define ACTIONS_MAX 12

/* Bytes of each output that are kept, and lines of it that are logged. */
#define OUTPUT_MAX ((size_t)64 * 1024)
#define LINES_MAX  50

/* Bytes of a script that are logged. */
#define SCRIPT_SHOWN 1024

/* A command that runs, or has left something in the background. */
struct job {
	struct runner *runner;
	struct child *child; /* NULL when it is gone */
	uint64_t id;
	bool is_question;
	char *script; /* for the log */
	kban_usec timeout;
};

struct runner {
	uv_loop_t *loop;
	struct log *log;
	struct kban_watch *watch;
	struct kban_context *ctx;
	runner_changed_fn *changed;
	void *data;
	struct job *jobs[RUNNING_MAX];
	size_t count, actions;
	bool closing;
};

struct runner *runner_new(uv_loop_t *loop, struct log *log, runner_changed_fn *changed, void *data)
{
	struct runner *runner = calloc(1, sizeof(*runner));

	if (runner == NULL)
		return NULL;
	runner->ctx = kban_context_new();
	if (runner->ctx == NULL) {
		free(runner);
		return NULL;
	}
	runner->loop = loop;
	runner->log = log;
	runner->changed = changed;
	runner->data = data;
	return runner;
}

static void free_job(struct job *job)
{
	free(job->script);
	free(job);
}

static void log_printable(const struct job *job, int level, const char *what, struct kban_text text)
{
	char *shown = kban_text_printable(text);
	char line[2 * SCRIPT_SHOWN];

	snprintf(line, sizeof(line), "%llx -- %s%s", (unsigned long long)job->id, what,
		 shown != NULL ? shown : "");
	log_line(level, "utils", line, job->runner->log);
	free(shown);
}

/* What a command said, line by line; a flood is cut. */
static void log_output(const struct job *job, int level, const char *what, struct kban_text text)
{
	const char *end = text.data + text.len;
	int lines = 0;

	for (const char *at = text.data; at != NULL && at < end; lines++) {
		const char *feed = memchr(at, '\n', (size_t)(end - at));
		const char *stop = feed != NULL ? feed : end;

		if (lines == LINES_MAX) {
			log_printable(job, level, what, (struct kban_text){ "...", 3 });
			return;
		}
		log_printable(job, level, what,
			      (struct kban_text){ at, stop - at < SCRIPT_SHOWN ? (size_t)(stop - at)
									       : SCRIPT_SHOWN });
		at = feed != NULL ? feed + 1 : end;
	}
}

static void log_end(const struct job *job, const struct child_result *result)
{
	char line[128];

	if (result->timed_out)
		snprintf(line, sizeof(line), "%llx -- timed out after %lld seconds.",
			 (unsigned long long)job->id, (long long)(job->timeout / KBAN_SECOND));
	else if (result->status < 0)
		snprintf(line, sizeof(line), "%llx -- %s", (unsigned long long)job->id,
			 result->problem);
	else
		snprintf(line, sizeof(line), "%llx -- returned %d", (unsigned long long)job->id,
			 result->status);
	log_line(KBAN_ERROR, "utils", line, job->runner->log);
}

/* In the words of fail2ban, for whoever looks for them. */
static void log_failure(const struct job *job, const struct child_result *result)
{
	size_t shown = strlen(job->script);

	log_printable(
		job, KBAN_ERROR, "exec: ",
		(struct kban_text){ job->script, shown < SCRIPT_SHOWN ? shown : SCRIPT_SHOWN });
	log_output(job, KBAN_ERROR, "stdout: ", result->output);
	log_output(job, KBAN_ERROR, "stderr: ", result->errors);
	log_end(job, result);
}

static int status_of(const struct child_result *result)
{
	if (result->timed_out)
		return KBAN_COMMAND_TIMED_OUT;
	if (result->status >= 0)
		return result->status;
	return result->was_started ? KBAN_COMMAND_KILLED : KBAN_COMMAND_NOT_STARTED;
}

static void on_done(const struct child_result *result, void *data)
{
	struct job *job = data;
	struct runner *runner = job->runner;

	/* An answer to a question may be no. */
	if (!runner->closing && result->status != 0 && !(job->is_question && result->status == 1))
		log_failure(job, result);
	if (kban_watch_command_done(runner->watch, job->id, status_of(result),
				    kban_context_now(runner->ctx)) < 0)
		log_say(runner->log, KBAN_ERROR, "Out of memory: an action is not followed up");
	if (!runner->closing)
		runner->changed(runner->data);
}

static void on_gone(void *data)
{
	struct job *job = data;
	struct runner *runner = job->runner;

	for (size_t i = 0; i < runner->count; i++)
		if (runner->jobs[i] == job)
			runner->jobs[i] = runner->jobs[--runner->count];
	runner->actions -= !job->is_question;
	free_job(job);
	if (!runner->closing)
		runner->changed(runner->data);
}

/* Our own variables with those of the command behind them. */
static const char **environment_of(const struct kban_command *command)
{
	extern char **environ;
	size_t own = 0, more = 0;
	const char **all;

	while (environ[own] != NULL)
		own++;
	while (command->environment[more] != NULL)
		more++;
	all = calloc(own + more + 1, sizeof(*all));
	if (all == NULL)
		return NULL;
	memcpy(all, environ, own * sizeof(*all));
	memcpy(all + own, command->environment, more * sizeof(*all));
	return all;
}

static bool start_child(struct job *job, const struct kban_command *command)
{
	const char **environment = environment_of(command);
	struct child_request request = {
		.argv = command->argv,
		.environment = environment,
		.limit_ms = (uint64_t)(command->timeout / 1000),
		.output_max = OUTPUT_MAX,
		.errors_max = OUTPUT_MAX,
		.done = on_done,
		.gone = on_gone,
		.data = job,
	};

	job->script = strdup(command->argv[2]);
	if (environment != NULL && job->script != NULL)
		job->child = child_start(job->runner->loop, &request);
	free(environment);
	return job->child != NULL;
}

static bool start(struct runner *runner, const struct kban_command *command)
{
	struct job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return false;
	job->runner = runner;
	job->id = command->id;
	job->is_question = command->action == NULL;
	job->timeout = command->timeout;
	if (!start_child(job, command)) {
		free_job(job);
		return false;
	}
	runner->jobs[runner->count++] = job;
	runner->actions += !job->is_question;
	return true;
}

static unsigned wanted(const struct runner *runner)
{
	if (runner->count == RUNNING_MAX)
		return 0;
	return KBAN_COMMANDS_QUESTIONS |
	       (runner->actions < ACTIONS_MAX ? KBAN_COMMANDS_ACTIONS : 0U);
}

bool runner_run(struct runner *runner, struct kban_watch *watch, kban_usec now)
{
	struct kban_command command;
	unsigned kinds;

	runner->watch = watch;
	while (!runner->closing && (kinds = wanted(runner)) != 0) {
		int more = kban_watch_next_command(watch, kinds, now, &command);

		if (more <= 0)
			return more == 0;
		if (!start(runner, &command) &&
		    kban_watch_command_done(watch, command.id, KBAN_COMMAND_NOT_STARTED, now) < 0)
			return false;
	}
	return true;
}

size_t runner_busy(const struct runner *runner)
{
	return runner->count;
}

void runner_kill(struct runner *runner)
{
	for (size_t i = 0; i < runner->count; i++)
		child_kill(runner->jobs[i]->child);
}

void runner_close(struct runner *runner)
{
	if (runner == NULL)
		return;
	runner->closing = true;
	runner_kill(runner);
}

void runner_free(struct runner *runner)
{
	if (runner == NULL)
		return;
	for (size_t i = 0; i < runner->count; i++)
		free_job(runner->jobs[i]);
	kban_context_unref(runner->ctx);
	free(runner);
}
