/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/sample-file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* What begins an annotation behind "# ", and what it may contain. */
static const struct {
	const char *word;
	enum sample_kind kind;
} annotations[] = {
	{ "failJSON:", SAMPLE_LINE },
	{ "filterOptions:", SAMPLE_FILTER_OPTIONS },
	{ "fileOptions:", SAMPLE_FILE_OPTIONS },
	{ "addFILE:", SAMPLE_ADD_FILE },
};

int sample_file_broken(const struct sample_file *file, uint64_t number, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "kban-regex: %s:%llu: ", file->path, (unsigned long long)number);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return -1;
}

int sample_file_open(struct sample_file *file, const char *path)
{
	const struct kban_line_feed feed = { .width = 1 };

	*file = (struct sample_file){ .path = path };
	return log_reader_open(&file->reader, path, &feed);
}

void sample_file_close(struct sample_file *file)
{
	log_reader_close(&file->reader);
	json_decref(file->value);
	file->value = NULL;
}

static int next_line(struct sample_file *file, struct kban_text *line)
{
	int got = log_reader_next(&file->reader, line);

	if (got > 0)
		file->number++;
	return got;
}

static bool is_blank(struct kban_text line)
{
	for (size_t i = 0; i < line.len; i++)
		if (memchr(" \t\r\v\f", line.data[i], 5) == NULL)
			return false;
	return true;
}

static bool starts_with(struct kban_text text, const char *word)
{
	return text.len >= strlen(word) && memcmp(text.data, word, strlen(word)) == 0;
}

/* Step over the '#' of a comment, and blanks behind them. */
static struct kban_text comment_text(struct kban_text line)
{
	while (line.len > 0 && line.data[0] == '#')
		line = (struct kban_text){ line.data + 1, line.len - 1 };
	while (line.len > 0 && line.data[0] == ' ')
		line = (struct kban_text){ line.data + 1, line.len - 1 };
	return line;
}

/* Is @a line an annotation? @a json receives what stands behind its word. */
static bool find_annotation(struct kban_text line, enum sample_kind *kind, struct kban_text *json)
{
	struct kban_text text = comment_text(line);

	if (line.len == 0 || line.data[0] != '#')
		return false;
	for (size_t i = 0; i < sizeof(annotations) / sizeof(annotations[0]); i++) {
		size_t len = strlen(annotations[i].word);

		if (!starts_with(text, annotations[i].word))
			continue;
		*kind = annotations[i].kind;
		*json = (struct kban_text){ text.data + len, text.len - len };
		return true;
	}
	return false;
}

static bool has_right_type(enum sample_kind kind, const json_t *value)
{
	switch (kind) {
	case SAMPLE_FILTER_OPTIONS:
		return json_is_object(value) || json_is_array(value);
	case SAMPLE_ADD_FILE:
		return json_is_string(value);
	default:
		return json_is_object(value);
	}
}

static int read_value(struct sample_file *file, enum sample_kind kind, struct kban_text text)
{
	json_error_t error;

	json_decref(file->value);
	file->value = json_loadb(text.data, text.len, JSON_DECODE_ANY, &error);
	if (file->value == NULL)
		return sample_file_broken(file, file->number, "%s", error.text);
	if (!has_right_type(kind, file->value))
		return sample_file_broken(file, file->number, "this is not what %s needs",
					  annotations[kind].word);
	return 0;
}

/* The line that an annotation is about: the next one, whatever it is. */
static int read_annotated(struct sample_file *file, struct kban_text *line)
{
	uint64_t annotation = file->number;
	enum sample_kind kind;
	struct kban_text json;
	int got = next_line(file, line);

	if (got < 0)
		return -1;
	if (got == 0 || is_blank(*line) || find_annotation(*line, &kind, &json))
		return sample_file_broken(file, annotation, "no line follows failJSON");
	return 0;
}

int sample_file_next(struct sample_file *file, struct sample *out)
{
	struct kban_text json;
	int got;

	while ((got = next_line(file, &out->line)) > 0) {
		*out = (struct sample){ .kind = SAMPLE_LINE, .line = out->line };
		if (find_annotation(out->line, &out->kind, &json)) {
			if (read_value(file, out->kind, json) != 0)
				return -1;
			out->value = file->value;
			if (out->kind == SAMPLE_LINE && read_annotated(file, &out->line) != 0)
				return -1;
		} else if (is_blank(out->line) || out->line.data[0] == '#') {
			continue;
		}
		out->number = file->number;
		return 1;
	}
	return got;
}
