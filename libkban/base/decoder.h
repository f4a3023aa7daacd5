/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bytes of a log to valid UTF-8, line by line. The only files that know iconv(3). Bytes that mean
 * nothing become U+FFFD: in UTF-8 one for each maximal invalid sequence, elsewhere one for each
 * byte or unit.
 */
#ifndef KB_BASE_DECODER_H
#define KB_BASE_DECODER_H

#include "base/buffer.h"

struct kb_decoder;

/*
 * @param encoding  A name as Python or iconv(3) spells it, in any case: "latin-1", "iso8859_15",
 *                  "cp1252", "utf-16le". "auto" and NULL are UTF-8.
 *
 * KBAN_OK, KBAN_E_NOTFOUND: there is no such encoding, KBAN_E_NOMEM.
 */
int kb_decoder_new(const char *encoding, struct kb_decoder **out);

void kb_decoder_free(struct kb_decoder *decoder);

/* What became of some bytes. */
struct kb_decoded {
	struct kban_text text;
	bool is_ascii;  /* it is known that all of the text is */
	bool malformed; /* any of the bytes meant nothing */
};

/*
 * @param scratch  Emptied first. The text points into it, or into @a line if that is UTF-8 as it
 *                 is.
 *
 * KBAN_OK or KBAN_E_NOMEM.
 */
int kb_decoder_decode(struct kb_decoder *decoder, struct kban_text line, struct kb_buffer *scratch,
		      struct kb_decoded *out);

/* How a line feed is written: a byte, or one among units of two or four bytes. */
struct kb_line_feed {
	unsigned width; /* 1, 2 or 4 bytes */
	bool big_endian;
};

/* That of @a encoding; one byte for an encoding that there is not. */
struct kb_line_feed kb_line_feed_of(const char *encoding);

/*
 * Whether a run of ASCII characters in the text is the same run of bytes in the log, and a line
 * feed is one byte. False where nobody has looked.
 */
bool kb_encoding_keeps_ascii(const char *encoding);

KB_DEFINE_AUTO(decoder)

#endif /* KB_BASE_DECODER_H */
