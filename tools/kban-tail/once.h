/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KBAN_TAIL_ONCE_H
#define KBAN_TAIL_ONCE_H

#include "arguments.h"

/* Read all logs to their end, each line at its own time, settle, exit. @return exit status. */
int once_run(const struct arguments *arguments);

#endif /* KBAN_TAIL_ONCE_H */
