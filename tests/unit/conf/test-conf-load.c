/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "conf/conf-load.h"
#include "failing-alloc.h"
#include "file-tree.h"

struct sample {
	struct test_file files[8];
	const char *order;    /* of the files read */
	const char *x;        /* the value of x in [s], or NULL */
	const char *problems; /* one a line, subject first */
};

static void print_files(struct kb_buffer *out, const struct kb_conf *conf, const char *root)
{
	for (size_t i = 0; i < kb_conf_file_count(conf); i++)
		kb_buffer_printf(out, " %s", kb_conf_file(conf, i) + strlen(root) + 1);
}

static void print_problems(struct kb_buffer *out, const struct kb_problem_list *problems,
			   const char *root)
{
	for (size_t i = 0; i < problems->count; i++) {
		const struct kb_problem *problem = &problems->items[i];
		kb_autofree char *text = without_root(kban_error_text(problem->error), root);

		kb_buffer_printf(out, "%s%s %s\n", problem->subject != NULL ? problem->subject : "",
				 problem->severity == KB_PROBLEM_ERROR ? "!" : "?", text);
	}
}

static void assert_text(const struct kb_buffer *text, const char *expected)
{
	assert_string_equal(text->len > 0 ? text->data : "", expected);
}

static void check(const struct sample *row, const char *root)
{
	kb_auto(conf) conf = NULL;
	kb_auto_clear(problem_list) problems = { 0 };
	kb_auto_clear(buffer) order = { 0 };
	kb_auto_clear(buffer) told = { 0 };
	kb_auto_clear(value) value = { 0 };
	int status;

	assert_int_equal(kb_conf_load(root, "jail", &problems, &conf, NULL), KBAN_OK);
	print_files(&order, conf, root);
	assert_text(&order, row->order);
	print_problems(&told, &problems, root);
	assert_text(&told, row->problems);
	status = kb_conf_get(conf, "s", "x", NULL, &value, NULL);
	assert_int_equal(status, row->x != NULL ? KBAN_OK : KBAN_E_NOTFOUND);
	if (row->x != NULL)
		assert_string_equal(value.text, row->x);
}

static void load(void **state)
{
	for (const struct sample *row = *state; row->files[0].path != NULL; row++) {
		char *root = make_tree(row->files);

		check(row, root);
		remove_tree(root);
	}
}

static const struct sample later_files_win[] = {
	{ { { "jail.conf", "[s]\nx=10" } }, " jail.conf", "10", "" },
	{ { { "jail.local", "[s]\nx=13" } }, " jail.local", "13", "" },
	{ { { "jail.d/10-a.conf", "[s]\nx=11" } }, " jail.d/10-a.conf", "11", "" },
	{ { { "jail.conf", "[s]\nx=10" },
	    { "jail.d/10-a.conf", "[s]\nx=11" },
	    { "jail.d/20-b.conf", "[s]\nx=12" },
	    { "jail.local", "[s]\nx=13" },
	    { "jail.d/05-a.local", "[s]\nx=14" } },
	  " jail.conf jail.d/10-a.conf jail.d/20-b.conf jail.local jail.d/05-a.local",
	  "14",
	  "" },
	{ { { "jail.local", "[s]\nx=13" },
	    { "jail.d/05-a.local", "[s]\nx=14" },
	    { "jail.d/10-a.local", "[s]\nx=15" },
	    { "jail.d/10-a.conf", "[s]\nx=11" },
	    { "jail.d/.hidden.conf", "[s]\nx=16" },
	    { "jail.d/readme.txt", "[s]\nx=17" } },
	  " jail.d/10-a.conf jail.local jail.d/05-a.local jail.d/10-a.local",
	  "15",
	  "" },
	{ { { "jail.conf", "[s]\nx=1" }, { "jail.local", "[DEFAULT]\nx=2\n[t]\nx=3" } },
	  " jail.conf jail.local",
	  "1",
	  "" },
	{ { { "jail.conf", "[DEFAULT]\nx=1\n[s]" }, { "jail.local", "[DEFAULT]\nx=2" } },
	  " jail.conf jail.local",
	  "2",
	  "" },
	{ { { NULL, NULL } }, NULL, NULL, NULL },
};

static const struct sample includes_come_before_and_after[] = {
	{ { { "jail.conf", "[INCLUDES]\nbefore = a.conf\n  b.conf\nafter = c.conf\n[s]\nx=2" },
	    { "a.conf", "[s]\nx=1" },
	    { "b.conf", "[s]\nx=1" },
	    { "c.conf", "[s]\nx=3" } },
	  " jail.conf a.conf b.conf c.conf",
	  "3",
	  "" },
	{ { { "jail.conf", "[INCLUDES]\nbefore = sub/a.conf\n[s]\ny=1" },
	    { "sub/a.conf", "[INCLUDES]\nafter = b.conf\n[s]\nx=a" },
	    { "sub/a.local", "[s]\nx=%(known/x)sb" },
	    { "sub/b.conf", "[s]\nx=%(known/x)sc" } },
	  " jail.conf sub/a.conf sub/b.conf sub/a.local",
	  "acb",
	  "" },
	{ { { "jail.conf", "[INCLUDES]\nbefore = a.inc\n  a.local\n[s]\ny=1" },
	    { "a.inc", "[s]\nx=1" },
	    { "a.local", "[s]\nx=%(known/x)s2" } },
	  " jail.conf a.inc a.local",
	  "12",
	  "" },
	{ { { "jail.conf", "[INCLUDES]\nbefore = %(d)s/a.conf\nd = sub\n[s]\ny=1" },
	    { "sub/a.conf", "[s]\nx=1" } },
	  " jail.conf sub/a.conf",
	  "1",
	  "" },
	{ { { "jail.conf", "[s]\nx=1" },
	    { "jail.local", "[INCLUDES]\nbefore = l.conf\n[s]\ny=1" },
	    { "l.conf", "[s]\nx=2" } },
	  " jail.conf jail.local l.conf",
	  "2",
	  "" },
	{ { { "jail.conf", "[INCLUDES]\nbefore = @ROOT@/a.conf\n[s]\ny=1" },
	    { "a.conf", "[s]\nx=1" } },
	  " jail.conf a.conf",
	  "1",
	  "" },
	{ { { "jail.conf", "[includes]\nbefore = a.conf\n[s]\nx=1" }, { "a.conf", "[s]\nz=1" } },
	  " jail.conf",
	  "1",
	  "" },
	{ { { NULL, NULL } }, NULL, NULL, NULL },
};

static const struct sample loops_are_cut[] = {
	{ { { "jail.conf", "[INCLUDES]\nbefore = jail.conf\n[s]\nx=1" } }, " jail.conf", "1", "" },
	{ { { "jail.conf", "[INCLUDES]\nbefore = a.conf\n[s]\nx=%(known/x)s1" },
	    { "a.conf", "[INCLUDES]\nbefore = jail.conf\n[s]\nx=0" } },
	  " jail.conf a.conf",
	  "01",
	  "" },
	{ { { NULL, NULL } }, NULL, NULL, NULL },
};

static const struct sample what_is_wrong_is_told[] = {
	{ { { "jail.conf", "[INCLUDES]\nbefore = a.conf\n  b.local\n[s]\nx=1" } },
	  " jail.conf",
	  "1",
	  "? @ROOT@/jail.conf:2: included file '@ROOT@/a.conf' is not there\n" },
	{ { { "jail.conf", "[INCLUDES]\nbefore = %(y)s\n[s]\nx=1" } },
	  " jail.conf",
	  "1",
	  "INCLUDES! @ROOT@/jail.conf:2: option 'before' of [INCLUDES]: '%(y)s' refers to no "
	  "option; "
	  "define "
	  "it, or write %% for a percent sign\n" },
	{ { { "jail.conf", "[s]\nx=1\nx=2\n[t]\njunk" }, { "jail.local", "x=2\n" } },
	  " jail.conf jail.local",
	  "1",
	  "s! @ROOT@/jail.conf:3: option 'x' is there already, in line 2; remove one of them\n"
	  "t! @ROOT@/jail.conf:5: no '=' in 'junk'; write OPTION = VALUE, or indent the line to "
	  "continue the one above\n"
	  "! @ROOT@/jail.local:1: no section before 'x=2'; put a header such as [DEFAULT] or "
	  "[Definition] above it; the file is left out\n" },
	{ { { "jail.conf", "[s]\nx=1" }, { "jail.local", NULL } },
	  " jail.conf",
	  "1",
	  "! @ROOT@/jail.local: cannot read: Is a directory; the file is left out\n" },
	{ { { "jail.conf", "[INCLUDES]\nbefore = a.conf\n\n  b.conf\n[s]\nx=1" },
	    { "a.conf", "[t]" },
	    { "b.conf", "[INCLUDES]\nafter = c.conf" },
	    { "c.conf", "junk" } },
	  " jail.conf a.conf b.conf c.conf",
	  "1",
	  "! @ROOT@/c.conf:1: no section before 'junk'; put a header such as [DEFAULT] or "
	  "[Definition] above it; the file is left out (included from @ROOT@/b.conf line 2, from "
	  "@ROOT@/jail.conf line 4)\n" },
	{ { { NULL, NULL } }, NULL, NULL, NULL },
};

static void endless_includes_are_refused(void **state)
{
	static const struct test_file deep[] = {
		{ "jail.conf", "[INCLUDES]\nbefore = sub/../jail.conf\n[s]\nx=1" },
		{ "sub/a", "" },
		{ NULL, NULL },
	};
	static const struct test_file wide[] = {
		{ "jail.conf", "[INCLUDES]\nbefore = a.conf\n b.conf\n c.conf\n d.conf\n[s]\nx=1" },
		{ "a.conf", "[INCLUDES]\nbefore = ./b.conf\n ./c.conf\n ./d.conf\n ./a.conf\n" },
		{ "b.conf", "[INCLUDES]\nbefore = ./c.conf\n ./d.conf\n ./a.conf\n ./b.conf\n" },
		{ "c.conf", "[INCLUDES]\nbefore = ./d.conf\n ./a.conf\n ./b.conf\n ./c.conf\n" },
		{ "d.conf", "[INCLUDES]\nbefore = ./a.conf\n ./b.conf\n ./c.conf\n ./d.conf\n" },
		{ NULL, NULL },
	};
	static const struct test_file *const trees[] = { deep, wide };

	(void)state;
	for (size_t i = 0; i < kb_array_size(trees); i++) {
		char *root = make_tree(trees[i]);
		kb_auto(conf) conf = NULL;
		kb_auto_clear(problem_list) problems = { 0 };

		assert_int_equal(kb_conf_load(root, "jail", &problems, &conf, NULL), KBAN_OK);
		assert_int_equal(problems.count, 1);
		assert_string_equal(problems.items[0].subject, "INCLUDES");
		assert_non_null(strstr(kban_error_text(problems.items[0].error),
				       "files include each other too often or too deeply"));
		remove_tree(root);
	}
}

static const struct test_file tree[] = {
	{ "jail.conf", "[DEFAULT]\nd=1\n[INCLUDES]\nbefore=b.conf\n[b]\nx=1\n[a]\ny=2\n" },
	{ "b.conf", "[a]\ny=1\nz=3\n" },
	{ "other/one.conf", "[INCLUDES]\nbefore = two.conf\n[s]\nx=1" },
	{ "other/one.d/x.conf", "[s]\nx=3" },
	{ "other/one.local", "[s]\nx=%(known/x)s2" },
	{ "other/two.conf", "[s]\ny=1" },
	{ NULL, NULL },
};

static void table_is_told(void **state)
{
	char *root = make_tree(tree);
	kb_auto(conf) conf = NULL;
	kb_auto_clear(problem_list) problems = { 0 };
	kb_auto_clear(value) value = { 0 };

	(void)state;
	assert_int_equal(kb_conf_load(root, "jail", &problems, &conf, NULL), KBAN_OK);
	assert_int_equal(kb_conf_section_count(conf), 2);
	assert_string_equal(kb_conf_section(conf, 0), "a");
	assert_string_equal(kb_conf_section(conf, 1), "b");
	assert_null(kb_conf_section(conf, 2));
	assert_int_equal(kb_conf_section_options(conf, "a")->count, 2);
	assert_null(kb_conf_section_options(conf, "c"));
	assert_string_equal(kb_conf_raw(conf, "a", "y")->text, "2");
	assert_string_equal(kb_conf_raw(conf, "a", "d")->text, "1");
	assert_null(kb_conf_raw(conf, "a", "x"));
	assert_int_equal(kb_conf_get_known(conf, "a", "y", NULL, &value, NULL), KBAN_OK);
	assert_string_equal(value.text, "1");
	assert_int_equal(kb_conf_get_known(conf, "a", "z", NULL, &value, NULL), KBAN_E_NOTFOUND);
	remove_tree(root);
}

static void one_file_is_read_with_its_local(void **state)
{
	char *root = make_tree(tree);
	char path[256];
	kb_auto(conf) conf = NULL;
	kb_auto_clear(problem_list) problems = { 0 };
	kb_auto_clear(value) value = { 0 };
	kb_auto_clear(buffer) order = { 0 };

	(void)state;
	snprintf(path, sizeof(path), "%s/other/one.conf", root);
	assert_int_equal(kb_conf_load_file(path, &problems, &conf, NULL), KBAN_OK);
	assert_int_equal(kb_conf_get(conf, "s", "x", NULL, &value, NULL), KBAN_OK);
	assert_string_equal(value.text, "12");
	print_files(&order, conf, root);
	assert_string_equal(order.data, " other/one.conf other/two.conf other/one.local");
	remove_tree(root);
}

static void absolute_names_need_no_root(void **state)
{
	char *root = make_tree(tree);
	char name[256];
	kb_auto(conf) conf = NULL;
	kb_auto_clear(problem_list) problems = { 0 };

	(void)state;
	snprintf(name, sizeof(name), "%s/other/one", root);
	assert_int_equal(kb_conf_load("/nowhere", name, &problems, &conf, NULL), KBAN_OK);
	assert_int_equal(kb_conf_file_count(conf), 4);
	remove_tree(root);
}

static void missing_files_are_not_found(void **state)
{
	kb_auto(conf) conf = NULL;
	kb_auto_clear(problem_list) problems = { 0 };
	kban_auto(error) err = NULL;

	(void)state;
	assert_int_equal(kb_conf_load("/nowhere", "filter.d/x", &problems, &conf, &err),
			 KBAN_E_NOTFOUND);
	assert_string_equal(kban_error_text(err), "no file '/nowhere/filter.d/x.conf'");
	assert_int_equal(kb_conf_load_file("/nowhere/x", &problems, &conf, &err), KBAN_E_NOTFOUND);
	assert_string_equal(kban_error_text(err), "no file '/nowhere/x'");
	assert_null(conf);
}

static int attempt(void *data)
{
	kb_auto(conf) conf = NULL;
	kb_auto_clear(problem_list) problems = { 0 };

	return kb_conf_load(data, "jail", &problems, &conf, NULL);
}

/* Nothing is missing: that a file is not there can be told without memory. */
static const struct test_file complete[] = {
	{ "jail.conf", "[INCLUDES]\nbefore=b.conf\n[a]\ny=1\nx=%(y)s\njunk\n" },
	{ "b.conf", "[a]\ny=1\n" },
	{ "b.local", "[a]\ny=2\n" },
	{ "jail.local", "[a]\ny=2\n" },
	{ "jail.d/a.conf", "[a]\ny=2\n" },
	{ NULL, NULL },
};

static void memory_may_run_out(void **state)
{
	char *root = make_tree(complete);

	(void)state;
	assert_every_allocation_may_fail(attempt, root);
	remove_tree(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(load, later_files_win),
		test_case(load, includes_come_before_and_after),
		test_case(load, loops_are_cut),
		test_case(load, what_is_wrong_is_told),
		cmocka_unit_test(endless_includes_are_refused),
		cmocka_unit_test(table_is_told),
		cmocka_unit_test(one_file_is_read_with_its_local),
		cmocka_unit_test(absolute_names_need_no_root),
		cmocka_unit_test(missing_files_are_not_found),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("conf-load", tests, NULL, NULL);
}
