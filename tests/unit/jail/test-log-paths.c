/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <stdio.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"
#include "failing-alloc.h"
#include "file-tree.h"
#include "jail/log-paths.h"

struct sample {
	const char *text;
	const char *expected; /* PATH FROM, one a line; or the error */
};

static int parse_text(const char *text, struct kb_log_paths *paths, struct kban_error **err)
{
	kb_auto_clear(value) value = { 0 };
	struct kb_where where = { "f", 1 };
	int status = kb_value_init(&value, kb_text(text), &where);

	if (status != KBAN_OK)
		return status;
	for (size_t i = 0; i < value.line_count; i++)
		value.lines[i].line = (unsigned)i + 1;
	return kb_log_paths_parse(&value, paths, err);
}

static void print(struct kb_buffer *out, const struct kb_log_paths *paths)
{
	for (size_t i = 0; i < paths->count; i++)
		kb_buffer_printf(out, "%s %s\n", paths->items[i].path,
				 paths->items[i].from == KBAN_FOLLOW_FROM_END ? "tail" : "head");
}

static void parse(void **state)
{
	for (const struct sample *row = *state; row->text != NULL; row++) {
		kb_auto_clear(log_paths) paths = { 0 };
		kb_auto_clear(buffer) out = { 0 };
		kban_auto(error) err = NULL;

		if (parse_text(row->text, &paths, &err) == KBAN_OK)
			print(&out, &paths);
		else
			kb_buffer_string(&out, kban_error_text(err));
		assert_string_equal(out.data != NULL ? out.data : "", row->expected);
	}
}

static const struct sample entries_are_lines[] = {
	{ "", "" },
	{ "/a.log", "/a.log head\n" },
	{ "/a.log\n\n /b.log tail \n/c*.log head", "/a.log head\n/b.log tail\n/c*.log head\n" },
	{ "/with blank.log tail", "/with blank.log tail\n" },
	{ "/a.log\n/b.log /c.log", "f:2: logpath has '/c.log' behind a path, where only 'head' or "
				   "'tail' may stand; write one path a line" },
	{ "/a.log TAIL", "f:1: logpath has 'TAIL' behind a path, where only 'head' or 'tail' may "
			 "stand; write one path a line" },
	{ NULL, NULL },
};

static const struct test_file tree[] = {
	{ "a.log", "" },
	{ "b.log", "" },
	{ "c.log", "" },
	{ ".hidden.log", "" },
	{ "dir.log/x", "" },
	{ "sub/one/error.log", "" },
	{ "sub/two/error.log", "" },
	{ NULL, NULL },
};

/* The option with @ROOT@ for the tree; and what it matches, then the warnings. */
static const struct sample patterns[] = {
	{ "@ROOT@/a.log", "@ROOT@/a.log head\n" },
	{ "@ROOT@/missing.log", "" },
	{ "@ROOT@/c.log\n@ROOT@/a.log tail", "@ROOT@/a.log tail\n@ROOT@/c.log head\n" },
	{ "@ROOT@/[ab].log", "@ROOT@/a.log head\n@ROOT@/b.log head\n" },
	{ "@ROOT@/?.log tail\n@ROOT@/a.log",
	  "@ROOT@/a.log tail\n@ROOT@/b.log tail\n@ROOT@/c.log tail\n" },
	{ "@ROOT@/b.log\n@ROOT@/*.log tail",
	  "@ROOT@/a.log tail\n@ROOT@/b.log head\n@ROOT@/c.log tail\n"
	  "j f:2: logpath matches '@ROOT@/dir.log', a directory; it is left out\n"
	  "j f:2: logpath matches '@ROOT@/gone.log', a link to nothing; it is left out\n" },
	{ "@ROOT@/sub/*/error.log",
	  "@ROOT@/sub/one/error.log head\n@ROOT@/sub/two/error.log head\n" },
	{ "@ROOT@/{a,b}.log", "" },
	{ "@ROOT@/\\a.log", "" },
	{ NULL, NULL },
};

static int by_text(const void *left, const void *right)
{
	const struct kb_problem *a = left;
	const struct kb_problem *b = right;

	return strcmp(kban_error_text(a->error), kban_error_text(b->error));
}

static void check_expansion(const struct sample *row, const char *root)
{
	kb_autofree char *text = with_root(row->text, root);
	kb_auto_clear(log_paths) paths = { 0 };
	kb_auto_clear(log_paths) files = { 0 };
	kb_auto_clear(problem_list) problems = { 0 };
	kb_auto_clear(buffer) out = { 0 };
	kb_autofree char *printed = NULL;

	assert_int_equal(parse_text(text, &paths, NULL), KBAN_OK);
	assert_int_equal(kb_log_paths_expand(&paths, "j", &problems, &files, NULL), KBAN_OK);
	print(&out, &files);
	if (problems.count > 0)
		qsort(problems.items, problems.count, sizeof(*problems.items), by_text);
	for (size_t i = 0; i < problems.count; i++)
		kb_buffer_printf(&out, "%s %s\n", problems.items[i].subject,
				 kban_error_text(problems.items[i].error));
	printed = without_root(out.data != NULL ? out.data : "", root);
	assert_string_equal(printed, row->expected);
}

static void expand(void **state)
{
	char *root = make_tree(tree);
	kb_autofree char *link = with_root("@ROOT@/gone.log", root);

	assert_int_equal(symlink("nowhere", link), 0);
	for (const struct sample *row = *state; row->text != NULL; row++)
		check_expansion(row, root);
	remove_tree(root);
}

static int attempt(void *data)
{
	kb_auto_clear(log_paths) paths = { 0 };
	kb_auto_clear(log_paths) files = { 0 };
	kb_auto_clear(problem_list) problems = { 0 };
	int status = parse_text(data, &paths, NULL);

	if (status != KBAN_OK)
		return status;
	return kb_log_paths_expand(&paths, "j", &problems, &files, NULL);
}

static void memory_may_run_out(void **state)
{
	char text[] = "/\n/etc/passwd tail\n/etc/passwd";

	(void)state;
	assert_every_allocation_may_fail(attempt, text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(parse, entries_are_lines),
		test_case(expand, patterns),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("log-paths", tests, NULL, NULL);
}
