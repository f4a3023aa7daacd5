/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of options: each call sets what a text says, or returns what it should have been. */
#ifndef KBAN_REGEX_ARGUMENT_VALUES_H
#define KBAN_REGEX_ARGUMENT_VALUES_H

#include "kban-regex/arguments.h"

const char *value_now(struct arguments *arguments, const char *text);
const char *value_usedns(struct arguments *arguments, const char *text);
const char *value_max_lines(struct arguments *arguments, const char *text);
const char *value_format(struct arguments *arguments, const char *text);
const char *value_jobs(struct arguments *arguments, const char *text);
const char *value_scan(struct arguments *arguments, const char *text);
const char *value_explain(struct arguments *arguments, const char *text);
const char *value_out(struct arguments *arguments, const char *text);
const char *value_log_level(struct arguments *arguments, const char *text);
const char *value_verbosity(struct arguments *arguments, const char *text);

#endif /* KBAN_REGEX_ARGUMENT_VALUES_H */
