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

/* By eight bytes at a time: this is asked of most lines of a log. */
static bool is_ascii(struct kban_text text)
{
	uint64_t bits = 0;
	uint64_t bytes;
	size_t at = 0;

	for (; at + sizeof(bytes) <= text.len; at += sizeof(bytes)) {
		memcpy(&bytes, text.data + at, sizeof(bytes));
		bits |= bytes;
	}
	for (; at < text.len; at++)
		bits |= (unsigned char)text.data[at];
	return (bits & 0x8080808080808080) == 0;
}

/* Sixteen bytes, for vectors where the processor has them. */
typedef unsigned char row __attribute__((vector_size(16)));

static row load(const char *bytes)
{
	row loaded;

	memcpy(&loaded, bytes, sizeof(loaded));
	return loaded;
}

/* A line that begins so may be none of a log. */
static bool is_odd_begin(char byte)
{
	return byte == '\n' || byte == '\r' || byte == '#';
}

/* Sets a byte where one is not ASCII, or ends a line before an odd one. One more is looked at. */
static row find_odd(const char *bytes)
{
	row here = load(bytes);
	row next = load(bytes + 1);
	row begins = (row)(here == '\n');

	begins &= (row)(next == '\n') | (row)(next == '\r') | (row)(next == '#');
	return begins | (here & 0x80);
}

bool log_lines_are_plain(struct kban_text lines)
{
	uint64_t odd[2];
	row found = { 0 };
	size_t at = 0;

	if (lines.len > 0 && is_odd_begin(lines.data[0]))
		return false;
	for (; at + sizeof(row) < lines.len; at += sizeof(row))
		found |= find_odd(lines.data + at);
	memcpy(odd, &found, sizeof(odd));
	if ((odd[0] | odd[1]) != 0)
		return false;
	for (; at < lines.len; at++) {
		bool begins = at > 0 && lines.data[at - 1] == '\n';

		if ((lines.data[at] & 0x80) != 0 || (begins && is_odd_begin(lines.data[at])))
			return false;
	}
	return true;
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
