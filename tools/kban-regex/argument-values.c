/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/argument-values.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kban-regex/log-crew.h"

#define VERBOSITY_MAX 4

static bool parse_number(const char *text, long min, long max, long *out)
{
	char *end;

	errno = 0;
	*out = strtol(text, &end, 10);
	return end != text && *end == '\0' && errno == 0 && *out >= min && *out <= max;
}

/* Seconds since 1970, perhaps with a fraction. */
const char *value_now(struct arguments *arguments, const char *text)
{
	char *end;
	double seconds;

	errno = 0;
	seconds = strtod(text, &end);
	if (end == text || *end != '\0' || errno != 0 || !(seconds > -1e11 && seconds < 1e11))
		return "a number of seconds since 1970";
	arguments->now = (kban_usec)(seconds * (double)KBAN_SECOND);
	return NULL;
}

const char *value_usedns(struct arguments *arguments, const char *text)
{
	static const struct {
		const char *name;
		enum kban_usedns value;
	} names[] = {
		{ "yes", KBAN_USEDNS_YES },
		{ "warn", KBAN_USEDNS_WARN },
		{ "no", KBAN_USEDNS_NO },
		{ "raw", KBAN_USEDNS_RAW },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcasecmp(text, names[i].name) != 0)
			continue;
		arguments->options.usedns = names[i].value;
		return NULL;
	}
	return "yes, warn, no or raw";
}

/* The limit of lists, too, as in fail2ban-regex. */
const char *value_max_lines(struct arguments *arguments, const char *text)
{
	long lines;

	if (!parse_number(text, 1, INT_MAX, &lines))
		return "a number of lines";
	arguments->options.max_lines = (unsigned)lines;
	arguments->list_max = (unsigned)lines;
	return NULL;
}

const char *value_format(struct arguments *arguments, const char *text)
{
	arguments->json = strcmp(text, "json") == 0;
	return arguments->json || strcmp(text, "text") == 0 ? NULL : "text or json";
}

const char *value_scan(struct arguments *arguments, const char *text)
{
	static const char *const names[] = {
		[SCAN_AUTO] = "auto",
		[SCAN_ALWAYS] = "always",
		[SCAN_NEVER] = "never",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(text, names[i]) != 0)
			continue;
		arguments->scan = (enum scan_wish)i;
		return NULL;
	}
	return "auto, always or never";
}

/* Processors that this process may use. */
static long count_processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
}

const char *value_jobs(struct arguments *arguments, const char *text)
{
	long jobs = 0;

	if (strcmp(text, "auto") != 0 && !parse_number(text, 0, LOG_CREW_MAX, &jobs))
		return "a number from 0 to 64, or auto";
	if (jobs == 0)
		jobs = count_processors();
	arguments->jobs = jobs < LOG_CREW_MAX ? (unsigned)jobs : LOG_CREW_MAX;
	return NULL;
}

const char *value_explain(struct arguments *arguments, const char *text)
{
	arguments->explains = true;
	if (line_choice_read(&arguments->explain, text))
		return NULL;
	return "a list of lines: 3,10-20,missed,matched,ignored";
}

const char *value_out(struct arguments *arguments, const char *text)
{
	if (text[0] == '\0')
		return "row, id, ip, msg, the name of a field, or a text with <tags>";
	arguments->out = text;
	arguments->matcher_flags = 0;
	return NULL;
}

const char *value_log_level(struct arguments *arguments, const char *text)
{
	if (messages_level(text, &arguments->log_level))
		return NULL;
	return "critical, error, warning, notice, info or debug";
}

const char *value_verbosity(struct arguments *arguments, const char *text)
{
	long level;

	if (!parse_number(text, 0, VERBOSITY_MAX, &level))
		return "a number from 0 to 4";
	arguments->verbosity = (unsigned)level;
	return NULL;
}
