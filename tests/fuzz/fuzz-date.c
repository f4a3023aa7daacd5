/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The first line is a datepattern, or empty for the default formats; the rest are the lines of a
 * log. A stamp lies within its line and cuts no character.
 */
#include "fuzz.h"

#include "base/buffer.h"
#include "base/text.h"
#include "date/date-detector.h"

#define NOW (1790000000 * KBAN_SECOND)

static bool is_between_chars(struct kban_text line, size_t at)
{
	return at == line.len || ((unsigned char)line.data[at] & 0xc0) != 0x80;
}

static void check_line(struct kb_date_detector *detector, struct kban_text line)
{
	struct kb_date date;

	fuzz_check(kb_date_detector_find(detector, line, NOW, &date) == KBAN_OK);
	if (date.result == KB_DATE_NONE)
		return;
	fuzz_check(date.from <= date.to && date.to <= line.len);
	fuzz_check(is_between_chars(line, date.from) && is_between_chars(line, date.to));
	fuzz_check((date.result == KB_DATE_EMPTY) == (date.from == date.to));
	fuzz_check(kb_date_detector_hits(detector, date.format) > 0);
}

/* Compiled once. */
static const struct kb_date_formats *default_formats(void)
{
	static struct kb_date_formats *formats;

	if (formats == NULL)
		fuzz_check(kb_date_formats_new(NULL, 0, NOW, &formats, NULL) == KBAN_OK);
	return formats;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kban_text rest = fuzz_text(data, size), line;
	struct kb_date_line pattern = { { NULL, 0 }, { NULL, 0 } };
	kb_auto(date_formats) own = NULL;
	kb_auto(date_detector) detector = NULL;

	kb_text_next_line(&rest, &pattern.text);
	if (pattern.text.len > 0 && kb_date_formats_new(&pattern, 1, NOW, &own, NULL) != KBAN_OK)
		return 0;
	fuzz_check(kb_date_detector_new(own ? own : default_formats(), NULL, &detector) == KBAN_OK);
	while (kb_text_next_line(&rest, &line)) {
		kb_auto_clear(buffer) repaired = { 0 };

		fuzz_check(kb_buffer_utf8(&repaired, line) == KBAN_OK);
		check_line(detector, kb_buffer_content(&repaired));
	}
	return 0;
}
