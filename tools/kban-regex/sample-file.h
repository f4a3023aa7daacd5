/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The lines of a file of samples, each with what a filter must make of it: the annotated logs that
 * fail2ban's filters come with (kban-regex(1), "Tests of a filter").
 */
#ifndef KBAN_REGEX_SAMPLE_FILE_H
#define KBAN_REGEX_SAMPLE_FILE_H

#include <jansson.h>

#include "kban-regex/log-reader.h"

enum sample_kind {
	SAMPLE_LINE,           /* of a log; value is what is expected of it, NULL for no failure */
	SAMPLE_FILTER_OPTIONS, /* value is an object, or an array of objects */
	SAMPLE_FILE_OPTIONS,   /* value is an object */
	SAMPLE_ADD_FILE,       /* value is the name of another file */
};

struct sample {
	enum sample_kind kind;
	uint64_t number;       /* of the line in the file, from 1 */
	struct kban_text line; /* valid until the next one is read */
	json_t *value;         /* belongs to the reader until then */
};

struct sample_file {
	const char *path;
	struct log_reader reader;
	uint64_t number;
	json_t *value;
};

/* Nonzero: errno tells why not. @a path must outlive the reader. */
int sample_file_open(struct sample_file *file, const char *path);

/* 1, 0 at the end, or -1 after a message on standard error. */
int sample_file_next(struct sample_file *file, struct sample *out);

void sample_file_close(struct sample_file *file);

/* Say on standard error that @a file is broken in its line @a number. Returns -1. */
__attribute__((format(printf, 3, 4))) int sample_file_broken(const struct sample_file *file,
							     uint64_t number, const char *format,
							     ...);

#endif /* KBAN_REGEX_SAMPLE_FILE_H */
