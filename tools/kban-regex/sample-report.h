/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is told about samples; one implementation for each form of output. */
#ifndef KBAN_REGEX_SAMPLE_REPORT_H
#define KBAN_REGEX_SAMPLE_REPORT_H

#include <stdbool.h>

#include "kban-regex/sample-filter.h"

enum sample_outcome {
	SAMPLE_PASSED,
	SAMPLE_FAILED,
	SAMPLE_SKIPPED, /* under a condition that was not understood */
	SAMPLE_OUTCOMES
};

/* A line under one set of options. */
struct sample_result {
	const char *path;
	uint64_t number;
	json_t *options;
	const struct sample_filter *filter;
	enum sample_outcome outcome;
	json_t *expected;               /* the object of failJSON, or NULL */
	json_t *differences;            /* of sample_check(); NULL where it was skipped */
	const struct kban_match *match; /* NULL where it was skipped */
	bool has_prefix;                /* prefregex matched, or there is none */
};

/* A failregex that no sample used. */
struct sample_unused {
	const struct sample_filter *filter; /* the first that has it */
	size_t rule;
};

struct sample_sums {
	const char *path; /* of the file that was named, also for those that it adds */
	uint64_t counts[SAMPLE_OUTCOMES];
	const struct sample_unused *unused;
	size_t unused_count;
};

struct sample_report_ops {
	void (*result)(const struct sample_result *result, bool is_verbose);
	void (*sums)(const struct sample_sums *sums);
};

extern const struct sample_report_ops sample_report_text;
extern const struct sample_report_ops sample_report_json;

#endif /* KBAN_REGEX_SAMPLE_REPORT_H */
