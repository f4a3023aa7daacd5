/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/journal-entry.h"

#include <errno.h>
#include <inttypes.h>

#include "base/text.h"

/* Digits of a number that a field holds, and blanks around it, at most. */
#define NUMBER_MAX 32

#define MILLION 1000000

static const char *const line_fields[] = {
	"MESSAGE",
	"SYSLOG_IDENTIFIER",
	"SYSLOG_PID",
	"_COMM",
	"_HOSTNAME",
	"_PID",
	"_SOURCE_REALTIME_TIMESTAMP",
	"_SOURCE_MONOTONIC_TIMESTAMP",
};

int kb_journal_line_fields(struct kb_string_list *names)
{
	for (size_t i = 0; i < kb_array_size(line_fields); i++)
		if (kb_string_list_append(names, kb_text(line_fields[i])) < 0)
			return KBAN_E_NOMEM;
	return KBAN_OK;
}

static bool is_named(const struct kb_string_list *names, struct kban_text name)
{
	for (size_t i = 0; i < names->count; i++)
		if (kb_text_is(name, names->items[i]))
			return true;
	return false;
}

int kb_journal_entry_add(struct kb_journal_entry *entry, const struct kb_string_list *names,
			 struct kban_text field)
{
	size_t name_len = kb_text_index(field, '=');

	if (name_len == field.len || !is_named(names, kb_text_slice(field, 0, name_len)) ||
	    entry->count >= KB_JOURNAL_FIELDS_MAX ||
	    field.len > KB_JOURNAL_BYTES_MAX - entry->bytes.len)
		return KBAN_OK;
	if (kb_array_room(&entry->fields, &entry->capacity, entry->count, sizeof(*entry->fields)) <
	    0)
		return KBAN_E_NOMEM;
	entry->fields[entry->count] =
		(struct kb_journal_field){ entry->bytes.len, name_len, field.len };
	if (kb_buffer_text(&entry->bytes, field) < 0)
		return KBAN_E_NOMEM;
	entry->count++;
	return KBAN_OK;
}

struct kban_text kb_journal_entry_value(const struct kb_journal_entry *entry, struct kban_text name,
					size_t index)
{
	for (size_t i = 0; i < entry->count; i++) {
		const struct kb_journal_field *field = &entry->fields[i];
		const char *bytes = entry->bytes.data + field->at;

		if (kb_text_equal((struct kban_text){ bytes, field->name_len }, name) &&
		    index-- == 0)
			return (struct kban_text){ bytes + field->name_len + 1,
						   field->len - field->name_len - 1 };
	}
	return (struct kban_text){ NULL, 0 };
}

static struct kban_text value_of(const struct kb_journal_entry *entry, const char *name)
{
	return kb_journal_entry_value(entry, kb_text(name), 0);
}

/* The first of two fields that has a value. */
static struct kban_text either(const struct kb_journal_entry *entry, const char *name,
			       const char *other)
{
	struct kban_text value = value_of(entry, name);

	return value.len > 0 ? value : value_of(entry, other);
}

/* Python's int() of a text, or with base 0 as a literal: blanks around it do not matter. */
static bool read_number(struct kban_text text, int base, long long *out)
{
	char digits[NUMBER_MAX + 1];
	char *end;

	text = kb_text_trim(text);
	if (text.len == 0 || text.len > NUMBER_MAX)
		return false;
	memcpy(digits, text.data, text.len);
	digits[text.len] = '\0';
	errno = 0;
	*out = strtoll(digits, &end, base);
	return errno == 0 && end == digits + text.len;
}

static bool read_pid(struct kban_text text, long long *out)
{
	return read_number(text, 10, out) || read_number(text, 0, out);
}

/* A process number of 0 is none. */
static struct kban_text pid_of(const struct kb_journal_entry *entry)
{
	struct kban_text pid = value_of(entry, "SYSLOG_PID");
	long long number;

	if (pid.len == 0 || (read_number(pid, 10, &number) && number == 0))
		pid = value_of(entry, "_PID");
	if (read_number(pid, 10, &number) && number == 0)
		pid.len = 0;
	return pid;
}

/* A line feed within becomes two bytes, so that nobody can write a line of his own. */
static void write_text(struct kban_text text, struct kb_buffer *out)
{
	while (text.len > 0) {
		struct kban_text part = kb_text_slice(text, 0, kb_text_index(text, '\n'));

		kb_buffer_text(out, part);
		if (part.len == text.len)
			return;
		kb_buffer_string(out, "\\n");
		text = kb_text_slice(text, part.len + 1, text.len);
	}
}

static void write_pid(const struct kb_journal_entry *entry, struct kb_buffer *out)
{
	struct kban_text pid = pid_of(entry);
	long long number;

	if (pid.len == 0)
		return;
	if (read_pid(pid, &number)) {
		kb_buffer_printf(out, "[%lld]", number);
		return;
	}
	kb_buffer_byte(out, '[');
	write_text(pid, out);
	kb_buffer_byte(out, ']');
}

/* Since the system started, as the kernel itself writes it. */
static void write_monotonic(const struct kb_journal_entry *entry, struct kb_buffer *out)
{
	uint64_t time = entry->monotonic;
	long long own;

	if (read_number(value_of(entry, "_SOURCE_MONOTONIC_TIMESTAMP"), 10, &own) && own >= 0)
		time = (uint64_t)own;
	kb_buffer_printf(out, "[%5" PRIu64 ".%06" PRIu64 "] ", time / MILLION, time % MILLION);
}

static void write_host(const struct kb_journal_entry *entry, struct kb_buffer *out)
{
	struct kban_text host = value_of(entry, "_HOSTNAME");

	if (host.len == 0)
		return;
	write_text(host, out);
	kb_buffer_byte(out, ' ');
}

static void write_identifier(const struct kb_journal_entry *entry, struct kb_buffer *out)
{
	struct kban_text identifier = either(entry, "SYSLOG_IDENTIFIER", "_COMM");
	size_t begin = out->len;

	if (identifier.len == 0)
		return;
	write_text(identifier, out);
	write_pid(entry, out);
	kb_buffer_string(out, ": ");
	if (kb_text_is(kb_text_slice(kb_buffer_content(out), begin, out->len), "kernel: "))
		write_monotonic(entry, out);
}

static void write_message(const struct kb_journal_entry *entry, struct kb_buffer *out)
{
	struct kban_text part;

	for (size_t i = 0;
	     (part = kb_journal_entry_value(entry, KB_TEXT("MESSAGE"), i)).data != NULL; i++) {
		if (i > 0)
			kb_buffer_byte(out, ' ');
		write_text(part, out);
	}
}

int kb_journal_entry_line(const struct kb_journal_entry *entry, size_t max_line,
			  struct kb_buffer *out)
{
	kb_buffer_reset(out);
	write_host(entry, out);
	write_identifier(entry, out);
	write_message(entry, out);
	if (out->failed)
		return KBAN_E_NOMEM;
	if (out->len > max_line) {
		out->len = max_line;
		out->data[max_line] = '\0';
	}
	return KBAN_OK;
}

kban_usec kb_journal_entry_time(const struct kb_journal_entry *entry)
{
	long long own;

	if (read_number(value_of(entry, "_SOURCE_REALTIME_TIMESTAMP"), 10, &own) && own > 0)
		return own;
	return entry->realtime;
}

void kb_journal_entry_reset(struct kb_journal_entry *entry)
{
	kb_buffer_reset(&entry->bytes);
	entry->count = 0;
	entry->realtime = 0;
	entry->monotonic = 0;
}

void kb_journal_entry_clear(struct kb_journal_entry *entry)
{
	kb_buffer_clear(&entry->bytes);
	free(entry->fields);
	*entry = (struct kb_journal_entry){ 0 };
}
