/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Line by line: a line that is indented deeper than the option that is open continues its value;
 * any other begins a section or an option. The open option keeps its lines in a builder and is
 * stored when something else begins. Blank lines inside a value count, those at its end do not.
 * What cannot be used is left out and told, and reading goes on: each line that is lost may be one
 * that protects somebody.
 */
#include "conf/ini.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "conf/blank.h"
#include "conf/value-builder.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

#define NO_TEXT "not UTF-8 text; save the file as UTF-8"

struct reader {
	struct kb_where where; /* of the line that is being read */
	struct kb_conf_table *table;
	struct kb_problem_list *problems;
	struct kb_conf_section *section; /* NULL before the first header */
	struct kb_buffer key;            /* of the open option, lower case */
	struct kb_value_builder value;   /* of the open option */
	bool is_open;
	bool is_dropped;    /* the open option will not be stored */
	unsigned indent;    /* of the line that opened it */
	size_t blank_lines; /* that its value ends with so far */
	size_t option_count;
	struct kb_where stray;       /* the first line above all sections; line 0: none */
	struct kban_text stray_text; /* that line; no data if it is no text */
	const void *bytes_told_of;   /* the section in which a line was told to be no text */
	bool has_ended;              /* the rest of the text is not read */
};

/* "PLACE: PROBLEM 'TEXT'; ADVICE" about the current section, or the file before its first. */
static int complain(struct reader *reader, const char *problem, struct kban_text text,
		    const char *advice)
{
	const char *subject = reader->section != NULL ? reader->section->name : NULL;
	int shown = text.len < KB_QUOTE_MAX ? (int)text.len : KB_QUOTE_MAX;

	return kb_problem_list_add(reader->problems, KB_PROBLEM_ERROR, subject, &reader->where,
				   "%s '%.*s'; %s", problem, shown, text.data, advice);
}

/* A limit. */
static int give_up(struct reader *reader, const char *problem)
{
	reader->has_ended = true;
	return kb_problem_list_add(reader->problems, KB_PROBLEM_ERROR, NULL, &reader->where,
				   "%s; the rest of it is left out", problem);
}

/* Remember a line above all sections; what is lost with it shows later. */
static void note_stray(struct reader *reader, struct kban_text line)
{
	if (reader->stray.line != 0)
		return;
	reader->stray = reader->where;
	reader->stray_text = line;
}

/* Tell what stands above all sections, now that it is known where the first of them begins. */
static int tell_stray(struct reader *reader)
{
	struct kban_text text = reader->stray_text;
	int shown = text.len < KB_QUOTE_MAX ? (int)text.len : KB_QUOTE_MAX;
	char lost[64] = "the file is left out";

	if (reader->stray.line == 0)
		return KBAN_OK;
	if (reader->section != NULL)
		snprintf(lost, sizeof(lost), "what stands above line %u is left out",
			 reader->where.line);
	if (text.data == NULL)
		return kb_problem_list_add(reader->problems, KB_PROBLEM_ERROR, NULL, &reader->stray,
					   "%s; %s", NO_TEXT, lost);
	return kb_problem_list_add(reader->problems, KB_PROBLEM_ERROR, NULL, &reader->stray,
				   "no section before '%.*s'; put a header such as [DEFAULT] or "
				   "[Definition] above it; %s",
				   shown, text.data, lost);
}

/* What value_builder's calls return, as this file's calls do. */
static int check_value(struct reader *reader, int status)
{
	if (status != KBAN_E_LIMIT)
		return status;
	reader->is_dropped = true;
	return complain(reader, "too long a value of", kb_buffer_content(&reader->key), "split it");
}

/* Store the option that is open, if any. */
static int close_option(struct reader *reader)
{
	kb_auto_clear(value) value = { 0 };
	int status = KBAN_OK;

	if (reader->is_open && !reader->is_dropped) {
		status = kb_value_builder_take(&reader->value, &value);
		if (status == KBAN_OK)
			status = kb_options_take(&reader->section->options,
						 kb_buffer_content(&reader->key), &value);
	}
	kb_value_builder_clear(&reader->value);
	kb_buffer_reset(&reader->key);
	reader->is_open = false;
	reader->is_dropped = false;
	reader->blank_lines = 0;
	return status;
}

/* A line of the value of the open option. */
static int add_line(struct reader *reader, struct kban_text text)
{
	int status = KBAN_OK;

	if (reader->is_dropped)
		return KBAN_OK;
	for (; reader->blank_lines > 0 && status == KBAN_OK; reader->blank_lines--)
		status = kb_value_builder_add_line(&reader->value, KB_TEXT(""), &reader->where);
	if (status == KBAN_OK)
		status = kb_value_builder_add_line(&reader->value, text, &reader->where);
	return check_value(reader, status);
}

static int open_section(struct reader *reader, struct kban_text name)
{
	bool is_default = kb_text_is(name, KB_CONF_DEFAULT);
	size_t known = reader->table->count;
	bool is_first = reader->section == NULL;

	reader->section = kb_conf_table_add(reader->table, name, &reader->where);
	if (reader->section == NULL || (is_first && tell_stray(reader) != KBAN_OK))
		return KBAN_E_NOMEM;
	if (reader->table->count > KB_INI_SECTIONS_MAX)
		return give_up(reader, "too many sections; split the file");
	if (reader->table->count > known || is_default)
		return KBAN_OK;
	return kb_problem_list_add(reader->problems, KB_PROBLEM_ERROR, reader->section->name,
				   &reader->where,
				   "section [%s] is there already, in line %u; make it one section",
				   reader->section->name, reader->section->where.line);
}

static int complain_twice(struct reader *reader, const struct kb_value *first)
{
	reader->is_dropped = true;
	return kb_problem_list_add(reader->problems, KB_PROBLEM_ERROR, reader->section->name,
				   &reader->where,
				   "option '%s' is there already, in line %u; remove one of them",
				   reader->key.data, first->lines[0].line);
}

static int open_option(struct reader *reader, struct kban_text key, struct kban_text text)
{
	const struct kb_value *first;
	int status = kb_buffer_lower(&reader->key, key);

	if (status != KBAN_OK)
		return status;
	reader->is_open = true;
	if (++reader->option_count > KB_INI_OPTIONS_MAX)
		return give_up(reader, "too many options; split the file");
	first = kb_options_find(&reader->section->options, reader->key.data);
	if (first != NULL)
		return complain_twice(reader, first);
	return add_line(reader, text);
}

/* A line that is no option: what is indented below it goes with it. */
static int skip_option(struct reader *reader, struct kban_text line)
{
	reader->is_open = true;
	reader->is_dropped = true;
	if (line.data[0] == '[')
		return complain(reader, "no ']' in section header", line, "write [NAME]");
	if (line.data[0] == '=' || line.data[0] == ':')
		return complain(reader, "no option in front of", line, "write OPTION = VALUE");
	return complain(reader, "no '=' in", line,
			"write OPTION = VALUE, or indent the line to continue the one above");
}

/* A line without blanks around it that continues nothing. */
static int read_head(struct reader *reader, struct kban_text line)
{
	const char *end = line.data[0] == '[' ? memrchr(line.data, ']', line.len) : NULL;
	size_t delimiter = 0;

	if (end != NULL && end > line.data + 1)
		return open_section(reader, kb_text_slice(line, 1, (size_t)(end - line.data)));
	if (reader->section == NULL) {
		note_stray(reader, line);
		return KBAN_OK;
	}
	while (delimiter < line.len && line.data[delimiter] != '=' && line.data[delimiter] != ':')
		delimiter++;
	if (delimiter == 0 || delimiter == line.len)
		return skip_option(reader, line);
	return open_option(reader, kb_blank_trim(kb_text_slice(line, 0, delimiter)),
			   kb_blank_trim(kb_text_slice(line, delimiter + 1, line.len)));
}

/* The line without what follows a ';' with a blank before it. */
static struct kban_text cut_comment(struct kban_text line)
{
	size_t at = 0;

	while (at < line.len) {
		struct kban_text rest = kb_text_slice(line, at, line.len);
		size_t blank = kb_blank_length(rest);

		if (blank > 0 && blank < rest.len && rest.data[blank] == ';')
			return kb_text_slice(line, 0, at);
		at += blank > 0 ? blank : 1;
	}
	return line;
}

static bool is_text(struct kban_text line)
{
	return kb_text_is_utf8(line) && kb_text_index(line, '\0') == line.len;
}

/* A line in another encoding, or of no text at all: its option is left out, and told once for each
 * section. */
static int skip_bytes(struct reader *reader, unsigned indent)
{
	int status = KBAN_OK;

	if (!reader->is_open || indent <= reader->indent) {
		status = close_option(reader);
		reader->indent = indent;
	}
	if (reader->section == NULL) {
		note_stray(reader, (struct kban_text){ NULL, 0 });
		return status;
	}
	reader->is_open = true;
	reader->is_dropped = true;
	if (status != KBAN_OK || reader->bytes_told_of == reader->section)
		return status;
	reader->bytes_told_of = reader->section;
	return kb_problem_list_add(reader->problems, KB_PROBLEM_ERROR, reader->section->name,
				   &reader->where, "%s", NO_TEXT);
}

static int read_line(struct reader *reader, struct kban_text line)
{
	unsigned indent;
	size_t start = kb_blank_prefix(line, &indent);
	int status;

	if (start < line.len && (line.data[start] == '#' || line.data[start] == ';'))
		return KBAN_OK;
	if (!is_text(line))
		return skip_bytes(reader, indent);
	line = kb_blank_trim(cut_comment(line));
	if (line.len == 0) {
		reader->blank_lines++;
		return KBAN_OK;
	}
	if (reader->is_open && indent > reader->indent)
		return add_line(reader, line);
	status = close_option(reader);
	reader->indent = indent;
	return status == KBAN_OK ? read_head(reader, line) : status;
}

/* Take the next line, which ends with LF, CR LF or CR, off @a rest. */
static struct kban_text next_line(struct kban_text *rest)
{
	struct kban_text line;
	size_t end = 0;
	size_t next;

	while (end < rest->len && rest->data[end] != '\n' && rest->data[end] != '\r')
		end++;
	next = end + 1;
	if (next < rest->len && rest->data[end] == '\r' && rest->data[next] == '\n')
		next++;
	line = kb_text_slice(*rest, 0, end);
	*rest = kb_text_slice(*rest, next, rest->len);
	return line;
}

static int read_text(struct reader *reader, struct kban_text text)
{
	int status = KBAN_OK;

	if (kb_text_starts_with(text, BYTE_ORDER_MARK))
		text = kb_text_slice(text, strlen(BYTE_ORDER_MARK), text.len);
	while (text.len > 0 && status == KBAN_OK && !reader->has_ended) {
		struct kban_text line = next_line(&text);

		reader->where.line++;
		status = read_line(reader, line);
	}
	if (status == KBAN_OK)
		status = close_option(reader);
	return status == KBAN_OK && reader->section == NULL ? tell_stray(reader) : status;
}

int kb_ini_parse(const char *file, struct kban_text text, struct kb_conf_table *table,
		 struct kb_problem_list *problems)
{
	struct reader reader = { .where = { file, 0 }, .table = table, .problems = problems };
	int status = read_text(&reader, text);

	kb_buffer_clear(&reader.key);
	kb_value_builder_clear(&reader.value);
	return status;
}
