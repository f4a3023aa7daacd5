/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A syslog message (RFC 3164, RFC 5424) as the line that a syslog daemon writes to a file: stamp,
 * host, tag, message.
 */
#ifndef KB_SOURCE_SYSLOG_MESSAGE_H
#define KB_SOURCE_SYSLOG_MESSAGE_H

#include <kban/base.h>

#include "base/buffer.h"

/* What is known of a message that does not tell it itself. */
struct kb_syslog_receipt {
	const char *host; /* who sent it */
	kban_usec time;
};

/*
 * Put the line, at most @a max bytes of it and no line feed, in place of what is in @a line. Bytes
 * that control a terminal become '#' and three octal digits. A message without anything in it is an
 * empty line. KBAN_OK or KBAN_E_NOMEM.
 */
int kb_syslog_line(struct kban_text message, const struct kb_syslog_receipt *receipt, size_t max,
		   struct kb_buffer *line);

#endif /* KB_SOURCE_SYSLOG_MESSAGE_H */
