/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "setup.h"

/* The config's own errors were printed; a jail has the first of them as its problem. */
static bool was_printed(const struct kban_config *config, const char *problem)
{
	for (size_t i = 0; i < kban_config_problem_count(config); i++)
		if (strcmp(kban_config_problem_text(config, i), problem) == 0)
			return true;
	return false;
}

static bool print_problems(const struct kban_watch *watch, const struct kban_config *config)
{
	bool found = false;

	for (size_t i = 0; i < kban_watch_jail_count(watch); i++) {
		const char *problem = kban_watch_jail_problem(watch, i);

		if (problem == NULL || was_printed(config, problem))
			continue;
		fprintf(stderr, "kban-tail: %s\n", problem);
		found = true;
	}
	return found;
}

/* Some mistakes show only when jails are made; here they are made in memory, and not run. */
static int make_jails(struct kban_context *ctx, struct kban_config *config, bool *found)
{
	struct kban_watch_options options = KBAN_WATCH_OPTIONS_INIT;
	kban_auto(backend) backend = NULL;
	kban_auto(watch) watch = NULL;
	kban_auto(error) error = NULL;

	if (kban_backend_memory_new(ctx, &backend) < 0)
		return setup_trouble(NULL);
	options.backend = backend;
	options.replay = 1;
	if (kban_watch_new(ctx, &options, &watch, &error) < 0 ||
	    kban_watch_configure(watch, config, &error) < 0)
		return setup_trouble(error);
	*found = print_problems(watch, config);
	return EXIT_GOOD;
}

/* That logs are missing costs nothing at a start, but is what a test is for. */
static bool has_waiting(const struct kban_config *config)
{
	for (size_t i = 0; i < kban_config_problem_count(config); i++)
		if (kban_config_problem_is_waiting(config, i))
			return true;
	return false;
}

int check_run(const struct arguments *arguments)
{
	kban_auto(context) ctx = kban_context_new();
	kban_auto(config) config = NULL;
	bool found = false;
	int status;

	if (ctx == NULL)
		return setup_trouble(NULL);
	status = setup_config(arguments, ctx, &config);
	if (status == EXIT_GOOD)
		status = make_jails(ctx, config, &found);
	if (status != EXIT_GOOD)
		return status;
	if (found || setup_has_errors(config) || has_waiting(config)) {
		puts("ERROR: test configuration failed");
		return EXIT_BAD_CONFIG;
	}
	puts("OK: configuration test is successful");
	return EXIT_GOOD;
}
