/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Steps of the start that the daemon, a replay and a check share. All say what is wrong themselves.
 */
#ifndef KBAN_TAIL_SETUP_H
#define KBAN_TAIL_SETUP_H

#include <kban/cleanup.h>

#include "arguments.h"
#include "log.h"

/* Read the configuration and print its problems on standard error. An exit status. */
int setup_config(const struct arguments *arguments, struct kban_context *ctx,
		 struct kban_config **out);

/* True if something in @a config cannot be used. */
bool setup_has_errors(const struct kban_config *config);

/* Open the log that options and configuration ask for, and let @a ctx log into it. */
int setup_log(const struct arguments *arguments, const struct kban_config *config,
	      struct kban_context *ctx, struct log **out);

/* Where syslog listens, by what the configuration says. */
const char *setup_syslog_socket(const struct kban_config *config);

/* Kernel sets, or in a dry run memory. */
int setup_backend(const struct arguments *arguments, const struct kban_config *config,
		  struct kban_context *ctx, struct kban_backend **out);

/* The state file; NULL in a dry run. */
int setup_store(const struct arguments *arguments, struct kban_context *ctx,
		struct kban_store **out);

/* One line on standard error. @return EXIT_TROUBLE. */
int setup_trouble(const struct kban_error *error);

#endif /* KBAN_TAIL_SETUP_H */
