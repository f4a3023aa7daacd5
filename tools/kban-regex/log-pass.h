/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All lines of one log, from the first to the last. */
#ifndef KBAN_REGEX_LOG_PASS_H
#define KBAN_REGEX_LOG_PASS_H

#include "kban-regex/session.h"

/* Judge and report them. 0, NO_READER, or CLI_EXIT_TROUBLE after a message. */
int log_pass(struct session *session, const char *log);

#endif /* KBAN_REGEX_LOG_PASS_H */
