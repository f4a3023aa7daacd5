/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <stdio.h>

#include "base/context.h"
#include "base/memory.h"
#include "failing-alloc.h"

/* The last line logged. */
struct logged {
	int count;
	int level;
	char topic[20];
	char line[5000];
};

static void remember(int level, const char *topic, const char *line, void *data)
{
	struct logged *logged = data;

	logged->count++;
	logged->level = level;
	snprintf(logged->topic, sizeof(logged->topic), "%s", topic);
	snprintf(logged->line, sizeof(logged->line), "%s", line);
}

static struct kban_context *new_context(struct logged *logged)
{
	struct kban_context *ctx = kban_context_new();

	assert_non_null(ctx);
	if (logged != NULL)
		kban_context_set_log(ctx, remember, logged);
	return ctx;
}

static void last_reference_frees(void **state)
{
	struct kban_context *ctx = new_context(NULL);

	(void)state;
	assert_ptr_equal(kban_context_ref(ctx), ctx);
	assert_null(kban_context_unref(ctx));
	kban_context_set_level(ctx, KBAN_ERROR);
	assert_null(kban_context_unref(ctx));
	assert_null(kban_context_unref(NULL));
}

static void logs_nowhere_at_first(void **state)
{
	kban_auto(context) ctx = new_context(NULL);

	(void)state;
	assert_false(kb_log_wants(ctx, KBAN_CRITICAL));
	kb_log(ctx, KBAN_CRITICAL, "server", "nobody %s", "hears");
}

static void logs_from_its_level_up(void **state)
{
	struct logged logged = { 0 };
	kban_auto(context) ctx = new_context(&logged);

	(void)state;
	assert_true(kb_log_wants(ctx, KBAN_INFO));
	assert_false(kb_log_wants(ctx, KBAN_DEBUG));
	kb_log(ctx, KBAN_DEBUG, "filter", "not wanted");
	assert_int_equal(logged.count, 0);
	kb_log(ctx, KBAN_INFO, "filter", "[%s] Found %s", "sshd", "192.0.2.7");
	assert_int_equal(logged.count, 1);
	assert_int_equal(logged.level, KBAN_INFO);
	assert_string_equal(logged.topic, "filter");
	assert_string_equal(logged.line, "[sshd] Found 192.0.2.7");

	kban_context_set_level(ctx, KBAN_ERROR);
	kb_log(ctx, KBAN_WARNING, "filter", "not wanted");
	assert_int_equal(logged.count, 1);
	kban_context_set_level(ctx, KBAN_DEBUG);
	kb_log(ctx, KBAN_DEBUG, "filter", "wanted");
	assert_int_equal(logged.count, 2);
}

static void logging_can_be_turned_off(void **state)
{
	struct logged logged = { 0 };
	kban_auto(context) ctx = new_context(&logged);

	(void)state;
	kban_context_set_log(ctx, NULL, NULL);
	kb_log(ctx, KBAN_ERROR, "server", "x");
	assert_int_equal(logged.count, 0);
}

static void a_logged_line_is_one_line(void **state)
{
	struct logged logged = { 0 };
	kban_auto(context) ctx = new_context(&logged);

	(void)state;
	kb_log(ctx, KBAN_ERROR, "server", "a\nb\x1b[31m\x7f\tc\xc3\xa4");
	assert_string_equal(logged.line, "a b [31m  c\xc3\xa4");
}

static void a_long_line_is_cut(void **state)
{
	struct logged logged = { 0 };
	kban_auto(context) ctx = new_context(&logged);

	(void)state;
	kb_log(ctx, KBAN_ERROR, "server", "%4095d", 7);
	assert_int_equal(strlen(logged.line), 4095);
	assert_int_equal(logged.line[4094], '7');
	kb_log(ctx, KBAN_ERROR, "server", "%4096d", 7);
	assert_int_equal(strlen(logged.line), 4095);
	assert_string_equal(logged.line + 4090, "  ...");
}

/* Whichever byte of it the cut meets, a character goes as a whole. */
static void a_cut_leaves_no_half_character(void **state)
{
	struct logged logged = { 0 };
	kban_auto(context) ctx = new_context(&logged);
	int padding;

	(void)state;
	for (padding = 4089; padding <= 4092; padding++) {
		kb_log(ctx, KBAN_ERROR, "server", "%*s\xe2\x82\xac%s", padding, "x",
		       "more than fits");
		assert_string_equal(strchr(logged.line, 'x') + 1,
				    padding == 4089 ? "\xe2\x82\xac..." : "...");
	}
}

/* Half a surrogate pair is a character in no locale, and printf(3) says so. */
static void what_cannot_be_formatted_is_not_logged(void **state)
{
	struct logged logged = { 0 };
	kban_auto(context) ctx = new_context(&logged);

	(void)state;
	kb_log(ctx, KBAN_ERROR, "server", "x%ls", (const wchar_t[]){ 0xd800, 0 });
	assert_int_equal(logged.count, 0);
}

static kban_usec fixed_clock(void *data)
{
	return *(const kban_usec *)data;
}

static void time_comes_from_the_clock(void **state)
{
	kban_auto(context) ctx = new_context(NULL);
	kban_usec now = 12 * KBAN_SECOND;

	(void)state;
	kban_context_set_clock(ctx, fixed_clock, &now);
	assert_true(kban_context_now(ctx) == 12 * KBAN_SECOND);
	now = -1;
	assert_true(kban_context_now(ctx) == -1);
}

/* 2020-01-01 and 2200-01-01: in between is a clock that is in microseconds. */
static void the_system_has_the_first_clock(void **state)
{
	kban_auto(context) ctx = new_context(NULL);
	kban_usec now = 0;

	(void)state;
	assert_in_range(kban_context_now(ctx), 1577836800 * KBAN_SECOND, 7258118400 * KBAN_SECOND);
	kban_context_set_clock(ctx, fixed_clock, &now);
	kban_context_set_clock(ctx, NULL, NULL);
	assert_in_range(kban_context_now(ctx), 1577836800 * KBAN_SECOND, 7258118400 * KBAN_SECOND);
}

/* Every name has one address, and is counted. */
static int resolve_all(const char *name, struct kban_addr *out, size_t max, void *data)
{
	++*(int *)data;
	if (strcmp(name, "down.example") == 0)
		return KBAN_E_SYSTEM;
	assert_true(max > 0);
	out[0] = test_addr("192.0.2.7");
	return 1;
}

static void names_are_resolved_outside(void **state)
{
	kban_auto(context) ctx = new_context(NULL);
	struct kban_addr expected = test_addr("192.0.2.7");
	struct kban_addr addr;
	int calls = 0;

	(void)state;
	assert_int_equal(kb_context_resolve(ctx, "mail.example", &addr, 1), 0);
	kban_context_set_resolver(ctx, resolve_all, &calls);
	assert_int_equal(kb_context_resolve(ctx, "mail_1.A-Z.example", &addr, 1), 1);
	assert_true(kban_addr_equal(&addr, &expected));
	assert_int_equal(kb_context_resolve(ctx, "down.example", &addr, 1), KBAN_E_SYSTEM);
	assert_int_equal(calls, 2);
}

static void what_is_no_name_is_not_resolved(void **state)
{
	static const char *const names[] = { "",    "1.2.3", "4711", "a b",
					     "a/b", "::1",   "a\n",  "\xc3\xa4.example" };
	kban_auto(context) ctx = new_context(NULL);
	struct kban_addr addr;
	int calls = 0;
	size_t i;

	(void)state;
	kban_context_set_resolver(ctx, resolve_all, &calls);
	for (i = 0; i < kb_array_size(names); i++)
		assert_int_equal(kb_context_resolve(ctx, names[i], &addr, 1), 0);
	assert_int_equal(calls, 0);
}

static int try_new(void *data)
{
	kban_auto(context) ctx = kban_context_new();

	(void)data;
	return ctx != NULL ? KBAN_OK : KBAN_E_NOMEM;
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	assert_every_allocation_may_fail(try_new, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(last_reference_frees),
		cmocka_unit_test(logs_nowhere_at_first),
		cmocka_unit_test(logs_from_its_level_up),
		cmocka_unit_test(logging_can_be_turned_off),
		cmocka_unit_test(a_logged_line_is_one_line),
		cmocka_unit_test(a_long_line_is_cut),
		cmocka_unit_test(a_cut_leaves_no_half_character),
		cmocka_unit_test(what_cannot_be_formatted_is_not_logged),
		cmocka_unit_test(time_comes_from_the_clock),
		cmocka_unit_test(the_system_has_the_first_clock),
		cmocka_unit_test(names_are_resolved_outside),
		cmocka_unit_test(what_is_no_name_is_not_resolved),
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("context", tests, NULL, NULL);
}
