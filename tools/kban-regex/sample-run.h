/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --test: run filters on files of samples. */
#ifndef KBAN_REGEX_SAMPLE_RUN_H
#define KBAN_REGEX_SAMPLE_RUN_H

#include <kban/context.h>

#include "kban-regex/arguments.h"

/* When the samples of fail2ban were written, and where: 2005-08-14 12:00 in central Europe. */
#define SAMPLE_NOW  (1124013600 * KBAN_SECOND)
#define SAMPLE_ZONE "CET-01CEST-02,M3.5.0,M10.5.0"

/* Run all files and print what came of them. Returns the exit status. */
int sample_run(struct kban_context *ctx, const struct arguments *arguments);

#endif /* KBAN_REGEX_SAMPLE_RUN_H */
