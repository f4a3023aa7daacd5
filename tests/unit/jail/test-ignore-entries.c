/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <stdio.h>

#include "base/buffer.h"
#include "base/text.h"
#include "failing-alloc.h"
#include "file-tree.h"
#include "jail/ignore-entries.h"

struct sample {
	const char *text;
	const char *expected; /* entries, each in brackets, then the warnings */
};

static int read_text(const char *text, struct kb_problem_list *problems,
		     struct kb_ignore_entries *entries)
{
	kb_auto_clear(value) value = { 0 };
	struct kb_where where = { "f", 1 };
	int status = kb_value_init(&value, kb_text(text), &where);

	if (status != KBAN_OK)
		return status;
	for (size_t i = 0; i < value.line_count; i++)
		value.lines[i].line = (unsigned)i + 1;
	return kb_ignore_entries_read(&value, "j", problems, entries);
}

static void print(struct kb_buffer *out, const struct kb_string_list *entries,
		  const struct kb_problem_list *problems)
{
	for (size_t i = 0; i < entries->count; i++)
		kb_buffer_printf(out, "[%s]", entries->items[i]);
	for (size_t i = 0; i < problems->count; i++)
		kb_buffer_printf(out, "%s %s\n", problems->items[i].subject,
				 kban_error_text(problems->items[i].error));
}

static void read(void **state)
{
	for (const struct sample *row = *state; row->text != NULL; row++) {
		kb_auto_clear(ignore_entries) entries = { 0 };
		kb_auto_clear(problem_list) problems = { 0 };
		kb_auto_clear(buffer) out = { 0 };

		assert_int_equal(read_text(row->text, &problems, &entries), KBAN_OK);
		assert_int_equal(kb_problem_list_errors(&problems, NULL), 0);
		print(&out, &entries.all, &problems);
		assert_string_equal(out.data != NULL ? out.data : "", row->expected);
	}
}

#define LEFT_OUT "which is no address, network or host name; it is left out\n"

static const struct sample entries[] = {
	{ "", "" },
	{ "127.0.0.1/8 ::1\n10.0.0.0/8, 172.16.0.0/12\n\n192.168.0.0/255.255.0.0 host.example",
	  "[127.0.0.1/8][::1][10.0.0.0/8][172.16.0.0/12][192.168.0.0/255.255.0.0][host.example]" },
	{ "192.0.2.1,192.0.2.2", "[192.0.2.1][192.0.2.2]" },
	{ "mail-1.example a_b", "[mail-1.example][a_b]" },
	{ NULL, NULL },
};

static const struct sample slips_are_left_out[] = {
	{ "300.1.1.1 192.0.2.1", "[192.0.2.1]j f:1: ignoreip has '300.1.1.1', " LEFT_OUT },
	{ "10.0.0.0/33", "j f:1: ignoreip has '10.0.0.0/33', " LEFT_OUT },
	{ "\n2001:db8::/-1", "j f:2: ignoreip has '2001:db8::/-1', " LEFT_OUT },
	{ "10.0.0.1-10.0.0.9", "j f:1: ignoreip has '10.0.0.1-10.0.0.9', " LEFT_OUT },
	{ "foo/8", "j f:1: ignoreip has 'foo/8', " LEFT_OUT },
	{ "192.0.2.1 # me", "[192.0.2.1][me]j f:1: ignoreip has '#', " LEFT_OUT },
	{ "file:/nowhere/x", "j f:1: ignoreip: /nowhere/x: no such file\n" },
	{ NULL, NULL },
};

static const struct test_file tree[] = {
	{ "white.txt", "# ours\n192.0.2.1, 192.0.2.2 ; two\n\nhost.example\n/bad/\n" },
	{ NULL, NULL },
};

static void files_have_entries_too(void **state)
{
	char *root = make_tree(tree);
	kb_auto_clear(ignore_entries) found = { 0 };
	kb_auto_clear(problem_list) problems = { 0 };
	kb_auto_clear(buffer) out = { 0 };
	kb_autofree char *printed = NULL;
	char text[512];

	(void)state;
	snprintf(text, sizeof(text), "::1 file:%s/white.txt 10.0.0.0/8 file://%s/white.txt", root,
		 root);
	assert_int_equal(read_text(text, &problems, &found), KBAN_OK);
	print(&out, &found.all, &problems);
	printed = without_root(out.data, root);
	assert_string_equal(printed, "[::1][192.0.2.1][192.0.2.2][host.example][10.0.0.0/8]"
				     "[192.0.2.1][192.0.2.2][host.example]"
				     "j @ROOT@/white.txt:5: ignoreip has '/bad/', " LEFT_OUT
				     "j @ROOT@/white.txt:5: ignoreip has '/bad/', " LEFT_OUT);
	assert_int_equal(found.direct.count, 2);
	assert_string_equal(found.direct.items[1], "10.0.0.0/8");
	assert_int_equal(found.files.count, 2);
	assert_string_equal(found.files.items[0], found.files.items[1]);
	remove_tree(root);
}

static int attempt(void *data)
{
	kb_auto_clear(ignore_entries) found = { 0 };
	kb_auto_clear(problem_list) problems = { 0 };

	return read_text(data, &problems, &found);
}

static void memory_may_run_out(void **state)
{
	char *root = make_tree(tree);
	char text[256];

	(void)state;
	snprintf(text, sizeof(text), "::1 bad/ file:%s/white.txt", root);
	assert_every_allocation_may_fail(attempt, text);
	remove_tree(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(read, entries),
		test_case(read, slips_are_left_out),
		cmocka_unit_test(files_have_entries_too),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("ignore-entries", tests, NULL, NULL);
}
