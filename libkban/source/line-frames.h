/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A stream of bytes to messages: lines, and, where it may be so, messages that are preceded by
 * their length (RFC 6587). Of a message that is too long the beginning is handed out.
 */
#ifndef KB_SOURCE_LINE_FRAMES_H
#define KB_SOURCE_LINE_FRAMES_H

#include "base/buffer.h"

struct kb_line_frames {
	size_t max;            /* bytes of a message that are handed out, at least 1 */
	bool may_count;        /* a message may begin with its length */
	struct kb_buffer data; /* what came */
	size_t taken;          /* how much of that was handed out */
	size_t skip;           /* bytes of a message that are still to be passed over */
	bool skips_line;       /* the rest of a line is to be passed over */
};

/* Take in what came. KBAN_OK or KBAN_E_NOMEM. */
int kb_line_frames_add(struct kb_line_frames *frames, const char *data, size_t len);

/*
 * The next message, without its line feed; valid until the next kb_line_frames_add().
 *
 * 1; 0 if it has not come yet; KBAN_E_SYNTAX if it has a length that no message has.
 */
int kb_line_frames_next(struct kb_line_frames *frames, struct kban_text *out);

/* What came of a message that has no end. */
struct kban_text kb_line_frames_rest(const struct kb_line_frames *frames);

void kb_line_frames_clear(struct kb_line_frames *frames);

KB_DEFINE_AUTO_CLEAR(line_frames)

#endif /* KB_SOURCE_LINE_FRAMES_H */
