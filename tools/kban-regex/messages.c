/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/messages.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include <kban/context.h>

#include "cli/options.h"

static const struct {
	const char *name;
	int level;
} levels[] = {
	{ "critical", KBAN_CRITICAL },
	{ "error", KBAN_ERROR },
	{ "warning", KBAN_WARNING },
	{ "notice", KBAN_NOTICE },
	{ "info", KBAN_INFO },
	{ "debug", KBAN_DEBUG },
	/* Finer ones, which kban does not tell apart. */
	{ "msg", KBAN_INFO + 1 },
	{ "tracedebug", KBAN_DEBUG - 1 },
	{ "heavydebug", KBAN_DEBUG - 2 },
};

#define LEVEL_COUNT (sizeof(levels) / sizeof(levels[0]))

static void start_line(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	fputs("kban-regex: ", stderr);
}

int message_print(const char *format, ...)
{
	va_list arguments;

	start_line();
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	putc('\n', stderr);
	return CLI_EXIT_TROUBLE;
}

static const char *name_of(int level)
{
	for (size_t i = 0; i < LEVEL_COUNT; i++)
		if (levels[i].level <= level)
			return levels[i].name;
	return levels[LEVEL_COUNT - 1].name;
}

void messages_log(int level, const char *topic, const char *line, void *data)
{
	const struct messages *messages = data;

	if (level < messages->level)
		return;
	start_line();
	if (messages->form != MESSAGE_PLAIN)
		fprintf(stderr, "%s: %s: ", topic, name_of(level));
	if (messages->form == MESSAGE_WITH_LINE && messages->line > 0)
		fprintf(stderr, "line %" PRIu64 ": ", messages->line);
	fprintf(stderr, "%s\n", line);
}

bool messages_level(const char *name, int *out)
{
	char *end;
	long number;

	for (size_t i = 0; i < LEVEL_COUNT; i++) {
		if (strcasecmp(name, levels[i].name) != 0)
			continue;
		*out = levels[i].level;
		return true;
	}
	errno = 0;
	number = strtol(name, &end, 10);
	if (end == name || *end != '\0' || errno != 0 || number < 0 || number > KBAN_CRITICAL)
		return false;
	*out = (int)number;
	return true;
}
