/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A growing run of bytes. Whatever is in it is followed by a NUL, so data can be used as a string.
 * An append that fails leaves the buffer as it was; after that, appends go on failing until
 * kb_buffer_clear() or kb_buffer_reset(), so a caller may check only the last.
 */
#ifndef KB_BASE_BUFFER_H
#define KB_BASE_BUFFER_H

#include <stdarg.h>
#include <stdbool.h>

#include <kban/text.h>

#include "base/memory.h"

struct kb_buffer {
	char *data; /* NULL while nothing was appended */
	size_t len;
	size_t capacity;
	bool failed;
};

/* All return KBAN_OK or KBAN_E_NOMEM. */
int kb_buffer_append(struct kb_buffer *buffer, const void *data, size_t len);
int kb_buffer_text(struct kb_buffer *buffer, struct kban_text text);
int kb_buffer_string(struct kb_buffer *buffer, const char *string);
int kb_buffer_byte(struct kb_buffer *buffer, char byte);
int kb_buffer_code(struct kb_buffer *buffer, uint32_t code_point); /* as UTF-8 */
__attribute__((format(printf, 2, 3))) int kb_buffer_printf(struct kb_buffer *buffer,
							   const char *format, ...);
__attribute__((format(printf, 2, 0))) int kb_buffer_vprintf(struct kb_buffer *buffer,
							    const char *format, va_list arguments);
int kb_buffer_lower(struct kb_buffer *buffer, struct kban_text text); /* ASCII in lower case */
/* What kban_text_printable() would make of @a text. */
int kb_buffer_printable(struct kb_buffer *buffer, struct kban_text text);
/* What kban_text_utf8() would make of @a text. */
int kb_buffer_utf8(struct kb_buffer *buffer, struct kban_text text);
/* Room for @a more bytes, so that the next appends up to that cannot fail. */
int kb_buffer_reserve(struct kb_buffer *buffer, size_t more);

/* The content; valid until the next append. */
static inline struct kban_text kb_buffer_content(const struct kb_buffer *buffer)
{
	return (struct kban_text){ buffer->data != NULL ? buffer->data : "", buffer->len };
}

/* Empty it and keep its memory. */
static inline void kb_buffer_reset(struct kb_buffer *buffer)
{
	buffer->len = 0;
	buffer->failed = false;
	if (buffer->data != NULL)
		buffer->data[0] = '\0';
}

/* Empty it and give its memory back. */
void kb_buffer_clear(struct kb_buffer *buffer);

/*
 * Hand the content over as a NUL-terminated string; NULL if an append failed or there is no memory.
 * Then it is empty.
 */
char *kb_buffer_take(struct kb_buffer *buffer);

KB_DEFINE_AUTO_CLEAR(buffer)

#endif /* KB_BASE_BUFFER_H */
