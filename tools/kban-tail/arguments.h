/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the command line says, and how kban-tail ends; see kban-tail(8). */
#ifndef KBAN_TAIL_ARGUMENTS_H
#define KBAN_TAIL_ARGUMENTS_H

#include <stdbool.h>

#include <kban/base.h>

struct arguments {
	const char *config_dir; /* NULL: the default */
	const char *state_dir;
	const char *socket_path;
	const char *log_level;  /* NULL: what the configuration says */
	const char *log_target; /* NULL: what the configuration says */
	bool foreground, test, dry_run, once, json;
	kban_usec now; /* what dates are completed from, or KBAN_TIME_NONE: the clock */
};

enum {
	EXIT_GOOD = 0,
	EXIT_TROUBLE = 1,
	EXIT_USAGE = 2,
	EXIT_BAD_CONFIG = 255,
};

#endif /* KBAN_TAIL_ARGUMENTS_H */
