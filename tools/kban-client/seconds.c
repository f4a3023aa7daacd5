/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A time in seconds, printed as fail2ban-client prints it. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <kban/duration.h>

#include "command.h"
#include "seconds.h"

/* Where Python has a number with a fraction: one that is written so, a quotient, months and years.
 */
static bool is_fraction(const char *text)
{
	for (const char *at = text; *at != '\0'; at++) {
		bool begins_word = at == text || !isalpha((unsigned char)at[-1]);
		char unit = (char)tolower((unsigned char)*at);

		if (*at == '.' || *at == '/' || (begins_word && unit == 'y') ||
		    (begins_word && strncasecmp(at, "mo", 2) == 0))
			return true;
	}
	return false;
}

int print_seconds(const char *text)
{
	char printed[32];
	double seconds;

	if (kban_duration_parse((struct kban_text){ text, strlen(text) }, &seconds) != KBAN_OK) {
		fprintf(stderr, "kban-client: --str2sec '%s': use a time such as 10m or '1d 12h'\n",
			text);
		return EXIT_FAILED;
	}
	snprintf(printed, sizeof(printed), "%.15g", seconds);
	printf("%s%s\n", printed, is_fraction(text) && strpbrk(printed, ".e") == NULL ? ".0" : "");
	return EXIT_GOOD;
}
