/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a detector finds in the lines of standard input, one answer a line, for drivers that compare
 * it with something: date-lines NOW ZONE|- [PATTERN…] gives "none", or
 * "found|empty|unparsable FROM TO MICROSECONDS".
 */
#include <stdio.h>

#include "base/text.h"
#include "date/date-detector.h"
#include "date/date-zone.h"

#define LINES_MAX 64

static int answer(struct kb_date_detector *detector, struct kban_text line, kban_usec now)
{
	static const char *const words[] = {
		[KB_DATE_FOUND] = "found",
		[KB_DATE_EMPTY] = "empty",
		[KB_DATE_UNPARSABLE] = "unparsable",
	};
	struct kb_date date;

	if (kb_date_detector_find(detector, line, now, &date) != KBAN_OK)
		return EXIT_FAILURE;
	if (date.result == KB_DATE_NONE)
		puts("none");
	else
		printf("%s %zu %zu %lld\n", words[date.result], date.from, date.to,
		       (long long)date.time);
	return EXIT_SUCCESS;
}

static int answer_all(struct kb_date_detector *detector, kban_usec now)
{
	kb_autofree char *line = NULL;
	size_t capacity = 0;
	ssize_t len;
	int status = EXIT_SUCCESS;

	while (status == EXIT_SUCCESS && (len = getline(&line, &capacity, stdin)) > 0) {
		if (line[len - 1] == '\n')
			len--;
		status = answer(detector, (struct kban_text){ line, (size_t)len }, now);
	}
	return status;
}

int main(int argc, char **argv)
{
	kb_auto(date_formats) formats = NULL;
	kb_auto(date_detector) detector = NULL;
	kban_auto(error) err = NULL;
	struct kb_date_line lines[LINES_MAX] = { { { 0 }, { NULL, 0 } } };
	kban_usec now = argc > 2 ? strtoll(argv[1], NULL, 10) * KBAN_SECOND : 0;
	size_t count = 0;
	int zone = 0;

	if (argc < 3 || argc > 3 + LINES_MAX ||
	    (strcmp(argv[2], "-") != 0 && !kb_date_zone_parse(kb_text(argv[2]), &zone)))
		return EXIT_FAILURE;
	for (; (int)count + 3 < argc; count++)
		lines[count].text = kb_text(argv[count + 3]);
	if (kb_date_formats_new(lines, count, now, &formats, &err) != KBAN_OK) {
		fprintf(stderr, "date-lines: %s\n", kban_error_text(err));
		return EXIT_FAILURE;
	}
	if (kb_date_detector_new(formats, strcmp(argv[2], "-") != 0 ? &zone : NULL, &detector) !=
	    KBAN_OK)
		return EXIT_FAILURE;
	return answer_all(detector, now);
}
