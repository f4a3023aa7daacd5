/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <syslog.h>
#include <unistd.h>

#include "syslog-client.h"

struct log {
	struct kban_log_target *target;
	struct syslog_client *syslog; /* or NULL, and then */
	int fd;
	int level;
};

static int open_file(const char *path)
{
	return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
}

/* False: @a problem says why. A syslog that is not there may come. */
static bool open_output(struct log *log, const char *syslog_socket, char problem[256])
{
	const char *name = kban_log_target_name(log->target);

	switch (kban_log_target_output(log->target)) {
	case KBAN_LOG_TO_STDOUT:
		log->fd = STDOUT_FILENO;
		return true;
	case KBAN_LOG_TO_STDERR:
		log->fd = STDERR_FILENO;
		return true;
	case KBAN_LOG_TO_SYSLOG:
		log->syslog = syslog_client_new(syslog_socket);
		if (log->syslog != NULL && !syslog_client_connect(log->syslog))
			snprintf(problem, 256,
				 "syslogsocket '%s': %s; it is tried again with each line",
				 syslog_socket, strerror(errno));
		return log->syslog != NULL;
	case KBAN_LOG_TO_FILE:
		log->fd = open_file(name);
		if (log->fd < 0)
			snprintf(problem, 256, "cannot log to '%s': %s", name, strerror(errno));
		break;
	}
	return log->fd >= 0;
}

int log_open(struct kban_log_target *target, const char *syslog_socket, int level, struct log **out,
	     char problem[256])
{
	struct log *log = calloc(1, sizeof(*log));

	problem[0] = '\0';
	if (log == NULL) {
		kban_log_target_free(target);
		return KBAN_E_NOMEM;
	}
	log->target = target;
	log->level = level;
	log->fd = -1;
	if (!open_output(log, syslog_socket, problem)) {
		log_close(log);
		return problem[0] != '\0' ? KBAN_E_SYSTEM : KBAN_E_NOMEM;
	}
	*out = log;
	return KBAN_OK;
}

static bool has_file(const struct log *log)
{
	return kban_log_target_output(log->target) == KBAN_LOG_TO_FILE;
}

void log_close(struct log *log)
{
	if (log == NULL)
		return;
	if (has_file(log) && log->fd >= 0)
		close(log->fd);
	syslog_client_free(log->syslog);
	kban_log_target_free(log->target);
	free(log);
}

int log_move(struct log *log, struct kban_log_target *target, const char *syslog_socket,
	     char problem[256])
{
	struct log *other = NULL;
	struct log before = *log;
	int status = log_open(target, syslog_socket, log->level, &other, problem);

	if (status < 0)
		return status;
	*log = *other;
	*other = before;
	log_close(other);
	return KBAN_OK;
}

void log_set_level(struct log *log, int level)
{
	log->level = level;
}

bool log_is_on_error(const struct log *log)
{
	return kban_log_target_output(log->target) == KBAN_LOG_TO_STDERR;
}

bool log_reopen(struct log *log)
{
	int fd;

	if (!has_file(log))
		return false;
	fd = open_file(log_name(log));
	if (fd < 0)
		return false;
	close(log->fd);
	log->fd = fd;
	return true;
}

const char *log_name(const struct log *log)
{
	return kban_log_target_name(log->target);
}

int log_level(const struct log *log)
{
	return log->level;
}

/* The severity of syslog for a level. */
static int severity(int level)
{
	static const struct {
		int level, severity;
	} severities[] = {
		{ KBAN_CRITICAL, LOG_CRIT }, { KBAN_ERROR, LOG_ERR }, { KBAN_WARNING, LOG_WARNING },
		{ KBAN_NOTICE, LOG_NOTICE }, { 18, LOG_INFO },
	};

	for (size_t i = 0; i < sizeof(severities) / sizeof(severities[0]); i++)
		if (level >= severities[i].level)
			return severities[i].severity;
	return LOG_DEBUG;
}

void log_line(int level, const char *topic, const char *message, void *data)
{
	const struct log *log = data;
	struct kban_log_line line = {
		.level = level, .topic = topic, .message = message, .process = (int)getpid()
	};
	struct timeval now;
	char text[4096];
	size_t len;

	gettimeofday(&now, NULL);
	line.time = (kban_usec)now.tv_sec * KBAN_SECOND + now.tv_usec;
	len = kban_log_target_print(log->target, &line, text, sizeof(text) - 1);
	if (log->syslog != NULL) {
		syslog_client_send(log->syslog,
				   kban_log_target_facility(log->target) | severity(level), text,
				   len);
		return;
	}
	text[len++] = '\n';
	/* A log that cannot be written is no reason to stop protecting. */
	if (write(log->fd, text, len) < 0)
		return;
}

void log_say(struct log *log, int level, const char *format, ...)
{
	char line[2048];
	va_list arguments;

	if (level < log->level)
		return;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	log_line(level, "server", line, log);
}
