/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/text.h"

struct kban_error {
	enum kban_status status;
	unsigned line;
	char *file; /* NULL: about none */
	char *text;
};

const char *kban_error_text(const struct kban_error *error)
{
	return error != NULL ? error->text : "out of memory";
}

enum kban_status kban_error_status(const struct kban_error *error)
{
	return error != NULL ? error->status : KBAN_E_NOMEM;
}

const char *kban_error_file(const struct kban_error *error)
{
	return error != NULL ? error->file : NULL;
}

unsigned kban_error_line(const struct kban_error *error)
{
	return error != NULL ? error->line : 0;
}

void kban_error_free(struct kban_error *error)
{
	if (error == NULL)
		return;
	free(error->file);
	free(error->text);
	free(error);
}

static void append_place(struct kb_buffer *text, const struct kb_where *where)
{
	if (where == NULL || where->file == NULL)
		return;
	kb_buffer_string(text, where->file);
	if (where->line > 0)
		kb_buffer_printf(text, ":%u", where->line);
	kb_buffer_string(text, ": ");
}

/* An error at @a where with the escaped @a text, or NULL without memory. */
static struct kban_error *new_error(int status, const struct kb_where *where,
				    const struct kb_buffer *text)
{
	kban_auto(error) error = calloc(1, sizeof(*error));
	kb_auto_clear(buffer) escaped = { 0 };

	if (error == NULL || text->failed)
		return NULL;
	error->status = (enum kban_status)status;
	kb_buffer_printable(&escaped, kb_buffer_content(text));
	error->text = kb_buffer_take(&escaped);
	if (error->text == NULL)
		return NULL;
	if (where != NULL && where->file != NULL) {
		error->line = where->line;
		error->file = strdup(where->file);
		if (error->file == NULL)
			return NULL;
	}
	return kb_steal(error);
}

/*
 * The arguments may be parts of the reason that is already there, so that one is released last.
 * Without memory there is no reason left, and NULL reads "out of memory".
 */
static void replace_error(struct kban_error **err, struct kban_error *error)
{
	kban_error_free(*err);
	*err = error;
}

int kb_fail(struct kban_error **err, int status, const struct kb_where *where, const char *format,
	    ...)
{
	kb_auto_clear(buffer) text = { 0 };
	va_list arguments;

	if (err == NULL)
		return status;
	append_place(&text, where);
	va_start(arguments, format);
	kb_buffer_vprintf(&text, format, arguments);
	va_end(arguments);
	replace_error(err, new_error(status, where, &text));
	return status;
}

int kb_fail_errno(struct kban_error **err, int error_number, const struct kb_where *where,
		  const char *format, ...)
{
	kb_auto_clear(buffer) text = { 0 };
	char reason[128];
	va_list arguments;

	if (err == NULL)
		return KBAN_E_SYSTEM;
	/* Unlike strerror(), %m is safe with threads. */
	errno = error_number;
	snprintf(reason, sizeof(reason), "%m");
	append_place(&text, where);
	va_start(arguments, format);
	kb_buffer_vprintf(&text, format, arguments);
	va_end(arguments);
	kb_buffer_printf(&text, ": %s", reason);
	replace_error(err, new_error(KBAN_E_SYSTEM, where, &text));
	return KBAN_E_SYSTEM;
}

int kb_error_append(struct kban_error *error, struct kban_text more)
{
	kb_auto_clear(buffer) text = { 0 };

	kb_buffer_string(&text, error->text);
	if (kb_buffer_printable(&text, more) != KBAN_OK)
		return KBAN_E_NOMEM;
	free(error->text);
	error->text = kb_buffer_take(&text);
	return KBAN_OK;
}

int kb_fail_memory(struct kban_error **err)
{
	if (err != NULL)
		replace_error(err, NULL);
	return KBAN_E_NOMEM;
}
