/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/arguments.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include <kban/matcher.h>

#include "cli/options.h"
#include "kban-regex/argument-values.h"
#include "kban-regex/log-choice.h"
#include "kban-regex/sample-run.h"

enum option {
	HEADING_READ,
	OPTION_CONFIG,
	OPTION_FILTER,
	OPTION_DATEPATTERN,
	OPTION_TIMEZONE,
	OPTION_ENCODING,
	OPTION_USEDNS,
	OPTION_RAW,
	OPTION_MAXLINES,
	OPTION_JOURNALMATCH,
	OPTION_NO_CHECK_ALL,
	OPTION_NOW,
	OPTION_SCAN,
	OPTION_JOBS,
	HEADING_SHOWN,
	OPTION_FORMAT,
	OPTION_OUT,
	OPTION_INVERT,
	OPTION_PRINT_MATCHED,
	OPTION_PRINT_MISSED,
	OPTION_PRINT_IGNORED,
	OPTION_PRINT_NO_MISSED,
	OPTION_PRINT_NO_IGNORED,
	OPTION_VERBOSE,
	OPTION_VERBOSE_DATE,
	OPTION_LOG_LEVEL,
	HEADING_FOUND,
	OPTION_EXPLAIN,
	OPTION_PROFILE,
	OPTION_TEST,
	OPTION_STRICT,
	/* Not in --help: other spellings, and what is rarely wanted. */
	OPTION_TZ,
	OPTION_VD,
	OPTION_VERBOSITY,
	OPTION_DEBUGGEX,
	OPTION_LOG_TRACEBACK,
	OPTION_FULL_TRACEBACK,
	OPTION_COUNT,
};

static const struct cli_option options[OPTION_COUNT + 1] = {
	[HEADING_READ] = { 0, "", NULL, "What is read:" },
	[OPTION_CONFIG] = { 'c', "config", "DIR", "/etc/kban or /etc/fail2ban otherwise" },
	[OPTION_FILTER] = { 'f', "filter", "FILTER",
			    "this filter; all arguments are logs, or FILEs" },
	[OPTION_DATEPATTERN] = { 'd', "datepattern", "HOW", "how the log writes its dates" },
	[OPTION_TIMEZONE] = { 0, "timezone", "ZONE", "of dates that name none (UTC+0200)" },
	[OPTION_ENCODING] = { 'e', "encoding", "NAME", "of the log; default: the locale's" },
	[OPTION_USEDNS] = { 0, "usedns", "HOW", "host names: yes, warn (default), no, raw" },
	[OPTION_RAW] = { 'r', "raw", NULL, "the same as --usedns raw" },
	[OPTION_MAXLINES] = { 'L', "maxlines", "N",
			      "lines that a rule may span, and that are listed" },
	[OPTION_JOURNALMATCH] = { 'm', "journalmatch", "MATCH",
				  "entries of the journal: '_COMM=sshd + _COMM=login'" },
	[OPTION_NO_CHECK_ALL] = { 0, "no-check-all", NULL,
				  "stop at the first rule, as a jail does" },
	[OPTION_NOW] = { 0, "now", "SECONDS", "take this for the present time (also KBAN_NOW)" },
	[OPTION_SCAN] = { 0, "scan", "WHEN",
			  "leave out lines that cannot match: auto, always, never" },
	[OPTION_JOBS] = { 0, "jobs", "N", "threads that read a log: a number (1), or auto" },
	[HEADING_SHOWN] = { 0, "", NULL, "What is shown:" },
	[OPTION_FORMAT] = { 0, "format", "FORMAT", "text (default), or json: one object a line" },
	[OPTION_OUT] = { 'o', "out", "WHAT",
			 "only this of each failure: row, id, ip, msg, user …" },
	[OPTION_INVERT] = { 'i', "invert", NULL, "with -o: of each line that is no failure" },
	[OPTION_PRINT_MATCHED] = { 0, "print-all-matched", NULL, "list the lines that matched" },
	[OPTION_PRINT_MISSED] = { 0, "print-all-missed", NULL, "list all others" },
	[OPTION_PRINT_IGNORED] = { 0, "print-all-ignored", NULL,
				   "list all that are ignored; --print-no-...: none" },
	[OPTION_PRINT_NO_MISSED] = { 0, "print-no-missed", NULL, NULL },
	[OPTION_PRINT_NO_IGNORED] = { 0, "print-no-ignored", NULL, NULL },
	[OPTION_VERBOSE] = { 'v', "verbose", NULL,
			     "show all rules and failures; -vv: and their files" },
	[OPTION_VERBOSE_DATE] = { 0, "verbose-date", NULL, "show how date formats are read" },
	[OPTION_LOG_LEVEL] = { 'l', "log-level", "LEVEL", "show messages of this level and above" },
	[HEADING_FOUND] = { 0, "", NULL, "What is found out:" },
	[OPTION_EXPLAIN] = { 0, "explain", "[LINES]",
			     "say why lines (3,10-20,missed …) are what they are" },
	[OPTION_PROFILE] = { 0, "profile", NULL, "say what each rule costs, and on which line" },
	[OPTION_TEST] = { 0, "test", NULL, "test filters on FILEs of annotated lines" },
	[OPTION_STRICT] = { 0, "strict", NULL, "with --test: each failregex must have a line" },
	[OPTION_TZ] = { 0, "TZ", "ZONE", NULL },
	[OPTION_VD] = { 0, "VD", NULL, NULL },
	[OPTION_VERBOSITY] = { 0, "verbosity", "N", NULL },
	[OPTION_DEBUGGEX] = { 'D', "debuggex", NULL, NULL },
	[OPTION_LOG_TRACEBACK] = { 't', "log-traceback", NULL, NULL },
	[OPTION_FULL_TRACEBACK] = { 0, "full-traceback", NULL, NULL },
	[OPTION_COUNT] = { 0, NULL, NULL, NULL },
};

static const struct cli_program program = {
	.name = "kban-regex",
	.usage = "[option ...] LOG FILTER [IGNORE]\n"
		 "       kban-regex --test [option ...] FILE ...",
	.about =
		"Test a filter on a log: which lines are failures, and whose.\n"
		"\n"
		"  LOG     a file, - for standard input, systemd-journal, or a line itself\n"
		"  FILTER  a jail, a filter (sshd[mode=ddos]), a filter file, or a failregex\n"
		"  IGNORE  an ignoreregex, or a filter file with some, besides the filter's own\n"
		"\n"
		"Exit status: 0 with a failure, 1 without, 2 after an error; with --test 0 if all\n"
		"is as FILE says, else 1. Example: kban-regex /var/log/auth.log sshd\n",
	.options = options,
};

static int wrong_value(enum option option, const char *value, const char *right)
{
	if (right == NULL)
		return 0;
	return cli_wrong(&program, "--%s: '%s' is not %s", options[option].name, value, right);
}

/* Both of -v and --print-…: 0, or CLI_EXIT_TROUBLE after a message. */
static int set_list(enum list_wish *list, enum list_wish wish, const char *name)
{
	if (*list != LIST_SHORT && *list != wish)
		return cli_wrong(&program, "--print-all-%s and --print-no-%s exclude each other",
				 name, name);
	*list = wish;
	return 0;
}

/* Options that list lines. */
static int set_lists(struct arguments *arguments, enum option option)
{
	switch (option) {
	case OPTION_PRINT_MATCHED:
		arguments->matched = LIST_ALL;
		return 0;
	case OPTION_PRINT_MISSED:
		return set_list(&arguments->missed, LIST_ALL, "missed");
	case OPTION_PRINT_IGNORED:
		return set_list(&arguments->ignored, LIST_ALL, "ignored");
	case OPTION_PRINT_NO_MISSED:
		return set_list(&arguments->missed, LIST_NONE, "missed");
	default:
		return set_list(&arguments->ignored, LIST_NONE, "ignored");
	}
}

/* Options without a value: 0, or CLI_EXIT_TROUBLE after a message. */
static int set_switch(struct arguments *arguments, enum option option)
{
	switch (option) {
	case OPTION_RAW:
		arguments->options.usedns = KBAN_USEDNS_RAW;
		return 0;
	case OPTION_NO_CHECK_ALL:
		arguments->matcher_flags = 0;
		return 0;
	case OPTION_INVERT:
		arguments->inverted = true;
		return 0;
	case OPTION_VERBOSE:
		arguments->verbosity++;
		return 0;
	case OPTION_VERBOSE_DATE:
	case OPTION_VD:
		arguments->date_details = true;
		return 0;
	case OPTION_PROFILE:
		arguments->profiles = true;
		return 0;
	case OPTION_TEST:
		arguments->test = true;
		return 0;
	case OPTION_STRICT:
		arguments->strict = true;
		return 0;
	case OPTION_DEBUGGEX:
		arguments->debuggex = true;
		return 0;
	case OPTION_LOG_TRACEBACK:
		if (arguments->message_form == MESSAGE_PLAIN)
			arguments->message_form = MESSAGE_WITH_SOURCE;
		return 0;
	case OPTION_FULL_TRACEBACK:
		arguments->message_form = MESSAGE_WITH_LINE;
		return 0;
	default:
		return set_lists(arguments, option);
	}
}

/* Options whose value is a text. False: it is none of them. */
static bool set_text(struct arguments *arguments, enum option option, const char *value)
{
	switch (option) {
	case OPTION_CONFIG:
		arguments->options.config_dir = value;
		return true;
	case OPTION_FILTER:
		arguments->filter = value;
		return true;
	case OPTION_DATEPATTERN:
		arguments->options.date_pattern = value;
		return true;
	case OPTION_JOURNALMATCH:
		arguments->options.journal_match = value;
		return true;
	case OPTION_ENCODING:
		arguments->options.encoding = value;
		return true;
	case OPTION_TIMEZONE:
	case OPTION_TZ:
		arguments->options.time_zone = value;
		return true;
	default:
		return false;
	}
}

/* 0, or CLI_EXIT_TROUBLE after a message. */
static int set_option(struct arguments *arguments, enum option option, const char *value)
{
	static const char *(*const readers[OPTION_COUNT])(struct arguments *, const char *) = {
		[OPTION_USEDNS] = value_usedns,
		[OPTION_MAXLINES] = value_max_lines,
		[OPTION_NOW] = value_now,
		[OPTION_SCAN] = value_scan,
		[OPTION_JOBS] = value_jobs,
		[OPTION_EXPLAIN] = value_explain,
		[OPTION_FORMAT] = value_format,
		[OPTION_OUT] = value_out,

		[OPTION_LOG_LEVEL] = value_log_level,
		[OPTION_VERBOSITY] = value_verbosity,
	};

	if (readers[option] != NULL)
		return wrong_value(option, value, readers[option](arguments, value));
	if (set_text(arguments, option, value))
		return 0;
	return set_switch(arguments, option);
}

/* With --filter all words are logs; else the last but the first are the filter and what it ignores.
 */
static int set_words(struct arguments *arguments)
{
	size_t count = arguments->file_count;

	if (arguments->strict)
		return cli_wrong(&program, "--strict goes with --test");
	if (arguments->explains && arguments->profiles)
		return cli_wrong(&program, "--explain and --profile are two reports");
	if ((arguments->explains || arguments->profiles) && arguments->out != NULL)
		return cli_wrong(&program, "--%s has a report of its own, without --out",
				 arguments->explains ? "explain" : "profile");
	if (arguments->filter != NULL)
		return count > 0 ? 0 : cli_wrong(&program, "LOG is needed");
	if (count < 2)
		return cli_wrong(&program, "LOG and FILTER are needed");
	if (count > 3)
		return cli_wrong(&program,
				 "'%s' is one argument too many; for several logs, give "
				 "the filter with --filter",
				 arguments->files[3]);
	arguments->filter = arguments->files[1];
	if (count == 3)
		arguments->ignore = arguments->files[2];
	arguments->file_count = 1;
	return 0;
}

/* What is said by nobody, samples take as those who wrote them had it. */
static int set_for_test(struct arguments *arguments)
{
	if (arguments->file_count == 0)
		return cli_wrong(&program, "--test needs a FILE");
	if (arguments->explains || arguments->profiles)
		return cli_wrong(&program, "--%s does not go with --test",
				 arguments->explains ? "explain" : "profile");
	if (arguments->out != NULL || arguments->matched != LIST_NONE ||
	    arguments->missed != LIST_SHORT || arguments->ignored != LIST_SHORT)
		return cli_wrong(&program, "--test has a report of its own, without %s",
				 arguments->out != NULL ? "--out" : "lists of lines");
	if (arguments->options.usedns == KBAN_USEDNS_DEFAULT)
		arguments->options.usedns = KBAN_USEDNS_RAW;
	if (arguments->now == KBAN_TIME_NONE)
		arguments->now = SAMPLE_NOW;
	return 0;
}

/* Lines of the journal begin in a way of their own, so a filter is read for them or for others. */
static int check_journal(const struct arguments *arguments)
{
	size_t count = 0;

	for (size_t i = 0; i < arguments->file_count; i++)
		count += log_choose(arguments->files[i]) == LOG_JOURNAL;
	if (count > 0 && count < arguments->file_count)
		return cli_wrong(&program, "journals and files go through filters that differ");
	if (count == 0 && arguments->options.journal_match != NULL)
		return cli_wrong(&program, "--journalmatch goes with systemd-journal");
	if (count > 0 && (arguments->explains || arguments->profiles))
		return cli_wrong(&program, "--%s reads no journal",
				 arguments->explains ? "explain" : "profile");
	return 0;
}

/* Combinations that mean nothing. */
static int check_options(const struct arguments *arguments)
{
	if (arguments->inverted && arguments->out == NULL)
		return cli_wrong(&program, "--invert needs --out");
	if (arguments->json && arguments->out != NULL)
		return cli_wrong(&program, "--out and --format json exclude each other");
	return 0;
}

static enum arguments_result read_all(struct arguments *arguments, struct cli_parser *parser)
{
	int option;
	int trouble = 0;

	while (trouble == 0 && (option = cli_next(parser)) != CLI_END) {
		if (option == CLI_ANSWERED)
			return ARGUMENTS_ANSWERED;
		if (option == CLI_WRONG)
			return ARGUMENTS_WRONG;
		if (option == CLI_ARGUMENT)
			arguments->files[arguments->file_count++] = parser->value;
		else
			trouble = set_option(arguments, (enum option)option, parser->value);
	}
	if (trouble == 0)
		trouble = arguments->test ? set_for_test(arguments) : set_words(arguments);
	if (trouble == 0)
		trouble = check_options(arguments);
	if (trouble == 0 && !arguments->test)
		trouble = check_journal(arguments);
	return trouble == 0 ? ARGUMENTS_RUN : ARGUMENTS_WRONG;
}

/* NULL without memory. */
static char *locale_encoding(void)
{
	locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	const char *codeset = locale != (locale_t)0 ? nl_langinfo_l(CODESET, locale) : "";
	/* The locale "C" says ASCII, which breaks at the first log in UTF-8. */
	bool is_useless = codeset[0] == '\0' || strncmp(codeset, "ANSI", strlen("ANSI")) == 0;
	char *name = strdup(is_useless ? "UTF-8" : codeset);

	if (locale != (locale_t)0)
		freelocale(locale);
	return name;
}

enum arguments_result arguments_read(struct arguments *arguments, int argc, char **argv)
{
	const struct kban_filter_options defaults = KBAN_FILTER_OPTIONS_INIT;
	struct cli_parser parser = { .program = &program, .argc = argc, .argv = argv };
	const char *now = getenv("KBAN_NOW");
	const char *wrong;

	*arguments = (struct arguments){
		.options = defaults,
		.now = KBAN_TIME_NONE,
		.matcher_flags = KBAN_MATCH_ALL_RULES,
		.list_max = 20,
		.jobs = 1,
		.matched = LIST_NONE,
		.files = calloc((size_t)argc + 1, sizeof(*arguments->files)),
		.locale_encoding = locale_encoding(),
	};
	if (arguments->files == NULL || arguments->locale_encoding == NULL) {
		message_print("%s", kban_error_text(NULL));
		return ARGUMENTS_WRONG;
	}
	wrong = now != NULL ? value_now(arguments, now) : NULL;
	if (wrong != NULL) {
		cli_wrong(&program, "KBAN_NOW: '%s' is not %s", now, wrong);
		return ARGUMENTS_WRONG;
	}
	return read_all(arguments, &parser);
}

void arguments_clear(struct arguments *arguments)
{
	free(arguments->locale_encoding);
	free(arguments->files);
	*arguments = (struct arguments){ 0 };
}
