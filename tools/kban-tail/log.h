/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the daemon's lines go. Unless told otherwise they have the form that fail2ban's have,
 * because recidive, logwatch and others read them:
 *
 * 2026-11-24 01:53:34,489 fail2ban.actions        [8459]: NOTICE  [sshd] Ban 192.0.2.1
 */
#ifndef KBAN_TAIL_LOG_H
#define KBAN_TAIL_LOG_H

#include <stdbool.h>

#include <kban/kban.h>

struct log;

/*
 * @param target         Taken over, also on failure.
 * @param syslog_socket  Where syslog listens. That nobody does is no failure: lines are lost until
 *                       somebody does, and @a problem tells.
 * @param level          Lines of log_say() below are left out.
 * @param problem        Empty if there is none.
 */
int log_open(struct kban_log_target *target, const char *syslog_socket, int level, struct log **out,
	     char problem[256]);
void log_close(struct log *log);

/* True if lines go to standard error. */
bool log_is_on_error(const struct log *log);

/* Open the file again, after a rotation. False: there is none, or it cannot be opened. */
bool log_reopen(struct log *log);

/*
 * Let lines go elsewhere from now on; parameters as of log_open(). On failure they go where they
 * went.
 */
int log_move(struct log *log, struct kban_log_target *target, const char *syslog_socket,
	     char problem[256]);

/* Leave out other lines of log_say() than before. */
void log_set_level(struct log *log, int level);

/* Where lines go, without options; and what is logged at least, as a number. */
const char *log_name(const struct log *log);
int log_level(const struct log *log);

/* A kban_log_fn; data is the log. */
void log_line(int level, const char *topic, const char *message, void *data);

/* A line of the daemon itself. */
__attribute__((format(printf, 3, 4))) void log_say(struct log *log, int level, const char *format,
						   ...);

#endif /* KBAN_TAIL_LOG_H */
