/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KBAN_TAIL_CHECK_H
#define KBAN_TAIL_CHECK_H

#include "arguments.h"

/* Say all that is wrong in the configuration. @return EXIT_GOOD or EXIT_BAD_CONFIG. */
int check_run(const struct arguments *arguments);

#endif /* KBAN_TAIL_CHECK_H */
