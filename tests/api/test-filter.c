/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Filters and matchers as a program sees them that links the library. */
#include "kban-test.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include <kban/kban.h>

#define NOW (1700000000 * KBAN_SECOND)

static struct kban_text text(const char *string)
{
	return (struct kban_text){ string, strlen(string) };
}

static void line_of_a_rule(void **state)
{
	static const char *const rules[] = { "^ app: <F-USER>\\S+</F-USER> from <HOST> failed$",
					     NULL };
	struct kban_filter_options options = KBAN_FILTER_OPTIONS_INIT;
	kban_auto(context) ctx = kban_context_new();
	kban_auto(filter) filter = NULL;
	kban_auto(matcher) matcher = NULL;
	struct kban_match match;
	char address[KBAN_ADDR_TEXT_SIZE];

	(void)state;
	options.time_zone = "UTC";
	assert_int_equal(kban_filter_new(ctx, rules, &options, &filter, NULL), KBAN_OK);
	assert_int_equal(kban_matcher_new(filter, 0, &matcher), KBAN_OK);
	assert_int_equal(
		kban_matcher_try(matcher,
				 text("2023-11-14 22:13:00 app: joe from 192.0.2.7 failed"), NOW,
				 &match),
		KBAN_FAILURE);
	assert_memory_equal(match.id.data, "192.0.2.7", match.id.len);
	assert_memory_equal(match.user.data, "joe", match.user.len);
	assert_true(match.time == NOW - 20 * KBAN_SECOND);
	assert_true(match.time_is_own);
	assert_int_equal(match.address_count, 1);
	assert_string_equal(kban_addr_print(&match.addresses[0], address), "192.0.2.7");
	assert_int_equal(kban_matcher_try(matcher, text("nothing to see"), NOW, &match),
			 KBAN_MISSED);
}

/* Write a filter into a directory of its own. */
static void write_filter(char *dir, const char *content)
{
	char path[128];
	FILE *file;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/x.conf", dir);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs(content, file);
	assert_int_equal(fclose(file), 0);
}

static void remove_filter(const char *dir)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/x.conf", dir);
	unlink(path);
	rmdir(dir);
}

static void rules_of_a_file(void **state)
{
	char dir[] = "/tmp/kban-api-XXXXXX";
	char path[128];
	kban_auto(context) ctx = kban_context_new();
	kban_auto(filter) filter = NULL;
	unsigned line = 0;

	(void)state;
	write_filter(dir, "[Definition]\nfailregex = ^a <HOST>$\n            ^b <HOST>$\n"
			  "ignoreregex = ^a 192\nmaxlines = 2\n");
	snprintf(path, sizeof(path), "%s/x.conf", dir);
	assert_int_equal(kban_filter_load(ctx, path, NULL, &filter, NULL), KBAN_OK);
	assert_string_equal(kban_filter_name(filter), "x");
	assert_string_equal(kban_filter_path(filter), path);
	assert_int_equal(kban_filter_max_lines(filter), 2);
	assert_int_equal(kban_filter_rule_count(filter, KBAN_RULE_FAIL), 2);
	assert_string_equal(kban_filter_rule_text(filter, KBAN_RULE_FAIL, 1), "^b <HOST>$");
	assert_string_equal(kban_filter_rule_file(filter, KBAN_RULE_FAIL, 1, &line), path);
	assert_int_equal(line, 3);
	remove_filter(dir);
}

static void mistakes_are_told_with_their_place(void **state)
{
	char dir[] = "/tmp/kban-api-XXXXXX";
	char path[128];
	char expected[256];
	kban_auto(context) ctx = kban_context_new();
	kban_auto(error) err = NULL;
	kban_auto(error) other = NULL;
	struct kban_filter *filter = NULL;

	(void)state;
	write_filter(dir, "[Definition]\nfailregex = ^a <HOST>$\n            ^b$\n");
	snprintf(path, sizeof(path), "%s/x.conf", dir);
	snprintf(expected, sizeof(expected), "%s:3: failregex: No failure-id group in '^b$'", path);
	assert_int_equal(kban_filter_load(ctx, path, NULL, &filter, &err), KBAN_E_SYNTAX);
	assert_string_equal(kban_error_text(err), expected);
	remove_filter(dir);
	assert_int_equal(kban_filter_load(ctx, path, NULL, &filter, &other), KBAN_E_NOTFOUND);
	assert_null(filter);
}

/* A filter may be dropped by any thread while others use it. */
static void *use_filter(void *data)
{
	struct kban_filter *filter = data;
	struct kban_match match;

	for (int i = 0; i < 200; i++) {
		kban_auto(matcher) matcher = NULL;

		if (kban_matcher_new(filter, 0, &matcher) != KBAN_OK ||
		    kban_matcher_try(matcher, text("a 192.0.2.7"), NOW, &match) != KBAN_FAILURE)
			return NULL;
	}
	kban_filter_unref(filter);
	return data;
}

static void threads_share_a_filter(void **state)
{
	static const char *const rules[] = { "^a <HOST>$", NULL };
	kban_auto(context) ctx = kban_context_new();
	struct kban_filter *filter = NULL;
	pthread_t threads[4];

	(void)state;
	assert_int_equal(kban_filter_new(ctx, rules, NULL, &filter, NULL), KBAN_OK);
	for (int i = 0; i < 4; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, use_filter, kban_filter_ref(filter)), 0);
	kban_filter_unref(filter);
	for (int i = 0; i < 4; i++) {
		void *result = NULL;

		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_non_null(result);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_of_a_rule),
		cmocka_unit_test(rules_of_a_file),
		cmocka_unit_test(mistakes_are_told_with_their_place),
		cmocka_unit_test(threads_share_a_filter),
	};

	return cmocka_run_group_tests_name("api-filter", tests, NULL, NULL);
}
