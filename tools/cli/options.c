/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/options.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <kban/text.h>

/* Help starts in this column; a longer option has its help on the next line. */
#define HELP_COLUMN 28
/* A table is not longer than this. */
#define OPTIONS_MAX 64

/* Behind the program's own options. */
static const struct cli_option common[] = {
	{ 'h', "help", NULL, "show this and exit" },
	{ 'V', "version", NULL, "show the version and exit" },
};

enum { COMMON_HELP, COMMON_VERSION, COMMON_COUNT };

int cli_wrong(const struct cli_program *program, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "%s: ", program->name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "\nTry '%s --help'.\n", program->name);
	return CLI_EXIT_TROUBLE;
}

static int count_own(const struct cli_program *program)
{
	int count = 0;

	while (program->options[count].name != NULL)
		count++;
	return count;
}

/* Own options first, then those that every tool has; NULL behind them. */
static const struct cli_option *option_at(const struct cli_program *program, int index)
{
	int own = count_own(program);

	if (index < own)
		return &program->options[index];
	return index - own < COMMON_COUNT ? &common[index - own] : NULL;
}

static bool is_optional(const struct cli_option *option)
{
	return option->argument != NULL && option->argument[0] == '[';
}

static void print_option(const struct cli_option *option)
{
	char letter[] = "   ";
	int width;

	if (option->help == NULL)
		return;
	if (option->name[0] == '\0') {
		printf("%s\n", option->help);
		return;
	}
	if (option->letter != 0)
		snprintf(letter, sizeof(letter), "-%c,", option->letter);
	width = printf("  %-3s --%s", letter, option->name);
	if (is_optional(option))
		width += printf("[=%s", option->argument + 1);
	else if (option->argument != NULL)
		width += printf(" %s", option->argument);
	if (width >= HELP_COLUMN - 1) {
		putchar('\n');
		width = 0;
	}
	printf("%*s%s\n", HELP_COLUMN - width, "", option->help);
}

static int print_help(const struct cli_program *program)
{
	const struct cli_option *option;

	printf("Usage: %s %s\n%s\n", program->name, program->usage, program->about);
	for (int i = 0; (option = option_at(program, i)) != NULL; i++)
		print_option(option);
	if (program->example != NULL)
		printf("\n%s", program->example);
	return CLI_ANSWERED;
}

static int print_version(const struct cli_program *program)
{
	printf("%s %s\n", program->name, KBAN_VERSION);
	return CLI_ANSWERED;
}

/* What -V prints: for scripts, as the tools of fail2ban do. */
static int print_version_alone(void)
{
	puts(KBAN_VERSION);
	return CLI_ANSWERED;
}

/* An option was read, perhaps one that needs no help of the tool. */
static int answer(const struct cli_parser *parser, int index)
{
	switch (index - count_own(parser->program)) {
	case COMMON_HELP:
		return print_help(parser->program);
	case COMMON_VERSION:
		return print_version(parser->program);
	default:
		return index;
	}
}

/* The value of an option that needs one, from the next word unless it is there already. */
static int read_value(struct cli_parser *parser, int index, const char *value)
{
	const struct cli_option *option = option_at(parser->program, index);

	parser->value = value;
	if (option->argument == NULL) {
		if (value == NULL)
			return answer(parser, index);
		cli_wrong(parser->program, "--%s takes no value", option->name);
		return CLI_WRONG;
	}
	if (value == NULL && is_optional(option))
		return index;
	if (value == NULL && parser->position < parser->argc)
		parser->value = parser->argv[parser->position++];
	if (parser->value != NULL)
		return index;
	cli_wrong(parser->program, "--%s needs a value: %s", option->name, option->argument);
	return CLI_WRONG;
}

static int unknown_option(const struct cli_parser *parser, const char *word, size_t len)
{
	const struct cli_option *option;
	const char *names[OPTIONS_MAX + 1] = { NULL };
	const char *nearest;
	char name[64];

	snprintf(name, sizeof(name), "%.*s", (int)len, word);
	for (int i = 0; i < OPTIONS_MAX && (option = option_at(parser->program, i)) != NULL; i++)
		names[i] = option->name; /* a heading is near to no word */
	nearest = kban_text_nearest(name, names);
	if (nearest != NULL)
		cli_wrong(parser->program, "unknown option '--%s'; did you mean '--%s'?", name,
			  nearest);
	else
		cli_wrong(parser->program, "unknown option '--%s'", name);
	return CLI_WRONG;
}

/* Index of the option that @a name is, or is the beginning of. -1: none, -2: several. */
static int find_long(const struct cli_program *program, const char *name, size_t len)
{
	const struct cli_option *option;
	int found = -1;

	for (int i = 0; (option = option_at(program, i)) != NULL; i++) {
		if (option->name[0] == '\0' || strncmp(option->name, name, len) != 0)
			continue;
		if (option->name[len] == '\0')
			return i;
		found = found == -1 ? i : -2;
	}
	return found;
}

static int read_long(struct cli_parser *parser, const char *word)
{
	size_t len = strcspn(word, "=");
	int index = find_long(parser->program, word, len);

	if (index >= 0)
		return read_value(parser, index, word[len] == '=' ? word + len + 1 : NULL);
	if (index == -1 || len == 0)
		return unknown_option(parser, word, len);
	cli_wrong(parser->program, "option '--%.*s' could be several", (int)len, word);
	return CLI_WRONG;
}

/* One letter of -abc; the value of an option may follow its letter at once. */
static int read_letter(struct cli_parser *parser)
{
	const struct cli_option *option;
	char letter = *parser->rest++;
	const char *rest = *parser->rest != '\0' ? parser->rest : NULL;

	parser->rest = rest;
	for (int i = 0; (option = option_at(parser->program, i)) != NULL; i++) {
		if (option->letter != letter)
			continue;
		if (option == &common[COMMON_VERSION])
			return print_version_alone();
		if (option->argument == NULL)
			return read_value(parser, i, NULL);
		parser->rest = NULL;
		return read_value(parser, i, rest);
	}
	cli_wrong(parser->program, "unknown option '-%c'", letter);
	return CLI_WRONG;
}

int cli_next(struct cli_parser *parser)
{
	const char *word;

	if (parser->position == 0)
		parser->position = 1;
	if (parser->rest != NULL)
		return read_letter(parser);
	if (parser->position >= parser->argc)
		return CLI_END;
	word = parser->argv[parser->position++];
	if (!parser->only_arguments && strcmp(word, "--") == 0) {
		parser->only_arguments = 1;
		return cli_next(parser);
	}
	if (!parser->only_arguments && strncmp(word, "--", 2) == 0)
		return read_long(parser, word + 2);
	/* A lone "-" means standard input. */
	if (!parser->only_arguments && word[0] == '-' && word[1] != '\0') {
		parser->rest = word + 1;
		return read_letter(parser);
	}
	parser->value = word;
	if (parser->program->ends_at_argument)
		parser->only_arguments = 1;
	return CLI_ARGUMENT;
}
