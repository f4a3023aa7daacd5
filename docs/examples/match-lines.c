/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compile a filter and match lines: who failed, in which line of standard input? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kban/cleanup.h>

static const char *const rules[] = {
	"^ \\S+ login of <F-USER>\\S+</F-USER> from <HOST> failed$",
	NULL,
};

int main(void)
{
	kban_auto(context) ctx = kban_context_new();
	kban_auto(filter) filter = NULL;
	kban_auto(matcher) matcher = NULL;
	kban_auto(error) err = NULL;
	struct kban_match match;
	char line[4096];

	if (kban_filter_new(ctx, rules, NULL, &filter, &err) < 0 ||
	    kban_matcher_new(filter, 0, &matcher) < 0) {
		fprintf(stderr, "%s\n", kban_error_text(err));
		return EXIT_FAILURE;
	}
	for (int number = 1; fgets(line, sizeof(line), stdin) != NULL; number++) {
		struct kban_text text = { line, strcspn(line, "\n") };

		if (kban_matcher_try(matcher, text, kban_context_now(ctx), &match) != KBAN_FAILURE)
			continue;
		printf("line %d: %.*s as %.*s\n", number, (int)match.host.len, match.host.data,
		       (int)match.user.len, match.user.data);
	}
	return EXIT_SUCCESS;
}
