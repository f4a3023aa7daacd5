/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a connection sends: however it is cut into messages, each is one line of bounded length
 * without control bytes, and nothing piles up.
 */
#include "fuzz.h"

#include "base/text.h"
#include "source/line-frames.h"
#include "source/syslog-address.h"
#include "source/syslog-message.h"

#define LINE_MAX 64
#define PIECE    7

static void check_line(struct kban_text message, struct kb_buffer *line)
{
	const struct kb_syslog_receipt receipt = { .host = "2001:db8::1",
						   .time = 1700000000 * KBAN_SECOND };

	fuzz_check(message.len <= LINE_MAX);
	fuzz_check(kb_syslog_line(message, &receipt, LINE_MAX, line) == KBAN_OK);
	fuzz_check(line->len <= LINE_MAX);
	for (size_t i = 0; i < line->len; i++)
		fuzz_check((unsigned char)line->data[i] >= ' ' && line->data[i] != 0x7f);
}

static void check_address(const uint8_t *data, size_t size)
{
	kb_autofree char *entry = kb_text_copy(fuzz_text(data, size));
	kb_auto_clear(syslog_address) address = { 0 };
	kb_auto_clear(syslog_address) again = { 0 };

	fuzz_check(entry != NULL);
	if (!kb_syslog_is_address(entry) ||
	    kb_syslog_address_parse(entry, NULL, &address, NULL) < 0)
		return;
	fuzz_check(kb_syslog_address_parse(address.name, NULL, &again, NULL) == KBAN_OK ||
		   address.from_count > 0);
	fuzz_check(again.name == NULL || strcmp(again.name, address.name) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	kb_auto_clear(line_frames) frames = { .max = LINE_MAX, .may_count = true };
	kb_auto_clear(buffer) line = { 0 };
	struct kban_text message;
	int status = 0;

	check_address(data, size);
	for (size_t i = 0; status == 0 && i < size; i += PIECE) {
		size_t len = PIECE < size - i ? PIECE : size - i;

		fuzz_check(kb_line_frames_add(&frames, (const char *)data + i, len) == KBAN_OK);
		while ((status = kb_line_frames_next(&frames, &message)) > 0)
			check_line(message, &line);
		fuzz_check(status == 0 || status == KBAN_E_SYNTAX);
		fuzz_check(status < 0 || frames.data.len - frames.taken <= LINE_MAX + 9);
	}
	return 0;
}
