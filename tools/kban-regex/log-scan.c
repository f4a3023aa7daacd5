/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/log-scan.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kban/text.h>

#include "kban-regex/log-reader.h"
#include "kban-regex/messages.h"

/* Lines that are all looked at, for what is told of all lines, and a sample of the log. */
#define FIRST_LINES 1000

/* Reports that tell of every line what only a look at it can tell. */
static bool tells_all(const struct arguments *arguments)
{
	return arguments->json || arguments->verbosity > 0 || arguments->date_details;
}

/* A profile shows all lines to the matcher itself. */
static int is_skipped(struct kban_text line, void *data)
{
	const struct log_scan *scan = data;

	return scan->is_profile || log_line_is_skipped(line, &scan->feed);
}

int log_scan_open(struct log_scan *scan, const struct arguments *arguments,
		  struct kban_matcher *matcher)
{
	*scan = (struct log_scan){ .is_profile = arguments->profiles };
	if (arguments->scan == SCAN_NEVER || arguments->explains ||
	    (arguments->scan == SCAN_AUTO && tells_all(arguments) && !arguments->profiles))
		return 0;
	if (arguments->scan == SCAN_AUTO && !arguments->profiles)
		scan->begins_after = FIRST_LINES;
	if (kban_scanner_new(&scan->scanner) == KBAN_OK &&
	    kban_scanner_add(scan->scanner, matcher) == KBAN_OK) {
		kban_scanner_leave_out(scan->scanner, is_skipped, scan);
		return 0;
	}
	log_scan_close(scan);
	message_print("%s", kban_error_text(NULL));
	return -1;
}

void log_scan_close(struct log_scan *scan)
{
	kban_scanner_free(scan->scanner);
	scan->scanner = NULL;
}

size_t log_scan_print_triggers(const struct log_scan *scan, enum kban_rule_kind kind, size_t rule,
			       const char *prefix)
{
	const char *text;
	size_t count = 0;

	if (scan->scanner == NULL)
		return 0;
	while ((text = kban_scanner_trigger(scan->scanner, 0, kind, rule, count)) != NULL) {
		char *shown = kban_text_printable((struct kban_text){ text, strlen(text) });

		printf("%s'%s'", count == 0 ? prefix : ", ", shown != NULL ? shown : "");
		free(shown);
		count++;
	}
	return count;
}

bool log_scan_is_due(struct log_scan *scan, uint64_t lines, const struct kban_line_feed *feed)
{
	bool is_due = scan->scanner != NULL && lines >= scan->begins_after && feed->width == 1;

	scan->is_on |= is_due;
	if (is_due)
		scan->feed = *feed;
	return is_due;
}

/* Without a branch for each, so that many bytes are taken at a time. */
static bool is_ascii(struct kban_text text)
{
	unsigned char bits = 0;

	for (size_t i = 0; i < text.len; i++)
		bits |= (unsigned char)text.data[i];
	return (bits & 0x80) == 0;
}

/* A line that begins so may be none of a log. */
static bool is_odd_begin(char byte)
{
	return byte == '\n' || byte == '\r' || byte == '#';
}

bool log_lines_are_plain(struct kban_text lines)
{
	const char *line = lines.data;
	const char *end = lines.data + lines.len;

	while (line < end && !is_odd_begin(*line)) {
		line = memchr(line, '\n', (size_t)(end - line));
		line = line != NULL ? line + 1 : end;
	}
	return line == end && is_ascii(lines);
}

/* What is not ASCII is looked at all the same: it may be no text in the log's encoding. */
int log_scan_try(struct log_scan *scan, struct kban_scan_line *line, const struct kban_context *ctx,
		 struct kban_match *match)
{
	bool is_odd = !line->is_candidate && !is_ascii(line->text);
	kban_usec now = line->is_candidate || is_odd ? kban_context_now(ctx) : 0;

	if (!is_odd)
		return kban_scanner_try(scan->scanner, 0, KBAN_TIME_NONE, now, match);
	line->is_candidate = true;
	return kban_scanner_look(scan->scanner, 0, KBAN_TIME_NONE, now, match);
}
