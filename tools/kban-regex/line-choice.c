/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/line-choice.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool read_number(const char **text, uint64_t *out)
{
	char *end;

	if (!isdigit((unsigned char)**text))
		return false;
	errno = 0;
	*out = strtoull(*text, &end, 10);
	*text = end;
	return errno == 0;
}

/* N, N-M, N- or -M. */
static bool read_range(struct line_choice *choice, const char *text)
{
	uint64_t first = 1;
	uint64_t last = UINT64_MAX;
	bool has_first = read_number(&text, &first);

	if (has_first && *text == '\0')
		last = first;
	else if (*text++ != '-' || (!read_number(&text, &last) && !has_first))
		return false;
	if (*text != '\0' || first == 0 || first > last || choice->count == LINE_CHOICE_MAX)
		return false;
	choice->ranges[choice->count].first = first;
	choice->ranges[choice->count++].last = last;
	return true;
}

static bool read_verdict(struct line_choice *choice, const char *text)
{
	static const struct {
		const char *name;
		enum kban_verdict verdict;
	} names[] = {
		{ "missed", KBAN_MISSED },
		{ "matched", KBAN_FAILURE },
		{ "matched", KBAN_NOFAIL },
		{ "ignored", KBAN_IGNORED },
	};
	bool found = false;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(text, names[i].name) != 0)
			continue;
		choice->verdicts[names[i].verdict] = true;
		found = true;
	}
	choice->has_verdicts |= found;
	return found;
}

bool line_choice_read(struct line_choice *choice, const char *text)
{
	char *words = strdup(text != NULL ? text : "");
	char *rest = words;
	char *word;
	bool good = words != NULL;

	*choice = (struct line_choice){ 0 };
	while (good && words[0] != '\0' && (word = strsep(&rest, ",")) != NULL)
		good = read_verdict(choice, word) || read_range(choice, word);
	free(words);
	return good;
}

bool line_choice_may_have(const struct line_choice *choice, uint64_t number)
{
	for (unsigned i = 0; i < choice->count; i++)
		if (number >= choice->ranges[i].first && number <= choice->ranges[i].last)
			return true;
	return choice->count == 0;
}

bool line_choice_has(const struct line_choice *choice, uint64_t number, enum kban_verdict verdict)
{
	return line_choice_may_have(choice, number) &&
	       (!choice->has_verdicts || choice->verdicts[verdict]);
}
