/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <kban/text.h>

#include "command.h"

int wrong(const char *format, ...)
{
	va_list arguments;

	fputs("kban-client: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputs("\nTry 'kban-client --help'.\n", stderr);
	return EXIT_USAGE;
}

int wrong_word(const char *what, const char *word, const char *const *names)
{
	const char *nearest = kban_text_nearest(word, names);

	if (nearest != NULL)
		return wrong("unknown %s '%s'; did you mean '%s'?", what, word, nearest);
	return wrong("unknown %s '%s'", what, word);
}

int out_of_memory(void)
{
	fputs("kban-client: out of memory\n", stderr);
	return EXIT_FAILED;
}

bool take_word(char **words, const char *word)
{
	for (; *words != NULL; words++) {
		if (strcmp(*words, word) != 0)
			continue;
		do
			words[0] = words[1];
		while (*words++ != NULL);
		return true;
	}
	return false;
}

size_t count_words(char **words)
{
	size_t count = 0;

	while (words[count] != NULL)
		count++;
	return count;
}

int run_jail_command(const struct options *options, const char *kind,
		     const struct jail_command *commands, size_t count, char **words)
{
	const char *names[16] = { NULL };
	char what[32];

	for (size_t i = 0; i < count && i < 15; i++) {
		if (strcmp(commands[i].name, words[1]) == 0)
			return commands[i].run(options, words[0], words + 2);
		names[i] = commands[i].name;
	}
	snprintf(what, sizeof(what), "thing to %s", kind);
	return wrong_word(what, words[1], names);
}
