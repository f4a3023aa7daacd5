/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/time.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum kind {
	TO_FILE, /* also standard output and error */
	TO_SYSLOG,
};

struct log {
	enum kind kind;
	int fd;
	char *path; /* NULL: a descriptor that is not ours */
	int with_time;
	int level;
};

/* A target may be followed by options in brackets. */
static int is_target(const char *target, const char *name)
{
	size_t len = strlen(name);

	return strncasecmp(target, name, len) == 0 && (target[len] == '\0' || target[len] == '[');
}

static const struct {
	const char *name;
	int level;
	int priority;
} levels[] = {
	{ "CRITICAL", KBAN_CRITICAL, LOG_CRIT },  { "ERROR", KBAN_ERROR, LOG_ERR },
	{ "WARNING", KBAN_WARNING, LOG_WARNING }, { "NOTICE", KBAN_NOTICE, LOG_NOTICE },
	{ "INFO", KBAN_INFO, LOG_INFO },          { "MSG", 18, LOG_INFO },
	{ "DEBUG", KBAN_DEBUG, LOG_DEBUG },       { "TRACEDEBUG", 7, LOG_DEBUG },
	{ "HEAVYDEBUG", 5, LOG_DEBUG },
};

#define LEVEL_COUNT (sizeof(levels) / sizeof(levels[0]))

int log_level_parse(const char *text)
{
	char *end;
	long number;

	for (size_t i = 0; i < LEVEL_COUNT; i++)
		if (strcasecmp(levels[i].name, text) == 0)
			return levels[i].level;
	number = strtol(text, &end, 10);
	return *text != '\0' && *end == '\0' && number >= 0 && number <= KBAN_CRITICAL ? (int)number
										       : -1;
}

static size_t level_index(int level)
{
	size_t i = 0;

	while (i + 1 < LEVEL_COUNT && levels[i].level > level)
		i++;
	return i;
}

static int open_file(const char *path)
{
	return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
}

int log_open(const char *target, int level, struct log **out, char problem[256])
{
	struct log *log = calloc(1, sizeof(*log));

	if (log == NULL)
		return KBAN_E_NOMEM;
	log->level = level;
	log->fd = is_target(target, "STDERR") ? STDERR_FILENO : STDOUT_FILENO;
	log->with_time = !is_target(target, "SYSOUT");
	if (is_target(target, "SYSLOG") || is_target(target, "SYSTEMD-JOURNAL")) {
		log->kind = TO_SYSLOG;
		openlog("kban-tail", LOG_PID, LOG_DAEMON);
	} else if (!is_target(target, "STDOUT") && !is_target(target, "STDERR") &&
		   !is_target(target, "SYSOUT")) {
		log->path = strdup(target);
		log->fd = log->path ? open_file(target) : -1;
		if (log->fd < 0) {
			snprintf(problem, 256, "cannot log to '%s': %s", target, strerror(errno));
			free(log->path);
			free(log);
			return KBAN_E_SYSTEM;
		}
	}
	*out = log;
	return KBAN_OK;
}

void log_close(struct log *log)
{
	if (log == NULL)
		return;
	if (log->path != NULL)
		close(log->fd);
	free(log->path);
	free(log);
}

bool log_is_on_error(const struct log *log)
{
	return log->kind == TO_FILE && log->fd == STDERR_FILENO;
}

void log_reopen(struct log *log)
{
	int fd;

	if (log->path == NULL)
		return;
	fd = open_file(log->path);
	if (fd < 0)
		return;
	close(log->fd);
	log->fd = fd;
}

static int print_time(char *buffer, size_t size)
{
	struct timeval now;
	struct tm parts;
	size_t len;

	gettimeofday(&now, NULL);
	if (localtime_r(&now.tv_sec, &parts) == NULL)
		return 0;
	len = strftime(buffer, size, "%Y-%m-%d %H:%M:%S", &parts);
	return (int)len + snprintf(buffer + len, size - len, ",%03d ", (int)(now.tv_usec / 1000));
}

void log_line(int level, const char *topic, const char *line, void *data)
{
	const struct log *log = data;
	size_t at = level_index(level);
	char name[32], text[4096];
	int len = 0;

	snprintf(name, sizeof(name), "fail2ban.%s", topic);
	if (log->kind == TO_SYSLOG) {
		syslog(levels[at].priority, "%s: %s %s", name, levels[at].name, line);
		return;
	}
	if (log->with_time)
		len = print_time(text, sizeof(text));
	len += snprintf(text + len, sizeof(text) - (size_t)len, "%-24s[%d]: %-7s %s\n", name,
			(int)getpid(), levels[at].name, line);
	if ((size_t)len >= sizeof(text)) {
		len = sizeof(text);
		text[len - 1] = '\n';
	}
	/* A log that cannot be written is no reason to stop protecting. */
	if (write(log->fd, text, (size_t)len) < 0)
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
