/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which lines of a log are meant: "3,10-20", "100-", or by what became of them: "missed". */
#ifndef KBAN_REGEX_LINE_CHOICE_H
#define KBAN_REGEX_LINE_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

#include <kban/matcher.h>

#define LINE_CHOICE_MAX 64

struct line_choice {
	struct {
		uint64_t first, last;
	} ranges[LINE_CHOICE_MAX];
	unsigned count;
	bool verdicts[KBAN_IGNORED + 1];
	bool has_verdicts;
};

/* NULL or "" chooses all. False: the text is no choice. */
bool line_choice_read(struct line_choice *choice, const char *text);

/* True if the line can be meant, whatever becomes of it. */
bool line_choice_may_have(const struct line_choice *choice, uint64_t number);

bool line_choice_has(const struct line_choice *choice, uint64_t number, enum kban_verdict verdict);

#endif /* KBAN_REGEX_LINE_CHOICE_H */
