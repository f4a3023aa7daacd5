/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kban/client.h>
#include <kban/duration.h>
#include <kban/text.h>

#include "cli/config-check.h"
#include "cli/options.h"
#include "command.h"
#include "dump.h"
#include "seconds.h"

enum option {
	CONFIG,
	DUMP,
	FORMAT,
	SOCKET,
	JSON,
	TIMEOUT,
	TEST,
	SECONDS,
};

static const struct cli_option option_table[] = {
	[CONFIG] = { 'c', "config", "DIR", "configuration for --dump and --test" },
	[DUMP] = { 'd', "dump", NULL, "print what the configuration says, as JSON" },
	[FORMAT] = { 0, "format", "json", "of --dump" },
	[SOCKET] = { 's', "socket", "PATH", "control socket (default " KBAN_SOCKET_DEFAULT ")" },
	[JSON] = { 'j', "json", NULL, "print answers as JSON, one object on a line" },
	[TIMEOUT] = { 0, "timeout", "TIME", "wait so long for an answer (default 30s)" },
	[TEST] = { 't', "test", NULL, "check the configuration first: 0 good, 255 bad" },
	[SECONDS] = { 0, "str2sec", "TIME", "print a time in seconds, and exit" },
	{ 0 },
};

static const struct cli_program program = {
	.name = "kban-client",
	.usage = "[option ...] COMMAND [word ...]",
	.about = "Ask and steer a running kban-tail.\n\n"
		 "  status [JAIL|--all] [short]        what jails there are, and how they do\n"
		 "  banned [IP ...]                    who is banned, or in which jails these are\n"
		 "  why IP                             why it is banned, or not\n"
		 "  get JAIL banned [IP ...]           who is banned in a jail\n"
		 "  get JAIL banip [SEP|--with-time]   the same, in order, or with times\n"
		 "  set JAIL banip [--force] IP ...    ban by hand\n"
		 "  set JAIL unbanip [--report-absent] IP ...\n"
		 "  get JAIL actions                   what is done to who is banned\n"
		 "  get|set JAIL action ACTION PROPERTY [VALUE]\n"
		 "  set JAIL addaction|delaction ACTION\n"
		 "  get JAIL ignoreip                  who is never banned in it\n"
		 "  set JAIL addignoreip|delignoreip IP\n"
		 "  get JAIL logpath|journalmatch      where its lines come from\n"
		 "  set JAIL addlogpath|dellogpath FILE [head|tail]\n"
		 "  set JAIL addjournalmatch|deljournalmatch FIELD=VALUE ...\n"
		 "  unban IP ... | unban --all         in all jails\n"
		 "  reload [--unban] [JAIL]            read the configuration again\n"
		 "  flush                              lift all bans and start afresh\n"
		 "  import-fail2ban [--dry-run]        take over the bans of fail2ban\n"
		 "  stop [--flush]                     end the daemon; bans stay, or are lifted\n"
		 "  ping, version\n",
	.options = option_table,
	.example = "Example: let a customer in again\n  kban-client why 192.0.2.7 && kban-client "
		   "unban 192.0.2.7\n",
	.ends_at_argument = 1,
};

static const struct {
	const char *name;
	command_fn *run;
} commands[] = {
	{ "banned", command_banned },
	{ "echo", command_echo },
	{ "flush", command_flush },
	{ "flushlogs", command_flushlogs },
	{ "server-status", command_server_status },
	{ "get", command_get },
	{ "import-fail2ban", command_import },
	{ "ping", command_ping },
	{ "reload", command_reload },
	{ "restart", command_restart },
	{ "set", command_set },
	{ "status", command_status },
	{ "stop", command_stop },
	{ "unban", command_unban },
	{ "version", command_version },
	{ "why", command_why },
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static int run_command(const struct options *options, char **words)
{
	const char *names[COMMAND_COUNT + 1] = { NULL };

	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(commands[i].name, words[0]) == 0)
			return commands[i].run(options, words + 1);
		names[i] = commands[i].name;
	}
	return wrong_word("command", words[0], names);
}

static bool parse_timeout(const char *text, kban_usec *out)
{
	double seconds;

	if (kban_duration_parse((struct kban_text){ text, strlen(text) }, &seconds) != KBAN_OK ||
	    seconds <= 0 || seconds > 86400)
		return false;
	*out = (kban_usec)(seconds * (double)KBAN_SECOND);
	return true;
}

/* What the command line asks for. */
struct request {
	struct options options;
	const char *config_dir; /* NULL: the default */
	bool dump, test;
	char **words; /* of the command */
};

/* -1: go on; else an exit status. */
static int take(struct request *request, int option, const char *value)
{
	switch (option) {
	case CONFIG:
		request->config_dir = value;
		break;
	case DUMP:
		request->dump = true;
		break;
	case FORMAT:
		if (strcmp(value, "json") != 0)
			return wrong("--format '%s': there is only json", value);
		break;
	case TEST:
		request->test = true;
		break;
	case SOCKET:
		request->options.socket_path = value;
		break;
	case JSON:
		request->options.json = true;
		break;
	case TIMEOUT:
		if (!parse_timeout(value, &request->options.timeout))
			return wrong("--timeout '%s': use a time such as 5s, at most a day", value);
		break;
	case SECONDS:
		return print_seconds(value);
	}
	return -1;
}

/* -1: go on with what was asked for; else an exit status. */
static int parse(int argc, char **argv, struct request *request)
{
	struct cli_parser parser = { .program = &program, .argc = argc, .argv = argv };
	int option;
	int status = -1;

	request->words = argv + argc;
	while (status < 0 && (option = cli_next(&parser)) != CLI_END) {
		if (option == CLI_ANSWERED)
			return EXIT_GOOD;
		if (option == CLI_WRONG)
			return EXIT_USAGE;
		if (option == CLI_ARGUMENT) {
			request->words = argv + parser.position - 1;
			break;
		}
		status = take(request, option, parser.value);
	}
	return status;
}

/* Messages hold UTF-8 alone. */
static bool is_utf8(const char *word)
{
	struct kban_text text = { word, strlen(word) };
	struct kban_text clean = { NULL, 0 };
	bool same = kban_text_utf8(text, &clean) == KBAN_OK && clean.len == text.len &&
		    memcmp(clean.data, text.data, text.len) == 0;

	free((char *)(uintptr_t)clean.data);
	return same;
}

static int run(const struct options *options, char **words)
{
	if (*words == NULL)
		return wrong("a command is needed");
	for (char **word = words; *word != NULL; word++) {
		if (!is_utf8(*word))
			return wrong("word %d of the command is not UTF-8",
				     (int)(word - words) + 1);
	}
	return run_command(options, words);
}

/* An answer that was not written is none. */
static int finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	perror("kban-client: cannot write");
	return EXIT_FAILED;
}

int main(int argc, char **argv)
{
	struct request request = {
		.options = { KBAN_SOCKET_DEFAULT, 30 * KBAN_SECOND, false },
	};
	int status = parse(argc, argv, &request);

	if (status >= 0)
		return finish(status);
	if (request.dump)
		return finish(dump_run(request.config_dir));
	if (request.test) {
		status = cli_check_config("kban-client", request.config_dir);
		if (status != CLI_CHECK_GOOD)
			return finish(status);
	}
	/* --json may also stand behind the command, where people type it. */
	if (take_word(request.words, "--json"))
		request.options.json = true;
	if (request.test && *request.words == NULL) {
		cli_tell_good_config();
		return finish(EXIT_GOOD);
	}
	return finish(run(&request.options, request.words));
}
