/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The filters that samples are put to: one filter, under each set of options that a file names. */
#ifndef KBAN_REGEX_SAMPLE_FILTER_H
#define KBAN_REGEX_SAMPLE_FILTER_H

#include <jansson.h>

#include <kban/matcher.h>

/*
 * One of them. Lines for it share a matcher, even if others are between them, so that sessions go
 * on.
 */
struct sample_filter {
	char *key;   /* what makes it the same as another */
	char *label; /* for people: "mode=ddos"; empty without options */
	struct kban_filter *filter;
	struct kban_matcher *matcher;
};

/* All of them, in the order in which they were first wanted. */
struct sample_filters {
	struct kban_context *ctx;
	const char *name; /* without options of a file; perhaps with some of its own */
	const struct kban_filter_options *options;
	unsigned matcher_flags;
	struct sample_filter **items;
	size_t count;
};

/*
 * The filter with @a options, an object of strings. Those that begin with "test." are not for it.
 *
 * @param out  Belongs to @a filters.
 *
 * @return KBAN_OK, or a negative status and @a err.
 */
int sample_filters_get(struct sample_filters *filters, json_t *options, struct sample_filter **out,
		       struct kban_error **err);

void sample_filters_clear(struct sample_filters *filters);

#endif /* KBAN_REGEX_SAMPLE_FILTER_H */
