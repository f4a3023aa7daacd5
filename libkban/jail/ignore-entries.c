/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/ignore-entries.h"

#include <kban/addr.h>

#include "base/file.h"
#include "base/text.h"
#include "decide/allow-file.h"

struct reading {
	const char *subject;
	struct kb_problem_list *problems;
	struct kb_ignore_entries *out;
	bool is_full; /* which is told once */
};

/* Letters, digits, '-', '_' and '.', and not digits alone: "300.1.1.1" is a slip, no name. */
static bool is_host_name(struct kban_text text)
{
	bool has_letter = false;

	for (size_t i = 0; i < text.len; i++) {
		char byte = text.data[i];
		bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');

		if (!is_letter && (byte < '0' || byte > '9') && byte != '-' && byte != '_' &&
		    byte != '.')
			return false;
		has_letter |= is_letter;
	}
	return has_letter;
}

static int complain(struct reading *reading, const struct kb_where *where, struct kban_text entry,
		    const char *problem)
{
	return kb_problem_list_add(reading->problems, KB_PROBLEM_PART, reading->subject, where,
				   "ignoreip has '%.*s', %s",
				   entry.len < KB_QUOTE_MAX ? (int)entry.len : KB_QUOTE_MAX,
				   entry.data, problem);
}

static int add_entry(struct reading *reading, const struct kb_where *where, struct kban_text entry)
{
	struct kban_addr addr;

	if (reading->is_full)
		return KBAN_OK;
	if (reading->out->all.count >= KB_IGNORE_ENTRIES_MAX) {
		reading->is_full = true;
		return kb_problem_list_add(reading->problems, KB_PROBLEM_ERROR, reading->subject,
					   where, "ignoreip has more than %d entries",
					   KB_IGNORE_ENTRIES_MAX);
	}
	if (kban_addr_parse(entry, &addr) != KBAN_OK && !is_host_name(entry))
		return complain(reading, where, entry,
				"which is no address, network or host name; it is left out");
	return kb_string_list_append(&reading->out->all, entry);
}

static int add_direct(struct reading *reading, const struct kb_where *where, struct kban_text entry)
{
	size_t before = reading->out->all.count;
	int status = add_entry(reading, where, entry);

	if (status != KBAN_OK || reading->out->all.count == before)
		return status;
	return kb_string_list_append(&reading->out->direct, entry);
}

static int add_file(struct reading *reading, const struct kb_where *where, const char *path)
{
	struct kb_where place = { path, 0 };
	kb_auto_clear(buffer) content = { 0 };
	kban_auto(error) reason = NULL;
	struct kb_allow_words words = { 0 };
	struct kban_text entry;
	int status = kb_file_read(path, KB_ALLOW_FILE_SIZE_MAX, &content, &reason);

	if (status == KBAN_E_NOMEM)
		return status;
	if (status != KBAN_OK)
		return kb_problem_list_add(reading->problems, KB_PROBLEM_WAITING, reading->subject,
					   where, "ignoreip: %s", kban_error_text(reason));
	words.rest = kb_buffer_content(&content);
	while (status == KBAN_OK && kb_allow_words_next(&words, &entry)) {
		place.line = words.line;
		status = add_entry(reading, &place, entry);
	}
	return status;
}

/* "file:/path" and "file:///path" */
static int add_named_file(struct reading *reading, const struct kb_where *where,
			  struct kban_text entry)
{
	struct kban_text name = kb_text_slice(entry, strlen(KB_ALLOW_FILE), entry.len);
	kb_autofree char *path = NULL;

	if (kb_text_starts_with(name, "//"))
		name = kb_text_slice(name, 2, name.len);
	path = kb_text_copy(name);
	if (path == NULL || kb_string_list_append(&reading->out->files, name) != KBAN_OK)
		return KBAN_E_NOMEM;
	return add_file(reading, where, path);
}

int kb_ignore_entries_read(const struct kb_value *value, const char *subject,
			   struct kb_problem_list *problems, struct kb_ignore_entries *out)
{
	struct reading reading = { .subject = subject, .problems = problems, .out = out };
	struct kban_text rest = kb_text(value->text);
	struct kban_text line;
	struct kban_text entry;
	int status = KBAN_OK;

	for (size_t i = 0; status == KBAN_OK && kb_text_next_line(&rest, &line); i++) {
		while (status == KBAN_OK && kb_text_next_word(&line, KB_ALLOW_SEPARATORS, &entry)) {
			if (kb_text_starts_with(entry, KB_ALLOW_FILE))
				status = add_named_file(&reading, &value->lines[i], entry);
			else
				status = add_direct(&reading, &value->lines[i], entry);
		}
	}
	return status;
}

void kb_ignore_entries_clear(struct kb_ignore_entries *entries)
{
	kb_string_list_clear(&entries->all);
	kb_string_list_clear(&entries->direct);
	kb_string_list_clear(&entries->files);
}
