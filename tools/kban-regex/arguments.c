/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/arguments.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <kban/matcher.h>

#include "cli/options.h"

enum option {
	OPTION_CONFIG,
	OPTION_DATEPATTERN,
	OPTION_TIMEZONE,
	OPTION_USEDNS,
	OPTION_RAW,
	OPTION_MAXLINES,
	OPTION_NO_CHECK_ALL,
	OPTION_NOW,
	OPTION_FORMAT,
	OPTION_OUT,
	OPTION_PRINT_MATCHED,
	OPTION_PRINT_MISSED,
	OPTION_PRINT_IGNORED,
	OPTION_PRINT_NO_MISSED,
	OPTION_PRINT_NO_IGNORED,
	OPTION_VERBOSE,
	OPTION_TZ,
	OPTION_PRINT_ALL_MATCHED,
	OPTION_PRINT_ALL_MISSED,
	OPTION_PRINT_ALL_IGNORED,
	OPTION_COUNT,
};

static const struct cli_option options[OPTION_COUNT + 1] = {
	[OPTION_CONFIG] = { 'c', "config", "DIR", "configuration, /etc/kban or /etc/fail2ban" },
	[OPTION_DATEPATTERN] = { 'd', "datepattern", "PATTERN", "how the log writes its dates" },
	[OPTION_TIMEZONE] = { 0, "timezone", "ZONE", "of dates that name none (UTC+0200)" },
	[OPTION_USEDNS] = { 0, "usedns", "HOW", "host names: yes, warn (default), no, raw" },
	[OPTION_RAW] = { 'r', "raw", NULL, "the same as --usedns raw: names are not resolved" },
	[OPTION_MAXLINES] = { 'L', "maxlines", "N", "lines that a rule may span" },
	[OPTION_NO_CHECK_ALL] = { 0, "no-check-all", NULL,
				  "stop at the first rule, as a jail does" },
	[OPTION_NOW] = { 0, "now", "SECONDS", "take this for the present time (also KBAN_NOW)" },
	[OPTION_FORMAT] = { 0, "format", "FORMAT", "text (default), or json: one object a line" },
	[OPTION_OUT] = { 'o', "out", "FIELD", "only this of each failure: id, ip, msg, user …" },
	[OPTION_PRINT_MATCHED] = { 0, "print-matched", NULL, "list all lines that are failures" },
	[OPTION_PRINT_MISSED] = { 0, "print-missed", NULL, "list all lines without a match" },
	[OPTION_PRINT_IGNORED] = { 0, "print-ignored", NULL, "list all lines that are ignored" },
	[OPTION_PRINT_NO_MISSED] = { 0, "print-no-missed", NULL, "list no missed lines" },
	[OPTION_PRINT_NO_IGNORED] = { 0, "print-no-ignored", NULL, "list no ignored lines" },
	[OPTION_VERBOSE] = { 'v', "verbose", NULL, "show all rules, and each failure" },
	/* The spellings of fail2ban-regex. */
	[OPTION_TZ] = { 0, "TZ", "ZONE", NULL },
	[OPTION_PRINT_ALL_MATCHED] = { 0, "print-all-matched", NULL, NULL },
	[OPTION_PRINT_ALL_MISSED] = { 0, "print-all-missed", NULL, NULL },
	[OPTION_PRINT_ALL_IGNORED] = { 0, "print-all-ignored", NULL, NULL },
	[OPTION_COUNT] = { 0, NULL, NULL, NULL },
};

static const struct cli_program program = {
	.name = "kban-regex",
	.usage = "[option ...] LOG FILTER [IGNORE]",
	.about = "Test a filter on a log: which lines are failures, and whose.\n"
		 "\n"
		 "  LOG     a file, - for standard input, or the text of a line itself\n"
		 "  FILTER  a name in DIR/filter.d (sshd[mode=ddos]), a file, or a failregex\n"
		 "  IGNORE  an ignoreregex, or a filter file that has some; besides the filter's "
		 "own\n"
		 "\n"
		 "The exit status is 0 with at least one failure, 1 with none, 2 after an error.\n",
	.options = options,
	.example = "Example: kban-regex /var/log/auth.log sshd\n",
};

static int wrong_value(const char *option, const char *value, const char *right)
{
	return cli_wrong(&program, "--%s: '%s' is not %s", option, value, right);
}

/* Seconds since 1970, perhaps with a fraction. */
static bool parse_now(const char *text, kban_usec *out)
{
	char *end;
	double seconds;

	errno = 0;
	seconds = strtod(text, &end);
	if (end == text || *end != '\0' || errno != 0 || !(seconds > -1e11 && seconds < 1e11))
		return false;
	*out = (kban_usec)(seconds * (double)KBAN_SECOND);
	return true;
}

static int set_now(struct arguments *arguments, const char *option, const char *text)
{
	if (parse_now(text, &arguments->now))
		return 0;
	return wrong_value(option, text, "a number of seconds since 1970");
}

static int set_usedns(struct arguments *arguments, const char *text)
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
		return 0;
	}
	return wrong_value("usedns", text, "yes, warn, no or raw");
}

static int set_max_lines(struct arguments *arguments, const char *text)
{
	char *end;
	long lines = strtol(text, &end, 10);

	if (end == text || *end != '\0' || lines < 1 || lines > INT_MAX)
		return wrong_value("maxlines", text, "a number of lines");
	arguments->options.max_lines = (unsigned)lines;
	return 0;
}

static int set_format(struct arguments *arguments, const char *text)
{
	arguments->json = strcmp(text, "json") == 0;
	if (arguments->json || strcmp(text, "text") == 0)
		return 0;
	return wrong_value("format", text, "text or json");
}

/* Templates and rows are fail2ban-regex's own; a program reads --format json. */
static int set_out(struct arguments *arguments, const char *text)
{
	if (text[0] == '\0' || strchr(text, '<') != NULL || strcmp(text, "row") == 0)
		return wrong_value("out", text, "the name of a field; --format json has them all");
	arguments->field = text;
	arguments->matcher_flags = 0;
	return 0;
}

/* Options that list lines, or that are on or off. */
static void set_switch(struct arguments *arguments, enum option option)
{
	switch (option) {
	case OPTION_RAW:
		arguments->options.usedns = KBAN_USEDNS_RAW;
		break;
	case OPTION_NO_CHECK_ALL:
		arguments->matcher_flags = 0;
		break;
	case OPTION_PRINT_MATCHED:
	case OPTION_PRINT_ALL_MATCHED:
		arguments->matched = LIST_ALL;
		break;
	case OPTION_PRINT_MISSED:
	case OPTION_PRINT_ALL_MISSED:
		arguments->missed = LIST_ALL;
		break;
	case OPTION_PRINT_IGNORED:
	case OPTION_PRINT_ALL_IGNORED:
		arguments->ignored = LIST_ALL;
		break;
	case OPTION_PRINT_NO_MISSED:
		arguments->missed = LIST_NONE;
		break;
	case OPTION_PRINT_NO_IGNORED:
		arguments->ignored = LIST_NONE;
		break;
	default:
		arguments->verbose = true;
		break;
	}
}

/* 0, or CLI_EXIT_TROUBLE after a message. */
static int set_option(struct arguments *arguments, enum option option, const char *value)
{
	switch (option) {
	case OPTION_CONFIG:
		arguments->options.config_dir = value;
		return 0;
	case OPTION_DATEPATTERN:
		arguments->options.date_pattern = value;
		return 0;
	case OPTION_TIMEZONE:
	case OPTION_TZ:
		arguments->options.time_zone = value;
		return 0;
	case OPTION_USEDNS:
		return set_usedns(arguments, value);
	case OPTION_MAXLINES:
		return set_max_lines(arguments, value);
	case OPTION_NOW:
		return set_now(arguments, "now", value);
	case OPTION_FORMAT:
		return set_format(arguments, value);
	case OPTION_OUT:
		return set_out(arguments, value);
	default:
		set_switch(arguments, option);
		return 0;
	}
}

/* The count-th argument. */
static int set_argument(struct arguments *arguments, int count, const char *value)
{
	const char **places[] = { &arguments->log, &arguments->filter, &arguments->ignore };

	if (count >= (int)(sizeof(places) / sizeof(places[0])))
		return cli_wrong(&program, "'%s' is one argument too many", value);
	*places[count] = value;
	return 0;
}

static enum arguments_result read_all(struct arguments *arguments, struct cli_parser *parser)
{
	int count = 0;
	int option;
	int trouble = 0;

	while (trouble == 0 && (option = cli_next(parser)) != CLI_END) {
		if (option == CLI_ANSWERED)
			return ARGUMENTS_ANSWERED;
		if (option == CLI_WRONG)
			return ARGUMENTS_WRONG;
		if (option == CLI_ARGUMENT)
			trouble = set_argument(arguments, count++, parser->value);
		else
			trouble = set_option(arguments, (enum option)option, parser->value);
	}
	if (trouble == 0 && count < 2)
		trouble = cli_wrong(&program, "LOG and FILTER are needed");
	return trouble == 0 ? ARGUMENTS_RUN : ARGUMENTS_WRONG;
}

enum arguments_result arguments_read(struct arguments *arguments, int argc, char **argv)
{
	const struct kban_filter_options defaults = KBAN_FILTER_OPTIONS_INIT;
	struct cli_parser parser = { .program = &program, .argc = argc, .argv = argv };
	const char *now = getenv("KBAN_NOW");

	*arguments = (struct arguments){
		.options = defaults,
		.now = KBAN_TIME_NONE,
		.matcher_flags = KBAN_MATCH_ALL_RULES,
		.matched = LIST_NONE,
	};
	if (now != NULL && set_now(arguments, "now (KBAN_NOW)", now) != 0)
		return ARGUMENTS_WRONG;
	return read_all(arguments, &parser);
}
