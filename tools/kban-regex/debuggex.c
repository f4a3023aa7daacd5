/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/debuggex.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SITE "https://www.debuggex.com/?"

/* As the value of a form (application/x-www-form-urlencoded). */
static void print_encoded(const char *text, size_t len, FILE *out)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte == ' ')
			putc('+', out);
		else if (byte < 0x80 &&
			 (isalnum(byte) || (byte != 0 && strchr("_.-~", byte) != NULL)))
			putc(byte, out);
		else
			fprintf(out, "%%%02X", byte);
	}
}

char *debuggex_entry(const struct kban_filter *filter, enum kban_rule_kind kind, size_t rule,
		     struct kban_text line)
{
	const char *regex = kban_filter_rule_regex(filter, kind, rule);
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		return NULL;
	fwrite(line.data, 1, line.len, out);
	fprintf(out, " | %s |  " SITE "re=", kban_filter_rule_text(filter, kind, rule));
	print_encoded(regex, strlen(regex), out);
	fputs("&str=", out);
	print_encoded(line.data, line.len, out);
	fputs("&flavor=python", out);
	if (kban_filter_max_lines(filter) > 1)
		fputs("&flags=m", out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}
