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
