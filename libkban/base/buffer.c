/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include "base/text.h"

#define FIRST_CAPACITY 64

static int fail(struct kb_buffer *buffer)
{
	buffer->failed = true;
	return KBAN_E_NOMEM;
}

int kb_buffer_reserve(struct kb_buffer *buffer, size_t more)
{
	size_t wanted = buffer->capacity > 0 ? buffer->capacity : FIRST_CAPACITY;
	char *grown;

	if (buffer->failed)
		return KBAN_E_NOMEM;
	if (buffer->data != NULL && more < buffer->capacity - buffer->len)
		return KBAN_OK;
	/* One more for the NUL. The half of the address space is the end of doubling. */
	if (more >= SIZE_MAX / 2 - buffer->len)
		return fail(buffer);
	while (wanted < buffer->len + more + 1)
		wanted *= 2;
	grown = realloc(buffer->data, wanted);
	if (grown == NULL)
		return fail(buffer);
	grown[buffer->len] = '\0';
	buffer->data = grown;
	buffer->capacity = wanted;
	return KBAN_OK;
}

int kb_buffer_append(struct kb_buffer *buffer, const void *data, size_t len)
{
	if (kb_buffer_reserve(buffer, len) != KBAN_OK)
		return KBAN_E_NOMEM;
	if (len > 0)
		memcpy(buffer->data + buffer->len, data, len);
	buffer->len += len;
	buffer->data[buffer->len] = '\0';
	return KBAN_OK;
}

int kb_buffer_text(struct kb_buffer *buffer, struct kban_text text)
{
	return kb_buffer_append(buffer, text.data, text.len);
}

int kb_buffer_lower(struct kb_buffer *buffer, struct kban_text text)
{
	if (kb_buffer_reserve(buffer, text.len) != KBAN_OK)
		return KBAN_E_NOMEM;
	for (size_t i = 0; i < text.len; i++) {
		bool is_upper = text.data[i] >= 'A' && text.data[i] <= 'Z';

		buffer->data[buffer->len++] = (char)(text.data[i] | (is_upper ? 0x20 : 0));
	}
	buffer->data[buffer->len] = '\0';
	return KBAN_OK;
}

int kb_buffer_string(struct kb_buffer *buffer, const char *string)
{
	return kb_buffer_append(buffer, string, strlen(string));
}

int kb_buffer_byte(struct kb_buffer *buffer, char byte)
{
	return kb_buffer_append(buffer, &byte, 1);
}

int kb_buffer_code(struct kb_buffer *buffer, uint32_t code_point)
{
	char bytes[KB_UTF8_MAX];

	return kb_buffer_append(buffer, bytes, kb_utf8_encode(code_point, bytes));
}

int kb_buffer_vprintf(struct kb_buffer *buffer, const char *format, va_list arguments)
{
	va_list again;
	int len;

	va_copy(again, arguments);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len < 0)
		return fail(buffer);
	if (kb_buffer_reserve(buffer, (size_t)len) != KBAN_OK)
		return KBAN_E_NOMEM;
	vsnprintf(buffer->data + buffer->len, (size_t)len + 1, format, arguments);
	buffer->len += (size_t)len;
	return KBAN_OK;
}

int kb_buffer_printf(struct kb_buffer *buffer, const char *format, ...)
{
	va_list arguments;
	int status;

	va_start(arguments, format);
	status = kb_buffer_vprintf(buffer, format, arguments);
	va_end(arguments);
	return status;
}

/* Append @a text piece by piece; what @a piece appended before a failure is taken back. */
static int append_pieces(struct kb_buffer *buffer, struct kban_text text,
			 int (*piece)(struct kb_buffer *buffer, struct kban_text bytes,
				      uint32_t code))
{
	size_t len = buffer->len;
	uint32_t code;

	if (kb_buffer_reserve(buffer, text.len) != KBAN_OK)
		return KBAN_E_NOMEM;
	while (text.len > 0) {
		size_t used = kb_utf8_decode(text, &code);

		if (piece(buffer, (struct kban_text){ text.data, used }, code) != KBAN_OK) {
			buffer->len = len;
			buffer->data[len] = '\0';
			return KBAN_E_NOMEM;
		}
		text = kb_text_slice(text, used, text.len);
	}
	return KBAN_OK;
}

static int append_utf8(struct kb_buffer *buffer, struct kban_text bytes, uint32_t code)
{
	return kb_utf8_is_malformed(bytes, code) ? kb_buffer_code(buffer, code)
						 : kb_buffer_text(buffer, bytes);
}

int kb_buffer_utf8(struct kb_buffer *buffer, struct kban_text text)
{
	return append_pieces(buffer, text, append_utf8);
}

static int append_hex(struct kb_buffer *buffer, struct kban_text bytes)
{
	size_t i;

	for (i = 0; i < bytes.len; i++) {
		if (kb_buffer_printf(buffer, "\\x%02x", (unsigned char)bytes.data[i]) != KBAN_OK)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

/* What moves the cursor, starts an escape sequence, ends a line or turns the direction of text. */
static bool is_control(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x0000, 0x001f }, /* C0 */
		{ 0x007f, 0x009f }, /* DEL and C1 */
		{ 0x061c, 0x061c }, /* Arabic letter mark */
		{ 0x200e, 0x200f }, /* left-to-right and right-to-left mark */
		{ 0x2028, 0x202e }, /* line and paragraph separator, embeddings, overrides */
		{ 0x2066, 0x2069 }, /* isolates */
	};
	size_t i;

	for (i = 0; i < kb_array_size(ranges); i++) {
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	}
	return false;
}

static int append_printable(struct kb_buffer *buffer, struct kban_text bytes, uint32_t code)
{
	if (kb_utf8_is_malformed(bytes, code))
		return append_hex(buffer, bytes);
	if (!is_control(code))
		return kb_buffer_text(buffer, bytes);
	if (code == '\n')
		return kb_buffer_string(buffer, "\\n");
	if (code == '\t')
		return kb_buffer_string(buffer, "\\t");
	return kb_buffer_printf(buffer, code < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)code);
}

int kb_buffer_printable(struct kb_buffer *buffer, struct kban_text text)
{
	return append_pieces(buffer, text, append_printable);
}

void kb_buffer_clear(struct kb_buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct kb_buffer){ 0 };
}

char *kb_buffer_take(struct kb_buffer *buffer)
{
	/* Even nothing is a string. */
	char *content = kb_buffer_reserve(buffer, 0) == KBAN_OK ? kb_steal(buffer->data) : NULL;

	kb_buffer_clear(buffer);
	return content;
}
