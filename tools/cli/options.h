/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The command line of a tool, from one table: it is parsed by the table, and --help is printed
 * from it. Options may stand behind arguments and be shortened as long as they stay unambiguous.
 * -h, --help, -V and --version are there by themselves; -V prints the number of the version alone.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

/* Exit status of every tool when it was called wrongly, or could not do its work. */
enum { CLI_EXIT_TROUBLE = 2 };

struct cli_option {
	char letter;      /* 0: there is only the long form */
	const char *name; /* NULL ends the table; "": help is a heading of what follows */
	/* What --help calls its value; NULL: it takes none; in brackets: --NAME=VALUE only. */
	const char *argument;
	const char *help; /* NULL: another spelling that --help does not show */
};

struct cli_program {
	const char *name;
	const char *usage; /* what follows the name: "[option ...] LOG FILTER [IGNORE]" */
	const char *about; /* lines between usage and options */
	const struct cli_option *options;
	const char *example; /* lines at the end */
	/* Nonzero: options end at the first argument, a command that has its own. */
	int ends_at_argument;
};

/* Initialize with program, argc and argv; the rest is zero. */
struct cli_parser {
	const struct cli_program *program;
	int argc;
	char **argv;

	const char *value; /* of the option or argument that was returned */
	int position;      /* in argv */
	const char *rest;  /* letters of -abc still to read */
	int only_arguments;
};

enum cli_result {
	CLI_END = -1,      /* all is read */
	CLI_ARGUMENT = -2, /* value is no option */
	CLI_ANSWERED = -3, /* --help or --version was printed: exit 0 */
	CLI_WRONG = -4,    /* a message was printed: exit CLI_EXIT_TROUBLE */
};

/* The index of the next option in the table, or one of enum cli_result. */
int cli_next(struct cli_parser *parser);

/* Print "NAME: MESSAGE" and how to get help on standard error. Returns CLI_EXIT_TROUBLE. */
__attribute__((format(printf, 2, 3))) int cli_wrong(const struct cli_program *program,
						    const char *format, ...);

#endif /* CLI_OPTIONS_H */
