/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/log-target.h
 * Where a daemon logs and what its lines look like, as logtarget of fail2ban.conf says:
 * "SYSLOG[facility=mail]", "/var/log/kban.log[datetime=off]".
 *
 * A target opens and writes nothing; it tells what was asked for, and prints lines. It never
 * changes once it is made, so any number of threads may use it.
 */
#ifndef KBAN_LOG_TARGET_H
#define KBAN_LOG_TARGET_H

#include <kban/context.h>
#include <kban/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kban_log_target;

/** The kinds of target. */
enum kban_log_output {
	KBAN_LOG_TO_STDOUT, /**< STDOUT, or SYSOUT, which has no times */
	KBAN_LOG_TO_STDERR,
	KBAN_LOG_TO_SYSLOG, /**< SYSLOG, or SYSTEMD-JOURNAL, which listens there, too */
	KBAN_LOG_TO_FILE
};

/**
 * Read a target. In brackets behind its name there may be
 *
 * - datetime=on|off: lines begin with the time; on, but for SYSOUT and syslog
 * - padding=on|off: columns are aligned; on, but for syslog
 * - format="…": the whole line, in place of both; %(asctime)s, %(created)f, %(levelname)s,
 *   %(levelno)d, %(message)s, %(msecs)d, %(name)s and %(process)d in it are replaced
 * - facility=NAME: of syslog(3); daemon
 *
 * @param out  Receives the target, owned by the caller.
 *
 * @return KBAN_OK, also if an option means nothing (see kban_log_target_problem()); KBAN_E_SYNTAX,
 *         such as for a bracket that does not end; KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_log_target_new(const char *text, struct kban_log_target **out,
						 struct kban_error **err);

/** NULL is allowed. */
KBAN_API void kban_log_target_free(struct kban_log_target *target);

/** What kind of target it is. */
KBAN_API enum kban_log_output kban_log_target_output(const struct kban_log_target *target);

/** The target without its options: the path of a file, else one of the names as it was written. */
KBAN_API const char *kban_log_target_name(const struct kban_log_target *target);

/** The facility of syslog, as <syslog.h> numbers them: LOG_MAIL. */
KBAN_API int kban_log_target_facility(const struct kban_log_target *target);

/**
 * What is odd about its options and was passed over: one line, without a place.
 *
 * @return NULL behind the last.
 */
KBAN_API const char *kban_log_target_problem(const struct kban_log_target *target, size_t index);

/** A line to be logged. */
struct kban_log_line {
	kban_usec time;      /**< printed in the local zone */
	int level;           /**< an enum kban_level, or a number between */
	const char *topic;   /**< see kban_log_fn */
	const char *message; /**< without line feed */
	int process;         /**< its number */
};

/**
 * Write @a line as it is to be logged, without line feed; what has no room is cut off.
 *
 * @param buffer  @a size bytes, at least one; a NUL is written at the end.
 *
 * @return The length of what was written.
 */
KBAN_API size_t kban_log_target_print(const struct kban_log_target *target,
				      const struct kban_log_line *line, char *buffer, size_t size);

/**
 * Read a level: its name in any case, or its number.
 *
 * @return CRITICAL 50, ERROR 40, WARNING 30, NOTICE 25, INFO 20, MSG 18, DEBUG 10, TRACEDEBUG 7,
 *         HEAVYDEBUG 5, a number from 0 to 50; or -1.
 */
KBAN_API int kban_log_level_parse(const char *text);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_LOG_TARGET_H */
