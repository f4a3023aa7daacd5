/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "print.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kban/duration.h>
#include <kban/text.h>

void print_bytes(FILE *out, struct kban_text text)
{
	char *printable = kban_text_printable(text);

	fputs(printable != NULL ? printable : "(out of memory)", out);
	free(printable);
}

void print_text(FILE *out, const char *text)
{
	print_bytes(out, (struct kban_text){ text, strlen(text) });
}

static const char *string_at(const json_t *list, size_t index)
{
	const char *string = json_string_value(json_array_get(list, index));

	return string != NULL ? string : "";
}

void print_joined(const json_t *list, const char *separator)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (i > 0)
			fputs(separator, stdout);
		print_text(stdout, string_at(list, i));
	}
}

void print_quoted(const char *text)
{
	char quote = strchr(text, '\'') != NULL && strchr(text, '"') == NULL ? '"' : '\'';

	putchar(quote);
	while (*text != '\0') {
		size_t plain = strcspn(text, quote == '"' ? "\\" : "\\'");

		print_bytes(stdout, (struct kban_text){ text, plain });
		text += plain;
		if (*text != '\0')
			printf("\\%c", *text++);
	}
	putchar(quote);
}

void print_list(const json_t *list)
{
	putchar('[');
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (i > 0)
			fputs(", ", stdout);
		print_quoted(string_at(list, i));
	}
	putchar(']');
}

void print_time(const json_t *seconds)
{
	time_t time = (time_t)json_number_value(seconds);
	char text[64];
	struct tm parts;

	if (localtime_r(&time, &parts) != NULL &&
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &parts) > 0)
		fputs(text, stdout);
	else
		fputs("an unknown time", stdout);
}

void print_span(const json_t *seconds)
{
	double span = json_number_value(seconds) * (double)KBAN_SECOND;
	char text[KBAN_DURATION_TEXT_SIZE];

	fputs(kban_duration_print(span < (double)KBAN_FOREVER ? (kban_usec)span : KBAN_FOREVER,
				  text),
	      stdout);
}
