/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the daemon's lines go, in the form that fail2ban's have, because recidive, logwatch and
 * others read them:
 *
 * 2026-11-24 01:53:34,489 fail2ban.actions        [8459]: NOTICE  [sshd] Ban 192.0.2.1
 */
#ifndef KBAN_TAIL_LOG_H
#define KBAN_TAIL_LOG_H

#include <stdbool.h>

#include <kban/kban.h>

struct log;

/* The number of a level ("INFO", "debug", "20"), or -1. */
int log_level_parse(const char *text);

/*
 * @param target  STDOUT, STDERR, SYSOUT (without time), SYSLOG, SYSTEMD-JOURNAL (which takes what
 *                syslog is told), or the path of a file. What fail2ban.conf(5) may say in brackets
 *                behind such a name is not heeded.
 * @param level   Lines below are left out.
 */
int log_open(const char *target, int level, struct log **out, char problem[256]);
void log_close(struct log *log);

/* True if lines go to standard error. */
bool log_is_on_error(const struct log *log);

/* Open the file again, after a rotation. */
void log_reopen(struct log *log);

/* A kban_log_fn; data is the log. */
void log_line(int level, const char *topic, const char *line, void *data);

/* A line of the daemon itself. */
__attribute__((format(printf, 3, 4))) void log_say(struct log *log, int level, const char *format,
						   ...);

#endif /* KBAN_TAIL_LOG_H */
