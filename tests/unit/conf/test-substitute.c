/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/buffer.h"
#include "base/text.h"
#include "conf/substitute.h"
#include "failing-alloc.h"
#include "file-tree.h"

struct found_tag {
	const char *text;
	const char *expected; /* all tags, one after the other */
};

static void find(void **state)
{
	for (const struct found_tag *row = *state; row->text != NULL; row++) {
		kb_auto_clear(buffer) out = { 0 };
		struct kb_tag tag = { 0 };

		while (kb_tag_find(kb_text(row->text), tag.to, &tag)) {
			assert_int_equal(tag.to - tag.from, tag.name.len + 2);
			kb_buffer_text(&out, tag.name);
			kb_buffer_byte(&out, ' ');
		}
		assert_string_equal(out.len > 0 ? out.data : "", row->expected);
	}
}

static const struct found_tag tags[] = {
	{ "", "" },
	{ "a<b>c<d>", "b d " },
	{ "<a b>", "" },
	{ "<a<HOST>", "HOST " },
	{ "<<p>>", "p " },
	{ "<>", "" },
	{ "<mdre-<mode>>", "mode " },
	{ "(?P<x>", "x " },
	{ "a > b < c", "" },
	{ "<a> <", "a " },
	{ NULL, NULL },
};

/* What <x> in a map gives, under the options of a file. */
struct sample {
	const char *file;
	const char *map[7]; /* name, value, name, value…; the first is what counts */
	const char *expected;
};

static int set(struct kb_options *options, const char *name, const char *text)
{
	kb_auto_clear(value) value = { 0 };
	struct kb_where where = { "m", 1 };
	int status = kb_value_init(&value, kb_text(text), &where);

	return status == KBAN_OK ? kb_options_take(options, kb_text(name), &value) : status;
}

static struct kb_conf *load(const char *text)
{
	const struct test_file files[] = { { "f.conf", text }, { NULL, NULL } };
	char *root = make_tree(files);
	kb_auto_clear(problem_list) problems = { 0 };
	struct kb_conf *conf = NULL;

	assert_int_equal(kb_conf_load(root, "f", &problems, &conf, NULL), KBAN_OK);
	assert_int_equal(problems.count, 0);
	remove_tree(root);
	return conf;
}

static void substitute(void **state)
{
	static const char *const keep[] = { "kept", NULL };

	for (const struct sample *row = *state; row->file != NULL; row++) {
		kb_auto(conf) conf = load(row->file);
		kb_auto_clear(options) map = { 0 };
		kb_auto_clear(options) variables = { 0 };
		struct kb_substitution how = { conf, "Definition", &variables, keep };
		kban_auto(error) err = NULL;

		assert_int_equal(set(&variables, "Var", "V"), KBAN_OK);
		assert_int_equal(set(&variables, "over", "VO"), KBAN_OK);
		for (size_t i = 0; row->map[i] != NULL; i += 2)
			assert_int_equal(set(&map, row->map[i], row->map[i + 1]), KBAN_OK);
		if (kb_substitute(&how, &map, &err) == KBAN_OK)
			assert_string_equal(map.items[0].value.text, row->expected);
		else
			assert_string_equal(kban_error_text(err), row->expected);
	}
}

#define FILE_OPTIONS                                                                \
	"[DEFAULT]\nd = D\nover = DO\nq = Q\na = A\n[sec]\nc = %(a)s-%(q)s\na=SA\n" \
	"[Sec]\nb = CAP\n[Definition]\np = P\np2 = <p>%(d)s\nover = O\nhost = foo\n"

static const struct sample replaced[] = {
	{ FILE_OPTIONS, { "x", "a<HOST>b", NULL }, "afoob" },
	{ FILE_OPTIONS, { "x", "<ADDR> <F-USER>", NULL }, "<ADDR> <F-USER>" },
	{ FILE_OPTIONS, { "x", "<p><P>", NULL }, "PP" },
	{ FILE_OPTIONS, { "x", "<p2> <p2>", NULL }, "PD PD" },
	{ FILE_OPTIONS, { "x", "<p>", "p", "M", NULL }, "M" },
	{ FILE_OPTIONS, { "x", "<P>", "p", "M", NULL }, "P" },
	{ FILE_OPTIONS, { "x", "<var><over>", NULL }, "VVO" },
	{ FILE_OPTIONS, { "x", "<known/over>", NULL }, "DO" },
	{ FILE_OPTIONS, { "x", "<known/p><known/d>", NULL }, "PD" },
	{ FILE_OPTIONS, { "x", "<known/var>", NULL }, "<known/var>" },
	{ FILE_OPTIONS, { "x", "<known/p>", "known/p", "K", NULL }, "K" },
	{ FILE_OPTIONS, { "x", "<sec/c>", NULL }, "SA-Q" },
	{ FILE_OPTIONS, { "x", "<sec/q><default/q><DEFAULT/Q>", NULL }, "QQQ" },
	{ FILE_OPTIONS, { "x", "<Sec/b><Sec/B><SEC/b>", NULL }, "CAPCAP<SEC/b>" },
	{ FILE_OPTIONS, { "x", "<none/q>", NULL }, "<none/q>" },
	{ FILE_OPTIONS, { "x", "<q-<p>>", "q-P", "nested", NULL }, "nested" },
	{ FILE_OPTIONS, { "x", "<a-<b-<c>>>", "c", "1", "b-1", "2", NULL }, "<a-2>" },
	{ FILE_OPTIONS, { "x", "<<r>>", "r", "p", NULL }, "P" },
	{ FILE_OPTIONS, { "x", "\\<p>", NULL }, "\\P" },
	{ FILE_OPTIONS, { "x", "^<r>$", "r", "1\n2", NULL }, "^1\n2$" },
	{ FILE_OPTIONS, { "x", "<kept><p>", "kept", "K", NULL }, "<kept>P" },
	{ FILE_OPTIONS, { "x", "<p>", "p?family=inet6", "P6", NULL }, "<p>" },
	{ FILE_OPTIONS, { "x", "(?P<user>\\S+)", "user", "U", NULL }, "(?PU\\S+)" },
	{ NULL, { NULL }, NULL },
};

static const struct sample circles[] = {
	{ FILE_OPTIONS, { "x", "a<x>", NULL }, "m:1: option 'x': tag '<x>' refers to itself" },
	{ FILE_OPTIONS,
	  { "x", "<y>", "y", "<z>", "z", "<y>" },
	  "m:1: option 'x': tag '<y>' refers to itself" },
	{ FILE_OPTIONS,
	  { "x", "<y>", "y", "x<z><z>", "z", "y<y><y>" },
	  "m:1: option 'x' grows beyond 1048576 bytes; look for tags that refer to each other" },
	{ NULL, { NULL }, NULL },
};

static void failing_references_are_told(void **state)
{
	kb_auto(conf) conf = load("[Definition]\na = %(nope)s");
	kb_auto_clear(options) map = { 0 };
	struct kb_substitution how = { conf, "Definition", NULL, NULL };
	kban_auto(error) err = NULL;

	(void)state;
	assert_int_equal(set(&map, "x", "<a>"), KBAN_OK);
	assert_int_equal(kb_substitute(&how, &map, &err), KBAN_E_SYNTAX);
	assert_int_equal(kban_error_line(err), 2);
	assert_non_null(strstr(kban_error_text(err), "'%(nope)s' refers to no option"));
}

static int attempt(void *data)
{
	kb_auto_clear(options) map = { 0 };
	struct kb_substitution how = { data, "Definition", NULL, NULL };
	int status = set(&map, "x", "<p2><sec/c><known/over><HOST><none>");

	return status == KBAN_OK ? kb_substitute(&how, &map, NULL) : status;
}

static void memory_may_run_out(void **state)
{
	kb_auto(conf) conf = load(FILE_OPTIONS);

	(void)state;
	assert_every_allocation_may_fail(attempt, conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(find, tags),
		test_case(substitute, replaced),
		test_case(substitute, circles),
		cmocka_unit_test(failing_references_are_told),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("substitute", tests, NULL, NULL);
}
