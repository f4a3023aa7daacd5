/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A filter and a matcher from a table's row, for unit tests. */
#ifndef KBAN_TEST_FILTER_H
#define KBAN_TEST_FILTER_H

#include "kban-test.h"

#include "base/text.h"
#include "filter/filter.h"

/* Dates of tests without one: 2023-11-14 22:13:20 UTC. */
#define TEST_NOW (1700000000 * KBAN_SECOND)

#define TEST_RULES_MAX 10

/* Texts as they would stand in a filter; a list ends with NULL. */
struct test_filter {
	const char *prefix;
	const char *fail[TEST_RULES_MAX];
	const char *ignore[TEST_RULES_MAX];
	unsigned max_lines;
	enum kban_usedns usedns;
	const char *date_pattern; /* NULL: {NONE}; "": the default formats */
	unsigned flags;           /* of the matcher */
	const char *encoding;     /* of the lines; NULL: UTF-8 */
};

static inline void test_append(struct kb_filter_source *source, struct kb_rule_list *list,
			       const char *text)
{
	const struct kb_where nowhere = { 0 };

	assert_int_equal(kb_filter_source_append(source, list, kb_text(text), &nowhere), KBAN_OK);
}

static inline struct kb_filter_source *test_source(const struct test_filter *filter)
{
	struct kb_filter_source *source = kb_filter_source_new("test");

	assert_non_null(source);
	if (filter->prefix != NULL)
		test_append(source, &source->prefregex, filter->prefix);
	for (size_t i = 0; filter->fail[i] != NULL; i++)
		test_append(source, &source->failregex, filter->fail[i]);
	for (size_t i = 0; filter->ignore[i] != NULL; i++)
		test_append(source, &source->ignoreregex, filter->ignore[i]);
	return source;
}

static inline struct kban_filter *test_compile(struct kban_context *ctx,
					       const struct test_filter *filter)
{
	kb_auto(filter_source) source = test_source(filter);
	struct kban_filter_options options = KBAN_FILTER_OPTIONS_INIT;
	struct kban_filter *out = NULL;
	kban_auto(error) err = NULL;

	options.max_lines = filter->max_lines;
	options.usedns = filter->usedns;
	options.time_zone = "UTC";
	options.encoding = filter->encoding;
	options.date_pattern = filter->date_pattern != NULL ? filter->date_pattern : "{NONE}";
	if (kb_filter_compile(ctx, source, &options, &out, &err) != KBAN_OK)
		fail_msg("%s", kban_error_text(err));
	return out;
}

static inline struct kban_matcher *test_matcher(struct kban_context *ctx,
						const struct test_filter *filter)
{
	kban_auto(filter) compiled = test_compile(ctx, filter);
	struct kban_matcher *matcher = NULL;

	assert_int_equal(kban_matcher_new(compiled, filter->flags, &matcher), KBAN_OK);
	return matcher;
}

#endif /* KBAN_TEST_FILTER_H */
