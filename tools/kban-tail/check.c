/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "check.h"

#include <stdio.h>

#include "setup.h"

static bool has_errors(const struct kban_config *config)
{
	for (size_t i = 0; i < kban_config_problem_count(config); i++)
		if (kban_config_problem_is_error(config, i))
			return true;
	return false;
}

int check_run(const struct arguments *arguments)
{
	kban_auto(context) ctx = kban_context_new();
	kban_auto(config) config = NULL;
	int status;

	if (ctx == NULL)
		return setup_trouble(NULL);
	status = setup_config(arguments, ctx, &config);
	if (status != EXIT_GOOD)
		return status;
	if (has_errors(config)) {
		puts("ERROR: test configuration failed");
		return EXIT_BAD_CONFIG;
	}
	puts("OK: configuration test is successful");
	return EXIT_GOOD;
}
