/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KB_BASE_UTF8_H
#define KB_BASE_UTF8_H

#include <stdbool.h>

#include <kban/text.h>

/* What stands for bytes that are not UTF-8. */
#define KB_UTF8_REPLACEMENT UINT32_C(0xfffd)

/* Bytes of the longest code point. */
#define KB_UTF8_MAX 4

/*
 * Decode one code point at the start of @a text into @a code and return its length in bytes; for
 * bytes that are not UTF-8, U+FFFD and the length of the maximal invalid sequence. text.len > 0.
 */
size_t kb_utf8_decode(struct kban_text text, uint32_t *code);

/* True if @a code, decoded from @a bytes, stands for bytes that are not UTF-8. */
bool kb_utf8_is_malformed(struct kban_text bytes, uint32_t code);

/* Write @a code to KB_UTF8_MAX @a bytes and return its length. What is no character is U+FFFD. */
size_t kb_utf8_encode(uint32_t code, char *bytes);

#endif /* KB_BASE_UTF8_H */
