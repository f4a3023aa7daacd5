/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kban/client.h>
#include <kban/log-target.h>

#include "cli/config-check.h"
#include "cli/options.h"
#include "daemon.h"
#include "once.h"

#define STATE_DIR_DEFAULT "/var/lib/kban"

enum option {
	CONFIG,
	STATE,
	SOCKET,
	FOREGROUND,
	TEST,
	DRY_RUN,
	ONCE,
	JSON,
	NOW,
	LOG_LEVEL,
	LOG_TARGET,
};

static const struct cli_option options[] = {
	[CONFIG] = { 'c', "config", "DIR",
		     "configuration (default /etc/kban, else /etc/fail2ban)" },
	[STATE] = { 0, "state", "DIR", "what is remembered (default " STATE_DIR_DEFAULT ")" },
	[SOCKET] = { 0, "socket", "PATH", "control socket (default " KBAN_SOCKET_DEFAULT ")" },
	[FOREGROUND] = { 'f', "foreground", NULL, "do not go into the background" },
	[TEST] = { 't', "test", NULL, "check the configuration and exit: 0 good, 255 bad" },
	[DRY_RUN] = { 'n', "dry-run", NULL, "change nothing: no sets, no rules, no state" },
	[ONCE] = { 0, "once", NULL, "read all logs to their end, each line at its own time" },
	[JSON] = { 0, "json", NULL, "with --once: one JSON object a line for each ban" },
	[NOW] = { 0, "now", "EPOCH", "with --once: what dates without a year are completed from" },
	[LOG_LEVEL] = { 'l', "log", "LEVEL", "CRITICAL ERROR WARNING NOTICE INFO DEBUG" },
	[LOG_TARGET] = { 0, "log-target", "T", "STDOUT STDERR SYSOUT SYSLOG or a file" },
	{ 0 },
};

static const struct cli_program program = {
	.name = "kban-tail",
	.usage = "[option ...]",
	.about = "Watch logs by the filters of the configuration, and ban who fails too often.\n",
	.options = options,
	.example = "Example: what would these jails have banned?\n"
		   "  kban-tail -c /etc/fail2ban --once --dry-run\n",
};

/* Seconds since 1970. */
static bool parse_now(const char *text, kban_usec *out)
{
	char *end;
	double seconds = strtod(text, &end);

	if (*text == '\0' || *end != '\0' || !(seconds >= 0 && seconds < 1e11))
		return false;
	*out = (kban_usec)(seconds * (double)KBAN_SECOND);
	return true;
}

/* False: a message was printed. */
static bool take(struct arguments *arguments, int option, const char *value)
{
	switch (option) {
	case CONFIG:
		arguments->config_dir = value;
		break;
	case STATE:
		arguments->state_dir = value;
		break;
	case SOCKET:
		arguments->socket_path = value;
		break;
	case FOREGROUND:
		arguments->foreground = true;
		break;
	case TEST:
		arguments->test = true;
		break;
	case DRY_RUN:
		arguments->dry_run = true;
		break;
	case ONCE:
		arguments->once = true;
		break;
	case JSON:
		arguments->json = true;
		break;
	case NOW:
		if (parse_now(value, &arguments->now))
			break;
		cli_wrong(&program, "--now '%s': use seconds since 1970", value);
		return false;
	case LOG_LEVEL:
		arguments->log_level = value;
		if (kban_log_level_parse(value) >= 0)
			break;
		cli_wrong(&program,
			  "--log '%s': use CRITICAL, ERROR, WARNING, NOTICE, INFO or DEBUG", value);
		return false;
	case LOG_TARGET:
		arguments->log_target = value;
		break;
	}
	return true;
}

/* What goes with what. An exit status, or -1 to go on. */
static int check_arguments(struct arguments *arguments)
{
	const char *now = getenv("KBAN_NOW");

	if (arguments->json && !arguments->once)
		return cli_wrong(&program, "--json goes with --once");
	if (arguments->now != KBAN_TIME_NONE && !arguments->once)
		return cli_wrong(&program, "--now goes with --once");
	if (arguments->once && arguments->now == KBAN_TIME_NONE && now != NULL &&
	    !parse_now(now, &arguments->now))
		return cli_wrong(&program, "KBAN_NOW '%s': use seconds since 1970", now);
	return -1;
}

/* An exit status, or -1 to go on. */
static int parse(int argc, char **argv, struct arguments *arguments)
{
	struct cli_parser parser = { .program = &program, .argc = argc, .argv = argv };
	int option;

	while ((option = cli_next(&parser)) != CLI_END) {
		if (option == CLI_ANSWERED)
			return EXIT_GOOD;
		if (option == CLI_WRONG)
			return EXIT_USAGE;
		if (option == CLI_ARGUMENT)
			return cli_wrong(&program, "'%s': there are options only", parser.value);
		if (!take(arguments, option, parser.value))
			return EXIT_USAGE;
	}
	return check_arguments(arguments);
}

/* In the background the working directory is /; relative paths would mean something else there. */
static const char *absolute(const char *path)
{
	char *cwd, *whole = NULL;

	if (path == NULL || path[0] == '/')
		return path;
	cwd = getcwd(NULL, 0);
	if (cwd == NULL || asprintf(&whole, "%s/%s", cwd, path) < 0)
		whole = NULL;
	free(cwd);
	return whole ? whole : path;
}

/* A file, not a stream whose options have a slash. */
static bool is_path(const char *log_target)
{
	size_t name = strcspn(log_target, "[");

	return memchr(log_target, '/', name) != NULL;
}

static int run_in_background(struct arguments *arguments)
{
	arguments->config_dir = absolute(arguments->config_dir);
	arguments->state_dir = absolute(arguments->state_dir);
	arguments->socket_path = absolute(arguments->socket_path);
	if (arguments->log_target != NULL && is_path(arguments->log_target))
		arguments->log_target = absolute(arguments->log_target);
	return daemon_run(arguments);
}

static int test(const struct arguments *arguments)
{
	int status = cli_check_config("kban-tail", arguments->config_dir);

	if (status == CLI_CHECK_GOOD)
		cli_tell_good_config();
	return status;
}

int main(int argc, char **argv)
{
	struct arguments arguments = {
		.state_dir = STATE_DIR_DEFAULT,
		.socket_path = KBAN_SOCKET_DEFAULT,
		.now = KBAN_TIME_NONE,
	};
	int status = parse(argc, argv, &arguments);

	if (status >= 0)
		return status;
	if (arguments.test)
		return test(&arguments);
	if (arguments.once)
		return once_run(&arguments);
	if (arguments.foreground)
		return daemon_run(&arguments);
	return run_in_background(&arguments);
}
