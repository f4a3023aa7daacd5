/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/config-check.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <kban/cleanup.h>

static int trouble(const char *program, const struct kban_error *error)
{
	fprintf(stderr, "%s: %s\n", program, kban_error_text(error));
	return CLI_CHECK_TROUBLE;
}

/* That logs are missing costs nothing at a start, but is what a test is for. True if anything is
 * more than a warning. */
static bool tell_problems(const char *program, const struct kban_config *config)
{
	bool found = false;

	for (size_t i = 0; i < kban_config_problem_count(config); i++) {
		bool counts = kban_config_problem_is_error(config, i) ||
			      kban_config_problem_is_waiting(config, i);

		fprintf(stderr, "%s: %s%s\n", program,
			counts ? "" : "warning: ", kban_config_problem_text(config, i));
		found = found || counts;
	}
	return found;
}

/* The config's own errors were printed; a jail has the first of them as its problem. */
static bool was_printed(const struct kban_config *config, const char *problem)
{
	for (size_t i = 0; i < kban_config_problem_count(config); i++)
		if (strcmp(kban_config_problem_text(config, i), problem) == 0)
			return true;
	return false;
}

static bool tell_late_problems(const char *program, const struct kban_watch *watch,
			       const struct kban_config *config)
{
	bool found = false;

	for (size_t i = 0; i < kban_watch_jail_count(watch); i++) {
		const char *problem = kban_watch_jail_problem(watch, i);

		if (problem == NULL || was_printed(config, problem))
			continue;
		fprintf(stderr, "%s: %s\n", program, problem);
		found = true;
	}
	return found;
}

/* Some mistakes show only when jails are made; here they are made in memory, and not run. */
static int make_jails(const char *program, struct kban_context *ctx, struct kban_config *config,
		      bool *found)
{
	struct kban_watch_options options = KBAN_WATCH_OPTIONS_INIT;
	kban_auto(backend) backend = NULL;
	kban_auto(watch) watch = NULL;
	kban_auto(error) error = NULL;

	if (kban_backend_memory_new(ctx, &backend) < 0)
		return trouble(program, NULL);
	options.backend = backend;
	options.replay = 1;
	if (kban_watch_new(ctx, &options, &watch, &error) < 0 ||
	    kban_watch_configure(watch, config, &error) < 0)
		return trouble(program, error);
	*found = tell_late_problems(program, watch, config);
	return CLI_CHECK_GOOD;
}

int cli_check_config(const char *program, const char *dir)
{
	kban_auto(context) ctx = kban_context_new();
	kban_auto(config) config = NULL;
	kban_auto(error) error = NULL;
	bool found, found_late = false;
	int status;

	if (ctx == NULL)
		return trouble(program, NULL);
	if (kban_config_load(ctx, dir, &config, &error) < 0) {
		trouble(program, error);
		return CLI_CHECK_BAD;
	}
	found = tell_problems(program, config);
	status = make_jails(program, ctx, config, &found_late);
	if (status != CLI_CHECK_GOOD || (!found && !found_late))
		return status;
	puts("ERROR: test configuration failed");
	return CLI_CHECK_BAD;
}

void cli_tell_good_config(void)
{
	puts("OK: configuration test is successful");
}
